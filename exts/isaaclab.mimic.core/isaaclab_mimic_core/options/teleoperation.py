# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What driving a robot and recording it can be told."""

from dataclasses import dataclass, fields
from typing import Any

from ..devices import read_settings
from .simulation import SimOptions

SETTINGS = "teleop_settings"
"""Name of the option that holds the device's settings."""


@dataclass(frozen=True)
class DrivenOptions(SimOptions):
    """What every stage that a device drives can be told."""

    teleop_device: str = "keyboard"
    """Who drives: keyboard, spacemouse, gamepad, xr, scripted or a plug-in's device; each has options of its own."""
    teleop_settings: Any = None
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

    num_envs: int = 1
    """Environments that run side by side; more than one only with generate_into: a person drives one."""
    generate_into: str = ""
    """File to generate into meanwhile: each demonstration that succeeds joins the sources of the other environments."""
    input: str = ""
    """With generate_into: annotated demonstrations to begin with, if there are any."""
    any_task: bool = False
    """With input: take demonstrations of another task, too: its robot, actions and objects have to be the same."""
    num_demos: int = 0
    """With generate_into: demonstrations to generate; 0: until stopped."""
    overwrite: bool = False
    """With generate_into: replace its files if they exist."""


@dataclass(frozen=True)
class RecordOptions(DrivenOptions):
    """Record demonstrations.

    mimic record --teleop-device keyboard --viz viser --num-demos 10 --output demos.hdf5
    """

    output: str = "demos.hdf5"
    """File to write."""
    num_envs: int = 1
    """Environments that are demonstrated in side by side; a person drives one."""
    num_demos: int = 10
    """Successful demonstrations to record; 0: until stopped."""
    append: bool = False
    """Add to the file if it exists."""
    overwrite: bool = False
    """Replace the file if it exists."""
    num_success_steps: int = 10
    """Steps that the task must stay fulfilled for before a demonstration counts."""
    num_extra_steps: int = 5
    """Steps recorded after that, so that the end is not cropped."""
    max_steps: int | None = None
    """A demonstration that has not succeeded by then is discarded; by default 600 for a script, never for a person."""
    next_obs: bool = False
    """Record the observations after each step too, as next_obs."""
