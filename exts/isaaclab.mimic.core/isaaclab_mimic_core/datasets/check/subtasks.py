# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Checks of annotated subtasks: missing, too many, too short."""

from collections.abc import Iterator

from ...options import Thresholds
from .. import layout
from ..signals import first_change
from .demo import Demo
from .finding import Finding


def marks(demo: Demo) -> dict[str, int | None]:
    """Return the first sample at which each termination signal changes; None if it never does."""
    return {name: first_change(values) for name, values in demo.episode.group(layout.TERM_SIGNALS).items()}


def find(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    """Find signals that never rise, too many subtasks, and subtasks that are too short."""
    found = marks(demo)
    for name, sample in found.items():
        if sample is None:
            yield Finding("error", "subtask_missing", demo.name, f"the signal {name} never rises")
    # The file does not say to which end effector a signal belongs. Subtasks of several arms may end together.
    num_eefs = max(1, len(demo.episode.members(layout.EEF_POSE)))
    if found and len(found) + num_eefs > thresholds.max_subtasks * num_eefs:
        message = f"has {len(found)} termination signals"
        yield Finding("warning", "many_subtasks", demo.name, message, len(found), thresholds.max_subtasks)
    risen = sorted((sample, name) for name, sample in found.items() if sample is not None)
    if not risen or num_eefs > 1:
        return
    # The signal of the last subtask, which may rise at the very end, cannot be recognised in the file either.
    start = 0
    for sample, name in risen:
        if sample - start < thresholds.min_subtask:
            message = f"the subtask up to {name} has {sample - start} samples, from sample {start}"
            yield Finding("warning", "short_subtask", demo.name, message, sample - start, thresholds.min_subtask)
        start = sample
