# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""List the devices of this machine, without a simulation."""

from dataclasses import asdict, dataclass

from ..errors import MimicError
from ..plugins import DEVICES, DeviceSpec, resolve


@dataclass(frozen=True)
class Listed:
    """One device, or the reason why it cannot be used."""

    device: str
    """Name for --teleop-device."""
    usable: bool
    detail: str
    """What it is and where, or why it cannot be used."""
    remedy: str = ""
    """What to do if it cannot be used."""
    trouble: bool = False
    """Whether the device is there but does not work."""


def list_devices() -> list[Listed]:
    """Return all devices that can drive a robot on this machine, and why others cannot."""
    listed = []
    for spec in DEVICES.all().values():
        listed += _probe(spec)
    return listed


def to_dicts(listed: list[Listed]) -> list[dict]:
    """Return a list as plain data."""
    return [asdict(device) for device in listed]


def _probe(spec: DeviceSpec) -> list[Listed]:
    """Probe one device; an exception becomes its entry, so that the others are listed too."""
    if spec.probe is None:
        return [Listed(spec.name, True, spec.title or "says nothing of itself")]
    try:
        return list(resolve(spec.probe)())
    except Exception as error:
        words = error if isinstance(error, MimicError) else f"{type(error).__name__}: {error}"
        return [Listed(spec.name, False, f"looking for it failed: {' '.join(str(words).split())}", trouble=True)]
