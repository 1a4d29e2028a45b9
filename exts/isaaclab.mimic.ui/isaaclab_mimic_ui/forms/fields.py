# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The fields of a form, made from the dataclass that holds a stage's options. No widget in sight."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields

from isaaclab_mimic_core.devices.settings import FORM

_NOT_GIVEN = ""
"""What stands in a form for an option that is not given."""


@dataclass(frozen=True)
class Looks:
    """What a form knows of a field beyond what the options' dataclass says."""

    label: str = ""
    unit: str = ""
    choices: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()
    """What there is to choose from; a function where plug-ins add to it."""
    low: float | None = None
    high: float | None = None
    file: str = ""
    """`in` for a file to read, `run` for a file or folder to read, `out` for a file to write, `folder` for a folder
    to write."""
    shared: str = ""
    """Name under which forms share this value: what one step writes is what the next one reads."""


@dataclass(frozen=True)
class Field:
    """One value of a form."""

    name: str
    kind: type
    """str, int, float or bool."""
    default: object
    optional: bool
    """Whether it may be left to the stage: the form then shows nothing in it."""
    tooltip: str
    looks: Looks
    many: bool = False
    """Whether it holds several texts; semicolons then stand between them."""

    @property
    def label(self) -> str:
        text = self.looks.label or self.name.replace("_", " ").capitalize()
        return f"{text} [{self.looks.unit}]" if self.looks.unit else text

    @property
    def choices(self) -> tuple[str, ...]:
        """What there is to choose from; nothing if anything can be filled in."""
        if self.kind is bool and self.optional:
            return ("as the mode says", "on", "off")
        return self.looks.choices() if callable(self.looks.choices) else self.looks.choices

    @property
    def follows_plugins(self) -> bool:
        """Whether what there is to choose from changes while the program runs."""
        return callable(self.looks.choices)

    def to_text(self, value: object) -> str:
        """Write a value as it stands in the form."""
        if self.kind is bool and self.optional:
            return self.choices[0] if value is None else "on" if value else "off"
        if isinstance(value, tuple | list):
            return "; ".join(value)
        return _NOT_GIVEN if value is None else str(value)

    def to_value(self, text: str) -> object:
        """Read what stands in the form.

        Raises:
            ValueError: It cannot be that; the message says what can.
        """
        text = text.strip()
        if self.kind is bool:
            return {"on": True, "True": True, "off": False, "False": False}.get(text) if text else None
        if self.optional and text == _NOT_GIVEN:
            return None
        if self.kind is str:
            return text
        noun = "A whole number" if self.kind is int else "A number"
        try:
            value = self.kind(text)
        except ValueError:
            raise ValueError(f"{noun} is wanted here, not {text!r}." if text else f"{noun} is wanted here.") from None
        low, high = self.looks.low, self.looks.high
        if value != value or (low is not None and value < low) or (high is not None and value > high):
            raise ValueError(
                f"From {low:g} to {high:g}."
                if low is not None and high is not None
                else f"At least {low:g}."
                if low is not None
                else "A number is wanted here."
            )
        return value

    def takes(self, text: str) -> bool:
        """Return whether a text can stand in the form."""
        try:
            return self.to_value(text) is not None or self.optional
        except ValueError:
            return False


class Filled(typing.Protocol):
    """A form that is filled in, as far as a check of it goes."""

    def __getitem__(self, name: str) -> str:
        """Return what stands in a field."""

    def value(self, name: str) -> object:
        """Return what a field means; raise `ValueError` if that is nothing."""


def fields_of(options: type, looks: dict[str, Looks]) -> dict[str, Field]:
    """Return the fields of an options dataclass, with the docstrings under them as tooltips.

    Args:
        options: The dataclass.
        looks: What is known beyond it, by field; what a device's settings declare of themselves counts without it.
    """
    hints = typing.get_type_hints(options)
    tooltips = _docstrings(options)
    found = {}
    for field in fields(options):
        kind, optional = _kind(hints[field.name])
        default = field.default if field.default is not MISSING else field.default_factory()
        found[field.name] = Field(
            field.name,
            kind,
            default,
            optional,
            tooltips.get(field.name, ""),
            looks.get(field.name) or Looks(**field.metadata.get(FORM, {})),
            many=typing.get_origin(hints[field.name]) is tuple,
        )
    return found


def _kind(hint: object) -> tuple[type, bool]:
    members = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    plain = [member for member in members if member is not type(None)]
    return (plain[0] if plain[0] in (bool, int, float) else str), type(None) in members


def _docstrings(cls: type) -> dict[str, str]:
    """Return the docstrings under the fields of a dataclass and its bases."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__[:-1]):
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0].body
        for field, text in itertools.pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                found[field.target.id] = " ".join(inspect.cleandoc(text.value.value).split())
    return found
