# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Python processes that need not import Isaac Lab first: each is forked from one that has (`python -m warm`).

That import is three quarters of what a small simulation costs. What a user starts is started plainly by the tests in
`e2e`.
"""

import contextlib
import ctypes
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


class WarmPython:
    """Starts programs and modules as `subprocess.Popen([sys.executable, ...])` does.

    Args:
        environment: Environment variables of the processes.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        # Orphaned by the process in between, forks become our own children: they can be waited for and killed.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        ours, theirs = socket.socketpair()
        self._socket = ours
        self._log = tempfile.TemporaryFile(mode="w+")  # noqa: SIM115  closed with the rest
        path = os.pathsep.join([str(Path(__file__).parents[1]), environment.get("PYTHONPATH", "")])
        self._server = subprocess.Popen(
            [sys.executable, "-m", "warm", str(theirs.fileno())],
            env=environment | {"PYTHONPATH": path},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        theirs.close()

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start `-m MODULE ...`, `-c CODE ...` or `FILE ...`, with pipes for its output."""
        return _Forked(self, list(arguments))

    def fork(self, arguments: list[str], files: list[int]) -> int:
        """Have a process started with these as its standard input, output and error; return its id.

        Raises:
            RuntimeError: The process that it is forked from has ended.
        """
        request = json.dumps({"arguments": arguments, "folder": os.getcwd()}).encode()
        try:
            socket.send_fds(self._socket, [request], files)
            return int(self._socket.recv(64))
        except (OSError, ValueError):
            self._log.seek(0)
            raise RuntimeError(f"nothing can be forked: {self._log.read()[-3000:]}") from None

    def close(self) -> None:
        self._socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._server.wait(60)
        self._server.kill()
        self._server.wait()
        self._log.close()


class _Forked(subprocess.Popen):
    """A child that was not started by the usual means; all the rest is as usual."""

    def __init__(self, warm: WarmPython, arguments: list[str]) -> None:
        self._warm = warm
        super().__init__(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def _execute_child(self, args, *others) -> None:
        # The files' places in this method's signature are those of Python 3.12, the only one there is here.
        files = [others[9], others[12], others[14]]
        self.pid = self._warm.fork(list(args), files)
        self._child_created = True
        for file in files:
            os.close(file)
