# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The record of a run, collected from the events of its stage and stored as JSON."""

import json
import os
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import InputFileError, OutputError
from ..events import (
    AttemptFinished,
    DemoSaved,
    Event,
    PhaseStarted,
    StageFailed,
    StageFinished,
    StageStarted,
    Warned,
)
from ..outcomes import FailureCause
from .analysis import analyse
from .attempt import Attempt

FORMAT = 1
"""Version of the JSON that `RunRecord.save` writes."""
FILE_NAME = "run.json"


@dataclass(frozen=True)
class SavedDemo:
    """A saved demonstration."""

    at: float
    """Time of saving [s], since attempts began."""
    name: str
    steps: int
    """Length [steps]."""


@dataclass
class RunRecord:
    """Record of a run, collected from its events.

    Ignore events of other stages among them, such as annotation before generation.
    """

    stage: str = "generate"
    """Name of the stage to record."""
    started: str = ""
    """Start time of the stage: ISO 8601, UTC."""
    options: dict[str, Any] = field(default_factory=dict)
    """Options of the stage."""
    attempts: list[Attempt] = field(default_factory=list)
    """Ended attempts, in the order of their ends."""
    demos: list[SavedDemo] = field(default_factory=list)
    wanted: int = 0
    """Number of demonstrations asked for; 0 means no limit."""
    warnings: list[str] = field(default_factory=list)
    outcome: str = ""
    """done, stopped, gave_up or failed; empty while the run is not over."""
    message: str = ""
    """Error message, if the outcome is failed."""
    summary: dict[str, Any] = field(default_factory=dict)
    """Summary in the stage's last event."""
    phases: dict[str, float] = field(default_factory=dict)
    """Duration of each phase of the job [s], in order; set by the caller."""
    elapsed: float = 0.0
    """Time of the last event [s], since attempts began."""

    def __post_init__(self) -> None:
        self._listening = True
        self._zero: float | None = None

    def add(self, event: Event, at: float | None = None) -> None:
        """Add an event to the record.

        Args:
            event: Any event; kinds that the record does not store are ignored.
            at: Time of the event [s], since attempts began; now if None.
        """
        if isinstance(event, StageStarted):
            self._listening = event.stage == self.stage
        if not self._listening:
            return
        self.elapsed = self._clock(event) if at is None else at
        match event:
            case StageStarted():
                self.started = datetime.now(UTC).isoformat(timespec="seconds")
                self.options = dict(event.options)
                self.wanted = int(event.options.get("num_demos", self.wanted))
            case AttemptFinished():
                self.attempts.append(Attempt.of(event, round(self.elapsed, 3)))
            case DemoSaved():
                self.demos.append(SavedDemo(round(self.elapsed, 3), event.name, event.steps))
                self.wanted = event.wanted
            case Warned():
                self.warnings.append(event.message)
            case StageFinished():
                self.outcome, self.summary = event.outcome, dict(event.summary)
            case StageFailed():
                self.outcome, self.message = "failed", event.message

    @property
    def succeeded(self) -> int:
        """Number of successful attempts."""
        return sum(attempt.success for attempt in self.attempts)

    @property
    def success_rate(self) -> float | None:
        """Share of successful attempts, from 0 to 1; None before the first has ended."""
        return self.succeeded / len(self.attempts) if self.attempts else None

    @property
    def seconds(self) -> float:
        """Time spent on attempts [s]: measured by the stage, else the time of the last event."""
        measured = self.summary.get("seconds")
        return float(measured) if isinstance(measured, int | float) else self.elapsed

    @property
    def demos_per_minute(self) -> float | None:
        """Saved demonstrations per minute spent on attempts; None if none was saved or the time is unknown."""
        return 60.0 * len(self.demos) / self.seconds if self.demos and self.seconds > 0 else None

    @property
    def steps_per_demo(self) -> float | None:
        """Steps of all ended attempts, failed ones included, per saved demonstration; None if none was saved."""
        return sum(attempt.steps for attempt in self.attempts) / len(self.demos) if self.demos else None

    @property
    def failures(self) -> Counter[tuple[str, FailureCause]]:
        """Number of failed attempts by subtask (`<eef>/<index>`, empty if unknown) and cause."""
        return Counter((a.subtask, a.cause or FailureCause.UNKNOWN) for a in self.attempts if not a.success)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the record as JSON. Replace an existing file in one step.

        Raises:
            OutputError: The file cannot be written.
        """
        path = Path(path)
        # The analysis is for readers of the file. `load` ignores it, because it follows from the attempts.
        values = {"format": FORMAT, "analysis": analyse(self.attempts), **asdict(self)}
        values["attempts"] = [attempt.row() for attempt in self.attempts]
        text = json.dumps(values, indent=1, allow_nan=False)
        temporary = path.with_name(f".{path.name}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "RunRecord":
        """Read a record from a file. Further events may be added to it.

        Raises:
            InputFileError: The file cannot be read, or is not a record.
        """
        path = Path(path)
        remedy = f"Name a {FILE_NAME} that a run has written."
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputFileError(f"cannot be read: {error.strerror}", where=str(path), remedy=remedy) from error
        except ValueError as error:
            raise InputFileError("is not JSON", where=str(path), remedy=remedy) from error
        version = fields.pop("format", None) if isinstance(fields, dict) else None
        if isinstance(fields, dict):
            fields.pop("analysis", None)
        if isinstance(version, int) and version > FORMAT:
            raise InputFileError(
                f"has format {version}; this program knows formats up to {FORMAT}",
                where=str(path),
                remedy="Update this program.",
            )
        try:
            if version != FORMAT:
                raise TypeError("no format")
            fields["attempts"] = [Attempt.from_row(attempt) for attempt in fields["attempts"]]
            fields["demos"] = [SavedDemo(**demo) for demo in fields["demos"]]
            return cls(**fields)
        except (KeyError, TypeError, ValueError) as error:
            raise InputFileError("is not the record of a run", where=str(path), remedy=remedy) from error

    def _clock(self, event: Event) -> float:
        """Return the time since attempts began [s]: since the last phase that began before the first attempt ended."""
        now = time.monotonic()
        if self._zero is None:
            # The time of a loaded record continues.
            self._zero = now - self.elapsed
        if isinstance(event, StageStarted | PhaseStarted) and not self.attempts:
            self._zero = now
        return now - self._zero
