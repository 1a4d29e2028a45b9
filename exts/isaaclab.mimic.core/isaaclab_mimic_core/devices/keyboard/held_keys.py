# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How far held keys move a robot: by the times at which they went down and up, not by when that became known.

On a busy machine a key's press and release arrive late, sometimes both between the same two steps. A key held for
0.12 s is still worth what 0.12 s are worth: what a step cannot make, the next ones make, and what was made too far,
before the release was known, they take back.

A key that goes down begins slowly, and reaches full speed after a moment: a short press is a small step, as people need
it over an object, and a long one moves fast. People do not press shorter than 0.1 s.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from math import inf

LATEST = 0.5
"""[s] An event that is older counts as being that old."""
SHORTEST = 1.0
"""[steps] For how long a press counts at least: some programs see keys only once a frame, where a short one lasts no
time."""
BEGINS = 0.2
"""Part of the full speed at which a key begins, where it begins slowly."""


@dataclass
class _Key:
    counted: float
    """[s] The time until which it has been counted."""
    is_down: bool = True
    is_new: bool = True
    """Whether no step has been made since it went down."""
    held: float = 0.0
    """[s] For how long it has been down, as far as that is counted."""
    worth: float = 0.0
    """[steps] The same, in steps; in a simulation that is slower than real time those are fewer."""
    owed: float = 0.0
    """[steps] Motion that is not made yet; negative: motion to take back."""


class HeldKeys[K: Hashable]:
    """The keys that move the robot now: `K` is what tells one from another.

    Times are those of `time.monotonic()` [s].

    Args:
        period: Time between two steps [s], more than 0.
        ramp: Time after which a key that is held moves at full speed [s].
        counted: Whether steps keep no time, so that they are counted instead: each is worth a period.
    """

    def __init__(self, period: float, ramp: float = 0.0, counted: bool = False):
        self._period, self._ramp, self._counted = period, ramp, counted
        self._slow = period
        """[s] Time that a step takes now, at least the period."""
        self._stepped: float | None = None
        """[s] When the last step was made."""
        self._rested = -inf
        """[s] Until when time last passed without a step."""
        self._keys: dict[K, _Key] = {}

    @property
    def pending(self) -> bool:
        """Whether the next step moves the robot."""
        return bool(self._keys)

    def press(self, name: K, at: float, now: float) -> None:
        """Note that a key went down `at` a time; a key that repeats may go down again."""
        key = self._keys.get(name)
        if key is not None and key.is_down:
            return
        owed = key.owed if key is not None else 0.0
        self._keys[name] = _Key(max(_known(at, now), self._rested), owed=owed)

    def release(self, name: K, at: float, now: float) -> None:
        """Note that a key went up `at` a time."""
        key = self._keys.get(name)
        if key is None or not key.is_down:
            return
        key.is_down = False
        at = _known(at, now)
        if not self._counted:
            # Negative if steps have been made since then, as if the key were still held: at most those are taken back.
            seconds = max(max(at, self._rested) - key.counted, -key.held)
            self._count(key, seconds / self._period if key.is_new else min(seconds / self._slow, 1.0), seconds)
        if at >= self._rested and (lacks := SHORTEST - key.worth) > 0.0:
            self._count(key, lacks, lacks * self._period)

    def clear(self) -> None:
        """Treat all keys as released, and forget the motion that is owed."""
        self._keys.clear()

    def rest(self, now: float) -> None:
        """Let time pass without a step: it counts for no key, and keys that were let go meanwhile are forgotten."""
        self._stepped = self._rested = now
        self._keys = {name: key for name, key in self._keys.items() if key.is_down}
        for key in self._keys.values():
            key.counted, key.owed = now, 0.0

    def step(self, now: float) -> dict[K, float]:
        """Make a step `now`; return how far each key moves in it: -1 to 1, as a part of a step at full speed."""
        self._slow = max(self._period, now - self._stepped) if self._stepped is not None else self._period
        self._stepped = now
        moves: dict[K, float] = {}
        for name, key in list(self._keys.items()):
            if key.is_down:
                # While a key is held, each step is worth a step: where the simulation is slower than real time, the
                # robot is, too, and does not run on afterwards.
                seconds = self._period if self._counted else now - key.counted
                gained = seconds / self._slow if key.is_new and not self._counted else 1.0
                key.counted, key.is_new = now, False
                self._count(key, gained, seconds)
            moves[name] = min(max(key.owed, -1.0), 1.0)
            key.owed -= moves[name]
            if not key.is_down and abs(key.owed) < 1e-9:
                del self._keys[name]
        return moves

    def _count(self, key: _Key, steps: float, seconds: float) -> None:
        """Count that a key was down for more steps, in which so much time has passed; less if negative."""
        before, key.held = key.held, key.held + seconds
        key.worth += steps
        # At the mean speed of this time.
        key.owed += steps * ((self._way(key.held) - self._way(before)) / seconds if seconds else 1.0)

    def _way(self, held: float) -> float:
        """Return what a press of this length is worth [s at full speed]: the speed rises evenly up to the full one."""
        if held >= self._ramp:
            return held - 0.5 * (1.0 - BEGINS) * self._ramp
        return BEGINS * held + 0.5 * (1.0 - BEGINS) * held * held / self._ramp


def _known(at: float, now: float) -> float:
    return min(max(at, now - LATEST), now)
