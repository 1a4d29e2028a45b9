# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tell a person what to do now and next, by end effector, from subtask descriptions and signals."""

from collections.abc import Mapping, Sequence

from ...datagen.config import Subtask
from ...events import InstructionChanged
from ...tasks.subtasks import words


class Instructions:
    """Follows one environment through its subtasks.

    A subtask is over when its termination signal first changes; one without a signal, as every last one is, stays.

    Args:
        subtasks: End effector -> its subtasks in order (`datagen.config.list_subtasks`).
    """

    def __init__(self, subtasks: Mapping[str, Sequence[Subtask]]):
        self._subtasks = subtasks
        self._at = dict.fromkeys(subtasks, 0)
        self._before: dict[str, bool] = {}

    def begin(self) -> list[InstructionChanged]:
        """Start again, and return the first instruction of each end effector."""
        self._at = dict.fromkeys(self._subtasks, 0)
        self._before = {}
        return [self._instruction(eef) for eef in self._subtasks if self._subtasks[eef]]

    def observe(self, signals: dict[str, bool]) -> list[InstructionChanged]:
        """Take the signals after a step (by name); return the instructions that changed."""
        changed = {name for name, value in signals.items() if self._before.get(name, value) != value}
        self._before = self._before or dict(signals)
        events = []
        for eef, subtasks in self._subtasks.items():
            if subtasks and subtasks[self._at[eef]].signal in changed and self._at[eef] + 1 < len(subtasks):
                self._at[eef] += 1
                events.append(self._instruction(eef))
        return events

    @property
    def current(self) -> dict[str, dict]:
        """End effector -> `subtask` (counted from 1), `of`, `now`, `next`, `object`: the one it is about, or None."""
        shown = {}
        for eef, subtasks in self._subtasks.items():
            if subtasks:
                event = self._instruction(eef)
                shown[eef] = {
                    "subtask": event.subtask + 1,
                    "of": event.of,
                    "now": event.now,
                    "next": event.next,
                    "object": subtasks[self._at[eef]].object_ref,
                }
        return shown

    def _instruction(self, eef: str) -> InstructionChanged:
        subtasks, at = self._subtasks[eef], self._at[eef]
        following = words(subtasks, at + 1) if at + 1 < len(subtasks) else ""
        given = subtasks[at].next_description
        return InstructionChanged(eef, at, len(subtasks), words(subtasks, at), given or following)
