# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find the best of many policies with few rollouts, by successive halving (Karnin, Koren and Somekh, ICML 2013).

Every policy gets a few rollouts. After each round the better half goes on with twice as many, until the remaining
policies have all rollouts; policies whose confidence interval lies below the best one's are left behind as well. All
policies start in the same initial states. The next rollouts depend on the results so far only, so a sweep that was
killed can be resumed from them.
"""

from .intervals import wilson
from .rollouts import Rollout


class Sweep:
    """Decides which policy gets which rollouts next.

    Args:
        names: The policies; among equals a later one is preferred.
        num_rollouts: Rollouts of the policies that reach the last round.
        first: Rollouts of every policy in the first round.
        half_width: A policy whose 95 % interval is at most this far to either side gets no more rollouts; 0: never.
    """

    def __init__(self, names: list[str], num_rollouts: int, first: int, half_width: float = 0.0):
        self.results: dict[str, dict[int, Rollout]] = {name: {} for name in names}
        self._order = {name: index for index, name in enumerate(names)}
        self._half_width = half_width
        # A single policy needs no comparison; it has rounds only to stop early.
        count = num_rollouts if len(names) == 1 and not half_width else min(first, num_rollouts)
        self._rounds = [count]
        while self._rounds[-1] < num_rollouts:
            self._rounds.append(min(2 * self._rounds[-1], num_rollouts))

    def add(self, name: str, rollout: Rollout) -> None:
        """Add the result of a rollout."""
        self.results[name][rollout.attempt] = rollout

    def round(self) -> list[tuple[str, list[int]]]:
        """Return all that can run now: policies, and the numbers of the rollouts of each; empty if all is done."""
        candidates = list(self.results)
        for count in self._rounds:
            found = []
            for name in candidates:
                missing = [number for number in range(count) if number not in self.results[name]]
                if missing and not self._settled(name):
                    found.append((name, missing))
            if found:
                return found
            candidates = self._better_half(candidates)
        return []

    def next(self) -> tuple[str, list[int]] | None:
        """Return the next policy to run and the numbers of its rollouts; None if all is done."""
        return next(iter(self.round()), None)

    def ranking(self) -> list[str]:
        """Return all policies, the best first; those with more rollouts come before those that were left behind."""
        return sorted(self.results, key=lambda name: (len(self.results[name]), *self._score(name)), reverse=True)

    def best(self) -> str:
        """Return the best policy of those that reached the last round."""
        candidates = list(self.results)
        for _ in self._rounds[1:]:
            candidates = self._better_half(candidates)
        return max(candidates, key=self._score)

    def _score(self, name: str) -> tuple[float, float, int]:
        done = self.results[name].values()
        count = max(1, len(done))
        return sum(r.success for r in done) / count, sum(r.ever for r in done) / count, self._order[name]

    def _interval(self, name: str) -> tuple[float, float]:
        done = self.results[name].values()
        return wilson(sum(r.success for r in done), len(done))

    def _settled(self, name: str) -> bool:
        low, high = self._interval(name)
        return high - low <= 2 * self._half_width

    def _better_half(self, candidates: list[str]) -> list[str]:
        ranked = sorted(candidates, key=self._score, reverse=True)[: -(-len(candidates) // 2)]
        bar = max(self._interval(name)[0] for name in ranked)
        return [name for name in ranked if self._interval(name)[1] >= bar]
