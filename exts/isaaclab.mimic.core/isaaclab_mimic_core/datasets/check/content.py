# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Checks that all arrays exist, have the right length, and hold finite numbers."""

from collections.abc import Iterable, Iterator

import numpy as np

from ...options import Thresholds
from .. import layout
from .demo import Demo, Outline, is_numeric
from .finding import Finding

_GROUPS = {
    layout.OBS: "a policy cannot be trained on it",
    layout.INITIAL_STATE: "it can neither be played again nor annotated",
    layout.STATES: "it cannot be annotated by hand, and replays cannot be validated",
}


def find(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    """Find missing groups, wrong lengths, values that are not finite, and wrong attributes."""
    everything = list(demo.outline.shapes)
    yield from damage(demo.outline)
    yield from actions(demo.outline)
    for group, consequence in _GROUPS.items():
        if not demo.outline.below([group]) and not any(path.startswith(group) for path in demo.outline.damage):
            yield Finding("warning", "missing", demo.name, f"has no {group}: {consequence}")
    yield from kinds(demo.outline, everything)
    yield from rows(demo.outline, everything)
    yield from start(demo.outline)
    for path, values in demo.episode.data.items():
        yield from finite(demo.name, path, values)
    yield from _attributes(demo)


def damage(demo: Outline, terms: Iterable[str] | None = None) -> Iterator[Finding]:
    """Find arrays and groups that cannot be read.

    Args:
        demo: The demonstration.
        terms: Flat paths of the arrays and groups to check; all if None.
    """
    for path, why in demo.damage.items():
        if terms is None or not path or any(_overlap(path, term) for term in terms):
            yield Finding("error", "damaged", demo.name, f"{path} {why}".strip())


def actions(demo: Outline) -> Iterator[Finding]:
    """Find actions that are missing, empty, or not of shape (samples, width)."""
    if not demo.is_known:
        return
    # A recording without actions is stored with actions of width 0, which say how long it is.
    if layout.ACTIONS not in demo.shapes or demo.shapes[layout.ACTIONS][0][1:] == (0,):
        yield Finding("error", "missing", demo.name, "has no actions")
    elif not demo.length:
        yield Finding("error", "empty", demo.name, "has 0 samples")
    elif len(shape := demo.shapes[layout.ACTIONS][0]) != 2:
        yield Finding("error", "shape", demo.name, f"has actions of shape {shape}, not (samples, width)")


def kinds(demo: Outline, paths: Iterable[str]) -> Iterator[Finding]:
    """Find arrays that hold something other than numbers and booleans."""
    for path in paths:
        if not is_numeric(demo, path):
            held = layout.kind_name(demo.shapes[path][1].kind)
            yield Finding("error", "not_numeric", demo.name, f"{path} holds {held}, not numbers")


def rows(demo: Outline, paths: Iterable[str], last_observation: bool = False) -> Iterator[Finding]:
    """Find arrays whose number of rows differs from the number of actions; an initial state must have one row.

    Args:
        demo: The demonstration.
        paths: Flat paths of the arrays.
        last_observation: Whether observations may have one row more: the observation after the last action.
    """
    for path in paths if demo.length else ():
        shape = demo.shapes[path][0]
        wanted = 1 if path.startswith(layout.INITIAL_STATE + "/") else demo.length
        count = shape[0] if shape else 0
        kept = last_observation and path.startswith(f"{layout.OBS}/") and count == wanted + 1
        if count != wanted and not kept:
            message = f"{path} has {count} rows, not {wanted}"
            yield Finding("error", "rows", demo.name, message, count, wanted)


def start(demo: Outline) -> Iterator[Finding]:
    """Find arrays of `states` that `initial_state` lacks: a reset could not restore them."""
    for path in missing_at_start(demo):
        yield Finding("error", "initial_state", demo.name, f"has no {path}, and states of it")


def missing_at_start(demo: Outline) -> list[str]:
    """Return the paths that `initial_state` lacks although `states` has them."""
    if not demo.below([layout.INITIAL_STATE]):
        return []
    twins = (layout.INITIAL_STATE + path.removeprefix(layout.STATES) for path in demo.below([layout.STATES]))
    return [path for path in twins if path not in demo.shapes and path not in demo.damage]


def finite(name: str, path: str, values: np.ndarray) -> Iterator[Finding]:
    """Find NaN and infinite values in an array of the demonstration `name`."""
    if values.dtype.kind not in "fc":
        return
    bad = ~np.isfinite(values)
    if bad.any():
        row = int(np.argwhere(bad)[0][0]) if values.ndim else 0
        count = int(bad.sum())
        message = f"{path}, row {row} is not finite ({count} value{'s' if count > 1 else ''} in all)"
        yield Finding("error", "not_finite", name, message, count)


def _attributes(demo: Demo) -> Iterator[Finding]:
    for name, fault in demo.stated.faults.items():
        yield Finding("warning", "attribute", demo.name, f"its attribute {name} {fault}")
    stated = demo.stated.values.get(layout.ATTR_NUM_SAMPLES)
    differs = layout.ACTIONS in demo.outline.shapes and stated != demo.length
    if differs and layout.ATTR_NUM_SAMPLES not in demo.stated.faults:
        said = "no num_samples" if stated is None else f"num_samples {stated}"
        yield Finding("warning", "num_samples", demo.name, f"says {said}, and has {demo.length}", demo.length)
    if demo.episode.success is False:
        yield Finding("warning", "failed", demo.name, "is marked as not successful")


def _overlap(path: str, term: str) -> bool:
    return path == term or path.startswith(f"{term}/") or term.startswith(f"{path}/")
