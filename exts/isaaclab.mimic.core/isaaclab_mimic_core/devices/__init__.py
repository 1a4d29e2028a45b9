# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Teleoperation devices, and the scripts that demonstrate in place of a person."""

import contextlib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from ..errors import OptionError, PluginError
from ..plugins import DEVICES, DeviceSpec, resolve
from .settings import DeviceSettings, LiveSettings

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
    """Return whether a person drives with a device; a device that is not registered counts as live."""
    spec = DEVICES.get(name)
    return spec is None or spec.live


def settings_of(name: str) -> type[DeviceSettings]:
    """Return the class of a device's settings.

    Raises:
        OptionError: There is no such device.
        PluginError: What it names are no such settings.
    """
    spec = find_device(name)
    wanted = LiveSettings if spec.live else DeviceSettings
    if spec.settings is None:
        return wanted
    found = resolve(spec.settings)
    if not (isinstance(found, type) and issubclass(found, wanted) and is_dataclass(found)):
        raise PluginError(f"{spec.settings} is no dataclass from {wanted.__name__}", where=f"settings of device {name}")
    if lacking := [each.name for each in fields(found) if each.default is MISSING]:
        raise PluginError(f"{lacking[0]} has no default", where=f"settings of device {name}")
    return found


def read_settings(name: str, given: "DeviceSettings | Mapping[str, Any] | None", shared: Mapping[str, Any]) -> Any:
    """Return the settings of a device, complete.

    Args:
        name: The device.
        given: Settings by name; those that are missing have their defaults.
        shared: The stage's options by name; a setting with the name of one gets its value.

    Raises:
        OptionError: There is no such device, or it has no such setting.
    """
    kind = settings_of(name)
    if isinstance(given, DeviceSettings) and type(given) is not kind:
        raise OptionError(f"{kind.__name__} are wanted, not {type(given).__name__}", where=f"settings of device {name}")
    known = [each.name for each in fields(kind)]
    values = {each: getattr(given, each) for each in known} if isinstance(given, DeviceSettings) else dict(given or {})
    if unknown := values.keys() - known:
        raise OptionError(f"there is no setting {', '.join(sorted(unknown))}", where=f"settings of device {name}")
    return kind(**(values | {each: shared[each] for each in known if each in shared}))


def check_device(name: str, settings: DeviceSettings, task_id: str) -> None:
    """Check before anything is opened that a device can drive a task here.

    Raises:
        OptionError: No such device, or a setting that cannot be used.
        DeviceError: The device is not there, or may not be read.
    """
    spec = find_device(name)
    settings.check()
    if spec.check:
        resolve(spec.check)(settings, task_id)


def around_device(name: str, settings: DeviceSettings) -> contextlib.AbstractContextManager:
    """Return the context manager to enter before the simulation is opened; most devices need none."""
    around = find_device(name).around
    return resolve(around)(settings) if around else contextlib.nullcontext()


def make_device(env: "BatchedEnv", name: str, settings: DeviceSettings) -> "TeleopDevice":
    """Open a device for environments that are open.

    Raises:
        MimicError: See `check_device`; or this device cannot drive this task.
    """
    from .device import TeleopDevice

    device = resolve(find_device(name).device)(env, settings)
    if not isinstance(device, TeleopDevice):
        raise PluginError(f"makes a {type(device).__name__}, which is no TeleopDevice", where=f"device {name}")
    return device
