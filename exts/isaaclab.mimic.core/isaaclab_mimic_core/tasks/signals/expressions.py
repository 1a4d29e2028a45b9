# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a descriptor can say of a scene's state. This module imports neither torch nor Isaac Lab."""

import graphlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...datagen.config_checks import is_finite
from ...yaml_file import Entry

_NEEDED = object()
_TEXT, _NUMBER, _POINT, _BOX = "a name", "a number", "three numbers", "one number or three"

KINDS: dict[str, dict[str, tuple[str, Any]]] = {
    "grasped": {"object": (_TEXT, _NEEDED), "eef": (_TEXT, ""), "reach": (_NUMBER, 0.06), "speed": (_NUMBER, 0.1)},
    "lifted": {"object": (_TEXT, _NEEDED), "height": (_NUMBER, _NEEDED)},
    "placed": {
        "object": (_TEXT, _NEEDED),
        "on": (_TEXT, ""),
        "in": (_TEXT, ""),
        "at": (_TEXT, ""),
        "offset": (_POINT, (0.0, 0.0, 0.0)),
        "tolerance": (_BOX, 0.02),
        "speed": (_NUMBER, 0.05),
    },
    "released": {"eef": (_TEXT, ""), "object": (_TEXT, ""), "distance": (_NUMBER, 0.0)},
    "reached": {
        "object": (_TEXT, _NEEDED),
        "eef": (_TEXT, ""),
        "offset": (_POINT, (0.0, 0.0, 0.0)),
        "tolerance": (_BOX, 0.02),
    },
    "joint": {"asset": (_TEXT, _NEEDED), "name": (_TEXT, _NEEDED), "above": (_NUMBER, None), "below": (_NUMBER, None)},
}
"""Kind of statement -> its parameters: what each is, and its default. `computing` says what they mean."""

_AMOUNTS = ("reach", "speed", "tolerance", "distance")

COMBINATIONS = ("all", "any", "not")


@dataclass(frozen=True)
class Statement:
    """Something that holds or does not."""

    kind: str
    """One of `KINDS` or `COMBINATIONS`, or `signal` for another signal of the file."""
    where: str
    """File, line and keys, for errors."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The parameters; `name` for another signal."""
    parts: tuple["Statement", ...] = ()
    """What is combined."""


def read_signals(entry: Entry, eefs: Sequence[str]) -> dict[str, Statement]:
    """Return the signals of a descriptor by name.

    Args:
        entry: Mapping of name to statement.
        eefs: The end effectors.

    Raises:
        InputFileError: A statement cannot be followed, or signals are made of one another in a circle.
    """
    entries = entry.settings()
    signals = {name: read_statement(below, eefs, list(entries)) for name, below in entries.items()}
    order = {name: list(_used(statement)) for name, statement in signals.items()}
    try:
        graphlib.TopologicalSorter(order).prepare()
    except graphlib.CycleError as error:
        first = error.args[1][0]
        raise entries[first].error("is made of itself", "Say what has to hold without it.") from error
    return signals


def read_statement(entry: Entry, eefs: Sequence[str], signals: Sequence[str]) -> Statement:
    """Return a statement.

    Args:
        entry: The name of a signal, or a mapping of one kind to its parameters.
        eefs: The end effectors.
        signals: Names of the file's signals.

    Raises:
        InputFileError: It cannot be followed.
    """
    if isinstance(entry.plain, str):
        if entry.plain not in signals:
            raise entry.error(f"there is no signal {entry.plain!r}", f"There are {', '.join(signals) or 'none'}.")
        return Statement("signal", entry.where, {"name": entry.plain})
    found = entry.settings()
    kinds = ", ".join([*KINDS, *COMBINATIONS])
    if len(found) != 1:
        raise entry.error(f"says {len(found)} things, but should say one", f"Use one of {kinds}.")
    ((kind, below),) = found.items()
    if kind in ("all", "any"):
        parts = tuple(read_statement(each, eefs, signals) for each in below.items())
        if not parts:
            raise below.error("is empty", "List what has to hold.")
        return Statement(kind, below.where, parts=parts)
    if kind == "not":
        return Statement(kind, below.where, parts=(read_statement(below, eefs, signals),))
    if kind not in KINDS:
        raise below.error(f"{kind!r} cannot be said", f"Use one of {kinds}.")
    return Statement(kind, below.where, _parameters(kind, below, eefs))


def _parameters(kind: str, entry: Entry, eefs: Sequence[str]) -> dict[str, Any]:
    wanted = KINDS[kind]
    found = entry.known(wanted)
    values = {}
    for key, (what, default) in wanted.items():
        if key in found:
            values[key] = _value(found[key], what)
        elif default is _NEEDED:
            raise entry.error(f"the key {key!r} is missing", f"Add {key}, {what}.")
        else:
            values[key] = default
    if "eef" in values:
        values["eef"] = _eef(values["eef"], found.get("eef", entry), eefs)
    if kind == "placed" and sum(bool(values[key]) for key in ("on", "in", "at")) != 1:
        raise entry.error("should say one of on, in and at", "Name the other object once.")
    if kind == "joint" and (values["above"] is None) == (values["below"] is None):
        raise entry.error("should say one of above and below", "Give a position [rad or m].")
    return values


def _eef(given: str, entry: Entry, eefs: Sequence[str]) -> str:
    if given in eefs:
        return given
    if given or len(eefs) != 1:
        what = f"there is no end effector {given!r}" if given else "the key 'eef' is missing"
        raise entry.error(what, f"There are {', '.join(eefs)}.")
    return eefs[0]


def _value(entry: Entry, what: str) -> Any:
    value: Any = entry.plain
    if what is _TEXT:
        good = isinstance(value, str) and bool(value)
    elif what is _NUMBER:
        good = is_finite(value)
    else:
        good = isinstance(value, list) and len(value) == 3 and all(map(is_finite, value))
        good |= what is _BOX and is_finite(value)
    if not good:
        raise entry.error(f"is {value!r}, but should be {what}")
    numbers: list[Any] = value if isinstance(value, list) else [value]
    if entry.name.split()[-1] in _AMOUNTS and min(numbers) < 0:
        raise entry.error(f"is {value!r}, but must not be negative")
    return tuple(value) if isinstance(value, list) else value


def _used(statement: Statement) -> set[str]:
    """Return the signals that a statement is made of."""
    own = {statement.values["name"]} if statement.kind == "signal" else set()
    return own.union(*map(_used, statement.parts))
