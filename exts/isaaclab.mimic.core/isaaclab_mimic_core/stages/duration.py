# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Estimate from its first steps how long something takes."""

from ..events import Progress

_ESTIMATED_AFTER = 10
"""Steps."""
_PATIENCE = 60.0
"""[s] Slower steps are not waited for longer than this."""
_HALF_LIFE = 300.0
"""[s] Age at which progress counts half: reading the next block of data takes minutes now and then."""


class Duration:
    """The rate of something that makes progress, and the time that is left of it."""

    def __init__(self) -> None:
        self.rate = 0.0
        """Units of progress per second, smoothed; 0 before there were any."""
        self.seconds_per_step = 0.0
        """[s] Mean of the first steps; 0 before there were enough, and of what has no steps."""
        self._began = self._estimated = False
        self._waited = 0.0
        self._units = self._time = 0.0
        self._counted = 0
        self._seconds = 0.0

    def add(self, units: float, seconds: float, steps: int | None = None) -> bool:
        """Count progress.

        Args:
            units: How much was made, as `Progress` counts; the time of nothing is added to that of the next progress.
            seconds: Time that it took [s].
            steps: In how many steps; None for what has no steps.

        Returns:
            Whether the duration can be estimated from now on; True once.
        """
        self._waited += seconds
        if units <= 0.0:
            return False
        seconds, self._waited = self._waited, 0.0
        # What comes first allocates, compiles and reads.
        if not self._began:
            self._began, self.rate = True, units / seconds
            return False
        kept = 0.5 ** (seconds / _HALF_LIFE)
        self._units, self._time = kept * self._units + units, kept * self._time + seconds
        self.rate = self._units / self._time
        if self._estimated:
            return False
        self._counted, self._seconds = self._counted + (1 if steps is None else steps), self._seconds + seconds
        if self._counted < _ESTIMATED_AFTER and self._seconds < _PATIENCE:
            return False
        self._estimated = True
        if steps is not None:
            self.seconds_per_step = self._seconds / self._counted
        return True

    def left(self, progress: Progress) -> float | None:
        """Return the time until all is done [s]; None if it is not known."""
        if not self.rate or not progress.total:
            return None
        return max(0.0, progress.total - progress.done - progress.within) / self.rate
