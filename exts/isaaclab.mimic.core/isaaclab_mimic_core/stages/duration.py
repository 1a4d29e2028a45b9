# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Estimate from its first steps how long something takes."""

from ..events import Progress

_ESTIMATED_AFTER = 10
"""Steps."""
_MEMORY = 0.9
"""Weight of the rate so far, when a new one is measured."""


class Duration:
    """The rate of something that makes progress, and the time that is left of it."""

    def __init__(self) -> None:
        self.rate = 0.0
        """Units of progress per second, smoothed; 0 before there were any."""
        self.seconds_per_step = 0.0
        """[s] Mean of the first steps; 0 before there were enough."""
        self._began = False
        self._steps = 0
        self._seconds = 0.0

    def add(self, units: float, seconds: float, steps: int = 1) -> bool:
        """Count progress.

        Args:
            units: How much was made, as `Progress` counts.
            seconds: Time that it took [s].
            steps: In how many steps.

        Returns:
            Whether the duration can be estimated from now on; True once.
        """
        if units <= 0.0:
            return False
        rate = units / seconds
        self.rate = _MEMORY * self.rate + (1.0 - _MEMORY) * rate if self.rate else rate
        # What comes first allocates and compiles.
        if not self._began:
            self._began = True
            return False
        if self.seconds_per_step:
            return False
        self._steps, self._seconds = self._steps + steps, self._seconds + seconds
        if self._steps < _ESTIMATED_AFTER:
            return False
        self.seconds_per_step = self._seconds / self._steps
        return True

    def left(self, progress: Progress) -> float | None:
        """Return the time until all is done [s]; None if it is not known."""
        if not self.rate or not progress.total:
            return None
        return max(0.0, progress.total - progress.done - progress.within) / self.rate
