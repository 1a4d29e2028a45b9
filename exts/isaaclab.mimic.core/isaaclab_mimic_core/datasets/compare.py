# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Say in what two dataset files differ (`mimic info FILE --compare OTHER`), as data and as text.

Demonstrations are the same if their actions are: annotating, rendering and renaming leave those alone.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import layout
from .reader import DatasetReader

_LISTED = 8
"""Names and attributes that are written at most before the rest is counted."""
_LONGEST = 40
"""[characters] Longer values are not written."""


def compare(path: str | os.PathLike[str], other: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what differs between two files as plain data.

    Returns:
        - `paths`: the two files, and `same`: whether nothing differs
        - `file`: {property of the file: its two values}, of those that differ
        - `pairs`: the names of each demonstration that is in both, and `only`: the names of those in one file only
        - `terms`: {array: {`only`: 0 or 1, the file that has it, None if both have; `demos`: number of demonstrations
          in both files in which it differs}}
        - `attributes`: {attribute: {`demos`: number of demonstrations in both files in which it differs, `example`:
          [name, value, value]}}

    Raises:
        InputFileError: A file cannot be opened or is not a dataset.
        DatasetError: A demonstration cannot be read.
    """
    with DatasetReader(path, allow_empty=True) as one, DatasetReader(other, allow_empty=True) as two:
        pairs, only = _pair(one, two)
        terms: dict[str, dict[str, Any]] = {}
        attributes: dict[str, dict[str, Any]] = {}
        for names in pairs:
            for term, owner in _differing_terms(one, two, *names):
                known = terms.setdefault(term, {"only": owner, "demos": 0})
                known["demos"] += 1
                # In some of the demonstrations both may have it.
                known["only"] = owner if known["only"] == owner else None
            flat = [_flat(reader.attrs(name)) for reader, name in zip((one, two), names, strict=True)]
            for key in sorted(flat[0].keys() | flat[1].keys()):
                values = [each.get(key) for each in flat]
                if values[0] != values[1]:
                    known = attributes.setdefault(key, {"demos": 0, "example": [names[0], *values]})
                    known["demos"] += 1
        file = {
            name: [write(one), write(two)]
            for name, write in _PROPERTIES.items()
            if write(one) != write(two)
        }  # fmt: skip
    renamed = any(first != second for first, second in pairs)
    return {
        "paths": [str(path), str(other)],
        "same": not (file or terms or attributes or renamed or any(only)),
        "file": file,
        "pairs": [list(names) for names in pairs],
        "only": [list(names) for names in only],
        "terms": terms,
        "attributes": attributes,
    }


def format_differences(found: Mapping[str, Any]) -> str:
    """Return the result of `compare` as text."""
    titles = _titles(found["paths"])
    lines = [f"{found['paths'][0]} and {found['paths'][1]}"]

    def say(title: str, text: str) -> None:
        lines.append(f"  {title:<14}{text}")

    pairs, only = found["pairs"], found["only"]
    if found["same"]:
        say("same", f"They hold the same {_count(len(pairs))}.")
        return "\n".join(lines)
    for name, (one, two) in found["file"].items():
        say(name, f"{one} in {titles[0]}, {two} in {titles[1]}")
    say("in both", f"{_count(len(pairs))} with the same actions")
    if renamed := [f"{first} is {second}" for first, second in pairs if first != second]:
        say("renamed", f"{_listed(renamed)} in {titles[1]}")
    for title, names in zip(titles, only, strict=True):
        if names:
            say("only in", f"{title}: {_listed(names)}")
    if same_name := sorted(set(only[0]) & set(only[1]), key=layout.natural_order):
        say("note", f"other demonstrations under the same name: {_listed(same_name)}")
    alike: dict[tuple[int | None, int], list[str]] = defaultdict(list)
    for term, known in found["terms"].items():
        alike[known["only"], known["demos"]].append(term)
    for (owner, demos), terms in alike.items():
        where = "other values" if owner is None else f"only in {titles[owner]}"
        say("arrays", f"{where}{_in_some(demos, len(pairs))}: {', '.join(terms)}")
    for key, known in found["attributes"].items():
        name, *values = known["example"]
        text = " and ".join("none" if value is None else str(value) for value in values)
        example = f"; {name}: {text}" if len(text) <= 2 * _LONGEST else ""
        say("attribute", f"{key} differs{_in_some(known['demos'], len(pairs))}{example}")
    return "\n".join(lines)


_PROPERTIES = {
    "task": lambda reader: reader.env_name or "not stated",
    "quaternions": lambda reader: "wxyz" if reader.legacy_quaternions else "xyzw",
    "masks": lambda reader: ", ".join(reader.masks) or "none",
}


def _pair(one: DatasetReader, two: DatasetReader) -> tuple[list[tuple[str, str]], tuple[list[str], list[str]]]:
    """Return the names of demonstrations that have the same actions in both files, and of those that are in one only.

    Of several with the same actions, those of the same name belong together, then the first ones.
    """
    there: dict[str, list[str]] = defaultdict(list)
    for name in two.episode_names:
        there[_identity(two, name)].append(name)
    found: dict[str, str] = {}
    keys = {name: _identity(one, name) for name in one.episode_names}
    for by_name in (True, False):
        for name, key in keys.items():
            candidates = there[key]
            if name not in found and candidates and (name in candidates or not by_name):
                found[name] = name if name in candidates else candidates[0]
                candidates.remove(found[name])
    taken = set(found.values())
    pairs = [(name, found[name]) for name in one.episode_names if name in found]
    left = [name for name in one.episode_names if name not in found]
    return pairs, (left, [name for name in two.episode_names if name not in taken])


def _identity(reader: DatasetReader, name: str) -> str:
    if not reader.has(name, layout.ACTIONS):
        return f"named {name}"
    actions = reader.values(name, layout.ACTIONS)
    return hashlib.sha256(f"{actions.shape}".encode() + np.ascontiguousarray(actions).tobytes()).hexdigest()


def _differing_terms(one: DatasetReader, two: DatasetReader, name: str, other: str) -> list[tuple[str, int | None]]:
    """Return the arrays that differ, each with the number of the file that has it, None if both have."""
    here, there = one.shapes(name), two.shapes(other)
    found: list[tuple[str, int | None]] = [
        (term, 0 if term in here else 1) for term in sorted(here.keys() ^ there.keys())
    ]
    for term in sorted(here.keys() & there.keys()):
        if here[term][0] != there[term][0] or not _equal(one.values(name, term), two.values(other, term)):
            found.append((term, None))
    return found


def _equal(values: np.ndarray, others: np.ndarray) -> bool:
    # Readers bring both files' quaternions into one order. What is no number in both is no difference.
    numbers = values.dtype.kind in "fc" and others.dtype.kind in "fc"
    return bool(np.array_equal(values, others, equal_nan=numbers))


def _flat(attrs: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return attributes by path: those of a history, and of what is in it."""
    found: dict[str, Any] = {}
    for key, value in attrs.items():
        if isinstance(value, Mapping) and before.count(".") < 2:
            found |= _flat(value, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = value
    return found


def _titles(paths: Sequence[str]) -> list[str]:
    """Return what to call the files: their names, unless those are the same."""
    names = [Path(path).name for path in paths]
    return names if names[0] != names[1] else list(paths)


def _in_some(demos: int, of: int) -> str:
    return "" if demos == of else f" in {demos} of them"


def _count(demos: int) -> str:
    return f"{demos} demonstration{'' if demos == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
