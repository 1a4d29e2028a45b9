# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Who demonstrates: a person with a device, or a script."""

import importlib
from typing import TYPE_CHECKING, Any

from ..errors import OptionError

if TYPE_CHECKING:
    from ..envs import BatchedEnv
    from .device import TeleopDevice

_DEVICES = {
    "keyboard": "keyboard:Keyboard",
    "spacemouse": "spacemouse:SpaceMouse",
    "gamepad": "gamepad:Gamepad",
    "xr": "xr:Xr",
}
"""Name -> module and class, called with the environments and a `DeviceSettings`."""

_CHECKS = {
    "spacemouse": "spacemouse_hid:check",
    "xr": "xr_session:check_xr",
}
"""Name -> module and function that is called with a `DeviceSettings` and the task's id before anything is opened, and
raises if the device cannot drive. Such a module imports neither Isaac Lab nor torch: repairs have to come first."""

NAMES = (*_DEVICES, "scripted")
"""Every device, in the order shown to people."""

_SCRIPTED = {
    "Mimic-Lift-Box-Two-Franka-v0": "scripted_two_arm:ScriptedLifters",
    "Mimic-Clear-And-Place-Two-Franka-v0": "scripted_two_arm:ScriptedClearers",
}
"""Task -> module and class of its scripted demonstrator; every other task is a cube stack."""


def check_device(settings: Any, task_id: str) -> None:
    """Find out, before anything is opened, whether the device in a `DeviceSettings` can drive a task here.

    Raises:
        OptionError: No such device, or a setting that cannot be used.
        DeviceError: It is not there, or may not be read.
    """
    settings.check_device()
    if settings.teleop_device != "scripted":
        _find(settings.teleop_device)
    if check := _CHECKS.get(settings.teleop_device):
        _load(check)(settings, task_id)


def make_device(env: "BatchedEnv", settings: Any, seed: int) -> "TeleopDevice":
    """Open the device in a `DeviceSettings` for environments that are open.

    Args:
        env: What it drives.
        settings: A `DeviceSettings`.
        seed: Seed of whatever a script draws.

    Raises:
        MimicError: As `check_device`, or this device cannot drive this task.
    """
    if settings.teleop_device == "scripted":
        return scripted_for(env.info["task"])(env, seed)
    return _load(_find(settings.teleop_device))(env, settings)


def scripted_for(task_id: str) -> Any:
    """Return the class of the scripted demonstrator of a task, called with the environments and a seed.

    It has `begin(env_ids, numbers)` for freshly reset environments, and `action()`.
    """
    return _load(_SCRIPTED.get(task_id, "scripted:ScriptedStacker"))


def _find(name: str) -> str:
    if name not in _DEVICES:
        raise OptionError(f"{name!r} is not one of {', '.join(NAMES)}", where="--teleop-device")
    return _DEVICES[name]


def _load(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
