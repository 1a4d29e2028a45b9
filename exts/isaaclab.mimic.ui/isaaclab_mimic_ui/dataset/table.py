# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The demonstrations of a file as a table: filtered, sorted, and several of them chosen. This module has no widgets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

ALL, SUCCEEDED, FAILED, FOUND = "all", "succeeded", "failed", "findings"
KINDS = {
    ALL: ("All", "Show all demonstrations."),
    SUCCEEDED: ("Succeeded", "Only those that are marked as successful."),
    FAILED: ("Failed", "Only those that are marked as not successful."),
    FOUND: ("Findings", "Only those in which the check has found something."),
}
"""Kind of demonstrations that are shown -> label of its button, and its tooltip."""
NAME, LENGTH, SUCCESS, SOURCE, CHECK = "name", "length", "success", "source", "check"
COLUMNS = {
    NAME: ("Name", "Its name in the file."),
    LENGTH: ("Samples", "Its length."),
    SUCCESS: ("Success", "Whether it is marked as successful."),
    SOURCE: ("Source", "The demonstrations that it was generated from."),
    CHECK: ("Check", "The worst of what the check has found in it."),
}
"""Column -> its heading, and its tooltip."""
_LEVELS = ("error", "warning", "hint")
_LENGTHS = {"length": "num_samples", "samples": "num_samples"}
"""What people call an attribute -> its name."""
_ASIDE = re.compile(r"\s*(==|!=|<=|>=|=|<|>)\s*")


@dataclass(frozen=True)
class Row:
    """A demonstration."""

    place: int
    """Its place in the file."""
    name: str
    length: int
    """Samples."""
    success: bool | None
    """None where the file does not say."""
    sources: tuple[str, ...] = ()
    """Demonstrations that it was generated from."""
    attrs: dict[str, Any] = field(default_factory=dict)
    findings: tuple[tuple[str, str], ...] = ()
    """Level and message of what a check has found in it."""

    @property
    def worst(self) -> str:
        """The worst level among the findings; empty without any."""
        return next((level for level in _LEVELS if any(each == level for each, _ in self.findings)), "")

    @cached_property
    def words(self) -> str:
        """Everything that is known of it, as a text to be searched."""
        found = [text for finding in self.findings for text in finding]
        return " ".join([self.name, *self.sources, *found, json.dumps(self.attrs, default=str)]).lower()


_KINDS: dict[str, Callable[[Row], bool]] = {
    ALL: lambda row: True,
    SUCCEEDED: lambda row: row.success is True,
    FAILED: lambda row: row.success is False,
    FOUND: lambda row: bool(row.findings),
}
_KEYS: dict[str, Callable[[Row], Any]] = {
    NAME: lambda row: row.place,
    LENGTH: lambda row: row.length,
    SUCCESS: lambda row: {True: 0, False: 1, None: 2}[row.success],
    SOURCE: lambda row: [_in_order(name) for name in row.sources],
    CHECK: lambda row: (_LEVELS.index(row.worst) if row.worst else len(_LEVELS), -len(row.findings)),
}


