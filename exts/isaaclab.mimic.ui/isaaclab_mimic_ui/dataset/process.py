# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The process that draws what the Dataset panel shows of demonstrations: one for the files of a task. No widgets."""

from __future__ import annotations

import threading

from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.events import Event, PhaseStarted, StageFailed
from isaaclab_mimic_core.picture import Picture
from isaaclab_mimic_core.remote.spare import SpareWorker
from isaaclab_mimic_core.remote.worker_client import WorkerClient

_STAGE = "isaaclab_mimic_core.stages.rendering.strips:start"


class DrawingProcess:
    """Runs as long as something is asked of it; see `stages.rendering.strips.Strips`. A view can look into it.

    Args:
        python: The interpreter to use; empty to find it.
        spare: Where a worker may be kept ready.
    """

    is_driven = in_window = False

    def __init__(self, python: str = "", spare: SpareWorker | None = None) -> None:
        self._python, self._spare = python, spare or SpareWorker()
        self._client: WorkerClient | None = None
        self.task = ""
        """Id of the task whose files it draws; empty without a process."""
        self.phase = ""
        """What it does, in words; empty once it is ready."""
        self.failure = ""
        """Why the last one failed; empty if it did not."""
        self.snapshot: dict = {}

    @property
    def is_active(self) -> bool:
        return self._client is not None

    def start(self, path: str, task: str, demo: str = "") -> bool:
        """Start it, unless it runs; return whether it runs.

        Args:
            path: A file of demonstrations.
            task: Id of its task.
            demo: The demonstration whose thumbnails are drawn at once; empty for none.
        """
        if self._client is not None:
            return True
        self.failure, self.snapshot = "", {}
        options = {"input": path, "demo": demo}
        try:
            client = self._spare.take(self._python)
            if client is None:
                client = WorkerClient(_STAGE, options, python=self._python)
            else:
                client.begin(_STAGE, options)
        except (MimicError, OSError) as error:
            self.failure = str(error)
            return False
        self._client, self.task, self.phase = client, task, "Starting a process"
        return True

    def request(self, name: str, **arguments) -> None:
        """Ask for something; without a process, nothing happens."""
        if self._client is not None:
            self._client.request(name, **arguments)

    def take_picture(self) -> Picture | None:
        return self._client.picture() if self._client is not None else None

    def poll(self) -> list[Event]:
        """Return what it has said since the last call; call it once a frame."""
        if self._client is None:
            return []
        told = self._client.poll()
        for event in told:
            if isinstance(event, PhaseStarted):
                self.phase = event.phase
            elif isinstance(event, StageFailed):
                self.failure = event.message
        self.snapshot = self._client.snapshot() or self.snapshot
        if self.snapshot.get("shown"):
            self.phase = ""
        if self._client.done:
            self.end()
        return told

    def end(self) -> None:
        """End it without waiting; what it has drawn is whole."""
        if self._client is not None:
            # A worker was of use: another one may be kept ready.
            self._spare.wanted = True
            threading.Thread(target=self._client.close, args=(0.2,), daemon=True).start()
            self._client = None
        self.task = self.phase = ""
        self.snapshot = {}
