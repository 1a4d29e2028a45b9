# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The record of a run: collected from its stage's events, and stored as JSON beside its dataset."""

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
    """A demonstration that was reported saved."""

    at: float
    """When [s], since attempts began."""
    name: str
    steps: int


@dataclass
class RunRecord:
    """A run, collected from its event stream.

    Events of other stages in the same stream, such as annotation before generation, are ignored.
    """

    stage: str = "generate"
    """Name of the stage to collect."""
    started: str = ""
    """When the stage started: ISO 8601, UTC."""
    options: dict[str, Any] = field(default_factory=dict)
    """Options the stage was given."""
    attempts: list[Attempt] = field(default_factory=list)
    """In the order in which they ended."""
    demos: list[SavedDemo] = field(default_factory=list)
    wanted: int = 0
    """Demonstrations asked for; 0 means no limit."""
    warnings: list[str] = field(default_factory=list)
    outcome: str = ""
    """done, stopped, gave_up or failed; empty while the run has not ended."""
    message: str = ""
    """What went wrong, if the outcome is failed."""
    summary: dict[str, Any] = field(default_factory=dict)
    """Summary of the stage's last event."""
    phases: dict[str, float] = field(default_factory=dict)
    """Seconds that each phase of the whole job took, in order; filled in by whoever drives it."""
    elapsed: float = 0.0
    """When the last event came [s], since attempts began."""

    def __post_init__(self) -> None:
        self._listening = True
        self._zero: float | None = None

    def add(self, event: Event, at: float | None = None) -> None:
        """Take note of an event.

        Args:
            event: Any event; kinds that say nothing of a run are passed over.
            at: When it came [s], since attempts began; the time of this call if None.
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
        """Attempts that succeeded."""
        return sum(attempt.success for attempt in self.attempts)

    @property
    def success_rate(self) -> float | None:
        """Share of attempts that succeeded; None before the first has ended."""
        return self.succeeded / len(self.attempts) if self.attempts else None

    @property
    def seconds(self) -> float:
        """Time spent on attempts [s]: as the stage measured it, else up to the last event."""
        measured = self.summary.get("seconds")
        return float(measured) if isinstance(measured, int | float) else self.elapsed

    @property
    def demos_per_minute(self) -> float | None:
        """Saved demonstrations per minute spent on attempts; None if that cannot be said."""
        return 60.0 * len(self.demos) / self.seconds if self.demos and self.seconds > 0 else None

    @property
    def steps_per_demo(self) -> float | None:
        """Steps of all attempts that ended, failed ones included, per saved demonstration; None if none was saved."""
        return sum(attempt.steps for attempt in self.attempts) / len(self.demos) if self.demos else None

    @property
    def failures(self) -> Counter[tuple[str, FailureCause]]:
        """Failed attempts by subtask (`<eef>/<index>`, empty if it is not known) and cause."""
        return Counter((a.subtask, a.cause or FailureCause.UNKNOWN) for a in self.attempts if not a.success)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the record as JSON; an existing file is replaced in one step.

        Raises:
            OutputError: It cannot be written there.
        """
        path = Path(path)
        # The analysis is for readers of the file; it follows from the attempts, so loading passes over it.
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
        """Read a record; more events may be added to it.

        Raises:
            InputFileError: There is none, or it is not one.
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
        """Return the time since attempts began: since the last phase that was announced before the first one ended."""
        now = time.monotonic()
        if self._zero is None:
            # A record that was loaded goes on where it ended.
            self._zero = now - self.elapsed
        if isinstance(event, StageStarted | PhaseStarted) and not self.attempts:
            self._zero = now
        return now - self._zero
