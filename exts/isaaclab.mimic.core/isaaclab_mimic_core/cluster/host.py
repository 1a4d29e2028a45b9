# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One worker: a Ray actor that runs a stage in a process of its machine.

The stage has a process of its own, so that neither the simulation's libraries nor its signals meet Ray's, and the same
events and requests as with any other worker process. Only light modules are imported here.
"""

import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..events import Event, PieceMade
from ..remote.messages import Request
from ..remote.orphans import end_with_parent
from ..remote.worker_client import WorkerClient
from ..run_manifest import versions_of

FOLDER = "folder"
"""Option of a share: where it puts its pieces."""
_MARK = "driver"
"""File in the driver's folder, by which a worker knows that it sees the same folder."""
_NAP = 0.02


@dataclass(frozen=True)
class Machine:
    """Where a worker runs."""

    name: str
    pid: int
    """Of the process that runs the stage."""
    versions: dict[str, str]
    """Of this program, of Python, and of what it simulates with."""


@dataclass(frozen=True)
class Order:
    """What a worker runs."""

    stage: str
    """Name or place of the stage (`stages.create`)."""
    options: dict[str, Any]
    folder: str
    """The driver's folder for pieces."""
    mark: str
    """What is in its file `_MARK`."""
    files: dict[str, Any] = field(default_factory=dict)
    """Option that names an input file -> Ray's reference of its bytes, for machines without the folder."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables that name the driver's plug-ins."""


@dataclass(frozen=True)
class Report:
    """What happened in a worker since the last report."""

    machine: Machine
    events: list[Event]
    snapshot: dict
    pieces: dict[str, bytes]
    """Name of a piece -> its bytes, if the driver does not see the worker's folder."""
    silent_s: float
    """Time since the last sign of life [s]."""


class WorkerHost:
    """Runs a stage for a driver that may be on another machine.

    Args:
        order: What to run. Ray starts a lost worker again with the same one.
    """

    def __init__(self, order: Order):
        _take_over(order.environment)
        # Without Ray nobody would end it, nor what it starts.
        end_with_parent()
        # Ray ignores how child processes end; here that is to be told.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._own_folder = None if _is_same_folder(order) else tempfile.mkdtemp(prefix="mimic-worker-")
        options = {**order.options, FOLDER: self._own_folder or order.folder}
        # Another machine may have another file under the same path, so all of them travel.
        self._inputs = tempfile.mkdtemp(prefix="mimic-inputs-") if order.files else None
        for name, reference in order.files.items():
            options[name] = _fetch(reference, options[name], str(self._inputs))
        self._client = WorkerClient(order.stage, options)
        self._machine = Machine(platform.node(), self._client.pid, versions())

    def exchange(self, requests: Sequence[Request], wait: float) -> Report:
        """Pass requests on, and return what has happened, after waiting for it up to `wait` seconds."""
        for request in requests:
            self._client.request(request.name, **request.arguments)
        deadline = time.monotonic() + wait
        while not (events := self._client.poll()) and time.monotonic() < deadline and not self._client.done:
            time.sleep(_NAP)
        pieces = {}
        if self._own_folder is not None:
            for event in events:
                if isinstance(event, PieceMade):
                    path = Path(event.path)
                    pieces[path.name] = path.read_bytes()
                    path.unlink()
        silent = time.monotonic() - self._client.heard
        return Report(self._machine, events, self._client.snapshot(), pieces, silent)

    def close(self, patience: float) -> None:
        """End the process, after waiting up to `patience` seconds for the stage to stop."""
        self._client.close(patience)
        for folder in (self._own_folder, self._inputs):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def give_up(self) -> None:
        """End the process and this actor, which Ray then starts again."""
        self.close(0.1)
        os._exit(1)


def versions() -> dict[str, str]:
    """Return the versions that driver and workers have to share."""
    return versions_of("isaaclab", "torch", "ovphysx") | {"python": ".".join(map(str, sys.version_info[:2]))}


def mark(folder: Path, text: str) -> None:
    """Let workers recognise the driver's folder."""
    (folder / _MARK).write_text(text)


def _is_same_folder(order: Order) -> bool:
    try:
        return (Path(order.folder) / _MARK).read_text() == order.mark
    except OSError:
        return False


def _fetch(reference: Any, path: str, folder: str) -> str:
    """Write a file of the driver's machine into a folder here; return its path."""
    import ray

    copy = Path(folder) / Path(path).name
    copy.write_bytes(ray.get(reference))
    return str(copy)


def _take_over(environment: Mapping[str, str]) -> None:
    """Let the process that is started find the driver's plug-ins, as far as they are here."""
    for name, value in environment.items():
        if name == "PYTHONPATH":
            value = os.pathsep.join(filter(None, (os.environ.get(name), value)))
        os.environ[name] = value
