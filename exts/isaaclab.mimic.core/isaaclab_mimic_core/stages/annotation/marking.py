# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Marks of one demonstration: which are expected, where they may be, undo and redo.

A mark is the first sample at which a subtask's signal is true. With an `end` mark at m, m is the subtask's last sample;
with a `start` mark at m, m is its first. The rules are those of isaaclab_mimic.datagen.datagen_info_pool in Isaac Lab
3.0.0: even with the largest random offsets of the configuration, segments are neither empty nor do they overlap.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...datagen.config import Subtask
from ...errors import MimicError

END, START = "end", "start"


class MarkRefused(MimicError):
    """A mark cannot be where it was asked for, or there is no such mark."""


@dataclass(frozen=True)
class Slot:
    """A mark that is expected."""

    eef: str
    subtask: int
    kind: str
    """`end` or `start` of the subtask."""
    signal: str
    low: int
    """Least random offset of this bound in generation [steps]."""
    high: int
    """Largest random offset [steps]."""
    description: str = ""
    """What the subtask is, in words; empty if the configuration does not say."""

    @property
    def label(self) -> str:
        """Name that is unique among the slots: the signal, with `start of` in front for a start mark."""
        return self.signal if self.kind == END else f"start of {self.signal}"


@dataclass(frozen=True)
class _Bound:
    """The boundary between two segments: the first sample after it."""

    name: str
    at: int
    low: int
    high: int


def expected_marks(subtasks: Mapping[str, Sequence[Subtask]], start_signals: bool = False) -> tuple[Slot, ...]:
    """Return the marks that a task needs: by end effector, each in the order of time.

    Every subtask but the last has an end mark. With start signals, every subtask that names a signal has a start mark.

    Args:
        subtasks: Those of a task in order, by end effector (`datagen.config.list_subtasks`).
        start_signals: Whether starts are wanted, as for SkillGen.
    """
    slots = []
    for eef, each in subtasks.items():
        for index, subtask in enumerate(each):
            if subtask.signal is None:
                continue
            if start_signals:
                slots.append(Slot(eef, index, START, subtask.signal, *subtask.start_offset, subtask.description))
            if index < len(each) - 1:
                slots.append(Slot(eef, index, END, subtask.signal, *subtask.term_offset, subtask.description))
    return tuple(slots)


