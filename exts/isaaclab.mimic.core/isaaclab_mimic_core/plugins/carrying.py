# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pass specs that were registered by plain calls to a process that we start."""

import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from .specs import Spec, is_reference, resolve


def to_carried(specs: Iterable[Spec]) -> list[dict]:
    """Return specs as plain data, without those whose code cannot be imported in another process."""
    carried = []
    for spec in specs:
        try:
            carried.append({each.name: _plain(getattr(spec, each.name)) for each in fields(spec)})
        except ValueError:
            continue
    return carried


def from_carried(kind: type[Spec], values: dict) -> Spec:
    """Undo `to_carried` for one spec.

    Raises:
        PluginError: The data are not from `to_carried`.
    """
    fields_: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return kind(**fields_)


def search_path(modules: Sequence[str], specs: Iterable[Spec]) -> list[str]:
    """Return the folders where the modules, and those that the specs name, are found; each once."""
    names = [*modules, *(module for spec in to_carried(specs) for module in _modules(spec))]
    return list(dict.fromkeys(filter(None, map(_folder_of, names))))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_plain(key): _plain(each) for key, each in value.items()}
    if not callable(value):
        return value
    reference = f"{getattr(value, '__module__', '')}:{getattr(value, '__qualname__', '')}"
    try:
        if not reference.startswith("__main__:") and resolve(reference) is value:
            return reference
    except Exception:
        pass
    raise ValueError(f"{value!r} cannot be found by its name")


def _modules(carried: object) -> Iterable[str]:
    if isinstance(carried, dict):
        carried = [*carried, *carried.values()]
    if isinstance(carried, list | tuple):
        for each in carried:
            yield from _modules(each)
    elif isinstance(carried, str) and is_reference(carried):
        yield carried.partition(":")[0]


def _folder_of(module: str) -> str:
    """Return the entry of Python's search path that a module's package lies in; empty if that is unknown."""
    top = module.partition(".")[0]
    try:
        found = sys.modules[top].__spec__ if top in sys.modules else importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return ""
    if found is None or (not found.has_location and not found.submodule_search_locations):
        return ""
    if found.submodule_search_locations:
        return str(Path(next(iter(found.submodule_search_locations))).parent)
    return str(Path(str(found.origin)).parent)
