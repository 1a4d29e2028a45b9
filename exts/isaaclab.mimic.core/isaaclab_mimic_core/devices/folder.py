# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How the folder of a device is laid out."""

from ..plugins import DeviceSpec


def device_in(
    package: str, title: str, *, device: str, settings: str, live: bool = True, probe: str = "probe:probe", **more: str
) -> DeviceSpec:
    """Return the spec of the device in a folder of its own, named as that is.

    Args:
        package: The folder's package; its `__init__.py` defines the settings.
        title: For people.
        device: As `DeviceSpec` has it, but looked up in this folder: `device:Pad`. So are `probe` and those in `more`.
        settings: Name of the settings in the package's `__init__.py`.
        live: As `DeviceSpec` has it.
        probe: See `device`.
        more: `check`, `doctor`, `around`.
    """
    inside = {field: f"{package}.{place}" for field, place in {"device": device, "probe": probe, **more}.items()}
    name = package.rpartition(".")[2]
    return DeviceSpec(name, title, live, settings=f"{package}:{settings}", **inside)
