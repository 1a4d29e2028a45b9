# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How an option is declared: everything about it is at its field.

    @dataclass(frozen=True)
    class PaintOptions:
        colour: Literal["red", "green"] = option("red", label="Colour", group=RUN)
        \"""Colour of the paint.\"""
        coats: int = option(2, label="Coats", group=RUN, low=0, on_resume=MAY_DIFFER)
        \"""Coats to paint; 0: until it covers.\"""

The field's name, type, default and docstring are those of the option. The command line, the window's form and the
worker's JSON are made from this, and `check_options` checks all three.
"""

import enum
import math
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal

from .errors import OptionError

FILES, RUN, MORE, SIMULATION = "Task and files", "Run", "More", "Simulation"
"""Groups of a form that many stages have; any other name makes a group of its own."""


class Role(enum.StrEnum):
    """What is at the path that an option holds."""

    INPUT_FILE = "file to read"
    OUTPUT_FILE = "file to write"
    OUTPUT_FOLDER = "folder to write"
    CHECKPOINTS = "checkpoints, or folders of training runs"


class OnResume(enum.StrEnum):
    """How an option is compared when a run is resumed; see `run_manifest`."""

    SAME = "has to be the same"
    MAY_DIFFER = "may differ, for it does not decide what is made"
    BY_CONTENT = "names a file, whose content has to be the same"


MAY_DIFFER, BY_CONTENT = OnResume.MAY_DIFFER, OnResume.BY_CONTENT


@dataclass(frozen=True)
class Declaration:
    """What `option` declares."""

    label: str = ""
    group: str = MORE
    unit: str = ""
    low: float | None = None
    high: float | None = None
    below: float | None = None
    role: Role | None = None
    suffixes: tuple[str, ...] = ()
    offers: Callable[[], tuple[str, ...]] | None = None
    on_resume: OnResume = OnResume.SAME
    window_only: bool = False
    empty: str = ""


def option(
    default: Any,
    *,
    label: str = "",
    group: str = MORE,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    below: float | None = None,
    role: Role | None = None,
    suffixes: tuple[str, ...] = (),
    offers: Callable[[], tuple[str, ...]] | None = None,
    on_resume: OnResume = OnResume.SAME,
    window_only: bool = False,
    empty: str = "",
) -> Any:
    """Declare an option, as the value of a dataclass's field.

    Args:
        default: Default value.
        label: What a form calls it; by default its name.
        group: Heading that a form shows it under.
        unit: Unit, for people.
        low: Smallest value.
        high: Largest value.
        below: Value that it has to stay below.
        role: What it names; None if it is no path.
        suffixes: Endings of files of that role; by default those of datasets, or of checkpoints.
        offers: What a form lets choose from, where plug-ins add to it; their registry knows what is possible. Choices
            that do not change are a `Literal` type.
        on_resume: Whether a run may be resumed with another value.
        window_only: Whether only a window has what it is about, so that the command line has no flag for it.
        empty: What a form calls the choice of nothing; only where the default is an empty text.
    """
    declared = Declaration(label, group, unit, low, high, below, role, suffixes, offers, on_resume, window_only, empty)
    return field(default=default, metadata={Declaration: declared})


def redeclared(base: type, name: str, default: Any = MISSING, **changes: Any) -> Any:
    """Declare an option of a base class once more, with another default or docstring.

    Args:
        base: The class that has it.
        name: Its name there.
        default: Its default value here; by default the same.
        **changes: Arguments of `option` that are others here.
    """
    (there,) = (each for each in fields(base) if each.name == name)
    declared = replace(there.metadata[Declaration], **changes)
    return field(default=there.default if default is MISSING else default, metadata={Declaration: declared})


