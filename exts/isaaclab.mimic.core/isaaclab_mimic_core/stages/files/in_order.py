# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Put results into the order of their numbers."""


class InOrder[T]:
    """Holds results back until all with lower numbers have been added."""

    def __init__(self) -> None:
        self.taken = 0
        """Number of results taken, which is the number of the next one."""
        self._ready: dict[int, T] = {}
        self._skipped: set[int] = set()

    @property
    def waiting(self) -> int:
        """Number of results that are held back."""
        return len(self._ready)

    def put(self, number: int, result: T) -> None:
        """Add a result. `number`: counted from 0."""
        self._ready[number] = result

    def skip(self, number: int) -> None:
        """Let those behind a result no longer wait for it: it does not come."""
        self._skipped.add(number)

    def take(self) -> list[T]:
        """Return the results that are next."""
        found = []
        while self.taken in self._ready or self.taken in self._skipped:
            if self.taken in self._ready:
                found.append(self._ready.pop(self.taken))
            self.taken += 1
        return found
