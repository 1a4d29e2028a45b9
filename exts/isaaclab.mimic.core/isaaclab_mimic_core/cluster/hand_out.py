# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which worker does which part of the work.

Work is numbered. Number `k` is always done in environment `k % lanes` of whichever worker gets it, because rounding
depends on the environment: so who does it does not matter. Workers get blocks of `lanes` numbers, the next one as soon
as an environment would run out of work; so slower workers get less.
"""

from collections import Counter
from collections.abc import Iterable

from ..errors import PlatformError

_MOST = 3
"""Blocks that a worker has at most."""
_MOST_LOSSES = 8
"""Losses of workers after which the work that they had is given up: it may be what ends them."""


class _Given:
    """What one worker has to do. Looked at for every worker many times a second, so counted as it changes.

    Args:
        lanes: Environments of the worker.
    """

    def __init__(self, lanes: int):
        self.numbers: set[int] = set()
        self._busy = [0] * lanes
        """How many numbers each environment has."""
        self.hungry = lanes
        """Environments that have at most one."""

    def add(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if number not in self.numbers:
                self.numbers.add(number)
                lane = number % len(self._busy)
                self._busy[lane] += 1
                self.hungry -= self._busy[lane] == 2

    def discard(self, number: int) -> None:
        if number in self.numbers:
            self.numbers.remove(number)
            lane = number % len(self._busy)
            self._busy[lane] -= 1
            self.hungry += self._busy[lane] == 1


class HandOut:
    """Gives out numbers, and takes back those of workers that are lost.

    Args:
        first: The first number.
        end: The number after the last one; None without a limit.
        lanes: Environments of each worker; 1 if it does not matter in which one a number is done.
    """

    def __init__(self, first: int, end: int | None = None, lanes: int = 1):
        self._next, self._end, self._lanes = first, end, lanes
        self._given: dict[int, _Given] = {}
        self._holder: dict[int, int] = {}
        """Number -> the worker that has it to do."""
        self._returned: set[int] = set()
        self._losses: Counter[int] = Counter()

    @property
    def has_returned(self) -> bool:
        """Whether numbers of lost workers wait for another one."""
        return bool(self._returned)

    @property
    def outstanding(self) -> int:
        """Numbers that were given out, or given back, and are not done."""
        return len(self._returned) + len(self._holder)

    def extend(self, end: int) -> None:
        """There is more to do: numbers up to `end`, without it."""
        self._end = end

    def wants(self, worker: int) -> bool:
        """Return whether an environment of a worker has nothing to do next."""
        given = self._given.get(worker)
        # Never everything, also if there is no work at all for an environment.
        return given is None or (given.hungry > 0 and len(given.numbers) < _MOST * self._lanes)

    def give(self, worker: int) -> list[int]:
        """Give a worker its next numbers; what a lost one had comes first. Empty if none are left."""
        if self._returned:
            numbers = sorted(self._returned)[: self._lanes]
            self._returned.difference_update(numbers)
        else:
            # Up to the end of a block, also if the first number is in the middle of one.
            end = (self._next // self._lanes + 1) * self._lanes
            end = end if self._end is None else min(end, self._end)
            numbers = list(range(self._next, end))
            self._next = max(self._next, end)
        self._given.setdefault(worker, _Given(self._lanes)).add(numbers)
        self._holder |= dict.fromkeys(numbers, worker)
        return numbers

    def done(self, number: int) -> None:
        """A number is done, by whomever."""
        self._returned.discard(number)
        if (holder := self._holder.pop(number, None)) is not None:
            self._given[holder].discard(number)

    def lost(self, workers: Iterable[int], remedy: str) -> None:
        """Take back what these workers have not done.

        Args:
            workers: Those that are lost.
            remedy: What to do if the run cannot go on.

        Raises:
            PlatformError: A number was given to too many workers that were lost.
        """
        for worker in workers:
            given = self._given.pop(worker, None)
            numbers = given.numbers if given else set()
            for number in numbers:
                del self._holder[number]
            self._returned |= numbers
            self._losses.update(numbers)
            if numbers and self._losses[worst := max(numbers, key=self._losses.__getitem__)] >= _MOST_LOSSES:
                raise PlatformError(f"{_MOST_LOSSES} workers were lost that had number {worst} to do", remedy=remedy)
