# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The contract of a stage: stepped from outside, it answers with events.

A stage is one generator, `run`, which reads top to bottom: open, loop, finish. Each `yield` ends a step and hands over
what happened in it. Whoever drives the stage owns the clock: the command line sleeps until `due` (`stages.drive`), a
window steps while its frame budget lasts, a worker process does the same behind JSON lines (`remote.worker`).
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import ExitStack

from ..events import Event, Progress
from ..picture import Picture

Steps = Generator[list[Event], None, list[Event]]
"""A stage's work: yields the events of each step, returns those of the last one."""


class Stage(ABC):
    """One step of the workflow.

    A step is bounded work: one environment step, or one long operation that cannot be divided and was announced by a
    `PhaseStarted` of the step before.
    """

    name: str = ""

    def __init__(self) -> None:
        self._resources = ExitStack()
        """Closed with the stage, the last one first."""
        self._work: Steps | None = None
        self._done = False
        self._paused = False
        self._stopping = False

    @abstractmethod
    def run(self) -> Steps:
        """Do all of the stage's work.

        End soon, with complete files, once `_stopping` is set. Closing the stage raises GeneratorExit at the `yield`
        that it stands at: put what has to be released in a `with` statement, in `_resources` or in `finally`.
        """

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

    @property
    def progress(self) -> Progress | None:
        """How far the stage is; None if nothing is counted."""
        return None

    def step(self) -> list[Event]:
        """Do a bounded piece of work and return what happened. Does nothing while paused or done."""
        return [] if self._done or self._paused else self._advance()

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
            self._stopping = True
        else:
            self._request(name, **arguments)

    def snapshot(self) -> dict:
        """Return what is worth showing: `progress`, beside it plain data by name.

        It is cheap enough to be asked for at a window's own rate.
        """
        return {"progress": self.progress}

    def picture(self) -> Picture | None:
        """Return a new picture of what is looked at; None if nobody looks, or nothing has changed.

        To be asked between steps, as often as there are steps: the stage itself keeps the rate.
        """
        return None

    def close(self) -> None:
        """Release everything; leaves complete files whenever it is called. Closing twice is harmless."""
        self._done = True
        if self._work is not None:
            self._work.close()
        self._resources.close()

    def _advance(self) -> list[Event]:
        """Do one step."""
        if self._work is None:
            self._work = self.run()
        try:
            return next(self._work)
        except StopIteration as end:
            self._done = True
            return end.value or []

    def _request(self, name: str, **arguments) -> None:
        """Do what only this stage offers."""
        raise ValueError(f"{self.name} does not know the request {name!r}")

    def __iter__(self) -> Iterator[Event]:
        """Sugar for tests and simple programs: run to the end, yielding events."""
        while not self.done:
            yield from self.step()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()
