# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Start the process that runs lerobot in its own Python environment, and exchange messages with it."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import PlatformError
from ...interpreter import child_environment, find_lerobot_python
from . import worker

_MAX_SHOWN = 2000
"""Number of characters at the end of the process's output in which an error message looks for the last line."""


class LeRobotError(Exception):
    """An exception that lerobot raised in its process.

    Args:
        kind: Name of the exception's class.
        message: Text of the exception.
        number: errno of an OSError; else None.
        trace: Traceback as text.
    """

    def __init__(self, kind: str, message: str, number: int | None, trace: str):
        super().__init__(f"{kind} in lerobot's process: {message}\n{trace}")
        self.kind = kind
        self.message = message
        self.number = number


class LeRobotProcess:
    """Send messages to the process and receive its answers.

    Args:
        link: The connection.
        process: The process.
        printed: File with the process's output.
    """

    def __init__(self, link: Connection, process: subprocess.Popen, printed: Path):
        self._link = link
        self._process = process
        self._printed = printed

    def send(self, message: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
        """Send a message with arrays by name.

        Raises:
            LeRobotError, PlatformError, OSError: As `receive`.
        """
        try:
            worker.send(self._link, message, arrays)
        except (BrokenPipeError, ConnectionResetError):
            # Raises the error that the process has sent, or one that it has ended.
            self.receive()

    def receive(self) -> tuple[worker.Message, worker.Arrays]:
        """Wait for the next message.

        Raises:
            LeRobotError: lerobot has raised an exception.
            OSError: The process got an error of the operating system, such as a full disk.
            PlatformError: The process has ended, or its Python lacks a package.
        """
        try:
            message, arrays = worker.receive(self._link)
        except (EOFError, ConnectionResetError):
            raise self._ended() from None
        if "error" in message:
            if message["kind"] == "ModuleNotFoundError":
                raise PlatformError(
                    f"the Python of lerobot's environment lacks something: {message['error']}",
                    where=str(self._process.args[0]),  # pyright: ignore[reportArgumentType, reportIndexIssue]
                    remedy="Install lerobot[training]==0.6.1 there: ./mimic.sh setup lerobot",
                )
            if message["errno"] is not None:
                raise OSError(message["errno"], os.strerror(message["errno"]))
            raise LeRobotError(message["kind"], message["error"], message["errno"], message["trace"])
        return message, arrays

    def _ended(self) -> PlatformError:
        self._process.wait()
        said = self._printed.read_text(errors="replace")[-_MAX_SHOWN:].strip().splitlines()
        code = self._process.returncode
        how = f"killed by signal {-code}" if code < 0 else f"exit status {code}"
        return PlatformError(
            f"the process that runs lerobot has ended ({how})",
            where=str(self._process.args[0]),  # pyright: ignore[reportArgumentType, reportIndexIssue]
            remedy=f"Its last output: {said[-1]}" if said else "Is there enough memory?" if code < 0 else None,
        )


@contextmanager
def lerobot_process() -> Iterator[LeRobotProcess]:
    """Start the process, and end it when the context is left.

    Raises:
        PlatformError: There is no Python environment with lerobot.
    """
    python = find_lerobot_python()
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mimic-lerobot-")))
        link, child_link = Pipe()
        stack.callback(link.close)
        environment = child_environment(python) | {
            # Send no requests to the Hub, and keep no cache.
            "HF_HUB_OFFLINE": "1",
            "HF_DATASETS_CACHE": str(scratch / "cache"),
            "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
            "TMPDIR": str(scratch),
        }
        printed = scratch / "printed.txt"
        with printed.open("wb") as output:
            process = subprocess.Popen(
                # -P: keep the program's folder off sys.path, as our modules there share names with others.
                [python, "-P", str(Path(worker.__file__).resolve()), str(child_link.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                pass_fds=[child_link.fileno()],
                # Ctrl-C in the terminal must not reach it: `_end` ends it.
                start_new_session=True,
            )
        child_link.close()
        stack.callback(_end, process)
        yield LeRobotProcess(link, process, printed)


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(2.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
