# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Events of stages: small frozen records for terminals, windows and workers' JSON lines.

Every field is plain data (numbers, text, lists, dictionaries). `from_json` checks the declared types and is the inverse
of `to_json`: an event is the same on both sides of a process boundary.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from math import isfinite
from typing import Any

from . import typed
from .errors import MimicError
from .exit_status import UNEXPECTED
from .outcomes import AttemptOutcome


@dataclass(frozen=True)
class Progress:
    """How far something is."""

    done: int
    total: int
    """0 means no limit."""
    unit: str
    """What is counted, in the plural: demonstrations, epochs, rollouts."""
    within: float = 0.0
    """The part of the next one that is done, 0 to 1."""

    @property
    def fraction(self) -> float:
        """The part that is done, 0 to 1; 0 without a limit."""
        return min((self.done + self.within) / self.total, 1.0) if self.total else 0.0

    def __str__(self) -> str:
        return f"{self.done} of {self.total}" if self.total else str(self.done)


@dataclass(frozen=True)
class Event:
    """Base of all events; its kind is the class's name."""

    @property
    def progress(self) -> Progress | None:
        """Progress of the run at this event; None if the event has none."""
        return None


@dataclass(frozen=True)
class StageStarted(Event):
    """A stage has begun."""

    stage: str
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class PhaseStarted(Event):
    """The stage begins something that may take a while; `phase` describes it to the user."""

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
    """A demonstration is on disk, complete even if the process is killed now."""

    name: str
    path: str
    steps: int
    saved: int
    """Demonstrations saved by this run so far."""
    wanted: int
    """Demonstrations asked for; 0 means no limit."""

    @property
    def progress(self) -> Progress:
        return Progress(self.saved, self.wanted, "demonstrations")


@dataclass(frozen=True)
class DemoExported(Event):
    """A demonstration is in an export; the export appears when all are."""

    name: str
    exported: int
    """Demonstrations exported so far."""
    of: int

    @property
    def progress(self) -> Progress:
        return Progress(self.exported, self.of, "demonstrations")


@dataclass(frozen=True)
class StripDrawn(Event):
    """The thumbnails of a demonstration are there."""

    name: str
    path: str
    """A JPEG file with all of them side by side."""
    rows: list[int] = field(default_factory=list)
    """The states that they show: before which sample; the last is the one after all."""


@dataclass(frozen=True)
class StripNotDrawn(Event):
    """The thumbnails of a demonstration could not be drawn; the stage goes on with others."""

    name: str
    reason: str


@dataclass(frozen=True)
class EpisodeAnnotated(Event):
    """A demonstration has been annotated, or could not be (`reason` says why)."""

    name: str
    ok: bool
    marks: dict[str, int] = field(default_factory=dict)
    """Termination signal -> first sample at which it is true."""
    reason: str = ""
    samples: int = 0
    """Samples that it has; 0 where that is not known."""


@dataclass(frozen=True)
class EpisodeSkipped(Event):
    """A demonstration of the input cannot be used; the stage goes on with the others."""

    name: str
    reason: str


@dataclass(frozen=True)
class EpisodeReplayed(Event):
    """A demonstration has been replayed."""

    name: str
    env: int
    """Environment it was played in."""
    steps: int
    success: bool
    """Whether the success term holds after the scene has come to rest."""
    at_last_action: bool
    """Whether it held right after the last action, or in the last recorded state."""
    joints_apart: float | None = None
    """Largest deviation of a joint from the recording [rad, m]; None if no states were recorded or it is infinite."""
    objects_apart: float | None = None
    """Largest deviation of an object's position [m]."""
    objects_turned: float | None = None
    """Largest deviation of an object's orientation [rad]."""
    strayed_at: int | None = None
    """First step at which one of these exceeded the tolerance; None if none did."""
    worst_at: int | None = None
    """Step of the largest deviation; None if all are zero."""
    worst: str = ""
    """Path of the state with the largest deviation."""


@dataclass(frozen=True)
class InstructionChanged(Event):
    """A person who drives has a new instruction."""

    eef: str
    subtask: int
    """Index of this end effector's subtask."""
    of: int
    """Number of its subtasks."""
    now: str
    """What to do now."""
    next: str = ""
    """What comes after it; empty for the last subtask."""


