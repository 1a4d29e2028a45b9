# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Select demonstrations by name or number, success, attributes, or findings of the check."""

import operator
import os
import re
from collections.abc import Callable
from typing import Any

from ...errors import OptionError
from ...options import Selection, Thresholds
from .. import layout
from ..check import check_file
from ..reader import DatasetReader

_CONDITION = re.compile(r"\s*([\w./-]+?)\s*(==|!=|<=|>=|=|<|>)\s*(.*?)\s*\Z")
_RANGE = re.compile(r"(?:demo_)?(\d+)?\s*-\s*(?:demo_)?(\d+)?\Z")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def select_names(
    path: str | os.PathLike[str],
    selection: Selection,
    thresholds: Thresholds | None = None,
    same_task: Callable[[str, str], bool] = operator.eq,
) -> list[str]:
    """Return the names of the selected demonstrations, in the file's order.

    Args:
        path: The file.
        selection: The conditions.
        thresholds: Limits of the check, for `selection.findings`.
        same_task: As for `check_file`.

    Raises:
        OptionError: A name is not in the file, or a range or condition cannot be read.
        InputFileError: The file cannot be opened.
    """
    conditions = [condition(text) for text in selection.where]
    with DatasetReader(path) as reader:
        names = _by_name(reader, selection.demos) if selection.demos.strip() else list(reader.episode_names)
        if selection.success is not None or conditions:
            attrs = {name: reader.attrs(name) for name in names}
            names = [name for name in names if all(holds(attrs[name]) for holds in conditions)]
            if selection.success is not None:
                wanted = selection.success
                names = [name for name in names if bool(attrs[name].get(layout.ATTR_SUCCESS, not wanted)) is wanted]
    if selection.findings:
        # Check the whole file, because the check compares demonstrations with each other.
        found = set(check_file(path, thresholds, same_task=same_task).demos_with(selection.findings))
        names = [name for name in names if name in found]
    return names


def _by_name(reader: DatasetReader, text: str) -> list[str]:
    wanted: set[str] = set()
    numbers = {name: layout.demo_number(name) for name in reader.episode_names}
    for part in filter(None, re.split(r"[,\s]+", text.strip())):
        span = _RANGE.match(part)
        if part in numbers:
            wanted.add(part)
        elif part.isdigit() and layout.demo_name(int(part)) in numbers:
            wanted.add(layout.demo_name(int(part)))
        elif span and (span[1] or span[2]):
            first, last = int(span[1] or 0), int(span[2]) if span[2] else None
            inside = {
                name for name, n in numbers.items() if n is not None and n >= first and (last is None or n <= last)
            }
            if not inside:
                raise _not_there(reader, part)
            wanted |= inside
        else:
            raise _not_there(reader, part)
    return [name for name in reader.episode_names if name in wanted]


def _not_there(reader: DatasetReader, part: str) -> OptionError:
    names = reader.episode_names
    return OptionError(
        f"no demonstration is named {part!r}",
        where=str(reader.path),
        remedy=f"It holds {len(names)}, {names[0]} to {names[-1]}; name them as 3, demo_3, 10-19 or 90-.",
    )


def is_condition(text: str) -> bool:
    """Return whether a text is a comparison that `condition` reads."""
    return bool(_CONDITION.match(text))


def condition(text: str) -> Callable[[dict[str, Any]], bool]:
    """Return what decides from a demonstration's attributes whether it meets a condition, such as `num_samples<300`.

    Raises:
        OptionError: The text is no condition.
    """
    match = _CONDITION.match(text)
    if not match:
        raise OptionError(
            f"not a condition: {text!r}", where="--where", remedy="Write an attribute, a comparison and a value: seed=7"
        )
    path, compare, wanted = match[1].split("."), _OPERATORS[match[2]], match[3]

    def holds(attrs: dict[str, Any]) -> bool:
        value: Any = attrs
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            return False
        if isinstance(value, bool):
            return compare(value, wanted.lower() in ("true", "yes", "1"))
        if isinstance(value, int | float):
            try:
                return compare(value, float(wanted))
            except ValueError:
                return compare(str(value), wanted)
        return compare(str(value), wanted)

    return holds
