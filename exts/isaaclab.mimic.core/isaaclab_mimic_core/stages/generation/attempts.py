# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Statistics of a run's attempts."""

import math
from collections import Counter, defaultdict
from statistics import median

from ...datagen.diversity import evenness, spread
from ...outcomes import AttemptOutcome


class AttemptStatistics:
    """Counts attempts as they end.

    Args:
        first: Number of the run's first attempt.
        patience: Number of first attempts that may all fail before the run is hopeless; 0: any number.
    """

    def __init__(self, first: int, patience: int):
        self._first = first
        self.patience = patience
        self.attempts = 0
        """Attempts that have ended."""
        self.failed = 0
        self._first_failed = 0
        self.causes: Counter[str] = Counter()
        """Cause and subtask -> number of attempts that failed so."""
        self._used: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._flagged: Counter[bool] = Counter()
        self._starts: list[tuple[bool, dict[str, list[float]]]] = []
        self._misses: defaultdict[str, list[list[float]]] = defaultdict(list)

    @property
    def succeeded(self) -> int:
        return self.attempts - self.failed

    @property
    def success_rate(self) -> float:
        """Fraction of the ended attempts that succeeded; 0 before there are any."""
        return self.succeeded / self.attempts if self.attempts else 0.0

    @property
    def is_hopeless(self) -> bool:
        """Whether all of the first attempts have failed."""
        return 0 < self.patience <= self._first_failed and not self.succeeded

    def add(self, outcome: AttemptOutcome) -> None:
        """Count an attempt that has ended."""
        self.attempts += 1
        self._starts.append((outcome.success, outcome.placement))
        for eef, misses in outcome.misses.items():
            for subtask, miss in enumerate(misses):
                self._misses[f"{eef}/{subtask}"].append(miss)
        if outcome.flagged:
            self._flagged[outcome.success] += 1
        if outcome.success:
            for eef, sources in outcome.sources.items():
                for subtask, source in enumerate(sources):
                    self._used[f"{eef}/{subtask}"][source] += 1
        else:
            self.failed += 1
            # By number, not in the order in which they end: where many run at once, those that fail end first.
            self._first_failed += outcome.attempt < self._first + self.patience
            self.causes[f"{outcome.cause} {outcome.subtask}".strip()] += 1

    def source_evenness(self, num_sources: int) -> dict[str, float]:
        """Return how evenly saved demonstrations use the sources: `<eef>/<subtask>` -> 0 to 1."""
        return {where: round(evenness(used, num_sources), 3) for where, used in self._used.items()}

    def misses(self) -> dict[str, dict[str, list[float]]]:
        """Return by how much arms of few joints missed the segments that they followed, of all attempts.

        Returns:
            `<eef>/<subtask>` -> the `median` and the `largest` distance [mm] and angle [deg] of the segments' worst
            poses.
        """
        found = {}
        for where, misses in sorted(self._misses.items()):
            columns = [[1000.0 * gap for gap, _ in misses], [math.degrees(turn) for _, turn in misses]]
            found[where] = {
                "median": [round(median(column), 2) for column in columns],
                "largest": [round(max(column), 2) for column in columns],
            }
        return found

    def would_stop(self) -> dict[str, int]:
        """Return how many attempts early stop would have ended, and how many of these `succeeded`: false stops."""
        return {"attempts": self._flagged.total(), "succeeded": self._flagged[True]}

    def start_spread(self) -> dict[str, dict[str, list[float]]]:
        """Return the standard deviations of objects' initial x, y [m] and yaw [rad], of all attempts and saved ones."""
        saved = [placement for success, placement in self._starts if success]
        return {"attempts": _spread([placement for _, placement in self._starts]), "saved": _spread(saved)}


def _spread(starts: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    names = starts[0] if starts else {}
    return {name: [round(value, 4) for value in spread([start[name] for start in starts])] for name in names}
