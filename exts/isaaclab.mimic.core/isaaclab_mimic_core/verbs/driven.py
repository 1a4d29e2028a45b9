# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Verbs whose flags depend on the device: `--teleop-device X` adds the settings of X.

The device, and the plug-ins to import, are read from the command line before the flags are parsed. Settings that only a
window has get no flag.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

import tyro

from .. import plugins
from ..devices import settings_of
from ..devices.settings import DeviceSettings
from ..errors import OptionError
from ..option import Declaration
from ..options import DrivenOptions, RecordOptions, TeleopOptions
from ..options.teleoperation import SETTINGS
from .job import FLAT, Job, Output

type Verb = Callable[..., tuple[Job, Output]]

DRIVEN = {"teleop": TeleopOptions, "record": RecordOptions}
"""Verb -> its options."""


def with_settings(verb: Verb, name: str, arguments: Sequence[str]) -> Verb:
    """Return a verb with the flags of its device.

    Args:
        verb: The verb, a function of its options and of `Output`.
        name: Name of the verb.
        arguments: The command line after the verb.

    Raises:
        OptionError: There is no such device or plug-in, or a flag belongs to another device.
    """
    plugins.use_imports(_given(arguments, "import"))
    options = DRIVEN[name]
    device = [options.teleop_device, *_given(arguments, "teleop-device")][-1]
    settings = settings_of(device)
    names = [each.name for each in fields(options)]
    _refuse_others(arguments, device, {*names, *_with_flags(settings)})

    def call(options: Any, output: Output) -> tuple[Job, Output]:
        given = getattr(options, SETTINGS)
        values = {each: getattr(options, each) for each in names}
        values[SETTINGS] = {each.name: getattr(given, each.name) for each in fields(settings)}
        return verb(DRIVEN[name](**values), output)

    call.__doc__ = verb.__doc__
    call.__annotations__ = {"options": Annotated[_typed(options, settings), FLAT], "output": Annotated[Output, FLAT]}
    return call


def _given(arguments: Sequence[str], flag: str) -> list[str]:
    """Return the values given for a flag, before the command line is parsed."""
    found = []
    for index, text in enumerate(arguments):
        name, equals, value = text.partition("=")
        if name.replace("_", "-") == f"--{flag}":
            found += [value] if equals else arguments[index + 1 : index + 2]
    return found


def _with_flags(settings: type[DeviceSettings]) -> list[str]:
    """Return the settings that the command line can give."""
    return [each.name for each in fields(settings) if not each.metadata.get(Declaration, Declaration()).window_only]


def _refuse_others(arguments: Sequence[str], device: str, known: set[str]) -> None:
    """Raise an error for flags of devices other than the one that is used, and for what only a window has."""
    owners: dict[str, list[str]] = {}
    of_windows: set[str] = set()
    for other in plugins.DEVICES.all():
        settings = settings_of(other)
        flags = _with_flags(settings)
        of_windows |= {each.name for each in fields(settings)}.difference(flags)
        if other != device:
            for name in flags:
                owners.setdefault(name, []).append(other)
    for text in arguments:
        flag = text.partition("=")[0]
        name = flag.removeprefix("--no-").removeprefix("--").replace("-", "_")
        if not flag.startswith("--") or name in known:
            continue
        if name in of_windows:
            raise OptionError(
                "it is about the view of the window, which a command does not have",
                where=flag,
                remedy="Leave it out, or drive in the window: mimic ui",
            )
        if name in owners:
            raise OptionError(
                f"the device {device} has no such setting",
                where=flag,
                remedy=f"Leave it out, or choose a device that has it: --teleop-device {' or '.join(owners[name])}",
            )


def _typed(options: type[DrivenOptions], settings: type[DeviceSettings]) -> type:
    """Return a dataclass for the parser: the stage's options together with a device's settings.

    A setting that is also an option of the stage, or that only a window has, gets no flag.
    """
    shared, flags = {each.name for each in fields(options)}, set(_with_flags(settings))
    hidden = {each.name: each for each in fields(settings) if each.name in shared or each.name not in flags}
    own = _derived(
        settings,
        {name: tyro.conf.Suppress[Any] for name in hidden},
        {name: each.default for name, each in hidden.items()},
    )
    return _derived(
        options,
        {SETTINGS: Annotated[own, FLAT]},
        {SETTINGS: field(default_factory=own), "__post_init__": lambda self: None},
    )


def _derived(base: type, annotations: dict[str, Any], values: dict[str, Any]) -> type:
    return dataclass(frozen=True)(type(base.__name__, (base,), {"__annotations__": annotations, **values}))
