# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Write a report of a generation run when it ends."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import InputFileError, MimicError, OutputError
from ...events import AttemptFinished, Event, StageFinished, Warned
from ...options import GenerateOptions
from ...report import RunRecord, write_report
from ...report.html import FILE_NAME, FILES
from ...report.page import Example
from ...report.run import FILE_NAME as RUN_FILE_NAME
from .examples import can_draw, draw_examples

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class RunReport:
    """Collects a stage's events and writes the report after the last one.

    Args:
        options: The stage's options; a resumed run continues the record in the report's folder.

    Raises:
        OutputError: The folder has a report already, or that of another run, or is a file.
    """

    def __init__(self, options: GenerateOptions):
        self._options = options
        self._examples: list[Example] = []
        self._has_news = False
        self._folder = Path(options.report)
        if self._folder.exists() and not self._folder.is_dir():
            raise OutputError("is a file, not a folder", where=options.report, remedy="Give another --report.")
        there = any((self._folder / name).exists() for name in FILES)
        if there and not (options.overwrite or options.resume):
            raise OutputError(
                "holds a report already", where=options.report, remedy="Give another --report, or --overwrite."
            )
        earlier = self._earlier()
        self._record = earlier if options.resume and earlier else RunRecord()
        if options.resume and earlier and Path(earlier.options.get("output", "")).name != Path(options.output).name:
            raise OutputError(
                f"is the report of {earlier.options.get('output')}",
                where=options.report,
                remedy="Give another --report, or go on with that file.",
            )
        self._known = {attempt.attempt for attempt in self._record.attempts}
        """Attempts of the resumed run: with workers, failures after its last success are made again."""

    def _earlier(self) -> RunRecord | None:
        """Return the record in the folder; None if there is none. Refuse the folder of a training run."""
        path = self._folder / RUN_FILE_NAME
        try:
            return RunRecord.load(path) if path.exists() else None
        except InputFileError as error:
            raise OutputError(
                f"holds a {RUN_FILE_NAME} that is no report's", where=str(path), remedy="Give another --report."
            ) from error

    def wants_thumbnails(self, env: "BatchedEnv") -> bool:
        """Return whether there are to be thumbnails, and can be: not in Isaac Sim."""
        return self._options.thumbnails and can_draw(env)

    def draw(self, env: "BatchedEnv", ending: StageFinished) -> list[Event]:
        """Draw the thumbnails of a run that has ended; return a warning if that cannot be done.

        Args:
            env: The run's environments.
            ending: The run's last event, which names the files that it has written.
        """
        failed = ending.summary.get("failed_output", "")
        try:
            self._examples = draw_examples(env, ending.output, self._options.input, failed)
        except MimicError as error:
            return [Warned(f"The report has no thumbnails: {error}")]
        return []

    def follow(self, events: list[Event]) -> list[Event]:
        """Collect events and return them; the last one gets the report's path."""
        for event in events:
            if isinstance(event, AttemptFinished) and event.attempt in self._known:
                continue
            self._record.add(event)
            self._has_news |= isinstance(event, AttemptFinished)
        if not events or not isinstance(ending := events[-1], StageFinished) or not self._record.attempts:
            return events
        if not self._has_news and (self._folder / FILE_NAME).exists():
            # A run that had nothing left to do leaves its report as it is.
            return [*events[:-1], replace(ending, summary={**ending.summary, "report": str(self._folder / FILE_NAME)})]
        try:
            source = self._options.input
            written = write_report(self._folder, self._record, ending.output or None, source, self._examples)
        except MimicError as error:
            # The dataset is complete, so a report that cannot be written does not make the run a failure.
            return [*events[:-1], Warned(f"The report could not be written: {error}"), ending]
        return [*events[:-1], replace(ending, summary={**ending.summary, "report": str(written)})]
