# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The layout of a device's folder."""

from ..plugins import DeviceSpec


def device_in(
    package: str, title: str, *, device: str, settings: str, live: bool = True, probe: str = "probe:probe", **more: str
) -> DeviceSpec:
    """Return the `DeviceSpec` of a device that has a folder of its own; the device's name is the folder's.

    Args:
        package: The folder's package; its `__init__.py` defines the settings.
        title: Title shown to people.
        device: The device's class, relative to this folder: `device:Pad`.
        settings: Name of the settings class in the package's `__init__.py`.
        live: See `DeviceSpec`.
        probe: See `DeviceSpec`; relative to this folder.
        more: `check`, `doctor`, `around` of `DeviceSpec`; relative to this folder.
    """
    inside = {field: f"{package}.{place}" for field, place in {"device": device, "probe": probe, **more}.items()}
    name = package.rpartition(".")[2]
    return DeviceSpec(name, title, live, settings=f"{package}:{settings}", **inside)
