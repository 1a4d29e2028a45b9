# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The fields of a form: options, as the texts that stand in it. No widget in sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from isaaclab_mimic_core.option import Option, Role, options_of

_NOT_GIVEN = ""
"""What stands in a form for an option that is not given."""


@dataclass(frozen=True)
class Field:
    """One value of a form."""

    option: Option
    shared: str = ""
    """Name under which forms share this value: what one step writes is what the next one reads."""

    @property
    def name(self) -> str:
        return self.option.name

    @property
    def label(self) -> str:
        return self.option.label

    @property
    def unit(self) -> str:
        """What stands behind the field: its unit, and what 0 means."""
        zero = self.option.zero
        return ", ".join(filter(None, (self.option.declared.unit, zero and f"0: {zero}")))

    @property
    def tooltip(self) -> str:
        return self.option.help

    @property
    def role(self) -> Role | None:
        """What the path names; None if it is no path."""
        return self.option.declared.role

    @property
    def many(self) -> bool:
        """Whether it holds several texts; semicolons then stand between them."""
        return self.option.many

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off, and nothing else."""
        return self.option.kind is bool and not self.option.optional

    @property
    def choices(self) -> tuple[str, ...]:
        """What there is to choose from; nothing if anything can be filled in."""
        if self.option.kind is bool and self.option.optional:
            return ("as the mode says", "on", "off")
        return self.option.choices

    @property
    def follows_plugins(self) -> bool:
        """Whether what there is to choose from changes while the program runs."""
        return self.option.declared.offers is not None

    @property
    def default(self) -> str:
        """What stands in an untouched form."""
        return self.to_text(self.option.default)

    def to_text(self, value: object) -> str:
        """Write a value as it stands in the form."""
        if self.option.kind is bool and self.option.optional:
            return self.choices[0] if value is None else "on" if value else "off"
        if isinstance(value, tuple | list):
            return "; ".join(value)
        return _NOT_GIVEN if value is None else str(value)

    def to_value(self, text: str) -> object:
        """Read what stands in the form.

        Raises:
            ValueError: It cannot be that; the message says what can.
        """
        value = self._read(text.strip())
        problem = self.option.problem(value)
        if not problem and self.choices and self.option.kind is str and value not in self.choices:
            problem = f"{value!r} is not one of {', '.join(self.choices)}"
        if problem:
            raise ValueError(f"{problem[0].upper()}{problem[1:]}.")
        return value

    def takes(self, text: str) -> bool:
        """Return whether a text can stand in the form."""
        try:
            self.to_value(text)
        except ValueError:
            return False
        return True

    def _read(self, text: str) -> object:
        kind = self.option.kind
        if self.many:
            return tuple(each.strip() for each in text.split(";") if each.strip())
        if kind is bool:
            return {"on": True, "True": True, "off": False, "False": False}.get(text)
        if self.option.optional and text == _NOT_GIVEN:
            return None
        if kind is str:
            return text
        noun = "A whole number" if kind is int else "A number"
        try:
            return kind(text)
        except ValueError:
            raise ValueError(f"{noun} is wanted here, not {text!r}." if text else f"{noun} is wanted here.") from None


class FilledForm(Protocol):
    """A form that is filled in, as far as a check of it goes."""

    def __getitem__(self, name: str) -> str:
        """Return what stands in a field."""
        ...

    def value(self, name: str) -> object:
        """Return what a field means; raise `ValueError` if that is nothing."""
        ...


def fields_of(options: type, shared: Mapping[str, str] | None = None) -> dict[str, Field]:
    """Return the fields of a class of options, by name.

    Args:
        options: The class.
        shared: Field -> name under which forms share its value.
    """
    shared = shared or {}
    return {name: Field(option, shared.get(name, "")) for name, option in options_of(options).items()}
