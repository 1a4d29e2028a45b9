# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The messages of a run: events in words, and the last of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from isaaclab_mimic_core import events

from .subtask_names import NO_NAMES, SubtaskNames

_KEPT = 10_000


@dataclass(frozen=True)
class Message:
    """One line of the log."""

    elapsed: float
    """Seconds since the run was started."""
    text: str
    level: str = ""
    """`warning` or `error`; empty for what is neither."""


class MessageLog:
    """The last messages of a session."""

    def __init__(self) -> None:
        self._kept: deque[Message] = deque(maxlen=_KEPT)
        self.total = 0
        """Messages so far, also those that are no longer kept; tells a view that there are new ones."""

    def __iter__(self) -> Iterator[Message]:
        return iter(self._kept)

    def __getitem__(self, index: int) -> Message:
        return self._kept[index]

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, message: Message) -> None:
        self._kept.append(message)
        self.total += 1

    def clear(self) -> None:
        """Remove all messages; the total stays."""
        self._kept.clear()


def describe(event: events.Event, subtasks: SubtaskNames = NO_NAMES, saved: bool = True) -> str:
    """Describe an event in one sentence; empty for events that are not shown.

    Args:
        event: The event.
        subtasks: What subtasks are called.
        saved: Whether the run has saved anything.
    """
    match event:
        case events.StageStarted():
            return f"Task: {event.options['task']}." if event.options.get("task") else ""
        case events.PhaseStarted():
            return f"{event.phase.rstrip('.')}."
        case events.DemoSaved():
            return f"Saved {event.name} ({event.steps} steps)."
        case events.AttemptFinished(success=False):
            where = f" in: {subtasks.title(event.subtask)}" if event.subtask else ""
            return f"Attempt {event.attempt + 1} failed ({event.cause.label or 'no success'}){where}."
        case events.Warned() | events.Hinted():
            return event.message
        case events.InstructionChanged():
            return f"Now: {event.now}"
        case events.DurationEstimated():
            return f"{event.phase} takes about {clock(event.left_s)}."
        case events.EncodersTrained():
            told = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in event.figures.items())
            return f"Epoch {event.progress} of the encoders: {told}."
        case events.EpochFinished():
            held_back = "" if event.validation_loss is None else f", {event.validation_loss:.4g} on what is held back"
            return f"Epoch {event.progress}: loss {event.loss:.4g}{held_back}."
        case events.CheckpointSaved():
            return f"Saved a checkpoint: {event.path}"
        case events.PolicyEvaluated():
            name = event.checkpoint.rsplit("/", 1)[-1] + (f", {event.variant}" if event.variant else "")
            rate = f"{event.success} of {event.rollouts}, {100 * event.low:.0f} to {100 * event.high:.0f} %"
            return f"{name} succeeded in {rate}."
        case events.EpisodeAnnotated(ok=False):
            return f"{event.name} is left out: {event.reason}"
        case events.EpisodeSkipped():
            return f"{event.name} is skipped: {event.reason}"
        case events.EpisodeReplayed():
            return f"{event.name}: the task is {'' if event.success else 'not '}fulfilled after {event.steps} steps."
        case events.StageFinished():
            how = {"done": "Finished.", "stopped": "Stopped.", "gave_up": "Ended before all was made."}
            kept = " Everything saved so far is kept." if saved and event.outcome != "done" else ""
            return how.get(event.outcome, event.outcome) + kept
        case events.StageFailed():
            return event.message.splitlines()[0]
    return ""


def clock(seconds: float | None) -> str:
    """Write a duration as 0:07, 12:34 or 1:02:03; a dash if it is unknown."""
    if seconds is None:
        return "-"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
