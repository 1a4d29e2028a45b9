# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The command that the Dataset panel runs: one at a time, in a process of its own. This module has no widgets."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from isaaclab_mimic_core import events
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.remote.verb_client import VerbClient

from .commands import RERUN, TITLES, outcome, progress, stopped
from .rerun_viewer import RerunViewer, delete_older


class DataCommand:
    """Runs a command and keeps its progress and its result.

    Args:
        python: The interpreter to use; empty to find it.
    """

    def __init__(self, python: str = "") -> None:
        self._python = python
        self._viewer = RerunViewer(python)
        self._client: VerbClient | None = None
        self._by = self._file = self._looked_at = ""
        self._stopped = False
        self._saved: events.DemoSaved | None = None
        self._ending: events.StageFinished | events.StageFailed | None = None
        self.said = ""
        """Progress in words; empty if nothing runs."""
        self.failure = ""
        """Why the last command failed; empty if it did not."""
        self.done = ""
        """What the last command has made."""
        self.findings: list[tuple[str, str, str]] | None = None
        """Level, demonstration and message of each finding of the last check; None if no check has run."""
        self.differences = ""
        """What the last comparison has found, in words; empty if there was none.

        Both are of the file that is looked at.
        """
        self.ended = 0
        """How many commands have ended."""
        self.viewer_failure = ""
        """Why Rerun's viewer has ended, if not because the user has closed it."""
        self.faults: dict[str, int] = {}
        """Level -> how many findings the last check has made, of whatever file; empty if the last command is none."""

    @property
    def is_running(self) -> bool:
        return self._client is not None

    @property
    def title(self) -> str:
        """What the button of the last command is called."""
        return TITLES[self._by]

    @property
    def was_stopped(self) -> bool:
        """Whether the last command was asked to end."""
        return self._stopped

    @property
    def is_of_this(self) -> bool:
        """Whether the last command was started for the file that is looked at now."""
        return self._file == self._looked_at

    def look_at(self, file: str) -> None:
        """Look at another file: what was found, or will be, in the one before is not shown as its."""
        self._looked_at = file
        self.findings, self.differences = None, ""

    def start(self, by: str, words: list[str]) -> None:
        """Begin, for the file that is looked at; ignored while another one runs."""
        if self._client is not None:
            return
        self._file = self._looked_at
        self._by, self._stopped, self._saved, self._ending = by, False, None, None
        self.failure = self.done = self.viewer_failure = ""
        self.faults = {}
        try:
            self._client = VerbClient(words, python=self._python)
        except (MimicError, OSError) as error:
            self.failure = str(error)
            return
        self.said = progress(by)

    def poll(self) -> None:
        """Read new events; call it once a frame."""
        self.viewer_failure = self._viewer.poll() or self.viewer_failure
        if self._client is None:
            return
        for event in self._client.poll():
            self._take(event)
        # The window does not wait until the process has exited.
        if not self._client.done or self._client.exit_code is None:
            return
        self._tell(self._client)
        self._end()
        self.ended += 1

    def stop(self) -> None:
        """Ask it to end."""
        if self._client is not None:
            self._stopped = True
            self._client.stop()

    def forget(self) -> None:
        """Show no command any more."""
        self.close()
        self.failure = self.done = self.viewer_failure = ""
        self.look_at("")

    def close(self) -> None:
        """End it at once."""
        if self._client is not None:
            self._stopped = True
            self._client.stop()
            self._end()

    def _take(self, event: events.Event) -> None:
        match event:
            case events.StageFinished() | events.StageFailed():
                self._ending = event
            case events.DemoSaved():
                self._saved = event
        if event.progress:
            self.said = progress(self._by, event)

    def _tell(self, client: VerbClient) -> None:
        """Keep the result of a command that has ended."""
        if self._by == "check" and client.answer is not None:
            self.faults = dict(Counter(each["level"] for each in client.answer["findings"]))
        match self._ending:
            case events.StageFinished() as ending if self._by == RERUN:
                self._view(ending)
            case events.StageFinished() as ending:
                self.done = outcome(ending)
            case events.StageFailed() if self._stopped:
                # A command that was asked to stop ends with an error, which is expected.
                self.done = stopped(self._saved)
            case events.StageFailed(message=message):
                self.failure = message
            case None if not self.is_of_this:
                pass
            case None if client.answer is not None and self._by == "compare":
                # Late: a command that has read files has brought what this needs.
                from isaaclab_mimic_core.datasets.compare import format_differences

                self.differences = format_differences(client.answer)
            case None if client.answer is not None:
                found = client.answer["findings"]
                self.findings = [(each["level"], each["demo"], each["message"]) for each in found]

    def _view(self, ending: events.StageFinished) -> None:
        """Let Rerun's viewer show what was exported for it."""
        folder = Path(ending.output)
        try:
            self._viewer.open([folder / name for name in ending.summary["files"]])
            delete_older(folder)
        except (MimicError, OSError) as error:
            self.failure = str(error)
        else:
            self.done = "\n".join(["Rerun's viewer opens.", *ending.results])

    def _end(self) -> None:
        assert self._client is not None
        self._client.close(0.5)
        self._client, self.said = None, ""