class Marking:
    """The marks of one demonstration while they are being set.

    Args:
        slots: The marks that are expected (`expected_marks`).
        num_samples: How long the demonstration is.
        first_offset: Per end effector the largest offset of the first segment's start [steps]; only matters where
            that start is not marked.
    """

    def __init__(self, slots: Sequence[Slot], num_samples: int, first_offset: Mapping[str, int] | None = None):
        self.slots = tuple(slots)
        self.num_samples = num_samples
        self._first_offset = dict(first_offset or {})
        self._steps: tuple[int | None, ...] = (None,) * len(self.slots)
        self._done: list[tuple[int | None, ...]] = []
        self._undone: list[tuple[int | None, ...]] = []

    def with_marks(self, marks: Mapping[str, int]) -> "Marking":
        """Return a copy that has these marks (label -> sample) and no others."""
        marking = Marking(self.slots, self.num_samples, self._first_offset)
        marking.load(marks)
        return marking

    @property
    def eef_names(self) -> tuple[str, ...]:
        """The end effectors that have marks, in the configuration's order."""
        return tuple(dict.fromkeys(slot.eef for slot in self.slots))

    @property
    def steps(self) -> tuple[int | None, ...]:
        """Per slot the sample it is marked at; None where it is not marked yet."""
        return self._steps

    @property
    def complete(self) -> bool:
        return None not in self._steps

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def next_slot(self, eef: str) -> int | None:
        """Return the first slot of an end effector that is not marked yet; None if all are."""
        return next((i for i in self._of(eef) if self._steps[i] is None), None)

    def find(self, label: str) -> int:
        """Return the slot of this label (or signal).

        Raises:
            MarkRefused: There is none.
        """
        for index, slot in enumerate(self.slots):
            if slot.label == label:
                return index
        known = ", ".join(slot.label for slot in self.slots)
        raise MarkRefused(f"no mark is named {label!r}; there are {known}")

    def place(self, slot: int, step: int) -> None:
        """Set a mark, or move it.

        Raises:
            MarkRefused: It cannot be there; says why. Nothing has changed.
        """
        if reason := self._objection(slot, step):
            raise MarkRefused(reason)
        self._change(slot, step)

    def remove(self, slot: int) -> None:
        """Remove a mark.

        Raises:
            MarkRefused: It is not set.
        """
        if self._steps[slot] is None:
            raise MarkRefused(f"{self.slots[slot].label} is not marked")
        self._change(slot, None)

    def load(self, marks: Mapping[str, int]) -> None:
        """Set several marks (label -> sample) without checking them; `problems` lists what is wrong.

        Unknown labels are ignored and other slots keep their marks. One `undo` takes all of it back.
        """
        steps = tuple(marks.get(slot.label, now) for slot, now in zip(self.slots, self._steps, strict=True))
        if steps != self._steps:
            self._remember()
            self._steps = steps

    def undo(self) -> None:
        """Undo the last change.

        Raises:
            MarkRefused: There is none.
        """
        if not self._done:
            raise MarkRefused("there is nothing to undo")
        self._undone.append(self._steps)
        self._steps = self._done.pop()

    def redo(self) -> None:
        """Redo the last change that was undone.

        Raises:
            MarkRefused: There is none.
        """
        if not self._undone:
            raise MarkRefused("there is nothing to redo")
        self._done.append(self._steps)
        self._steps = self._undone.pop()

    def neighbour(self, step: int, direction: int) -> int | None:
        """Return the slot of the nearest mark before (-1) or after (1) a sample; None if there is none."""
        ordered = [(at, i) for i, at in enumerate(self._steps) if at is not None and (at - step) * direction > 0]
        if not ordered:
            return None
        return (max(ordered) if direction < 0 else min(ordered))[1]

    def problems(self) -> list[str]:
        """Return the reasons against accepting the marks: some are missing, out of order or too close together."""
        found = []
        for slot, step in zip(self.slots, self._steps, strict=True):
            if step is None:
                found.append(f"{slot.label} of {slot.eef} is not marked")
            elif not 0 < step < self.num_samples:
                found.append(f"{slot.label} of {slot.eef} is at {step}, outside the demonstration")
        for eef in self.eef_names:
            chain = self._chain(eef, self._steps)
            known = [i for i, bound in enumerate(chain) if bound is not None]
            for i, j in itertools.pairwise(known):
                if reason := self._too_close(eef, chain, i, j):
                    found.append(reason)
        return found

    def signals(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return termination and start signals as upstream stores them: by signal (num_samples,) bool, raised from the
        mark on.

        Raises:
            MarkRefused: The marking is not complete, or not allowed.
        """
        if problems := self.problems():
            raise MarkRefused(problems[0])
        time = np.arange(self.num_samples)
        both: dict[str, dict[str, np.ndarray]] = {END: {}, START: {}}
        for slot, step in zip(self.slots, self._steps, strict=True):
            assert step is not None
            both[slot.kind][slot.signal] = time >= step
        return both[END], both[START]

    def marks(self) -> dict[str, int]:
        """Return the marks that are set, by label."""
        return {slot.label: at for slot, at in zip(self.slots, self._steps, strict=True) if at is not None}

    def _of(self, eef: str) -> list[int]:
        return [i for i, slot in enumerate(self.slots) if slot.eef == eef]

    def _change(self, slot: int, step: int | None) -> None:
        if self._steps[slot] != step:
            self._remember()
            self._steps = (*self._steps[:slot], step, *self._steps[slot + 1 :])

    def _remember(self) -> None:
        self._done.append(self._steps)
        self._undone.clear()

    def _objection(self, slot: int, step: int) -> str:
        """Return why a mark cannot be at a sample, given its neighbours; empty if it can."""
        s = self.slots[slot]
        if not 0 < step < self.num_samples:
            return (
                f"{s.label} cannot be at {step}: a signal rises between the first sample, 0, and the last,"
                f" {self.num_samples - 1}"
            )
        steps = (*self._steps[:slot], step, *self._steps[slot + 1 :])
        chain = self._chain(s.eef, steps)
        mine = 1 + self._of(s.eef).index(slot)
        before = max(i for i in range(mine) if chain[i] is not None)
        after = min(i for i in range(mine + 1, len(chain)) if chain[i] is not None)
        return self._too_close(s.eef, chain, before, mine) or self._too_close(s.eef, chain, mine, after)

    def _chain(self, eef: str, steps: Sequence[int | None]) -> list[_Bound | None]:
        """Return all segment boundaries of an end effector in the order of time; None where a mark is not set."""
        mine = self._of(eef)
        if mine and self.slots[mine[0]].kind == START:
            # The offset must not move it before sample 0.
            chain: list[_Bound | None] = [_Bound("the beginning", -1, 0, 0)]
        else:
            chain = [_Bound("the beginning", 0, 0, self._first_offset.get(eef, 0))]
        for index in mine:
            slot, step = self.slots[index], steps[index]
            at = None if step is None else step + (slot.kind == END)
            chain.append(None if at is None else _Bound(slot.label, at, slot.low, slot.high))
        return [*chain, _Bound("the end", self.num_samples, 0, 0)]

    def _too_close(self, eef: str, chain: list[_Bound | None], i: int, j: int) -> str:
        """Return why two boundaries are too close, with room for the unset ones between them; empty if they are not."""
        a, b = chain[i], chain[j]
        assert a and b, "only boundaries that are set are compared"
        unmarked = [self.slots[self._of(eef)[k - 1]] for k in range(i + 1, j)]
        # Every bound in between needs room from its lowest to its highest offset, and one sample after it.
        room = 1 + sum(slot.high - slot.low + 1 for slot in unmarked)
        missing = (a.at + a.high + room) - (b.at + b.low)
        if missing <= 0:
            return ""
        if b.at <= a.at and a.name != "the beginning" and b.name != "the end":
            return f"{b.name} of {eef} must come after {a.name}"
        if unmarked:
            names = ", ".join(slot.label for slot in unmarked)
            return (
                f"no room is left between {a.name} and {b.name} of {eef} for {names}: {missing} more samples are needed"
            )
        offsets = f", for random offsets move them towards each other by up to {a.high - b.low}"
        return (
            f"the segment of {eef} from {a.name} to {b.name} could be empty: it needs {missing} more samples"
            f"{offsets if a.high - b.low > 0 else ''}"
        )