@dataclass(frozen=True)
class Hinted(Event):
    """Advice for a person who drives: one short sentence."""

    message: str


@dataclass(frozen=True)
class DurationEstimated(Event):
    """It is known about how long a phase will take, from its first steps."""

    phase: str
    left_s: float
    """Time until its end [s]."""
    seconds_per_step: float
    """0 if it has no steps."""


@dataclass(frozen=True)
class EncodersTrained(Event):
    """An epoch of training the encoders of a policy's images is over."""

    epoch: int
    """Its number, counted from 1."""
    of: int
    figures: dict[str, float] = field(default_factory=dict)
    """The mean loss, and the errors on demonstrations that are held out, by name."""

    @property
    def progress(self) -> Progress:
        return Progress(self.epoch, self.of, "epochs")


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
    """Learning rate of the next epoch."""
    steps_per_second: float
    eta_s: float
    """Remaining training time at this speed [s]."""
    validation_loss: float | None = None
    """Loss on held-out demonstrations; None without such."""

    @property
    def progress(self) -> Progress:
        return Progress(self.epoch, self.of, "epochs")


@dataclass(frozen=True)
class CheckpointSaved(Event):
    """A checkpoint is on disk, complete."""

    epoch: int
    path: str


@dataclass(frozen=True)
class PolicyEvaluated(Event):
    """A policy's success rate has been measured."""

    checkpoint: str
    success: int
    """Rollouts at whose end the success term held."""
    ever: int
    """Rollouts in which it held at any step."""
    rollouts: int
    low: float
    """Lower end of the 95 % interval of the success rate at the end."""
    high: float
    """Its upper end."""
    variant: str = ""
    """The perturbation it was measured under; empty for none."""


@dataclass(frozen=True)
class ShareReady(Event):
    """A worker of several has opened its environments, and can be given work."""

    about: dict = field(default_factory=dict)
    """What its stage says about them, as plain data."""


@dataclass(frozen=True)
class PieceMade(Event):
    """A worker of several has made a piece of the result."""

    number: int
    """What it was asked for."""
    path: str
    """The piece, a file on its machine."""


@dataclass(frozen=True)
class Warned(Event):
    """A warning for the user; the stage goes on."""

    message: str


@dataclass(frozen=True)
class StageFinished(Event):
    """The stage has ended; all its files are complete."""

    stage: str
    outcome: str
    """done, stopped (asked to) or gave_up (before all was made, a limit was reached or a recorded session was over)."""
    summary: dict = field(default_factory=dict)
    """Figures of the whole run; which ones differs from stage to stage."""
    output: str = ""
    """The file or folder that was made; empty if there is none."""
    findings: int = 0
    """Number of findings that a user should look at; with any a command ends with exit code 1."""
    results: list[str] = field(default_factory=list)
    """Results as text, a line each."""


@dataclass(frozen=True)
class StageFailed(Event):
    """The stage ended with an error; `message` is for the user, `exit_code` is that of the process."""

    message: str
    exit_code: int = UNEXPECTED
    verb: str = ""
    """The verb that does something about it, if there is one (`errors.Remedy`)."""
    file: str = ""
    """The file with which it does; empty if that is not known."""

    @classmethod
    def of(cls, error: MimicError) -> "StageFailed":
        """Return the event of an error that the user can act on."""
        return cls(str(error), error.exit_code, error.verb, error.file)


_KINDS = {kind.__name__: kind for kind in Event.__subclasses__()}


def to_json(event: Event) -> str:
    """Write an event as one line of JSON, with its kind under `event`."""
    return json.dumps({"event": type(event).__name__, **asdict(event)}, allow_nan=False)


def from_json(line: str) -> Event:
    """Read an event from one line of JSON.

    Raises:
        ValueError: The line is not JSON, or `from_plain` refuses what it says.
    """
    return from_plain(json.loads(line))


def from_plain(values: Any) -> Event:
    """Read an event from what its JSON says.

    Raises:
        ValueError: Its kind or one of its fields is unknown, a field is missing, or has the wrong type.
    """
    kind = _KINDS.get(str(values.get("event"))) if isinstance(values, dict) else None
    if kind is None:
        raise ValueError(f"not an event: {str(values)[:200]}")
    return typed.read(kind, {name: value for name, value in values.items() if name != "event"}, kind.__name__)
