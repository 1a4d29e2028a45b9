# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Statistics of a run's events, for the plots and tables of a panel."""

from __future__ import annotations

from collections import Counter, deque

from isaaclab_mimic_core.events import (
    AttemptFinished,
    CheckpointSaved,
    DemoSaved,
    EpisodeAnnotated,
    EpochFinished,
    Event,
    PolicyEvaluated,
)
from isaaclab_mimic_core.outcomes import AttemptOutcome, FailureCause
from isaaclab_mimic_core.report import RunRecord

_WINDOW = 40
"""Attempts that the success rate over time is taken from."""
_POINTS = 400
"""Points of a curve at most; beyond, every second one is dropped."""


class Curve:
    """Values over time, thinned out to as many as a plot can show."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self._every = 1
        self._seen = 0

    def add(self, value: float) -> None:
        self._seen += 1
        if self._seen % self._every:
            return
        self.values.append(value)
        if len(self.values) > _POINTS:
            self.values = self.values[::2]
            self._every *= 2


class RunStatistics:
    """Counts as events come in."""

    def __init__(self) -> None:
        self.record = RunRecord()
        """What the run's report is made from."""
        self.success_rate = Curve()
        """Success rate over the last attempts, 0 to 1, after each attempt."""
        self.failures: Counter[tuple[str, FailureCause]] = Counter()
        """(subtask, cause) -> number of failures."""
        self.sources: Counter[int] = Counter()
        """Source demonstration -> in how many subtasks of saved attempts it was used."""
        self.last: dict[int, AttemptOutcome] = {}
        """Environment -> how its last attempt ended."""
        self.demos: list[DemoSaved] = []
        self.saved = 0
        """Demonstrations in the file, those of an earlier run that goes on among them."""
        self.annotated: dict[str, EpisodeAnnotated] = {}
        self.loss = Curve()
        self.evaluations: dict[tuple[str, str], PolicyEvaluated] = {}
        """(checkpoint, perturbation) -> its last measurement."""
        self.checkpoints: list[CheckpointSaved] = []
        self.changes = 0
        """Number of changes; tells a view that there is something new."""
        self._recent: deque[bool] = deque(maxlen=_WINDOW)

    def receive(self, event: Event) -> None:
        """Take an event into account."""
        self.changes += 1
        self.record.add(event)
        match event:
            case AttemptFinished():
                self._recent.append(event.success)
                self.success_rate.add(sum(self._recent) / len(self._recent))
                self.last[event.env] = event
                if not event.success:
                    self.failures[event.subtask, event.cause] += 1
                else:
                    for used in event.sources.values():
                        self.sources.update(used)
            case DemoSaved():
                self.demos.append(event)
                self.saved = event.saved
            case EpochFinished():
                self.loss.add(event.loss)
            case CheckpointSaved():
                self.checkpoints.append(event)
            case PolicyEvaluated():
                self.evaluations[event.checkpoint, event.variant] = event
            case EpisodeAnnotated():
                self.annotated[event.name] = event
