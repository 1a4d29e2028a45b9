# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The fields of a form: options, with their values as text. This module has no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from isaaclab_mimic_core.option import FILES, Declaration, Option, Role, options_of

_NOT_GIVEN = ""
"""Text in a form for an option that is not given."""

EXISTING = "existing"
"""Field that says what happens to an output that exists; it stands for options such as `append` and `overwrite`."""

NEW, ADD, REPLACE = "New", "Add", "Replace"
"""Its choices."""

_EXISTING_HELP = {
    NEW: "The output must not exist yet.",
    ADD: "Go on with it: what is in it stays.",
    REPLACE: "It is replaced as soon as there is something new; the next run begins with New again.",
}


@dataclass(frozen=True)
class Field:
    """One value of a form."""

    option: Option
    shared: str = ""
    """Name under which forms share this value: the output of one step is the input of the next."""

    @property
    def name(self) -> str:
        return self.option.name

    @property
    def label(self) -> str:
        return self.option.label

    @property
    def unit(self) -> str:
        """Text after the field: its unit, and the meaning of 0."""
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
        """Whether it holds several texts, separated by semicolons."""
        return self.option.many

    @property
    def is_switch(self) -> bool:
        """Whether it is either on or off."""
        return self.option.kind is bool and not self.option.optional

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices; empty if anything can be typed."""
        if self.option.kind is bool and self.option.optional:
            return ("as the mode says", "on", "off")
        empty = self.option.declared.empty
        return (empty, *self.option.choices) if empty else self.option.choices

    @property
    def follows_plugins(self) -> bool:
        """Whether plug-ins can change the choices while the program runs."""
        return self.option.declared.offers is not None

    @property
    def default(self) -> str:
        """Text in an untouched form."""
        return self.to_text(self.option.default)

    def to_text(self, value: object) -> str:
        """Return a value as text in the form."""
        if self.option.kind is bool and self.option.optional:
            return self.choices[0] if value is None else "on" if value else "off"
        if isinstance(value, tuple | list):
            return "; ".join(value)
        if value == "" and self.option.declared.empty:
            return self.option.declared.empty
        return _NOT_GIVEN if value is None else str(value)

    def to_value(self, text: str) -> object:
        """Return the value of a text in the form.

        Raises:
            ValueError: The text is not valid; the message says what is.
        """
        value = self._read(text.strip())
        problem = self.option.problem(value)
        if not problem and self.choices and self.option.kind is str and self.to_text(value) not in self.choices:
            problem = f"{value!r} is not one of {', '.join(self.option.choices)}"
        if problem:
            raise ValueError(f"{problem[0].upper()}{problem[1:]}.")
        return value

    def begun_with(self, value: str) -> Field:
        """Return the field with another default, where there is no choice of nothing."""
        declared = replace(self.option.declared, empty="")
        return replace(self, option=replace(self.option, default=value, declared=declared))

    def takes(self, text: str) -> bool:
        """Return whether a text is valid in the form."""
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
            return "" if text == self.option.declared.empty else text
        noun = "A whole number" if kind is int else "A number"
        try:
            return kind(text)
        except ValueError:
            raise ValueError(f"{noun} is wanted here, not {text!r}." if text else f"{noun} is wanted here.") from None


class FilledForm(Protocol):
    """The values of a form, for checks of several fields together."""

    def __getitem__(self, name: str) -> str:
        """Return the text of a field."""
        ...

    def value(self, name: str) -> object:
        """Return the value of a field; raise `ValueError` if its text is not valid."""
        ...


def fields_of(options: type, shared: Mapping[str, str] | None = None) -> dict[str, Field]:
    """Return the fields of a class of options, by name.

    Args:
        options: The class.
        shared: Field -> name under which forms share its value.
    """
    shared = shared or {}
    return {name: Field(option, shared.get(name, "")) for name, option in options_of(options).items()}


def existing_field(possible: tuple[str, ...]) -> Field:
    """Return the field that says what happens to an output that exists.

    Args:
        possible: Which of `ADD` and `REPLACE` the stage can do.
    """
    choices = (NEW, *possible)
    help = " ".join(f"{choice}: {_EXISTING_HELP[choice]}" for choice in choices)
    return Field(Option(EXISTING, str, NEW, help, Declaration(label="Write it", group=FILES), choices))
