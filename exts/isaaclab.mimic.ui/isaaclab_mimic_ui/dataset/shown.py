# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The recorded state at the playhead of the Dataset panel, shown by the drawing process. This module has no widgets."""

from __future__ import annotations

import time
from collections.abc import Callable

from .beside import Beside
from .process import DrawingProcess

COST = "Opens a simulation: up to half a minute, about 1.2 GB."
CLOSED = "Closed: nothing was asked of it for two minutes."
_LONGEST_STEP = 0.25
"""[s] Longest time that one look makes up for while it plays."""


class ShownDemo:
    """Asks for the state that is to be seen: nothing before somebody wants to see it.

    Args:
        process: What shows it.
        clock: Seconds that only ever grow; a parameter for tests.
    """

    def __init__(self, process: DrawingProcess, clock: Callable[[], float] = time.monotonic) -> None:
        self._process, self._clock = process, clock
        self._path = self._task = self._why_not = ""
        self._asked: list[dict] | None = None
        self._position = 0.0
        self._seen = 0.0
        self.demo = ""
        """The demonstration; empty for none."""
        self.samples = 0
        """Its samples, T; there are T + 1 states."""
        self.wanted = False
        """Whether it is to be shown."""
        self.playing = False
        self.beside: Beside | None = None
        """What it was made from, to be shown beside it; None for nothing."""
        self.failure = ""
        """Why it is not shown any more, though it was wanted; empty if it can be shown."""

    @property
    def row(self) -> int:
        """The sample before which the state is."""
        return int(self._position)

    @property
    def said(self) -> str:
        """What is going on, or why this demonstration cannot be shown, in a line; empty if it is shown."""
        if reason := self._process.snapshot.get("not_shown"):
            return f"Cannot be shown: {reason}"
        return f"{self._process.phase} ..." if self._process.phase else ""

    @property
    def step_dt(self) -> float:
        """[s] From one sample to the next; 0 where it is not known yet."""
        return self._process.snapshot.get("step_dt", 0.0)

    def choose(self, path: str, task: str, demo: str, samples: int, why_not: str = "") -> None:
        """Show another demonstration from its start, if one is to be shown.

        Args:
            path: Its file.
            task: Id of the file's task; empty if it is not known.
            demo: Its name.
            samples: Its samples.
            why_not: Why the task is not known.
        """
        self._path, self._task, self._why_not, self.demo, self.samples = path, task, why_not, demo, samples
        self._position, self.playing, self.failure, self.beside = 0.0, False, "", None
        if self.wanted:
            self.turn_on()

    def leave(self) -> None:
        """Show no demonstration, until one is chosen."""
        self.demo, self.playing, self.failure, self.beside = "", False, "", None

    def turn_on(self) -> None:
        """Have it shown from now on."""
        if not self._task:
            self.wanted, self.failure = False, f"Cannot be shown: {_line(self._why_not)}"
            return
        self.wanted = self._process.start(self._path, self._task)
        self.failure = "" if self.wanted else _line(self._process.failure)
        self.follow()

    def turn_off(self) -> None:
        """Show nothing any more; the process ends by itself."""
        self.wanted = self.playing = False
        self._asked = None

    def go(self, row: int) -> None:
        """Go to a state; clamped to the demonstration."""
        self._position = float(min(max(row, 0), self.samples))
        self.follow()

    def toggle_playing(self) -> None:
        """Play in real time, from the start if it is at the end; or pause."""
        self.playing = self.wanted and not self.playing and bool(self.step_dt)
        if self.playing and self.row >= self.samples:
            self._position = 0.0
        self._seen = self._clock()

    def follow(self) -> None:
        """Ask for what is to be seen, if that is something else than before; call it once a frame."""
        if not self.wanted:
            return
        if not self._process.is_active:
            self.turn_off()
            self.failure = _line(self._process.failure) or CLOSED
            return
        if self.playing and self.step_dt:
            now = self._clock()
            self._position += min(now - self._seen, _LONGEST_STEP) / self.step_dt
            self._seen = now
            if self._position >= self.samples:
                self._position, self.playing = float(self.samples), False
        moments = [{"path": self._path, "demo": self.demo, "row": self.row}] if self.demo else []
        if moments and self.beside is not None:
            demo, row = self.beside.at(self.row)
            moments.append({"path": self.beside.path, "demo": demo, "row": row})
        if moments != self._asked:
            self._asked = moments
            self._process.request("show", moments=moments)


def _line(text: str) -> str:
    return " ".join(text.split())
