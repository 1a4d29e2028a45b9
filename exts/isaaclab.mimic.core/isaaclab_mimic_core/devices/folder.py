# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The layout of a device's folder."""

from typing import Any

from ..plugins import DeviceSpec

_LOOKED_UP = {"device", "check", "around", "probe", "doctor", "state"}


def device_in(
    package: str, title: str, *, device: str, settings: str, probe: str = "probe:probe", **more: Any
) -> DeviceSpec:
    """Return the `DeviceSpec` of a device that has a folder of its own; the device's name is the folder's.

    Args:
        package: The folder's package; its `__init__.py` defines the settings.
        title: Title shown to people.
        device: The device's class, relative to this folder: `device:Pad`.
        settings: Name of the settings class in the package's `__init__.py`.
        probe: See `DeviceSpec`; relative to this folder.
        more: More fields of `DeviceSpec`; references are relative to this folder.
    """
    values = {"device": device, "probe": probe, **more}
    for field in _LOOKED_UP & values.keys():
        values[field] = f"{package}.{values[field]}"
    return DeviceSpec(package.rpartition(".")[2], title, settings=f"{package}:{settings}", **values)
