# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Start a stage in a worker process (`remote.worker`)."""

import contextlib
from collections.abc import Sequence

from ..picture import Picture
from .messages import READY, Order, Request, read_snapshot, write_order, write_request
from .pictures import PictureMemory
from .process_client import ProcessClient


class WorkerClient(ProcessClient):
    """Run a stage in a worker process.

    Args:
        stage_name: Name of the stage, as `stages.create` knows it; empty to have the process import what simulations
            need, and `begin` later.
        options: The stage's options, as plain data.
        python: The interpreter to use; empty to find it (see `find_interpreter`).
        launcher: A module, and its arguments, that starts the worker as a process of its own; it gets no memory for
            pictures.
    """

    def __init__(
        self, stage_name: str = "", options: dict | None = None, *, python: str = "", launcher: Sequence[str] = ()
    ) -> None:
        self._snapshot: dict = {}
        self.ready = False
        """Whether a process that is to begin later has imported everything, as of the last line it wrote."""
        self._pictures = PictureMemory.create()
        self._draws = not launcher
        try:
            words = launcher or ["isaaclab_mimic_core.remote.worker", *([] if stage_name else [READY])]
            super().__init__(words, python=python, inherited=[self._pictures.descriptor] if self._draws else [])
        except BaseException:
            self._pictures.close()
            raise
        if stage_name:
            self.begin(stage_name, options or {})

    def begin(self, stage_name: str, options: dict) -> None:
        """Begin the stage of a process that was started without one."""
        pictures = self._pictures.descriptor if self._draws else -1
        self._send(write_order(Order(stage_name, options, pictures)))

    def snapshot(self) -> dict:
        """Return the stage's latest snapshot; empty before the first one."""
        return self._snapshot

    def picture(self) -> Picture | None:
        """Return the stage's latest picture (see `Stage.picture`); None if there is none since the last call."""
        return None if self._pictures.closed else self._pictures.read()

    def request(self, name: str, **arguments) -> None:
        """Pass a request on (see `Stage.request`); a worker that has ended ignores it."""
        self._send(write_request(Request(name, arguments)))

    def close(self, timeout: float = 10.0) -> None:
        """Ask the stage to stop, wait up to `timeout` seconds, then kill the process."""
        self.request("stop")
        super().close(timeout)
        self._pictures.close()

    def _send(self, line: str) -> None:
        # A worker that has ended cannot read; `poll` reports its end.
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._requests.write(line + "\n")
            self._requests.flush()

    def _take(self, message: dict) -> bool:
        if message == {"ready": True}:
            self.ready = True
            return True
        if "snapshot" not in message:
            return False
        self._snapshot = read_snapshot(message)
        return True
