# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The chosen demonstration of the Dataset panel as it looks at its playhead, once somebody wants to see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import omni.ui as ui

from ..dataset.beside import SourceBeside
from ..dataset.process import DrawingProcess
from ..dataset.shown import COST, ShownDemo
from ..host.base import Host
from ..scene.demo_view import DemoView
from ..scene.settings import ViewSettings
from . import style

_LARGE = 2.2
"""Height of an enlarged view, as a multiple of what is below it."""


class DemoScene:
    """Builds into the current container: buttons while nothing is shown, else the view and what plays it.

    Args:
        host: The program around the window.
        process: What shows the demonstration.
        settings: What is shown, and from where.
        on_enlarge: Called when the view should fill the window, or no longer.
        on_row: Called with the sample at which the playhead is while it plays.
        beside: What it was made from.
    """

    def __init__(
        self,
        host: Host,
        process: DrawingProcess,
        settings: ViewSettings,
        on_enlarge: Callable[[], None],
        on_row: Callable[[int], None],
        beside: SourceBeside,
    ) -> None:
        self._host, self._process, self._settings = host, process, settings
        self._on_enlarge, self._on_row = on_enlarge, on_row
        self.shown = ShownDemo(process)
        self.beside = beside
        self._frame: ui.Frame | None = None
        self._face: tuple | None = None
        self._told, self._share = -1, 1.0
        self.view: DemoView | None = None
        """None while nothing is shown."""
        self.button: ui.Button | None = None
        """Has it shown; None while it is."""
        self.play_button: ui.Button | None = None
        self.hide_button: ui.Button | None = None
        self.beside_button: ui.Button | None = None
        """Shows what the demonstration was made from beside it, or nothing; None where it was not generated."""
        self._place: ui.Label | None = None

    def build(self) -> None:
        """Build into the current container, of which it takes its share while something is shown."""
        self._face = None
        self._frame = ui.Frame(height=0)
        self.refresh()

    def go(self, row: int) -> None:
        """Go to a state, as the playhead does."""
        self.shown.playing = False
        self.shown.go(row)
        self._told = self.shown.row

    def refresh(self) -> None:
        """Show what is new; called once a frame."""
        if self._frame is None:
            return
        self.shown.beside = self.beside.found
        self.shown.follow()
        if self.shown.playing:
            self._host.stay_awake()
        failure = self._failure
        face = self.shown.demo, self.shown.wanted, failure, id(self.shown.beside), self.beside.eef
        if face != self._face:
            self._face = face
            self._build()
        if self.view is None:
            return
        self.view.refresh()
        if self.shown.row != self._told:
            self._told = self.shown.row
            self._on_row(self._told)
        self._tell()

    def enlarge(self, on: bool) -> None:
        """Take more of the space there is, or the usual share."""
        self._share = _LARGE if on else 1.0
        self._face = None

    def rest(self) -> None:
        """Let nothing be drawn until `refresh` is called again: nobody sees it."""
        self.shown.playing = False
        if self.view is not None:
            self.view.rest()

    def destroy(self) -> None:
        """Release the widgets."""
        self._forget()
        self._frame = None

    def _forget(self) -> None:
        if self.view is not None:
            self.view.destroy()
        self.view = self.button = self.play_button = self.hide_button = self.beside_button = self._place = None

    def _build(self) -> None:
        self._forget()
        assert self._frame is not None
        self._frame.height = ui.Fraction(self._share) if self.shown.wanted and self.shown.demo else ui.Pixel(0)
        with self._frame, ui.VStack(spacing=4):
            if not self.shown.demo:
                ui.Spacer(height=0)
            elif self.shown.wanted:
                self._build_view()
            else:
                with ui.HStack(height=26, spacing=style.GAP):
                    self.button = ui.Button("Show the robot", name="small", width=130, clicked_fn=self.shown.turn_on)
                    self.button.set_tooltip("The state at the playhead, from any side; it can be played, too.")
                    self._build_beside()
                    self._build_failure(COST)

    def _build_view(self) -> None:
        self.view = DemoView(self._host, self._process, self.shown, self._settings, self._on_enlarge)
        with ui.HStack(height=26, spacing=style.GAP):
            self.play_button = ui.Button("Play", name="small", width=64, clicked_fn=self.shown.toggle_playing)
            self._place = ui.Label("", name="hint", width=0)
            self._build_failure("")
            self._build_beside()
            self.hide_button = ui.Button("Hide", name="small", width=64, clicked_fn=self.shown.turn_off)
        self._tell()

    @property
    def _failure(self) -> str:
        """What cannot be shown, or not be trusted, and why; empty if all can."""
        changed = ""
        if self.beside.found is not None and self.beside.found.has_changed:
            changed = f"{Path(self.beside.found.path).name} has changed since: this may not be its source."
        return self.shown.failure or self.beside.failure or changed

    def _build_failure(self, otherwise: str) -> None:
        failure = self._failure
        text, name = failure or otherwise, "log_problem" if failure else "hint"
        ui.Label(text, name=name, tooltip=text, elided_text=True)

    def _build_beside(self) -> None:
        if not self.beside.eefs:
            return
        # With several hands, each has sources of its own.
        of = f" of {self.beside.eef}" if self.beside.eef and len(self.beside.eefs) > 1 else ""
        self.beside_button = ui.Button(
            f"Source{of}", name="small", width=70 if not of else 150, clicked_fn=self.beside.next
        )
        self.beside_button.name = "way_chosen" if self.beside.eef else "small"
        found = self.beside.found
        since = ", which has changed since" if found is not None and found.has_changed else ""
        file = f" ({Path(found.path).name}{since})" if found is not None else ""
        self.beside_button.set_tooltip(f"What it was generated from{file}, in step beside it: view and signals.")

    def _tell(self) -> None:
        if self._place is None or self.play_button is None:
            return
        shown = self.shown
        seconds = f", {shown.row * shown.step_dt:.2f} s" if shown.step_dt else ""
        text = f"sample {shown.row} of {shown.samples}{seconds}"
        if self._place.text != text:
            self._place.text = text
        face = "Pause" if shown.playing else "Play", bool(shown.step_dt)
        if (self.play_button.text, self.play_button.enabled) != face:
            self.play_button.text, self.play_button.enabled = face
