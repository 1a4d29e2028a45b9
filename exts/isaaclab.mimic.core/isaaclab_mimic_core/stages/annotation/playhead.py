# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The position of playback in a demonstration, moved by the clock."""

import math
import time
from collections.abc import Callable

SLOWEST, FASTEST = 0.25, 4.0

_LONGEST_GAP = 0.25
"""[s] Longest time that one `advance` makes up for."""


class Playhead:
    """Moves through a demonstration at `speed` times real time while it plays; stops at the end.

    Args:
        num_samples: Length of the demonstration.
        step_dt: Time from one sample to the next [s].
        speed: Times real time, 0.25 to 4.
        clock: Seconds that only ever grow; a parameter for tests.
    """

    def __init__(
        self, num_samples: int, step_dt: float, speed: float = 1.0, clock: Callable[[], float] = time.monotonic
    ):
        self.num_samples = num_samples
        self.step_dt = step_dt
        self.playing = False
        self._clock = clock
        self._position = 0.0
        self._seen = 0.0
        self.set_speed(speed)

    @property
    def row(self) -> int:
        """The current sample."""
        return int(self._position)

    @property
    def due(self) -> float:
        """Clock time of the next sample."""
        return self._seen + (math.floor(self._position) + 1 - self._position) * self.step_dt / self.speed

    def set_speed(self, factor: float) -> None:
        self.speed = min(max(factor, SLOWEST), FASTEST)

    def play(self) -> None:
        """Start playing; from the beginning if it is at the end."""
        if self.row >= self.num_samples - 1:
            self._position = 0.0
        self.playing = True
        self._seen = self._clock()

    def pause(self) -> None:
        self.playing = False

    def move(self, row: int) -> None:
        """Go to a sample; clamp it to the demonstration."""
        self._position = float(min(max(row, 0), self.num_samples - 1))

    def advance(self) -> None:
        """Move by the time that has passed."""
        now = self._clock()
        if not self.playing:
            return
        self._position += min(now - self._seen, _LONGEST_GAP) * self.speed / self.step_dt
        self._seen = now
        if self._position >= self.num_samples - 1:
            self.move(self.num_samples - 1)
            self.playing = False
