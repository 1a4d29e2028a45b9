# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""HDF5 attributes as plain Python data; nested data are stored as JSON text.

Only this module interprets attributes. One of a wrong type counts as absent, and `mimic check` reports it. The number
of samples is always taken from the actions, never from `num_samples`.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from . import layout
from .tree import Unreadable, guarded

_MAX_BYTES = 64 << 20
"""Maximum size of an attribute [bytes]; a history is much smaller."""


@dataclass(frozen=True)
class Attributes:
    """Attributes of a group."""

    values: dict[str, Any]
    """Valid attributes by name, as plain Python data."""
    faults: dict[str, str]
    """Attributes that are left out, and why, as the end of a sentence: "is 'maybe', not true or false"."""


def read_attrs(item: h5py.HLObject) -> Attributes:
    """Read the attributes of a group. Return JSON objects and lists as dictionaries and lists."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    try:
        with guarded():
            names: list[str | bytes] = list(item.attrs)  # pyright: ignore[reportAssignmentType]
    except Unreadable as error:
        return Attributes({}, {"(all)": str(error)})
    for name in names:
        # h5py returns a name that is not UTF-8 as bytes.
        title = _text(name) if isinstance(name, str) else name.decode("utf-8", errors="replace")
        try:
            value = _read(item, name)
            known = _KNOWN.get(title)
            values[title] = known(value) if known else value
        except Unreadable as error:
            faults[title] = str(error)
    return Attributes(values, faults)


def history(attrs: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return an entry of a demonstration's or file's history; empty if there is none.

    Args:
        attrs: Attributes of the demonstration or of the group `data`.
        kind: `recorded`, `annotated` or `generated`.
    """
    known = attrs.get(layout.ATTR_PROVENANCE)
    entry = known.get(kind) if isinstance(known, Mapping) else None
    return dict(entry) if isinstance(entry, Mapping) else {}


def for_json(value: Any) -> Any:
    """Return plain data with texts for the numbers that JSON has not: `nan`, `inf`, `-inf`."""
    if isinstance(value, Mapping):
        return {key: for_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(for_json, value))
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def encode_attrs(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes in the form h5py stores, without those that are None."""
    return {key: encode(value) for key, value in attrs.items() if value is not None}


def encode(value: object) -> Any:
    """Return dictionaries, lists and arrays as JSON text; return other values unchanged."""
    if isinstance(value, Mapping | list | tuple | np.ndarray):
        return json.dumps(value, default=_plain)
    return value


def decode(value: Any) -> Any:
    """Convert an attribute, as h5py returns it, to plain Python data.

    Raises:
        Unreadable: The value is neither a number, a boolean or text nor a list of these.
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    elif isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, str):
        value = _text(value)
        if value[:1] in ("{", "["):
            try:
                return json.loads(value)
            except (ValueError, RecursionError):
                return value  # text that only looks like JSON
    if not _is_plain(value):
        raise Unreadable("is neither number, boolean nor text")
    return value


def _read(item: h5py.HLObject, name: str | bytes) -> Any:
    with guarded():
        stored = item.attrs.get_id(name)
        if math.prod(stored.shape or ()) * stored.dtype.itemsize > _MAX_BYTES:
            raise Unreadable("is too large")
        value = decode(item.attrs[name])
    return value


def _text(value: str) -> str:
    """Return text that can be printed and stored again: h5py keeps bytes that are not UTF-8 as lone surrogates."""
    return value.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace").replace("\0", "\ufffd")


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def _single(value: Any) -> Any:
    """Return the element of a list of one: some programs store a number as an array of length 1."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def _count(value: object) -> int:
    number = _whole(value)
    if number < 0:
        raise Unreadable(f"is {number}, not a count")
    return number


def _whole(value: object) -> int:
    single = _single(value)
    if isinstance(single, float) and single.is_integer():
        single = int(single)
    if not isinstance(single, int) or isinstance(single, bool):
        raise Unreadable(f"is {_shown(value)}, not a whole number")
    return single


def _truth(value: object) -> bool:
    single = _single(value)
    if single not in (0, 1) or isinstance(single, float | str):
        raise Unreadable(f"is {_shown(value)}, not true or false")
    return bool(single)


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"is {_shown(value)}, not a JSON object")
    return value


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


_KNOWN: dict[str, Callable[[Any], Any]] = {
    layout.ATTR_NUM_SAMPLES: _count,
    layout.ATTR_TOTAL: _count,
    layout.ATTR_SEED: _whole,
    layout.ATTR_SUCCESS: _truth,
    layout.ATTR_ENV_ARGS: _object,
    layout.ATTR_FORMAT_VERSION: _count,
}


def _plain(value: object) -> Any:
    """Convert a value that `json` cannot store itself, such as numpy's types and paths."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return str(value)
