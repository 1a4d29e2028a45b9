# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What devices are here, and what they say now; without a simulation."""

import os
import sys
from dataclasses import asdict, dataclass
from typing import Any

from ..doctor.hid import udev_command
from ..errors import MimicError
from ..plugins import DEVICES, DeviceSpec, resolve
from ..sim.host import inside_kit
from . import xr_session
from .spacemouse_hid import Hid, SpaceMouseReader, find


@dataclass(frozen=True)
class Listed:
    """One device, or why there is none of its kind."""

    device: str
    """Name for --teleop-device."""
    usable: bool
    detail: str
    """What it is and where, or why it cannot be used."""
    remedy: str = ""
    """What to do about that."""
    trouble: bool = False
    """Whether it is there and should work, but does not."""


def list_devices() -> list[Listed]:
    """Return all devices that could drive on this machine, and why others cannot."""
    listed = []
    for spec in DEVICES.all().values():
        listed += _probe(spec)
    return listed


class LiveReadings:
    """Reads a SpaceMouse and the keys that a host passes on, for display.

    Args:
        hid: What enumerates and opens HID devices, by default hidapi.
    """

    def __init__(self, hid: Any = None):
        self._mouse = SpaceMouseReader(hid)
        self._keys: set[str] = set()

    def key(self, name: str, pressed: bool) -> None:
        """Take a key's press or release."""
        (self._keys.add if pressed else self._keys.discard)(name)

    def release(self) -> None:
        """Take note that all keys are up."""
        self._keys.clear()

    def poll(self) -> dict:
        """Return the readings now, as plain data."""
        self._mouse.poll()
        mouse: dict = {"connected": self._mouse.connected}
        if self._mouse.connected:
            mouse |= {
                "model": self._mouse.model,
                "axes": {name: round(value, 3) for name, value in self._mouse.axes.items()},
                "buttons": [name for name, down in self._mouse.buttons.items() if down],
            }
        return {"keyboard": {"keys": sorted(self._keys)}, "spacemouse": mouse}

    def close(self) -> None:
        """Let go of the devices."""
        self._mouse.close()


def to_dicts(listed: list[Listed]) -> list[dict]:
    """Return a list as plain data."""
    return [asdict(device) for device in listed]


def _probe(spec: DeviceSpec) -> list[Listed]:
    """Ask one device; what goes wrong becomes its trouble, for the others are to be listed too."""
    if spec.probe is None:
        return [Listed(spec.name, True, spec.title or "says nothing of itself")]
    try:
        return list(resolve(spec.probe)())
    except Exception as error:
        words = error if isinstance(error, MimicError) else f"{type(error).__name__}: {error}"
        return [Listed(spec.name, False, f"looking for it failed: {' '.join(str(words).split())}", trouble=True)]


def list_keyboard() -> list[Listed]:
    """Say whether there are keys to be read here."""
    if sys.stdin and sys.stdin.isatty():
        return [Listed("keyboard", True, "this terminal's")]
    remedy = "Start in a terminal, or use the Mimic window."
    return [Listed("keyboard", False, "none: standard input is not a terminal", remedy)]


def list_spacemice(hid: Any = None) -> list[Listed]:
    """Say which SpaceMouse models are plugged in.

    Args:
        hid: What enumerates and opens HID devices, by default hidapi.
    """
    hid = hid or Hid()
    listed = []
    for found in find(hid):
        place = f"{found.model} at {found.path}"
        try:
            hid.open(found.path).close()
            listed.append(Listed("spacemouse", True, place))
        except OSError:
            denied = os.path.exists(found.path) and not os.access(found.path, os.R_OK | os.W_OK)
            detail = f"{place}: permission denied" if denied else f"{place} cannot be opened"
            remedy = udev_command(found.vendor) if denied else "Close the program that uses it, or plug it in again."
            listed.append(Listed("spacemouse", False, detail, remedy, trouble=True))
    return listed or [Listed("spacemouse", False, "none plugged in")]


def list_gamepad() -> list[Listed]:
    """Say whether gamepads can be read here."""
    if inside_kit():
        return [Listed("gamepad", True, "read by this Kit")]
    return [Listed("gamepad", False, "read by Kit only", "Use the Mimic window in Isaac Sim.")]


def list_script() -> list[Listed]:
    """Say that a script needs nothing."""
    return [Listed("scripted", True, "always here")]


def list_xr() -> list[Listed]:
    """Isaac Teleop with a runtime: one that runs here, or CloudXR where it can be started."""
    rows = xr_session.state()
    usable = rows[0][1] and any(well for _, well, *_ in rows[1:])
    detail = "; ".join(f"{topic}: {text}" if topic != "XR" else text for topic, _, text, _ in rows)
    return [Listed("xr", usable, detail, "" if usable else next((remedy for *_, remedy in rows if remedy), ""))]
