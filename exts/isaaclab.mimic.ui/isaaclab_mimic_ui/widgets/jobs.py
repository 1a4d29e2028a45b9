# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What runs now: below the steps, wherever one is, each with a button that shows it and one that stops it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import omni.ui as ui

from ..session import Session, State
from . import style
from .progress import ProgressBar

_HEIGHT = 76


class Jobs:
    """Builds into the current container; takes no space while nothing runs.

    Args:
        on_show: Called with the step of the run to show.
        on_stop: Called with the session to stop.
    """

    def __init__(self, on_show: Callable[[str], object], on_stop: Callable[[Session], None]) -> None:
        self._on_show, self._on_stop = on_show, on_stop
        self.show_buttons: dict[str, ui.Button] = {}
        self.stop_buttons: dict[str, ui.Button] = {}
        """Buttons by step."""
        self._parts: dict[str, tuple[ui.Label, ProgressBar]] = {}
        self._frame = ui.Frame(height=0)

    def show(self, running: Sequence[Session]) -> None:
        """Show what runs; call it once a frame."""
        names = [session.step.name for session in running]
        if names != list(self._parts):
            self._build(running)
        for session in running:
            name = session.step.name
            label, bar = self._parts[name]
            text = session.progress_text({"demonstrations": "demos"})
            if label.text != text:
                label.text = text
                bar.set(session.progress.fraction)
            stopping = session.state is State.STOPPING
            if self.stop_buttons[name].enabled == stopping:
                self.stop_buttons[name].enabled = not stopping

    def _build(self, running: Sequence[Session]) -> None:
        self._parts.clear()
        self.show_buttons.clear()
        self.stop_buttons.clear()
        with self._frame, ui.VStack(height=0, spacing=4):
            for session in running:
                with ui.ZStack(height=_HEIGHT):
                    ui.Rectangle(name="job")
                    with ui.HStack():
                        ui.Spacer(width=style.GAP)
                        with ui.VStack(spacing=3):
                            ui.Spacer(height=3)
                            self._build_job(session)
                            ui.Spacer(height=5)
                        ui.Spacer(width=style.GAP)

    def _build_job(self, session: Session) -> None:
        name = session.step.name
        with ui.HStack(height=16):
            ui.Label(session.step.title, name="job", elided_text=True)
            label = ui.Label("", name="hint", width=0)
        bar = ProgressBar()
        with ui.HStack(height=24, spacing=4):
            self.show_buttons[name] = ui.Button(
                "Show", name="small", tooltip="Show this run.", clicked_fn=lambda: self._on_show(name)
            )
            self.stop_buttons[name] = ui.Button(
                "Stop", name="small", tooltip="End this run.", clicked_fn=lambda: self._on_stop(session)
            )
        self._parts[name] = label, bar
