# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keep a worker process ready for the next stage, so that it starts in a few seconds."""

import os
import resource
import threading
import time
from pathlib import Path
from typing import Any

from ..errors import MimicError
from ..memory import free_memory
from ..plugins import environment_for_workers
from .worker_client import WorkerClient

NEEDED = 4e9
"""A worker is kept only while so much memory is free [bytes]; a simulation takes about half of it."""
STARTS_AT = 6e9
"""Free memory from which one is started [bytes]: well above, so that it does not itself make memory scarce."""
LONGEST = 900.0
"""Time after which a worker that nobody has used is ended [s]."""


class SpareWorker:
    """At most one worker that has imported Isaac Lab and waits for its stage."""

    def __init__(self) -> None:
        self._client: WorkerClient | None = None
        self._made_for: Any = None
        self._since = 0.0
        self.wanted = False
        """Whether `keep` may start one: set it when a worker has been used. One that fails or is not used clears it."""

    @property
    def ready(self) -> bool:
        """Whether there is one, and it has imported everything."""
        if self._client is not None:
            self._client.poll()
        return self._client is not None and self._client.ready

    @property
    def memory(self) -> float:
        """The memory it takes [bytes]; 0 without one."""
        try:
            pages = int(Path(f"/proc/{self._client.pid}/statm").read_text().split()[1]) if self._client else 0
        except (OSError, IndexError, ValueError):
            return 0.0
        return float(pages * resource.getpagesize())

    def keep(self, python: str = "", *, start: bool = True) -> None:
        """End a worker that is too old or takes memory that is needed; start one if it is wanted and there is none.

        Args:
            python: The interpreter to use; empty to find it.
            start: Whether one may be started now.
        """
        if self._client is not None:
            unused = time.monotonic() - self._since > LONGEST
            if self._client.exit_code is not None or unused or free_memory() < NEEDED:
                self.end()
            elif self._made_for != _circumstances(python):
                self._drop()
        if start and self.wanted and self._client is None and free_memory() >= STARTS_AT:
            try:
                self._client = WorkerClient(python=python)
            except (MimicError, OSError):
                # Whoever starts a stage is told.
                self.wanted = False
                return
            self._made_for, self._since = _circumstances(python), time.monotonic()

    def take(self, python: str = "") -> WorkerClient | None:
        """Return the worker, which is the caller's now; None if there is none that would do as a new one does.

        Args:
            python: The interpreter to use; empty to find it.
        """
        client = self._client
        if client is None or client.exit_code is not None or self._made_for != _circumstances(python):
            self._drop()
            return None
        self._client = None
        return client

    def end(self) -> None:
        """End the worker, and want none until one has been used again."""
        self.wanted = False
        self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            # It is killed while it loads, which nobody waits for.
            threading.Thread(target=self._client.close, args=(1.0,), name="mimic end of a spare worker").start()
            self._client = None


def _circumstances(python: str) -> Any:
    """Return what a process takes over when it starts."""
    try:
        folder = os.getcwd()
    except OSError:
        folder = ""  # it has been removed
    return python, folder, dict(os.environ), environment_for_workers()
