# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The thumbnails of the demonstration that the Dataset panel shows: found, or drawn by a worker. No widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from isaaclab_mimic_core import events, requirements
from isaaclab_mimic_core.errors import MimicError

from ..host.base import Host
from . import reading
from .process import DrawingProcess


class DemoStrip:
    """Looks for the thumbnails of a demonstration, and has missing ones drawn.

    Args:
        host: The program around the window.
        on_change: Called when there is something else to show.
        process: What draws them.
    """

    def __init__(self, host: Host, on_change: Callable[[], None], process: DrawingProcess) -> None:
        self._host, self._on_change, self._process = host, on_change, process
        self._looking: asyncio.Task | None = None
        self._path = self._task = self._demo = ""
        self._waits = False
        """Whether they were asked for and have not come."""
        self.pictures: list[reading.Thumbnail] = []
        """Those of the demonstration; none if they have not been drawn."""
        self.said = ""
        """What is being done about them, or why there is nothing to draw; empty if they can be drawn."""
        self.failure = ""
        """Why they could not be drawn when that was tried."""

    def show(self, path: str, task: str, demo: str) -> None:
        """Look for the thumbnails of a demonstration; draw them if the process of its task runs."""
        self._path, self._task, self._demo = path, task, demo
        self._start_looking()

    def draw(self) -> None:
        """Have the thumbnails drawn: the first of a task after a simulation has been opened."""
        self.failure, self.said, self._waits = "", "Drawing ...", True
        if self._process.is_active:
            self._process.request("draw", demo=self._demo, path=self._path)
        elif not self._process.start(self._path, self._task, self._demo):
            self._fail(self._process.failure)
        self._on_change()

    def leave(self) -> None:
        """Show no demonstration."""
        if self._looking is not None:
            self._looking.cancel()
        self._path = self._task = self._demo = self.said = self.failure = ""
        self.pictures, self._waits = [], False

    def draw_missing(self) -> None:
        """Have them drawn, unless they are there or cannot be: the process runs now."""
        if self._demo and not (self.pictures or self.said or self.failure):
            self.draw()

    def look_again(self) -> None:
        """Take note that the process has ended, maybe when it was asked for something: it had waited long enough."""
        if self._waits:
            self._start_looking()

    def take(self, event: events.Event) -> None:
        """Take note of what the process says."""
        match event:
            case events.PhaseStarted(phase) if self._waits:
                self.said = f"{phase} ..."
            case events.StripDrawn(name) if name == self._demo:
                self._start_looking(drawn=True)
                return
            case events.StripNotDrawn(name, reason) if name == self._demo:
                self._fail(reason)
            case events.StageFailed(message) if self._waits:
                self._fail(message)
            case _:
                return
        self._on_change()

    def _fail(self, reason: str) -> None:
        self.failure, self.said, self._waits = reason, "", False

    def _start_looking(self, drawn: bool = False) -> None:
        """Look for the thumbnails; if they have been `drawn`, they are not requested again."""
        self.pictures, self.failure, self.said, self._waits = [], "", "Looking for thumbnails ...", False
        self._on_change()
        if self._looking is not None:
            self._looking.cancel()
        self._looking = self._host.spawn(self._look(drawn))

    async def _look(self, drawn: bool) -> None:
        try:
            self.pictures = await asyncio.to_thread(reading.read_strip, self._path, self._demo)
            self.said = ""
        except MimicError as error:
            self.said = f"No thumbnails: {error.what}."
        except ImportError as error:
            self.said = f"No thumbnails: {requirements.explain(error) or error}"
        except (OSError, ValueError) as error:
            self.said = f"No thumbnails: {error}"
        if not self.pictures and not self.said and drawn:
            self.failure = "The file has changed: open it again."
            self._process.end()
        elif not self.pictures and not self.said and self._process.is_active:
            self.draw()
        self._on_change()
