# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a task's subtasks are called in the window, one name for each wherever it appears, and their segments.

This module has no widgets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SubtaskName:
    """A subtask."""

    eef: str
    index: int
    """From 0."""
    of: int
    """Subtasks of this end effector."""
    title: str
    """Its description in words."""
    signal: str
    """The signal that ends it; empty for the last one."""

    @property
    def tooltip(self) -> str:
        """What there is to say of it beyond its name."""
        ends = f"ends with the signal {self.signal}" if self.signal else "ends with the demonstration"
        return f"{self.title}: subtask {self.index + 1} of {self.of} of {self.eef}, {ends}"


class SubtaskNames:
    """The subtasks of a task.

    Args:
        texts: End effector -> for each subtask in order its signal, or None, and its text; as a snapshot tells them.
    """

    def __init__(self, texts: Mapping[str, Sequence[Sequence[str | None]]]) -> None:
        self.by_eef = {
            eef: [
                SubtaskName(eef, index, len(each), text or f"Subtask {index + 1}", signal or "")
                for index, (signal, text) in enumerate(each)
            ]
            for eef, each in texts.items()
        }
        """End effector -> its subtasks in order."""

    def find(self, label: str) -> SubtaskName | None:
        """Return the subtask of a label such as `franka/1`, as events tell them; None if there is none."""
        eef, _, number = label.rpartition("/")
        known = self.by_eef.get(eef, [])
        return known[int(number)] if number.isdigit() and int(number) < len(known) else None

    def title(self, label: str) -> str:
        """Return the name of the subtask of such a label; the label itself if it is not known."""
        found = self.find(label)
        if found is None:
            return label
        return found.title if len(self.by_eef) == 1 else f"{found.title} ({found.eef})"

    def of_signal(self, signal: str) -> SubtaskName | None:
        """Return the subtask that a signal ends; None if there is none."""
        return next((each for known in self.by_eef.values() for each in known if each.signal == signal), None)


@dataclass(frozen=True)
class Segment:
    """The samples of a subtask."""

    subtask: SubtaskName
    begin: int
    end: int
    """The first sample after it."""


def segments_of(subtasks: Sequence[SubtaskName], ends: Sequence[int | None], samples: int) -> list[Segment]:
    """Return the segments that are known, from the first on: until a mark is missing or lies before the one before.

    Args:
        subtasks: The subtasks of an end effector in order.
        ends: Where all but the last end, one for each: the first sample after it, None if that is not marked.
        samples: Samples of the demonstration.
    """
    if not subtasks:
        return []
    found: list[Segment] = []
    begin = 0
    for subtask, end in zip(subtasks, (*ends, samples), strict=True):
        if end is None or end <= begin:
            break
        found.append(Segment(subtask, begin, end))
        begin = end
    return found


NO_NAMES = SubtaskNames({})
