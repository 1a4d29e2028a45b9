# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What can be set of a device: a dataclass each, which its `DeviceSpec` names.

The command line's flags and the window's form are made from the fields: their types, defaults, what `setting` declares,
and the docstrings under them. A field that is called as an option of the stage is (`seed`, `overwrite`) is that option:
it gets its value, and nobody is asked for it a second time. Nothing heavy is imported here.
"""

from dataclasses import dataclass, field, fields
from typing import Any

from ..errors import OptionError

FORM = "form"
"""Key of a field's metadata: what a form shows of it (label, unit, low, high, file)."""


def setting(
    default: Any,
    *,
    label: str = "",
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    file: str = "",
) -> Any:
    """Declare a setting of a device.

    Args:
        default: Text, a number or a switch.
        label: What it is called in a form; made from its name if it is empty.
        unit: Unit, for people.
        low: Smallest value that is possible.
        high: Largest value that is possible.
        choices: What there is to choose from; anything if there is nothing.
        file: `in` for a file to read, `out` for one to write.
    """
    looks = {"label": label, "unit": unit, "low": low, "high": high, "choices": choices, "file": file}
    return field(default=default, metadata={FORM: looks})


@dataclass(frozen=True)
class DeviceSettings:
    """Base of the settings of all devices; by itself, of one that has none."""

    def check(self) -> None:
        """Raise `OptionError` for a value that cannot be used; more than ranges and choices is for subclasses."""
        for each in fields(self):
            value, looks = getattr(self, each.name), each.metadata.get(FORM, {})
            low, high, choices = looks.get("low"), looks.get("high"), looks.get("choices")
            where = f"--{each.name.replace('_', '-')}"
            # Not a number is in no range, so that is asked for.
            if (low is not None and not value >= low) or (high is not None and not value <= high):
                possible = f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
                raise OptionError(f"{possible} is possible, not {value}", where=where)
            if choices and value not in choices:
                raise OptionError(f"{value!r} is not one of {', '.join(choices)}", where=where)


@dataclass(frozen=True)
class LiveSettings(DeviceSettings):
    """Settings of every device that a person drives with."""

    step_hz: float = setting(30.0, label="Step rate", unit="1/s", low=0, high=1000)
    """Environment steps per second while a person drives; 0: as many as the machine makes."""


@dataclass(frozen=True)
class HandSettings(LiveSettings):
    """Settings of devices that push a hand around (`devices.hand.HandDevice`)."""

    pos_sensitivity: float = setting(0.25, label="Speed", unit="m/s", low=0, high=1000)
    """How fast the hand moves at full deflection, or while a key is held [m/s]."""
    rot_sensitivity: float = setting(1.0, label="Turning", unit="rad/s", low=0, high=1000)
    """How fast it turns [rad/s]."""


@dataclass(frozen=True)
class DeflectionSettings(HandSettings):
    """Settings of devices that are deflected more or less, as sticks and caps are."""

    dead_zone: float = setting(0.08, label="Dead zone", low=0, high=0.99)
    """Deflection, as a fraction of the full one, that counts as none."""
    curve: float = setting(1.6, label="Curve", low=0.1, high=10)
    """Exponent of the deflection; above 1 small movements become finer."""
