# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Advise a person who demonstrates, as Isaac Lab's tutorial does: short demonstrations without pauses train better."""

import math
import statistics
from collections.abc import Sequence

from ...events import Hinted

LONG_STEPS = 900
"""[steps] A first demonstration longer than this is long: half a minute at 30 Hz."""
LONG_FACTOR = 1.5
"""A later one is long beyond this many times the median of those that were kept."""
PAUSE_S = 1.0
"""[s] Time without movement that counts as a pause."""
STILL = 0.01
"""[m/s] An end effector slower than this does not move."""


class Hints:
    """Watches one demonstration at a time, and gives each hint once.

    Args:
        period: Time that a step takes [s].
    """

    def __init__(self, period: float):
        self._period = period
        self._kept: list[int] = []
        self.speed = 0.0
        """Speed of the fastest end effector [m/s]."""
        self.latest = ""
        """The last hint of the running demonstration."""
        self.begin()

    def begin(self) -> None:
        """Forget the demonstration before."""
        self._steps, self._still = 0, 0
        self._positions: Sequence[Sequence[float]] = ()
        self._told_long = self._told_pause = False
        self.speed, self.latest = 0.0, ""

    def keep(self, steps: int) -> None:
        """Remember the length of a demonstration that was kept [steps]."""
        self._kept.append(steps)

    def observe(self, positions: Sequence[Sequence[float]], success: bool) -> list[Hinted]:
        """Return hints after a step.

        Args:
            positions: (num_eefs, 3) positions of the end effectors [m].
            success: Whether the task is fulfilled: then standing still is right.
        """
        self._steps += 1
        if self._positions:
            moved = max(map(math.dist, positions, self._positions))
            self.speed = moved / self._period
        self._positions = positions
        self._still = self._still + 1 if self.speed < STILL and not success else 0
        if self._still >= round(PAUSE_S / self._period) and not self._told_pause:
            self._told_pause = True
            return self._tell("Keep moving: pauses are learned too.")
        if self._steps > self._longest() and not self._told_long:
            self._told_long = True
            return self._tell(f"This is getting long ({self._steps} steps). Shorter ones train better; R resets.")
        return []

    def _longest(self) -> float:
        return LONG_FACTOR * statistics.median(self._kept) if self._kept else LONG_STEPS

    def _tell(self, message: str) -> list[Hinted]:
        self.latest = message
        return [Hinted(message)]
