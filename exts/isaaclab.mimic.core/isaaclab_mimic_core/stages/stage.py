# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The contract of a stage: stepped from outside, answers with events.

Whoever drives a stage owns the clock. The command line loops and sleeps until `due` (`stages.drive`); a window steps
while its frame budget lasts; a worker process does the same behind JSON lines (`remote.worker`). One step is bounded
work: one environment step, or one unavoidable long operation that was announced by a `PhaseStarted` of the step before.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator

from ..events import Event


class Stage(ABC):
    """One step of the workflow. Subclasses implement `_advance` and `_release`."""

    name: str = ""

    def __init__(self) -> None:
        self._done = False
        self._closed = False
        self._paused = False

    @property
    def done(self) -> bool:
        """Whether the stage has finished (or was closed); `step` then does nothing."""
        return self._done

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def due(self) -> float:
        """`time.monotonic()` at which the next step is wanted; in the past for stages that run as fast as they can."""
        return time.monotonic() + 0.05 if self._paused else 0.0

    def step(self) -> list[Event]:
        """Do a bounded piece of work and return what happened. Does nothing while paused or done."""
        if self._done or self._paused:
            return []
        return self._advance()

    def request(self, name: str, **arguments) -> None:
        """Ask for something between two steps: `pause`, `resume`, `stop`, or what the stage itself offers.

        `stop` lets the stage finish its files; it is done after its next step.

        Raises:
            ValueError: The stage does not know this request.
        """
        if name == "pause":
            self._paused = True
        elif name == "resume":
            self._paused = False
        elif name == "stop":
            self._paused = False
            self._stop()
        else:
            self._request(name, **arguments)

    def snapshot(self) -> dict:
        """Numbers to show, as plain data; cheap enough to be pulled at a window's own rate."""
        return {}

    def close(self) -> None:
        """Release everything; leaves complete files whenever it is called. Closing twice is harmless."""
        if not self._closed:
            self._closed = True
            self._done = True
            self._release()

    @abstractmethod
    def _advance(self) -> list[Event]:
        """Do the next piece of work."""

    @abstractmethod
    def _stop(self) -> None:
        """Arrange for the next `_advance` to finish the stage."""

    @abstractmethod
    def _release(self) -> None:
        """Close files and simulation."""

    def _request(self, name: str, **arguments) -> None:
        raise ValueError(f"{self.name} does not know the request {name!r}")

    def __iter__(self) -> Iterator[Event]:
        """Sugar for tests and simple programs: run to the end, yielding events."""
        while not self.done:
            yield from self.step()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()
