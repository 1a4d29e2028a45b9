# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Run a stage in another process, controlled by lines of JSON.

    python -m isaaclab_mimic_core.remote.worker [--ready]

The first line on stdin names the stage: `{"stage": "generate", "options": {...}}`. Every further line is a request:
`{"request": "pause"}`; its other keys are arguments. The process writes the stage's events to stdout (see
`events.to_json`) and, at most ten times a second, `{"snapshot": {...}}`. All other output goes to stderr, including
that of native libraries.

The exit code is 0, or that of the `StageFailed` event: 2 if the input was wrong, 70 for an unexpected error, whose
traceback is on stderr. When stdin ends, the parent is gone: the stage is then stopped as by a request, so that its
files are complete.

With `--ready` it first imports what simulations need, and writes `{"ready": true}` when it has.
"""

import json
import os
import select
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, closing

from .. import plugins
from ..errors import MimicError, OptionError
from ..events import Event, StageFailed, Warned, to_json
from ..exit_status import DONE, UNEXPECTED
from ..garbage_collection import skip_at_exit
from ..requirements import explain
from ..sim.launching import end_isaac_sim
from ..stages.stage import Stage
from .messages import READY, Order, read_order, read_request, write_snapshot
from .pictures import PictureMemory
from .preload import preload

_SNAPSHOT_PERIOD = 0.1
_LONGEST_WAIT = 0.1


class Channel:
    """The two pipes to the parent, out of reach of other code in this process."""

    def __init__(self, requests_fd: int, events_fd: int) -> None:
        self._requests_fd = requests_fd
        self._events_fd = events_fd
        self._rest = b""
        self.parent_gone = False

    @classmethod
    def take_over(cls) -> "Channel":
        """Duplicate stdin and stdout and redirect descriptors 0 and 1, to which libraries and child processes write."""
        requests_fd, events_fd = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        return cls(requests_fd, events_fd)

    def send(self, line: str) -> None:
        """Write one line; if the parent no longer reads, set `parent_gone`."""
        data = memoryview(line.encode() + b"\n")
        try:
            while data:
                data = data[os.write(self._events_fd, data) :]
        except BrokenPipeError:
            self.parent_gone = True

    def send_events(self, events: list[Event]) -> None:
        """Write each event as a line."""
        for event in events:
            self.send(to_json(event))

    def send_snapshot(self, stage: Stage) -> None:
        """Write the stage's snapshot as a line."""
        self.send(write_snapshot(stage.snapshot()))

    def receive(self, wait: float | None) -> list[str]:
        """Return the lines received, after waiting up to `wait` seconds (None: until a line or the end of stdin)."""
        lines: list[str] = []
        deadline = None if wait is None else time.monotonic() + wait
        while not lines and not self.parent_gone:
            timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._requests_fd], [], [], timeout)[0]:
                break
            data = os.read(self._requests_fd, 65536)
            self.parent_gone = not data
            *complete, self._rest = (self._rest + data).split(b"\n")
            lines = [line.decode(errors="replace") for line in complete if line.strip()]
        return lines


def run(*words: str, begin: Callable[[Channel], None] = lambda channel: None) -> int:
    """Be the process: serve one stage, and end an Isaac Sim that it has started with the same exit status.

    Args:
        words: The program's arguments.
        begin: Called first of all.
    """
    skip_at_exit()
    channel = Channel.take_over()
    begin(channel)
    status = main(channel, *words)
    end_isaac_sim(status)
    return status


def main(channel: Channel, *words: str) -> int:
    """Serve one stage; see the module's description."""
    # On stderr only, for `ProcessClient.last_stderr`: the parent process finds problems of plug-ins itself.
    plugins.on_problem(lambda problem: print(f"warning: {problem}", file=sys.stderr))
    try:
        if READY in words:
            preload()
            channel.send(json.dumps({"ready": True}))
        _serve(channel)
    except MimicError as error:
        channel.send_events([StageFailed.of(error)])
        return error.exit_code
    except Exception as error:
        if isinstance(error, ImportError) and (lack := explain(error)):
            channel.send_events([StageFailed.of(lack)])
            return lack.exit_code
        traceback.print_exc()
        channel.send_events([StageFailed(f"{type(error).__name__}: {error}")])
        return UNEXPECTED
    return DONE


def _serve(channel: Channel) -> None:
    lines = channel.receive(wait=None)
    if not lines:
        return
    order = _read_order(lines.pop(0))
    # Imported here: a stage imports torch and the simulator, and an error while it does must reach the parent.
    from ..stages import create

    with create(order.stage, order.options) as stage, ExitStack() as resources:
        pictures = resources.enter_context(closing(_picture_memory(order))) if order.pictures >= 0 else None
        stopping = False
        snapshot_due = 0.0
        while not stage.done:
            for line in lines:
                _handle_request(stage, line, channel)
            if channel.parent_gone and not stopping:
                stopping = True
                stage.request("stop")
            events = stage.step()
            if pictures is not None and (picture := stage.picture()) is not None:
                pictures.write(picture)
            # Send the last snapshot before the last event, so that whoever reads that event has the final numbers.
            if stage.done or time.monotonic() >= snapshot_due:
                snapshot_due = time.monotonic() + _SNAPSHOT_PERIOD
                channel.send_snapshot(stage)
            channel.send_events(events)
            wait = 0.0 if stage.done else stage.due - time.monotonic()
            if channel.parent_gone:
                time.sleep(max(0.0, min(wait, _LONGEST_WAIT)))
            else:
                lines = channel.receive(max(0.0, min(wait, _LONGEST_WAIT)))


def _read_order(line: str) -> Order:
    try:
        return read_order(line)
    except ValueError as error:
        raise OptionError(
            f"not an order for a worker: {line[:200]}", remedy='Send {"stage": NAME, "options": {...}} first.'
        ) from error


def _picture_memory(order: Order) -> PictureMemory:
    # What the stage starts has no use for it.
    os.set_inheritable(order.pictures, False)
    return PictureMemory(order.pictures)


def _handle_request(stage: Stage, line: str, channel: Channel) -> None:
    """Pass a request to the stage. Answer an invalid one with a warning; the run continues."""
    try:
        request = read_request(line)
        stage.request(request.name, **request.arguments)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        channel.send_events([Warned(f"Request ignored ({error}): {line[:200]}")])


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
