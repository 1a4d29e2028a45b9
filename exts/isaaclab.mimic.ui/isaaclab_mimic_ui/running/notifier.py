# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tells of long work that has ended while nobody looked at the window. This module has no widgets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from ..dataset.commands import in_words
from ..forms.model import read_kept
from ..host.base import Host
from ..session import Session, State
from ..workflow import Workflow

_REMEMBERED = "notifications"
_LONG = 20.0
"""[s] Who waits for less has not gone away."""
_ENDINGS = {State.DONE: "has finished", State.GAVE_UP: "ended before all was made", State.FAILED: "has failed"}
"""How a run ends that nobody has stopped, in words."""


class Notifier:
    """Watches runs and commands.

    Args:
        host: Shows notifications, and remembers whether they are wanted.
        workflow: What runs.
        is_looked_at: Whether the user has the window in front.
    """

    def __init__(self, host: Host, workflow: Workflow, is_looked_at: Callable[[], bool]) -> None:
        self._host, self._workflow, self._is_looked_at = host, workflow, is_looked_at
        self.wanted = read_kept(host.recall(_REMEMBERED)).get("wanted") is not False
        """Whether notifications are shown."""
        self._running: list[Session] = []
        self._command_since = 0.0
        """As `time.monotonic()` [s]; 0 while no command runs."""

    def want(self, wanted: bool) -> None:
        """Show notifications, or none; this is remembered."""
        self.wanted = wanted
        self._host.remember(_REMEMBERED, json.dumps({"wanted": wanted}))

    def follow(self) -> None:
        """Look what has ended; call it once a frame."""
        running = self._workflow.running
        for session in self._running:
            if session not in running:
                self._run_ended(session)
        self._running = running
        command = self._workflow.command
        if command.is_running and not self._command_since:
            self._command_since = time.monotonic()
        elif not command.is_running and self._command_since:
            took, self._command_since = time.monotonic() - self._command_since, 0.0
            # What was stopped, and what was ended with its project, has neither failed nor made anything.
            if not command.was_stopped:
                self._command_ended(took)

    def _command_ended(self, took: float) -> None:
        command, project = self._workflow.command, self._workflow.project
        ending = "has failed" if command.failure else "has finished"
        if command.faults:
            counts = (f"{count} {level}{'s' * (count > 1)}" for level, count in sorted(command.faults.items()))
            ending = f"has found {' and '.join(counts)}"
        failed = bool(command.failure) or "error" in command.faults
        text = in_words(project.shorten(command.failure or command.done))
        self._tell(took, f"Dataset > {command.title} {ending}", text, failed)

    def _run_ended(self, session: Session) -> None:
        if session.state in _ENDINGS and session.last is not None:
            title = f"{session.step.title} {_ENDINGS[session.state]}"
            self._tell(session.elapsed, title, "\n".join(session.last.results), session.state is State.FAILED)

    def _tell(self, took: float, title: str, text: str, failed: bool) -> None:
        if self.wanted and took >= _LONG and not self._is_looked_at():
            project = self._workflow.project.folder
            self._host.notify(title, f"{project.name or project}: {text}" if text else str(project.name), failed)
