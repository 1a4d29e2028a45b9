# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read plain data (from JSON) into dataclasses, and check the types of their fields.

Own code, although msgspec and cattrs do the same: Isaac Lab's installation has neither, and a window inside Isaac Sim
starts workers and reads their events with nothing installed but the extensions.
"""

import functools
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def read(kind: Any, value: Any, where: str = "it") -> Any:
    """Return a value as an instance of a type.

    Args:
        kind: A dataclass, an enum, int, float, str, bool, None, Any, or a list, dictionary or union of these.
        value: Plain data.
        where: Name of the value in errors.

    Raises:
        ValueError: It has another type, an unknown field or lacks one; says which.
    """
    origin, arguments = _parts(kind)
    if kind is Any or (origin is None and type(value) is kind):
        return value
    if origin in (Union, UnionType):
        return _read_union(arguments, value, where)
    if origin is list and isinstance(value, list):
        return [read(arguments[0], each, f"{where}[{index}]") for index, each in enumerate(value)]
    if origin is dict and isinstance(value, dict):
        names, values = arguments
        return {read(names, name, where): read(values, each, f"{where}[{name!r}]") for name, each in value.items()}
    if kind is float and type(value) is int:
        return float(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if is_dataclass(kind) and isinstance(value, dict):
        return _read_fields(kind, value, where)
    raise ValueError(f"{where} should be {getattr(kind, '__name__', kind)}, not {value!r:.80}")


@functools.cache
def _parts(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return what a type is made of; (None, ()) for a simple one. A bare list or dictionary holds anything."""
    if kind in (list, dict):
        return kind, (Any, Any)
    return get_origin(kind), get_args(kind)


@functools.cache
def _fields_of(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the types of a dataclass's fields, and the names of those that have to be given."""
    hints = get_type_hints(kind)
    needed = [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]
    return {each.name: hints[each.name] for each in fields(kind)}, frozenset(needed)


def _read_fields(kind: Any, values: dict, where: str) -> Any:
    types, needed = _fields_of(kind)
    if unknown := values.keys() - types.keys():
        raise ValueError(f"{where} has no {', '.join(sorted(map(str, unknown)))}")
    if missing := needed - values.keys():
        raise ValueError(f"{where} lacks {', '.join(sorted(missing))}")
    return kind(**{name: read(types[name], value, f"{where}.{name}") for name, value in values.items()})


def _read_union(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and NoneType in kinds:
        return None
    problems = []
    for kind in kinds:
        if kind is not NoneType:
            try:
                return read(kind, value, where)
            except ValueError as problem:
                problems.append(problem)
    raise problems[0]
