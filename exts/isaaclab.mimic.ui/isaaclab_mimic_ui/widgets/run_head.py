# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The top of every run: what it is doing, how far it is, and a row of numbers."""

from __future__ import annotations

import time
from collections.abc import Sequence

import omni.ui as ui

from ..session import Session, State
from . import style
from .progress import ProgressBar, numbers_in_line, tiles

PERIOD = 0.1
"""[s] Numbers change at most this often: nobody reads faster, and each change costs a layout."""

REST = 0.5
"""[s] The same when nothing runs, and only the form can change."""

_HEADINGS = {
    State.STARTING: "Starting ...",
    State.STOPPING: "Stopping ...",
    State.DONE: "Done",
    State.STOPPED: "Stopped",
    State.GAVE_UP: "Gave up",
    State.FAILED: "Failed",
}


class RunHead:
    """Builds into the current container.

    Args:
        session: Whose run is shown.
        noun: What is counted; empty for runs that count nothing.
        captions: Caption and tooltip of each number.
        compact: Numbers in one line instead of tiles, because the room is for the view of the scene.
    """

    def __init__(self, session: Session, noun: str, captions: Sequence[tuple[str, str]], compact: bool = False) -> None:
        self._session = session
        self._noun = noun
        self._captions = [caption for caption, _ in captions]
        self._due = 0.0
        self._due_state: State | None = None
        if compact:
            with ui.HStack(height=20, spacing=style.GAP):
                self._heading = ui.Label("", name="heading", elided_text=True)
                self._total = ui.Label("", name="dim", width=0)
            if noun:
                self._bar = ProgressBar()
            self._tiles = numbers_in_line(*captions)
            self._done = None
            return
        with ui.HStack(height=0):
            self._heading = ui.Label("", name="heading", height=0, word_wrap=True)
        if noun:
            with ui.HStack(height=36, spacing=8):
                self._done = ui.Label("0", name="big", width=0, alignment=ui.Alignment.LEFT_BOTTOM)
                with ui.VStack():
                    self._total = ui.Label("", name="of", alignment=ui.Alignment.LEFT_BOTTOM)
                    ui.Spacer(height=3)
            self._bar = ProgressBar()
        self._tiles = tiles(*captions)

    def due(self) -> bool:
        """Whether it is time to bring numbers up to date; at once when a run begins or ends."""
        state, now = self._session.state, time.monotonic()
        if state is self._due_state and now < self._due:
            return False
        self._due_state, self._due = state, now + (PERIOD if state.is_active else REST)
        return True

    def show(self, numbers: Sequence[str], noun: str = "") -> None:
        """Show the state, and the tiles' numbers; `noun` is what is counted now, if it is something else."""
        session = self._session
        heading = _HEADINGS.get(session.state) or session.snapshot.get("phase") or "Running"
        text = "Paused" if session.paused and session.state is State.RUNNING else heading
        if not session.state.is_active:
            text += f" at {session.last.ended.rpartition(' ')[2]}" if session.last is not None else ""
            text += ", with other choices than those on the left" if session.is_old else ""
        if self._heading.text != text:
            self._heading.text = text
        if self._noun:
            progress = session.progress
            noun = noun or self._noun
            total = f"of {progress.total} {noun}" if progress.total else noun
            if self._done is not None:
                self._done.text = str(progress.done)
            self._total.text = total if self._done is not None else f"{progress.done} {total}"
            self._bar.set(progress.fraction)
        for tile, number in zip(self._tiles, numbers, strict=True):
            tile.set(number)
        if not session.state.is_active:
            counted = {self._noun: f"{session.progress.done} of {session.progress.total}"} if self._noun else {}
            session.keep_numbers(counted | dict(zip(self._captions, numbers, strict=True)))
