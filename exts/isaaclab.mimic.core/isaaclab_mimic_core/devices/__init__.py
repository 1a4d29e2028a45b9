# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Who demonstrates: a person with a device, or a script."""

from typing import TYPE_CHECKING, Any

from ..errors import PluginError
from ..plugins import DEVICES, DeviceSpec, resolve

if TYPE_CHECKING:
    from ..envs import BatchedEnv
    from .device import TeleopDevice


def find_device(name: str) -> DeviceSpec:
    """Return the device of that name.

    Raises:
        OptionError: There is none.
    """
    return DEVICES.find(name, "--teleop-device")


def is_live(name: str) -> bool:
    """Return whether a person drives with a device; one that is gone counts as live."""
    spec = DEVICES.get(name)
    return spec is None or spec.live


def check_device(settings: Any, task_id: str) -> None:
    """Find out, before anything is opened, whether the device in a `DeviceSettings` can drive a task here.

    Raises:
        OptionError: No such device, or a setting that cannot be used.
        DeviceError: It is not there, or may not be read.
    """
    settings.check_device()
    if check := find_device(settings.teleop_device).check:
        resolve(check)(settings, task_id)


def make_device(env: "BatchedEnv", settings: Any) -> "TeleopDevice":
    """Open the device in a `DeviceSettings` for environments that are open.

    Args:
        env: What it drives.
        settings: A `DeviceSettings` that also has the `seed` of whatever a script draws.

    Raises:
        MimicError: As `check_device`, or this device cannot drive this task.
    """
    from .device import TeleopDevice

    device = resolve(find_device(settings.teleop_device).device)(env, settings)
    if not isinstance(device, TeleopDevice):
        raise PluginError(
            f"makes a {type(device).__name__}, which is no TeleopDevice", where=f"device {settings.teleop_device}"
        )
    return device
