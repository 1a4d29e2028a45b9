# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What stages answer with: small frozen records, the same for a terminal, a window and a worker's JSON lines.

Every field is plain data (numbers, text, lists, dictionaries), so that `to_json` and `from_json` are each other's
inverse and a process boundary changes nothing.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from math import isfinite

from .exit_status import UNEXPECTED
from .outcomes import AttemptOutcome, FailureCause


@dataclass(frozen=True)
class Event:
    """Base of all events; its kind is the class's name."""


@dataclass(frozen=True)
class StageStarted(Event):
    """A stage has begun: its name and the options it was given."""

    stage: str
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class PhaseStarted(Event):
    """The stage turns to something that may take a while; `phase` is a sentence for the user."""

    phase: str


@dataclass(frozen=True)
class AttemptFinished(AttemptOutcome, Event):
    """One attempt (generation, recording) or rollout (evaluation) has ended."""

    @classmethod
    def of(cls, outcome: AttemptOutcome) -> "AttemptFinished":
        """Return the event that tells of an attempt's end."""
        told = {each.name: getattr(outcome, each.name) for each in fields(AttemptOutcome)}
        # JSON has no name for a placement that is not finite.
        told["placement"] = {
            name: [round(value, 4) for value in where]
            for name, where in outcome.placement.items()
            if isfinite(sum(where))
        }
        return cls(**told)


@dataclass(frozen=True)
class DemoSaved(Event):
    """A demonstration is on disk: the file holds it whole even if the process is killed now."""

    name: str
    path: str
    steps: int
    saved: int
    """Demonstrations saved by this run so far."""
    wanted: int
    """Demonstrations asked for; 0 means no limit."""


@dataclass(frozen=True)
class DemoExported(Event):
    """A demonstration is in an export, which appears when it is complete."""

    name: str
    exported: int
    """Demonstrations exported so far."""
    of: int


@dataclass(frozen=True)
class EpisodeAnnotated(Event):
    """One source episode has been segmented, or could not be (`reason` then says why)."""

    name: str
    ok: bool
    marks: dict[str, int] = field(default_factory=dict)
    """Per termination signal the first sample at which it is raised."""
    reason: str = ""


@dataclass(frozen=True)
class EpisodeSkipped(Event):
    """A demonstration of the input cannot be used; the stage goes on with the others."""

    name: str
    reason: str


@dataclass(frozen=True)
class EpisodeReplayed(Event):
    """A demonstration has been played again."""

    name: str
    env: int
    """Environment it was played in."""
    steps: int
    success: bool
    """Whether the task is fulfilled when the scene has come to rest after it."""
    at_last_action: bool
    """Whether it was fulfilled right after the last action, or in the last recorded state."""
    joints_apart: float | None = None
    """Largest difference of a joint from what was recorded [rad, m]; None if no states were, or it is not finite."""
    objects_apart: float | None = None
    """Largest distance of an object from where it was [m]."""
    objects_turned: float | None = None
    """Largest angle between an object's orientations [rad]."""
    strayed_at: int | None = None
    """First step after which one of these was above the tolerance; None if none was."""
    worst_at: int | None = None
    """Step after which the largest of them was reached; None if all are zero."""
    worst: str = ""
    """The state that strayed furthest, by path."""


@dataclass(frozen=True)
class InstructionChanged(Event):
    """A person who drives has something else to do now."""

    eef: str
    subtask: int
    """Index of the subtask that this end effector is in."""
    of: int
    """How many subtasks it has."""
    now: str
    """What to do now."""
    next: str = ""
    """What comes after it; empty for the last subtask."""


@dataclass(frozen=True)
class Hinted(Event):
    """Advice for a person who drives, one short sentence."""

    message: str


@dataclass(frozen=True)
class EpochFinished(Event):
    """An epoch of training is over."""

    epoch: int
    """Its number, counted from 1."""
    of: int
    """Epochs in all."""
    loss: float
    """Mean over the epoch's steps."""
    learning_rate: float
    """Of the next epoch."""
    steps_per_second: float
    eta_s: float
    """Seconds of training left, at this speed."""
    validation_loss: float | None = None
    """On demonstrations that are held back; None without such."""


@dataclass(frozen=True)
class CheckpointSaved(Event):
    """A policy is on disk, complete."""

    epoch: int
    path: str


@dataclass(frozen=True)
class PolicyEvaluated(Event):
    """How often a policy succeeded."""

    checkpoint: str
    success: int
    """Rollouts at whose end the task was fulfilled."""
    ever: int
    """Rollouts in which it was fulfilled at any step."""
    rollouts: int
    low: float
    """Lower end of the 95 % interval of the success rate at the end."""
    high: float
    """Its upper end."""
    variant: str = ""
    """The perturbation it was measured under; empty for none."""


@dataclass(frozen=True)
class Warned(Event):
    """Something the user should know; the stage goes on."""

    message: str


@dataclass(frozen=True)
class StageFinished(Event):
    """The stage has ended; all its files are complete."""

    stage: str
    outcome: str
    """done, stopped (asked to) or gave_up (before all was made, a limit was reached or a recorded session was over)."""
    summary: dict = field(default_factory=dict)


@dataclass(frozen=True)
class StageFailed(Event):
    """The stage ended on an error; `message` is what a user is shown, `exit_code` what the process ends with."""

    message: str
    exit_code: int = UNEXPECTED


_KINDS = {kind.__name__: kind for kind in Event.__subclasses__()}


def to_json(event: Event) -> str:
    """Write an event as one line of JSON with the event's kind under `event`."""
    return json.dumps({"event": type(event).__name__, **asdict(event)}, allow_nan=False)


def from_json(line: str) -> Event:
    """Read an event from one line of JSON.

    Raises:
        ValueError: The line is not JSON, or its kind or fields are unknown.
    """
    values = json.loads(line)
    if not isinstance(values, dict) or values.get("event") not in _KINDS:
        raise ValueError(f"not an event: {line[:200]!r}")
    kind = _KINDS[values.pop("event")]
    if "cause" in values:
        values["cause"] = FailureCause(values["cause"])
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error
