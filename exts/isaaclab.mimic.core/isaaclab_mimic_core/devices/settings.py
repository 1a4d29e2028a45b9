# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What can be set of a device: a dataclass each, which its `DeviceSpec` names.

The command line's flags and the window's form are made from the fields: their types, defaults, what `option` declares,
and the docstrings under them. A field that is called as an option of the stage is (`seed`, `overwrite`) is that option:
it gets its value, and nobody is asked for it a second time. Nothing heavy is imported here.
"""

from dataclasses import dataclass
from typing import Literal

from ..option import check_options, option

ROBOT, VIEW = "robot", "view"
"""What the axes of driving follow: where the robot looks, or the view of a window."""


@dataclass(frozen=True)
class DeviceSettings:
    """Base class of the settings of all devices; used as it is for a device that has none."""

    def check(self) -> None:
        """Raise `OptionError` for a value that cannot be used; more than ranges and choices is for subclasses."""
        check_options(self)


@dataclass(frozen=True)
class LiveSettings(DeviceSettings):
    """Settings of every device that a person drives with."""

    step_hz: float = option(30.0, label="Step rate", unit="1/s", low=0, high=1000)
    """Environment steps per second while a person drives; 0: as many as the machine makes."""


@dataclass(frozen=True)
class EefSettings(LiveSettings):
    """Settings of devices that move an end effector (`devices.eef_device.EefDevice`)."""

    pos_sensitivity: float = option(0.25, label="Speed", unit="m/s", low=0, high=1000)
    """How fast the hand moves at full deflection, or while a key is held [m/s]."""
    rot_sensitivity: float = option(1.0, label="Turning", unit="rad/s", low=0, high=1000)
    """How fast it turns [rad/s]."""
    orientation: Literal["robot", "view"] = option(ROBOT, label="Orientation", window_only=True)
    """Axes that you drive along. robot: forward is where the robot looks, left is to its left; view: left is left and
    forward is away from you in this window's view, however you orbit it. Can be changed while you drive."""


@dataclass(frozen=True)
class DeflectionSettings(EefSettings):
    """Settings of devices with analogue deflection, such as sticks and caps."""

    dead_zone: float = option(0.08, label="Dead zone", low=0, below=1)
    """Deflection, as a fraction of the full one, that counts as none."""
    curve: float = option(1.6, label="Curve", low=0.1, high=10)
    """Exponent of the deflection; above 1 small movements become finer."""
