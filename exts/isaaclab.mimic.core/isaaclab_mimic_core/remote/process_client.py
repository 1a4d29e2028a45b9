# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Start a Python process that writes events as JSON lines, and read them without blocking."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence

from ..errors import TaskError
from ..events import Event, StageFailed, StageFinished, from_plain
from ..exit_status import WRONG_INPUT
from ..interpreter import child_environment, find_interpreter
from ..plugins import environment_for_workers

_MAX_LINES = 40
"""Number of the last lines of stderr to keep."""


def as_error(failed: StageFailed) -> Exception:
    """Return a process's failure as a `TaskError` if the user can act on it, else as a `RuntimeError`."""
    if failed.exit_code != WRONG_INPUT:
        return RuntimeError(failed.message)
    error = TaskError(failed.message)
    error.verb, error.file = failed.verb, failed.file
    return error


class ProcessClient:
    """A Python module that runs in another process.

    Threads read its output, so that only `close` blocks. The process has its own session, so that Ctrl-C in our
    terminal does not reach it.

    Args:
        words: The module and its arguments.
        python: The interpreter to use; empty to find it (see `find_interpreter`).
        inherited: File descriptors that the process gets.
    """

    def __init__(self, words: Sequence[str], *, python: str = "", inherited: Sequence[int] = ()) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._stderr: deque[str] = deque(maxlen=_MAX_LINES)
        self._ended = False
        self.heard = time.monotonic()
        """`time.monotonic()` of the last line that the process wrote to stdout."""
        interpreter = find_interpreter(python)
        environment = child_environment(interpreter)
        plugins = environment_for_workers()
        # Search paths of plug-ins come last, so that they hide none of the process's own modules.
        search_path = (environment.get("PYTHONPATH"), plugins.pop("PYTHONPATH", None))
        environment |= plugins | {"PYTHONPATH": os.pathsep.join(filter(None, search_path))}
        # A window draws on the same cores: threads that spin while they wait would take its processor time.
        environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        self._process = subprocess.Popen(
            [interpreter, "-m", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            start_new_session=True,
            pass_fds=inherited,
        )
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin and stdout and stderr  # pipes, as asked for
        self._requests, self._answers, self._talk = stdin, stdout, stderr
        self._threads = [
            threading.Thread(target=target, name=f"mimic process {self._process.pid} {name}", daemon=True)
            for name, target in (("events", self._read_events), ("stderr", self._read_stderr))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def done(self) -> bool:
        """Whether the process has ended and `poll` has returned its last event."""
        return self._ended

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended and all that it has written can be polled."""
        return self._process.poll() is not None and not self._threads[0].is_alive()

    @property
    def exit_code(self) -> int | None:
        """Exit code of the process (negative: the signal that killed it); None while it runs."""
        return self._process.poll()

    @property
    def last_stderr(self) -> str:
        """The last lines of the process's stderr."""
        return "\n".join(self._stderr)

    def poll(self) -> list[Event]:
        """Return the events since the last call. A process that died without a last event gives `StageFailed`."""
        # Check before emptying the queue: the reader adds nothing once it has ended.
        reader_ended = not self._threads[0].is_alive()
        events: list[Event] = []
        with contextlib.suppress(queue.Empty):
            while True:
                events.append(self._events.get_nowait())
        if any(isinstance(event, StageFinished | StageFailed) for event in events):
            self._ended = True
        if reader_ended and not self._ended and self._process.poll() is not None:
            self._ended = True
            if not self._is_complete():
                events.append(self._died())
        return events

    def close(self, timeout: float = 10.0) -> None:
        """Wait up to `timeout` seconds for the process to end, then kill it."""
        with contextlib.suppress(OSError):
            self._requests.close()
        for force in (None, signal.SIGTERM, signal.SIGKILL):
            if force is not None:
                self._signal_group(force)
            try:
                self._process.wait(timeout)
                break
            except subprocess.TimeoutExpired:
                timeout = min(timeout, 2.0)
        self._signal_group(signal.SIGKILL)  # what the process itself has started and left behind
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)  # else a killed one stays in the list of processes
        for thread, stream in zip(self._threads, (self._answers, self._talk), strict=True):
            thread.join(2.0)
            # Closing a stream waits for its reader, possibly without end.
            if not thread.is_alive():
                stream.close()

    def stop(self) -> None:
        """Ask the process to end by closing its stdin, and return at once."""
        with contextlib.suppress(OSError, ValueError):
            self._requests.close()

    def _is_complete(self) -> bool:
        """Return whether the work is complete although the process ended without a last event."""
        return False

    def _take(self, message: dict) -> bool:
        """Handle a JSON object that is not an event; return whether it was expected.

        Raises:
            ValueError: It has wrong types.
        """
        return False

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _read_events(self) -> None:
        for line in self._answers:
            self.heard = time.monotonic()
            try:
                message = json.loads(line)
            except ValueError:
                message = None
            try:
                if not isinstance(message, dict):
                    # Isaac Sim's python.sh prints to stdout before Python can redirect it.
                    self._stderr.append(line.rstrip("\n"))
                elif "event" in message or not self._take(message):
                    self._events.put(from_plain(message))
            except ValueError as error:
                self._give_up(error)
                return

    def _give_up(self, error: ValueError) -> None:
        """Report a malformed message as the last event, and ask the process to end."""
        self._events.put(
            StageFailed(
                f"The worker process is not understood: {error}\n"
                "Is the same version installed there? Demonstrations that were reported as saved are kept."
            )
        )
        self.stop()
        for _ in self._answers:
            pass

    def _read_stderr(self) -> None:
        for line in self._talk:
            self._stderr.append(line.rstrip("\n"))

    def _died(self) -> StageFailed:
        code = self._process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        self._threads[1].join(0.2)
        words = self.last_stderr.strip()
        return StageFailed(
            f"The worker process {how} before it had finished.\n"
            "Demonstrations that were reported as saved are kept." + (f" Its last output:\n{words}" if words else "")
        )