@dataclass(frozen=True)
class Option:
    """An option of a class of options."""

    name: str
    kind: type
    """str, int, float or bool, which are checked, or another type; of an option that holds several values, theirs."""
    default: Any
    help: str
    declared: Declaration
    literals: tuple[str, ...] = ()
    """All values that are possible; empty if there are others."""
    optional: bool = False
    """Whether it may be None, which leaves it to the stage."""
    many: bool = False
    """Whether it holds several values."""

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return flag(self.name)

    @property
    def label(self) -> str:
        """What a form calls it."""
        return self.declared.label or self.name.replace("_", " ").capitalize()

    @property
    def zero(self) -> str:
        """What 0 means, as its help says; empty if it is a number like others."""
        found = re.search(r"\b0: ([^.;(]+)", self.help)
        return found[1].strip() if found else ""

    @property
    def choices(self) -> tuple[str, ...]:
        """What there is to choose from; empty if anything can be given."""
        return self.declared.offers() if self.declared.offers else self.literals

    def problem(self, value: Any) -> str:
        """Say why a value cannot be used: `must be at least 1, not 0`. Empty if it can."""
        if value is None:
            return "" if self.optional else "must be given"
        if self.many:
            if not isinstance(value, tuple | list):
                return f"must be a list, not {value!r}"
            return next((problem for each in value if (problem := self._problem(each))), "")
        return self._problem(value)

    def _problem(self, value: Any) -> str:
        if self.kind not in _KINDS:
            return ""
        kinds = (int, float) if self.kind is float else (self.kind,)
        if not isinstance(value, kinds) or (self.kind is not bool and isinstance(value, bool)):
            return f"must be {_KINDS[self.kind]}, not {value!r}"
        if self.literals and value not in self.literals:
            return f"{value!r} is not one of {', '.join(self.literals)}"
        if self.kind in (int, float):
            low, high, below = self.declared.low, self.declared.high, self.declared.below
            # Not a number is in no range.
            inside = (
                (low is None or value >= low) and (high is None or value <= high) and (below is None or value < below)
            )
            if not inside or math.isnan(value):
                return f"must be {_range(low, high, below)}, not {_number(value)}"
        return ""


_KINDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def _range(low: float | None, high: float | None, below: float | None) -> str:
    """Write a range in words."""
    if high is not None:
        return f"at most {_number(high)}" if low is None else f"from {_number(low)} to {_number(high)}"
    if below is not None:
        return f"below {_number(below)}" if low is None else f"from {_number(low)} to less than {_number(below)}"
    return "a number" if low is None else f"at least {_number(low)}"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


def flag(name: str) -> str:
    """Return an option's name on the command line."""
    return f"--{name.replace('_', '-')}"


@cache
def options_of(kind: type) -> Mapping[str, Option]:
    """Return the options of a dataclass by name, in the order of their declaration."""
    hints, helps = typing.get_type_hints(kind), _helps(kind)
    return {each.name: _option(each, hints[each.name], helps.get(each.name, "")) for each in fields(kind)}


def check_options(options: object) -> None:
    """Check types, ranges and choices of all options.

    Raises:
        OptionError: A value cannot be used.
    """
    for name, each in options_of(type(options)).items():
        if problem := each.problem(getattr(options, name)):
            raise OptionError(problem, where=each.flag)


def read_options[T](kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """Make options from plain data, as they come from JSON.

    Args:
        kind: Their class.
        values: Values by name; the others are the defaults.
        where: Whose options they are, for people.

    Raises:
        OptionError: There is no such option, or a value cannot be used.
    """
    known = options_of(kind)
    if unknown := values.keys() - known.keys():
        raise OptionError(f"{where} has no option {', '.join(sorted(unknown))}")
    # JSON has lists only.
    made = kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
    check_options(made)
    return made


def deciding(options: object) -> dict[str, Any]:
    """Return the options that decide what a run makes, beside the files it reads."""
    return {
        name: getattr(options, name)
        for name, each in options_of(type(options)).items()
        if each.declared.on_resume is OnResume.SAME
    }


def _option(each: Field, hint: Any, text: str) -> Option:
    members = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, UnionType) else (hint,)
    (one,) = (member for member in members if member is not NoneType)
    many = typing.get_origin(one) is tuple
    one = typing.get_args(one)[0] if many else one
    literals = typing.get_args(one) if typing.get_origin(one) is Literal else ()
    default = (
        each.default
        if each.default is not MISSING
        else each.default_factory()
        if callable(each.default_factory)
        else None
    )
    return Option(
        each.name,
        str if literals else one,
        default,
        text,
        each.metadata.get(Declaration, Declaration()),
        literals,
        NoneType in members or one is Any,
        many,
    )


def _helps(kind: type) -> dict[str, str]:
    """Return the docstrings under the fields of a dataclass and its bases; none where there is no reader of them.

    The window opens without the packages of the command line too, to say which are missing.
    """
    try:
        import docstring_parser
    except ModuleNotFoundError:
        return {}
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if is_dataclass(base):
            read = docstring_parser.parse_from_object(base).params
            found |= {each.arg_name: " ".join((each.description or "").split()) for each in read}
    return found
