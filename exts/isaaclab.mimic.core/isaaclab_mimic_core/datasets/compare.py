# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Say in what two dataset files differ (`mimic info FILE --compare OTHER`), as data and as text.

Demonstrations are the same if their actions are: annotating, rendering and renaming leave those alone. Those without
actions, such as imported motions, are the same if their states are; without these, too, if their names are.
"""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DatasetError
from . import layout
from .attributes import for_json
from .reader import DatasetReader
from .tree import Unreadable, printable

_LISTED = 8
"""Names and attributes that are written at most before the rest is counted."""
_LONGEST = 40
"""[characters] Longer values are not written."""


def compare(path: str | os.PathLike[str], other: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what differs between two files as plain data.

    Returns:
        - `paths`: the two files, and `same`: whether nothing differs
        - `file`: {property of the file: its two values}, of those that differ: `task`, `quaternions`, `masks.NAME`
          (lists of demonstrations), attributes of the file by their path; None where a file has none
        - `pairs`: the names of each demonstration that is in both, and `only`: the names of those in one file only
        - `terms`: {array: {`only`: 0 or 1, the file that has it, None if both have; `demos`: number of demonstrations
          in both files in which its values differ}}
        - `types`: {array: its two types of numbers}, of those that both files have in different ones
        - `attributes`: {attribute: {`demos`: number of demonstrations in both files in which it differs, `example`:
          [name, value, value]}}

    Values that are no numbers of JSON's (NaN, infinities) are texts.

    Raises:
        InputFileError: A file cannot be opened or is not a dataset.
        DatasetError: A demonstration or a mask cannot be read.
    """
    with DatasetReader(path, allow_empty=True) as one, DatasetReader(other, allow_empty=True) as two:
        pairs, only = _pair(one, two)
        terms: dict[str, dict[str, Any]] = {}
        types: dict[str, list[str]] = {}
        attributes: dict[str, dict[str, Any]] = {}
        for names in pairs:
            types |= _differing_types(one, two, *names)
            for term, owner in _differing_terms(one, two, *names):
                known = terms.setdefault(term, {"only": owner, "demos": 0})
                known["demos"] += 1
                # In some of the demonstrations both may have it.
                known["only"] = owner if known["only"] == owner else None
            flat = [
                _flat({**reader.attrs(name), **reader.stated(name).faults})
                for reader, name in zip((one, two), names, strict=True)
            ]
            for key, values in _differing(*flat).items():
                known = attributes.setdefault(key, {"demos": 0, "example": [names[0], *values]})
                known["demos"] += 1
        file = _differing(_properties(one), _properties(two))
    renamed = any(first != second for first, second in pairs)
    return {
        "paths": [str(path), str(other)],
        "same": not (file or terms or types or attributes or renamed or any(only)),
        "file": file,
        "pairs": [list(names) for names in pairs],
        "only": [list(names) for names in only],
        "terms": terms,
        "types": types,
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
    for name, values in found["file"].items():
        title, what = (name, "") if name in _TITLES else ("file", f"{name}: ")
        one, two = map(_text, values)
        far = one == two or len(one) + len(two) > 2 * _LONGEST
        say(title, f"{what}differs" if far else f"{what}{one} in {titles[0]}, {two} in {titles[1]}")
    say("in both", _count(len(pairs)))
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
    of_types: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for term, both in found["types"].items():
        of_types[tuple(both)].append(term)
    for (first, second), terms in of_types.items():
        say("types", f"{first} in {titles[0]}, {second} in {titles[1]}: {', '.join(terms)}")
    for key, known in found["attributes"].items():
        name, *values = known["example"]
        text = " and ".join(map(_text, values))
        example = f"; {name}: {text}" if len(text) <= 2 * _LONGEST else ""
        say("attribute", f"{key} differs{_in_some(known['demos'], len(pairs))}{example}")
    return "\n".join(lines)


_TITLES = ("task", "quaternions")
"""Properties of a file that have a line of their own."""


def _properties(reader: DatasetReader) -> dict[str, Any]:
    """Return what a file says of itself and of all its demonstrations, by path."""
    flat = _flat({**reader.file_attrs, **reader.data_attrs, **reader.data_attr_faults})
    # Told in words.
    for path in (layout.ATTR_FORMAT_VERSION, f"{layout.ATTR_ENV_ARGS}.env_name"):
        flat.pop(path, None)
    told = reader.env_name or "not stated", "wxyz" if reader.legacy_quaternions else "xyzw"
    masks = {f"masks.{key}": reader.mask(key) for key in reader.masks}
    return {**dict(zip(_TITLES, told, strict=True)), **masks, **flat}


def _differing(one: Mapping[str, Any], two: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the pairs of values that differ, in an order that both give; None stands for what is not there."""
    found = {}
    for key in dict.fromkeys([*one, *sorted(two)]):
        values = [one.get(key), two.get(key)]
        # As texts, NaN is the same as NaN.
        if values[0] != values[1] and len({json.dumps(value, sort_keys=True) for value in values}) > 1:
            found[key] = list(map(for_json, values))
    return found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return _listed([printable(str(each)) for each in value])
    return "none" if value is None else printable(str(value))


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
    """Return a text that is the same for the same actions; without any for the same states, else for the same name."""
    terms = [layout.ACTIONS] if reader.has(name, layout.ACTIONS) else []
    if not terms or not _values(reader, name, layout.ACTIONS).size:
        terms = sorted(reader.shapes(name, [layout.STATES]))
    if not terms:
        return f"named {name}"
    digest = hashlib.sha256()
    for term in terms:
        values = _values(reader, name, term)
        if values.dtype.kind == "f":
            # The same numbers in another type are the same demonstration.
            values = values.astype(np.float32)
        digest.update(f"{term} {values.shape}".encode() + np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def _values(reader: DatasetReader, name: str, term: str) -> np.ndarray:
    try:
        return reader.values(name, term)
    except Unreadable as error:
        raise _unreadable(reader, name, term, str(error)) from error


def _unreadable(reader: DatasetReader, name: str, path: str, why: str) -> DatasetError:
    return DatasetError(f"{path} {why}".strip(), where=f"{reader.path}, {name}", remedy="Copy the file again.")


def _differing_terms(one: DatasetReader, two: DatasetReader, name: str, other: str) -> list[tuple[str, int | None]]:
    """Return the arrays that differ, each with the number of the file that has it, None if both have."""
    shapes = one.shapes(name), two.shapes(other)
    damage = one.damage(name), two.damage(other)
    for path in damage[0].keys() & damage[1].keys():
        raise _unreadable(one, name, path, damage[0][path])
    here, there = (known.keys() | lost.keys() for known, lost in zip(shapes, damage, strict=True))
    found: list[tuple[str, int | None]] = [(term, 0 if term in here else 1) for term in sorted(here ^ there)]
    for term in sorted(here & there):
        readable = term in shapes[0] and term in shapes[1]
        same = readable and shapes[0][term][0] == shapes[1][term][0]
        if not same or not _equal(_values(one, name, term), _values(two, other, term)):
            found.append((term, None))
    return found


def _differing_types(one: DatasetReader, two: DatasetReader, name: str, other: str) -> dict[str, list[str]]:
    """Return the types of arrays that both files have in different ones."""
    here, there = one.shapes(name), two.shapes(other)
    return {
        term: [str(here[term][1]), str(there[term][1])]
        for term in sorted(here.keys() & there.keys())
        if here[term][1] != there[term][1]
    }


def _equal(values: np.ndarray, others: np.ndarray) -> bool:
    # Readers bring both files' quaternions into one order. What is no number in both is no difference.
    numbers = values.dtype.kind in "fc" and others.dtype.kind in "fc"
    return bool(np.array_equal(values, others, equal_nan=numbers))


def _flat(attrs: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return attributes by path: those of a history, and of what is in it."""
    found: dict[str, Any] = {}
    for key, value in attrs.items():
        if isinstance(value, Mapping) and value and before.count(".") < 2:
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
