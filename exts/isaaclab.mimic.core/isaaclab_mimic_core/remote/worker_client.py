# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The other end of `remote.worker`: a stage in a process of its own."""

import contextlib
import json

from .process_client import ProcessClient


class WorkerClient(ProcessClient):
    """A stage that runs in a worker process.

    Args:
        stage_name: Name of the stage, as `stages.create` knows it.
        options: The stage's options, as plain data.
        python: The interpreter to use; empty to find it (see `find_interpreter`).
    """

    def __init__(self, stage_name: str, options: dict, *, python: str = "") -> None:
        self._snapshot: dict = {}
        super().__init__(["isaaclab_mimic_core.remote.worker"], python=python)
        self._send({"stage": stage_name, "options": options})

    def snapshot(self) -> dict:
        """Return the stage's latest numbers; empty before the first ones."""
        return self._snapshot

    def request(self, name: str, **arguments) -> None:
        """Pass a request on (see `Stage.request`); a worker that has ended ignores it."""
        self._send({"request": name, **arguments})

    def close(self, timeout: float = 10.0) -> None:
        """Ask the stage to stop, wait for it up to `timeout` seconds, then end the process by force."""
        self._send({"request": "stop"})
        super().close(timeout)

    def _send(self, message: dict) -> None:
        # A worker that is gone cannot read; `poll` tells of its end.
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._requests.write(json.dumps(message) + "\n")
            self._requests.flush()

    def _take(self, message: object) -> bool:
        if not isinstance(message, dict) or "snapshot" not in message:
            return False
        self._snapshot = message["snapshot"]
        return True
