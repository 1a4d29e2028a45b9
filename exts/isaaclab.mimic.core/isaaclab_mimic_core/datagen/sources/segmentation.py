# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Cut a source demonstration into one segment per subtask.

After isaaclab_mimic.datagen.datagen_info_pool (Isaac Lab 3.0.0): a segment ends (exclusive) one sample after the first
sample at which its termination signal differs from the sample before; the last segment runs to the end. A segment
begins where the one before it ends. If paths are planned (SkillGen), it begins where its start signal first changes;
without start signals, at the last stretch of the approach to its reference object.
"""

import numpy as np

from ...errors import ANNOTATE_BY_HAND, DatasetError, Remedy
from ..tables import SubtaskTable
from .source_demo import SourceDemo

_STRETCH = 0.06
"""Length of the last stretch of an approach [m]: about a hand's breadth."""


def segment(demo: SourceDemo, subtasks: SubtaskTable, eef: int) -> list[tuple[int, int]]:
    """Cut one demonstration for one end effector. No random offset can make a segment empty.

    Args:
        demo: The demonstration.
        subtasks: The task's subtasks.
        eef: Index of the end effector.

    Returns:
        First step and end (exclusive) of each subtask.

    Raises:
        DatasetError: A signal never changes, or segments are out of order or may become empty.
    """
    name, signals = subtasks.eef_names[eef], subtasks.signals[eef]
    offsets, start_offsets = subtasks.term_offset[eef].tolist(), subtasks.start_offset[eef].tolist()
    segments: list[tuple[int, int]] = []
    end = free_from = 0
    for index, signal in enumerate(signals):
        start, about = end, f"subtask_configs[{name!r}][{index}]"
        if index == len(signals) - 1:
            end = len(demo.actions)
        else:
            if signal not in demo.term_signals:
                raise DatasetError(
                    f"has no termination signal {signal!r} of {name}; this task does not tell when its subtasks end",
                    where=demo.name,
                    remedy=Remedy("Mark its subtasks by hand.", ANNOTATE_BY_HAND),
                    about=about,
                )
            end = _first_change(demo, demo.term_signals[signal], f"signal {signal} of {name}", about) + 2
        # With the least random offset of this end; the ends before it are taken with their largest offsets.
        earliest_end = end + offsets[index][0]
        if subtasks.planned:
            low, high = start_offsets[index]
            start = _own_part(demo, subtasks, eef, index, start, end, range(free_from - low, earliest_end - high))
            if start + low < free_from:
                raise DatasetError(
                    f"subtask {index} of {name} may begin at step {start + low}, before the one before it has ended"
                    f" (step {free_from} at the latest)",
                    where=demo.name,
                    remedy=Remedy(
                        "Correct its start mark, or make subtask_start_offset_range smaller.", ANNOTATE_BY_HAND
                    ),
                )
            latest_start = start + high + (int(subtasks.first_offset[eef, 1]) if index == 0 else 0)
        else:
            latest_start = start + (offsets[index - 1][1] if index else int(subtasks.first_offset[eef, 1]))
        if earliest_end <= latest_start:
            raise DatasetError(
                f"subtask {index} of {name} may be empty: it ends at step {earliest_end} at the earliest and begins at"
                f" step {latest_start} at the latest",
                where=demo.name,
                remedy=Remedy("Correct its marks, or make subtask_term_offset_range smaller.", ANNOTATE_BY_HAND),
                about=about,
            )
        segments.append((start, end))
        free_from = end + offsets[index][1]
    if segments[0][0] + int(subtasks.first_offset[eef, 0]) < 0:
        raise DatasetError("first_subtask_start_offset_range begins before the first step", where=demo.name)
    return segments


def _first_change(demo: SourceDemo, signal: np.ndarray, what: str, about: str = "") -> int:
    """Return the last step before a signal first changes; `what` names the signal in errors, `about` its subtask."""
    changes = np.flatnonzero(np.diff(np.asarray(signal).reshape(-1).astype(np.int64)))
    if len(changes) == 0:
        raise DatasetError(
            f"the {what} never changes, so its subtask has no {'start' if what.startswith('start') else 'end'}",
            where=demo.name,
            remedy=Remedy("Mark it by hand, or leave this demonstration out.", ANNOTATE_BY_HAND),
            about=about,
        )
    return int(changes[0])


def _own_part(
    demo: SourceDemo, subtasks: SubtaskTable, eef: int, index: int, begin: int, end: int, allowed: range
) -> int:
    """Return the step at which a subtask's own part begins, after the approach, if paths are planned.

    Args:
        demo: The demonstration.
        subtasks: The task's subtasks.
        eef: Index of the end effector.
        index: Which of its subtasks.
        begin: First step of the whole subtask.
        end: End of the subtask (exclusive).
        allowed: Steps that are allowed where no start signal says it; the nearest of them is taken.
    """
    name, signal, item = subtasks.eef_names[eef], subtasks.signals[eef][index], subtasks.object_names[eef][index]
    if demo.start_signals and signal is not None:
        if signal not in demo.start_signals:
            raise DatasetError(
                f"has start signals, but none {signal!r} of {name}",
                where=demo.name,
                remedy="Mark all its starts by hand, or none.",
            )
        return _first_change(demo, demo.start_signals[signal], f"start signal {signal} of {name}") + 1
    if item is not None:
        begin = approach_begins(demo.eef_pose[name], demo.object_pose[item], begin, end)
    return max(allowed.start, min(begin, allowed.stop - 1))


def approach_begins(eef_pose: np.ndarray, object_pose: np.ndarray, begin: int, end: int) -> int:
    """Return the step at which the last stretch of the approach to an object begins.

    That is the step after the last one at which the end effector was more than a stretch farther from the object than
    where it comes nearest.

    Args:
        eef_pose: (T, 4, 4).
        object_pose: (T, 4, 4) the subtask's reference object.
        begin: First step of the subtask.
        end: End of the subtask (exclusive).
    """
    distance = np.linalg.norm(eef_pose[begin:end, :3, 3] - object_pose[begin:end, :3, 3], axis=-1)
    nearest = int(distance.argmin())
    beyond = np.flatnonzero(distance[:nearest] > distance[nearest] + _STRETCH)
    return begin + (int(beyond[-1]) + 1 if len(beyond) else 0)
