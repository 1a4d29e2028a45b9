# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Is everything there, of the right length, and a number?"""

from collections.abc import Iterator

import numpy as np

from ...dataset_options import Thresholds
from .. import layout
from .demo import Demo
from .finding import Finding

_GROUPS = {
    layout.OBS: "a policy cannot be trained on it",
    layout.INITIAL_STATE: "it can neither be played again nor annotated",
    layout.STATES: "it cannot be annotated by hand, and replays cannot be validated",
}


def find(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    """Look for missing groups, wrong lengths, values that are not finite, and what the attributes say."""
    yield from _groups(demo)
    yield from _lengths(demo)
    yield from _finite(demo)
    yield from _attributes(demo)


def _groups(demo: Demo) -> Iterator[Finding]:
    actions = demo.shapes.get(layout.ACTIONS)
    if actions is None:
        yield Finding("error", "missing", demo.name, "has no actions")
    elif not actions[0] or not actions[0][0]:
        yield Finding("error", "empty", demo.name, "has 0 samples")
    for group, consequence in _GROUPS.items():
        if not any(path.startswith(group + "/") for path in demo.shapes):
            yield Finding("warning", "missing", demo.name, f"has no {group}: {consequence}")


def _lengths(demo: Demo) -> Iterator[Finding]:
    if not demo.length:
        return
    for path, (shape, _) in demo.shapes.items():
        wanted = 1 if path.startswith(layout.INITIAL_STATE + "/") else demo.length
        rows = shape[0] if shape else 0
        if rows != wanted:
            message = f"{path} has {rows} rows, not {wanted}"
            yield Finding("error", "rows", demo.name, message, rows, wanted)


def _finite(demo: Demo) -> Iterator[Finding]:
    for path, values in demo.episode.data.items():
        if values.dtype.kind not in "fc":
            continue
        bad = ~np.isfinite(values)
        if bad.any():
            row = int(np.argwhere(bad)[0][0]) if values.ndim else 0
            count = int(bad.sum())
            yield Finding(
                "error", "not_finite", demo.name, f"{path} has {count} such values, first in row {row}", count
            )


def _attributes(demo: Demo) -> Iterator[Finding]:
    stated = demo.attrs.get(layout.ATTR_NUM_SAMPLES)
    if layout.ACTIONS in demo.shapes and stated != demo.length:
        said = "no num_samples" if stated is None else f"num_samples {stated}"
        yield Finding("warning", "num_samples", demo.name, f"says {said}, and has {demo.length}", demo.length)
    success = demo.attrs.get(layout.ATTR_SUCCESS)
    if success is not None and not success:
        yield Finding("warning", "failed", demo.name, "is marked as not successful")
