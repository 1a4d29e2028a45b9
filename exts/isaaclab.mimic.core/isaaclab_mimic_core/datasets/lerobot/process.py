# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The process that runs lerobot, in an environment of its own."""

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

_LAST_WORDS = 2000
"""Characters of what the process has printed that an error shows."""


class LeRobotError(Exception):
    """lerobot itself has raised an exception.

    Args:
        kind: Name of the exception's class.
        message: What it says.
        number: Its errno, if it is an OSError.
        trace: Its traceback.
    """

    def __init__(self, kind: str, message: str, number: int | None, trace: str):
        super().__init__(f"{kind} in lerobot's process: {message}\n{trace}")
        self.kind = kind
        self.message = message
        self.number = number


class LeRobotProcess:
    """Sends messages to the process, and receives its answers.

    Args:
        link: The connection.
        process: The process.
        printed: What it prints.
    """

    def __init__(self, link: Connection, process: subprocess.Popen, printed: Path):
        self._link = link
        self._process = process
        self._printed = printed

    def send(self, message: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> None:
        """Send a message, and arrays by name.

        Raises:
            LeRobotError, PlatformError, OSError: As `receive`.
        """
        try:
            worker.send(self._link, message, arrays)
        except (BrokenPipeError, ConnectionResetError):
            # It said why, or it is dead.
            self.receive()

    def receive(self) -> tuple[worker.Message, worker.Arrays]:
        """Wait for the next message.

        Raises:
            LeRobotError: lerobot has raised an exception.
            OSError: One of the operating system's, such as a full disk.
            PlatformError: The process has ended, or its Python has no lerobot of the version wanted.
        """
        try:
            message, arrays = worker.receive(self._link)
        except (EOFError, ConnectionResetError):
            raise self._obituary() from None
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

    def _obituary(self) -> PlatformError:
        self._process.wait()
        said = self._printed.read_text(errors="replace")[-_LAST_WORDS:].strip().splitlines()
        code = self._process.returncode
        how = f"killed by signal {-code}" if code < 0 else f"exit status {code}"
        return PlatformError(
            f"the process that runs lerobot has ended ({how})",
            where=str(self._process.args[0]),  # pyright: ignore[reportArgumentType, reportIndexIssue]
            remedy=f"It said last: {said[-1]}" if said else "Is there enough memory?" if code < 0 else None,
        )


@contextmanager
def lerobot_process() -> Iterator[LeRobotProcess]:
    """Start the process, and end it on leaving, whatever it does.

    Raises:
        PlatformError: There is no Python with lerobot.
    """
    python = find_lerobot_python()
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mimic-lerobot-")))
        link, theirs = Pipe()
        stack.callback(link.close)
        environment = child_environment(python) | {
            # Neither the Hub is asked for anything, nor anything kept of what is read.
            "HF_HUB_OFFLINE": "1",
            "HF_DATASETS_CACHE": str(scratch / "cache"),
            "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
            "TMPDIR": str(scratch),
        }
        printed = scratch / "printed.txt"
        with printed.open("wb") as output:
            process = subprocess.Popen(
                # -P: the folder of the program holds modules of ours, with names that others have, too.
                [python, "-P", str(Path(worker.__file__).resolve()), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                pass_fds=[theirs.fileno()],
                # Ctrl-C in our terminal does not reach it: we end it.
                start_new_session=True,
            )
        theirs.close()
        stack.callback(_end, process)
        yield LeRobotProcess(link, process, printed)


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(2.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
