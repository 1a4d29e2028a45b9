# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The half of the Dataset panel with the chosen demonstration: view, thumbnails, signals and attributes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import omni.ui as ui

from ..dataset.beside import SourceBeside, source_files
from ..dataset.job import DataCommand
from ..dataset.opened import OpenedFile
from ..dataset.process import DrawingProcess
from ..host.base import Host
from ..scene.settings import ViewSettings
from .dataset_details import Doors, build_details
from .demo_scene import DemoScene
from .layout import card
from .room import Room
from .signals import Signals
from .strip_view import StripView


class DemoHalf:
    """Builds into the current container. One playhead goes through all that is shown.

    Args:
        host: The program around the window.
        process: What draws thumbnails and states, once they are wanted.
        view: What views show, and from where.
        doors: What leads from here to elsewhere.
        on_enlarge: Called when the view should fill the window, or no longer.
    """

    def __init__(
        self,
        host: Host,
        process: DrawingProcess,
        view: ViewSettings,
        doors: Doors,
        on_enlarge: Callable[[], None],
    ) -> None:
        self.process, self._doors = process, doors
        self._was_active = False
        self._room = Room()
        """Of what is below the view."""
        self._file: OpenedFile | None = None
        self._command: DataCommand | None = None
        self.thumbnails = StripView(host, process, self.go)
        self.beside = SourceBeside(host, self.rebuild)
        """What the demonstration was made from."""
        self.scene = DemoScene(host, process, view, on_enlarge, self._follow, self.beside)
        """What it looks like at the playhead."""
        self.signals: Signals | None = None
        """Its signals, with their playhead."""
        self.frame: ui.Frame | None = None
        """Everything below the view."""

    def show(self, file: OpenedFile, command: DataCommand) -> None:
        """Show a file, and what a command has found in it."""
        self._file, self._command = file, command

    def choose(self, annotated: Path) -> None:
        """Show the chosen demonstration of the file.

        Args:
            annotated: The annotated demonstrations of the project.
        """
        file = self._file
        assert file is not None
        summary = file.summary
        path, task = summary["path"], summary["task"]
        if self.process.is_active and self.process.task != task:
            self.process.end()
        self.thumbnails.strip.show(path, task, file.demo)
        self.beside.choose(file.attrs, file.samples, source_files(summary, annotated), summary["sources_sha256"])
        self.scene.shown.choose(path, task, file.demo, file.samples, summary["why_not"])
        self.scene.refresh()

    def leave(self) -> None:
        """Show no demonstration; what draws them goes on, because the next one may be of the same task."""
        self.thumbnails.strip.leave()
        self.scene.shown.leave()
        self.beside.leave()

    def go(self, row: int) -> None:
        """Move the playhead to a sample."""
        self.scene.go(row)
        self._follow(row)

    def step(self) -> None:
        """Move the playhead one sample on."""
        self.go(self.scene.shown.row + 1)

    def actions(self) -> dict[str, Callable[[], None]]:
        """Return the actions of keys; none while nothing is shown."""
        if (view := self.scene.view) is None:
            return {}
        return view.actions() | {"pause": self.scene.shown.toggle_playing, "step": self.step}

    def refresh(self) -> None:
        """Show what is new; called once a frame."""
        for event in self.process.poll():
            self.thumbnails.strip.take(event)
        if self._was_active != self.process.is_active:
            self._was_active = self.process.is_active
            strip = self.thumbnails.strip
            strip.draw_missing() if self._was_active else strip.look_again()
        self.scene.refresh()
        if self.frame is not None and self._room.has_shrunk(self.frame.computed_width):
            self.rebuild()

    def rebuild(self) -> None:
        """Show what has been read, below the view. Before the panel is first painted, there is nothing to."""
        if self.frame is not None:
            self.frame.rebuild()

    def build(self) -> None:
        """Add it to the current container."""
        with card(True):
            self.scene.build()
            self.frame = ui.Frame(build_fn=self._build)

    def destroy(self) -> None:
        """Release the widgets, and end what goes on."""
        self.beside.leave()
        self.thumbnails.destroy()
        self.scene.destroy()
        self.process.end()
        if self.signals is not None:
            self.signals.destroy()
        self.signals = self.frame = None

    def _follow(self, row: int) -> None:
        """Show the playhead at a sample, in everything but the view."""
        self.thumbnails.mark(row)
        if self.signals is not None:
            self.signals.go_to(row)

    def _build(self) -> None:
        if self.signals is not None:
            self.signals.destroy()
        if self._file is None or self._command is None:
            return
        sources = self.beside.found.signals if self.beside.found is not None else {}
        self.signals = build_details(self._file, self._command, self.thumbnails.build, self.go, sources, self._doors)
        if self.signals is not None and self.scene.shown.row:
            self._follow(self.scene.shown.row)
