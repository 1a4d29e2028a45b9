# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keep a steady step rate, and measure how steady it is."""

from collections import deque

import numpy as np

_KEPT = 20_000
"""Number of intervals that are kept: eleven minutes at 30 Hz."""
_JUDGED = 60
"""Number of intervals that `rate` and `too_slow` look at."""
_TOO_SLOW = 1.1
"""A machine is too slow if steps take this many periods."""


class Pace:
    """Says when to step. A late step is not caught up: the next ones keep their distance.

    Args:
        rate: Steps per second; 0: as many as possible.
    """

    def __init__(self, rate: float):
        self.period = 1.0 / rate if rate > 0 else 0.0
        """Time between two steps [s]; 0: none is kept."""
        self.due = 0.0
        """`time.monotonic()` at which the next step is wanted."""
        self._last: float | None = None
        self._intervals: deque[float] = deque(maxlen=_KEPT)

    def tick(self, now: float) -> None:
        """Count a step that begins `now` (`time.monotonic()`)."""
        if self._last is not None:
            self._intervals.append(now - self._last)
        self._last = now
        # A slightly late step keeps the rate; after a very late one, catching up would make the next step too early.
        self.due = (self.due if now - self.due < 0.5 * self.period else now) + self.period

    def rest(self) -> None:
        """Pause: do not count the time until the next step."""
        self._last = None

    @property
    def rate(self) -> float:
        """Steps per second over the last few; 0 before there are any."""
        recent = [self._intervals[i] for i in range(-min(len(self._intervals), _JUDGED), 0)]
        return len(recent) / sum(recent) if recent else 0.0

    @property
    def too_slow(self) -> bool:
        """Whether the machine is too slow for the rate."""
        return len(self._intervals) >= _JUDGED and self.period > 0 and 1.0 / self.rate > _TOO_SLOW * self.period

    def in_words(self) -> str:
        """Return the figures as text; empty before the first step."""
        figures = self.figures()
        if not figures:
            return ""
        text = f"{figures['rate_hz']:.1f} steps/s"
        if "jitter_mean_ms" in figures:
            text += f", jitter {figures['jitter_mean_ms']:.1f} ms (99th percentile {figures['jitter_p99_ms']:.1f})"
        return text

    def figures(self) -> dict[str, float]:
        """Return `rate_hz`, and the jitter (deviation of intervals from the period): `jitter_mean_ms`, `jitter_p99_ms`.

        Empty before there were steps.
        """
        if not self._intervals:
            return {}
        intervals = np.fromiter(self._intervals, float)
        figures = {"rate_hz": round(1.0 / float(intervals.mean()), 2)}
        if self.period > 0:
            jitter = np.abs(intervals - self.period)
            figures["jitter_mean_ms"] = round(1e3 * float(jitter.mean()), 2)
            figures["jitter_p99_ms"] = round(1e3 * float(np.percentile(jitter, 99, method="inverted_cdf")), 2)
        return figures
