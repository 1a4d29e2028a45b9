# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of teleoperation and recording."""

from dataclasses import dataclass, fields
from typing import Any

from ..devices import read_settings
from ..option import FILES, RUN, Role, option, redeclared
from ..plugins import DEVICES
from .simulation import SimOptions

SETTINGS = "teleop_settings"
"""Name of the option that holds the device's settings."""
_DRIVING = "How it is driven"
_GENERATING = "Generation meanwhile"
_ENDING = "How a demonstration ends"


@dataclass(frozen=True)
class DrivenOptions(SimOptions):
    """Options of every stage that a teleoperation device drives."""

    teleop_device: str = option("keyboard", label="Device", group=RUN, offers=lambda: tuple(DEVICES.all()))
    """Device: keyboard, spacemouse, gamepad, xr, scripted or a plug-in's device; each has options of its own."""
    teleop_settings: Any = option(None, group=_DRIVING)
    """The device's own settings: a `devices.settings.DeviceSettings`, or some of them by name."""

    def __post_init__(self) -> None:
        super().__post_init__()
        shared = {each.name: getattr(self, each.name) for each in fields(self) if each.name != SETTINGS}
        object.__setattr__(self, SETTINGS, read_settings(self.teleop_device, self.teleop_settings, shared))


@dataclass(frozen=True)
class TeleopOptions(DrivenOptions):
    """Drive a task without recording.

    mimic teleop --teleop-device keyboard --viz viser
    """

    num_envs: int = redeclared(SimOptions, "num_envs", 1)
    """Number of environments; more than one only with generate_into: a person drives one."""
    generate_into: str = option("", label="Generate into", group=_GENERATING, role=Role.OUTPUT_FILE)
    """File to generate into: each of your successful demonstrations becomes a source for the other environments."""
    input: str = option("", label="Annotated file", group=_GENERATING, role=Role.INPUT_FILE)
    """With generate_into: annotated demonstrations to begin with, if any."""
    any_task: bool = option(False, label="Allow another task", group=_GENERATING)
    """With input: accept demonstrations of another task, too: its robot, actions and objects must be the same."""
    num_demos: int = option(0, label="Demonstrations", group=_GENERATING, low=0)
    """With generate_into: demonstrations to generate; 0: until stopped."""
    overwrite: bool = option(False, label="Replace its files if they exist", group=_GENERATING)
    """With generate_into: replace its files if they exist."""


@dataclass(frozen=True)
class RecordOptions(DrivenOptions):
    """Record demonstrations.

    mimic record --teleop-device keyboard --viz viser --num-demos 10 --output demos.hdf5
    """

    output: str = option("demos.hdf5", label="Output file", group=FILES, role=Role.OUTPUT_FILE)
    """File to write."""
    num_envs: int = redeclared(SimOptions, "num_envs", 1)
    """Number of environments; a person drives one, a script all of them."""
    num_demos: int = option(10, label="Demonstrations", group=RUN, low=0)
    """Successful demonstrations to record; 0: until stopped."""
    append: bool = option(False, label="Add to the file if it exists", group=FILES)
    """Add to the file if it exists."""
    overwrite: bool = option(False, label="Replace the output if it exists", group=FILES)
    """Replace the file if it exists."""
    num_success_steps: int = option(10, label="Success held", group=_ENDING, unit="steps", low=0)
    """Steps for which the task must stay fulfilled before a demonstration counts."""
    num_extra_steps: int = option(5, label="Recorded after", group=_ENDING, unit="steps", low=0)
    """Steps recorded after that, so that the end is not cropped."""
    max_steps: int | None = option(None, label="Given up after", group=_ENDING, unit="steps", low=0)
    """A demonstration that has not succeeded by then is discarded; 0: never. By default 600 for
    a script, never for a person."""
    patience: int | None = option(None, label="Give up if the first", group=_ENDING, unit="attempts fail", low=0)
    """Give up if this many first attempts (at least one in each environment) all fail; 0: never. By default 50 for
    a script, never for a person."""
    next_obs: bool = option(False, label="Record next_obs, too", group=_ENDING)
    """Record the observations after each step too, as next_obs."""