class DemoTable:
    """Which demonstrations are shown, in which order, and which of them are chosen."""

    def __init__(self) -> None:
        self.rows: tuple[Row, ...] = ()
        """All demonstrations, in the file's order."""
        self.is_checked = False
        """Whether the file has been checked."""
        self.kind = ALL
        """One of `KINDS`."""
        self.text = ""
        """What is searched for: words and conditions, all of which have to be met."""
        self.column, self.falling = NAME, False
        """What is sorted by, and whether the greatest comes first."""
        self.chosen: set[str] = set()
        self.several = False
        """Whether they were chosen to do something with them, not only to be looked at."""
        self._anchor = ""
        self._found: tuple[tuple[Row, ...], tuple, list[Row]] | None = None
        """All demonstrations, what was asked of them, and which ones are shown for that."""

    def fill(self, listed: Iterable[tuple[str, dict, int]]) -> None:
        """Take the demonstrations of another file: name, attributes and length of each."""
        self.rows = tuple(
            Row(place, name, length, _success(attrs), _sources(attrs), attrs)
            for place, (name, attrs, length) in enumerate(listed)
        )
        self.is_checked = False
        self._choose(set())
        self._anchor = ""

    def take_findings(self, findings: Sequence[tuple[str, str, str]] | None) -> None:
        """Take what a check has found: level, demonstration and message of each finding; None if there was no check."""
        self.is_checked = findings is not None
        found: dict[str, list[tuple[str, str]]] = {}
        for level, demo, message in findings or ():
            found.setdefault(demo, []).append((level, message))
        self.rows = tuple(replace(row, findings=tuple(found.get(row.name, ()))) for row in self.rows)

    @property
    def shown(self) -> list[Row]:
        """The demonstrations that are shown, in their order."""
        asked = self.kind, self.text, self.column, self.falling
        if self._found is None or self._found[0] is not self.rows or self._found[1] != asked:
            self._found = self.rows, asked, self._find()
        return self._found[2]

    def _find(self) -> list[Row]:
        tests = [_KINDS[self.kind], *(_test(word) for word in _words(self.text))]
        found = [row for row in self.rows if all(meets(row) for meets in tests)]
        return sorted(found, key=_KEYS[self.column], reverse=self.falling)

    @property
    def said(self) -> str:
        """How many are shown and chosen, or what is lacking, in words."""
        if self.kind == FOUND and not self.is_checked:
            return "Press Check first: nothing is known of findings yet."
        count, shown = len(self.rows), len(self.shown)
        parts = [f"{shown} of {count} shown"] * (shown < count) + [f"{len(self.chosen)} chosen"] * self.several
        return ", ".join(parts) or "Ctrl or Shift and a click choose several."

    def sort_by(self, column: str) -> None:
        """Sort by a column; again, the other way round."""
        self.falling = not self.falling if column == self.column else False
        self.column = column

    def click(self, name: str, ctrl: bool = False, shift: bool = False) -> None:
        """Choose as lists do: a click one, with Ctrl one more or less, with Shift all from the last one to this.

        With Shift where there is no last one, one more or less.
        """
        if shift and self._anchor:
            names = [row.name for row in self.shown]
            if self._anchor in names and name in names:
                begin, end = sorted((names.index(self._anchor), names.index(name)))
                between = set(names[begin : end + 1])
                self._choose(self.chosen | between if ctrl else between, several=True)
                return
        self._anchor = name
        if ctrl or shift:
            self._choose(self.chosen ^ {name}, several=True)
        else:
            self._choose({name})

    def choose_shown(self) -> None:
        """Choose all that are shown; none if they are chosen already."""
        names = {row.name for row in self.shown}
        self._choose(set() if names == self.chosen else names, several=True)

    @property
    def selection(self) -> str:
        """Those that were chosen to do something with them, as commands take them: 1,3-5; empty for none."""
        if not self.several:
            return ""
        parts: list[str] = []
        run: list[int] = []
        for row in self.rows:
            number = _number(row.name) if row.name in self.chosen else None
            if run and number != run[-1] + 1:
                parts.append(_span(run))
                run = []
            if number is not None:
                run.append(number)
            elif row.name in self.chosen:
                parts.append(row.name)
        return ",".join(parts + ([_span(run)] if run else []))

    def _choose(self, names: set[str], several: bool = False) -> None:
        self.chosen, self.several = names, several and bool(names)


def _success(attrs: dict) -> bool | None:
    value = attrs.get("success")
    return None if value is None else bool(value)


def _sources(attrs: dict) -> tuple[str, ...]:
    # Late: a file that has been read has brought it.
    from isaaclab_mimic_core.datasets.origin import parts_of

    found = {part.demo for parts in parts_of(attrs).values() for part in parts}
    return tuple(sorted(found, key=_in_order))


def _words(text: str) -> list[str]:
    """Return the words and conditions of a text; around a comparison there may be spaces."""
    return re.split(r"[\s,]+", joined) if (joined := _ASIDE.sub(r"\1", text.strip(" ,\t"))) else []


def _test(word: str) -> Callable[[Row], bool]:
    from isaaclab_mimic_core.datasets.edit.selection import condition, is_condition

    if not is_condition(word):
        return partial(_holds, word.lower())
    name, compare, value = _ASIDE.split(word, maxsplit=1)
    if name in ("source", "sources"):
        return lambda row: (value in row.sources) is (compare != "!=")
    holds = condition(f"{_LENGTHS.get(name, name)}{compare}{value}")
    return lambda row: holds(row.attrs | {"num_samples": row.length})


def _holds(word: str, row: Row) -> bool:
    return word in row.words


def _number(name: str) -> int | None:
    found = re.fullmatch(r"demo_(\d+)", name)
    return int(found[1]) if found else None


def _in_order(name: str) -> tuple[int, str]:
    number = _number(name)
    return (-1, name) if number is None else (number, name)


def _span(run: list[int]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"
