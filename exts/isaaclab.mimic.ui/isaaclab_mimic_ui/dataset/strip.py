# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The thumbnails of the demonstration that the Dataset panel shows: found, or drawn by a worker. No widgets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from isaaclab_mimic_core import events, requirements
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.remote.worker_client import WorkerClient

from ..host.base import Host
from . import reading

_STAGE = "isaaclab_mimic_core.stages.rendering.strips:start"


class DemoStrip:
    """Looks for the thumbnails of a demonstration, and has missing ones drawn, in a process for each file.

    Args:
        host: The program around the window.
        on_change: Called when there is something else to show.
        python: The interpreter to use; empty to find it.
    """

    def __init__(self, host: Host, on_change: Callable[[], None], python: str = "") -> None:
        self._host, self._on_change, self._python = host, on_change, python
        self._client: WorkerClient | None = None
        self._looking: asyncio.Task | None = None
        self._path = self._demo = ""
        self.pictures: list[reading.Thumbnail] = []
        """Those of the demonstration; none if they have not been drawn."""
        self.said = ""
        """What is being done about them, or why there is nothing to draw; empty if they can be drawn."""
        self.failure = ""
        """Why they could not be drawn when that was tried."""

    def show(self, path: str, demo: str) -> None:
        """Look for the thumbnails of a demonstration; draw them if this file's process runs."""
        if path != self._path:
            self.leave()
        self._path, self._demo = path, demo
        self._start_looking()

    def draw(self) -> None:
        """Have the thumbnails drawn: the first of a file after a simulation has been opened."""
        self.failure, self.said = "", "Drawing ..."
        if self._client is not None:
            self._client.request("draw", demo=self._demo)
        else:
            try:
                options = {"input": self._path, "demo": self._demo}
                self._client = WorkerClient(_STAGE, options, python=self._python)
            except (MimicError, OSError) as error:
                self.failure, self.said = str(error), ""
        self._on_change()

    def poll(self) -> None:
        """Take note of what the process says."""
        if self._client is None:
            return
        for event in self._client.poll():
            self._take(event)
        if self._client is not None and self._client.done:
            self._end()
            if self.said:  # It was asked for something when it had waited long enough.
                self._start_looking()

    def leave(self) -> None:
        """Show no demonstration, and end the file's process at once."""
        if self._looking is not None:
            self._looking.cancel()
        self._path = self._demo = self.said = self.failure = ""
        self.pictures = []
        self._end()

    def _take(self, event: events.Event) -> None:
        match event:
            case events.PhaseStarted(phase) if self.said:
                self.said = f"{phase} ..."
            case events.StripDrawn(name) if name == self._demo:
                self._start_looking(drawn=True)
                return
            case events.StripNotDrawn(name, reason) if name == self._demo:
                self.failure, self.said = reason, ""
            case events.StageFailed(message):
                self.failure, self.said = message, ""
            case _:
                return
        self._on_change()

    def _end(self) -> None:
        """End the process without waiting for it; what it has drawn is whole."""
        if self._client is not None:
            threading.Thread(target=self._client.close, args=(0.2,), daemon=True).start()
            self._client = None

    def _start_looking(self, drawn: bool = False) -> None:
        """Look for the thumbnails; if they have been `drawn`, they are not requested again."""
        self.pictures, self.failure, self.said = [], "", "Looking for thumbnails ..."
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
            self._end()
        elif not self.pictures and not self.said and self._client is not None:
            self.draw()
        self._on_change()
