# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A pilot that drives as a person does: sees the screen and nothing else, one key at a time, and not at once.

It knows how fast keys move the hand, as somebody who has driven for a minute. What it does not see, it remembers: the
cubes, which the arm hides while it is over them. It waits for what it sees, not for seconds, because the simulation may
be slower than real time.
"""

import math
import random
import time

import numpy as np
import sight
from desk import Desk
from PIL import ImageGrab

REACTION = 0.25
"""[s] From what is seen to a key."""
SHORTEST = 0.12
"""[s] No key is held shorter."""
UNSTEADY = 0.08
"""How much longer or shorter than meant a key is held, as a part (standard deviation)."""
SPEED, RAMP, BEGINS = 0.25, 0.5, 0.2
"""What Record begins with: m/s, s, and the part of the speed at which a key begins."""
KEYS = ("w", "s"), ("a", "d"), ("q", "e")
"""For more and less of x, y and z."""
TRAVEL = 0.17
"""[m] Height at which the hand goes from place to place."""
NEAR = 0.006
"""[m] How far off is good enough."""
_STILL = 0.0012
"""[m] A hand that has moved less from one look to the next stands still."""
_MOMENT, _LOST = 1.5, 60.0
"""[s] What has not moved by then does not; what is not seen by then is lost."""
_DOUBT = 0.2
"""A cube of whose outline more is hidden is looked at from another side."""
_PATIENCE = 40
"""Presses that one part of the work may take."""


class LostError(Exception):
    """What was to be seen is not."""


class Person:
    """Sits at a desk, with the view of the scene enlarged.

    Args:
        desk: Screen, mouse and keyboard.
        lens: Returns where the view is, looked at from `behind`, `side` or `front`.
        seed: Of how unsteady the hands are.
    """

    def __init__(self, desk: Desk, lens, seed: int = 0) -> None:
        self._desk, self._lens = desk, lens
        self._random = random.Random(seed)
        self._gain = 1.0
        """How far keys move the hand, as a part of what was expected: machine and hands may be slow."""
        self._period = 0.1
        """[s] Time from one picture of a moving hand to the next: on a slow machine they are few."""
        self.presses = 0
        self.cubes: dict[str, sight.Cube] = {}
        self.notes: list[str] = []

    # -- eyes

    def see(self) -> np.ndarray:
        return np.asarray(ImageGrab.grab(xdisplay=self._desk.display))

    def hand(self, left_from: np.ndarray | None = None) -> np.ndarray:
        """Return where the hand is once it stands still: (3,) [m].

        Args:
            left_from: Where it was before a key was pressed: nobody takes it for standing before it has moved, or a
                moment has passed.
        """
        begun = changed = since = time.monotonic()
        before, has_left = None, left_from is None
        while time.monotonic() < begun + _LOST:
            time.sleep(0.05)
            seen, now = sight.hand(self.see(), self._lens("behind")), time.monotonic()
            if seen is None:
                continue
            if before is None or np.abs(seen - before).max() > _STILL:
                if before is not None and has_left:
                    self._period += 0.3 * (min(1.0, now - changed) - self._period)
                before, changed, since = seen, now, now
            if left_from is not None and not has_left:
                late = now > begun + max(_MOMENT, 6 * self._period)
                has_left = late or bool(np.abs(seen - left_from).max() > 2 * _STILL)
            if has_left and now > since + max(0.2, 2.5 * self._period):
                return seen
        raise LostError("the hand")

    def survey(self) -> None:
        """Find the cubes, from another side where the arm hides one."""
        for key, side in (("1", "behind"), ("3", "side"), ("2", "front")):
            self.tap(key)
            self._until_still()
            screen = self.see()
            for colour in sight.COLOURS:
                found, known = sight.cube(screen, self._lens(side), colour), self.cubes.get(colour)
                if found is not None and (known is None or found.doubt < known.doubt):
                    self.cubes[colour] = found
            self._note("from", side, *((name, each.middle.round(3), each.doubt) for name, each in self.cubes.items()))
            if len(self.cubes) == 3 and max(each.doubt for each in self.cubes.values()) < _DOUBT:
                break
        self.tap("1")
        self._until_still()
        if missing := [colour for colour in sight.COLOURS if colour not in self.cubes]:
            raise LostError(f"the {missing} cubes")

    # -- hands

    def tap(self, key: str) -> None:
        self._hold(key, SHORTEST)

    def _hold(self, key: str, seconds: float) -> None:
        """React, and hold a key."""
        time.sleep(REACTION)
        begun = time.monotonic()
        self._desk.do("keydown", key, "sleep", f"{seconds:.3f}", "keyup", key)
        self._note(key, f"for {seconds:.2f} s, took {time.monotonic() - begun:.2f}")
        self.presses += 1

    def _move(self, axis: int, way: float) -> None:
        """Press the key for one axis about as long as a way takes [m]."""
        seconds = _time_for(abs(way) / SPEED / self._gain) * (1.0 + self._random.gauss(0.0, UNSTEADY))
        self._hold(KEYS[axis][int(way < 0)], max(SHORTEST, seconds))

    # -- what it does

    def go(self, goal, axes: tuple[int, ...] = (0, 1, 2), near: float = NEAR) -> np.ndarray:
        """Bring the hand to a place, as far as some axes are concerned; return where it is then."""
        here = self.hand()
        for _ in range(_PATIENCE):
            left = {axis: goal[axis] - here[axis] for axis in axes}
            axis = max(left, key=lambda axis: abs(left[axis]))
            if abs(left[axis]) < near:
                return here
            self._move(axis, left[axis])
            before, here = here, self.hand(left_from=here)
            if abs(left[axis]) > 0.015:
                went = abs(here[axis] - before[axis]) / abs(left[axis])
                self._gain = min(3.0, max(0.6, self._gain * min(3.0, max(0.4, went)) ** 0.5))
            self._note(
                "go", axis, round(1000 * left[axis]), "mm, left", (1000 * (np.array(goal) - here)).round().tolist()
            )
        raise LostError("the way")

    def grip(self) -> None:
        """Close or open the gripper, and wait until that has been seen to."""
        before = self.see()
        self.tap("k")
        for _ in range(40):
            time.sleep(0.1)
            if _differs(before, self.see()):
                break
        self._until_still()

    def reach(self, colour: str) -> np.ndarray:
        """Bring the hand over a cube; return where it is then."""
        cube = self.cubes[colour]
        self.go((*cube.middle[:2], TRAVEL), axes=(2,), near=0.02)
        self.go((*cube.middle[:2], TRAVEL), axes=(0, 1), near=0.012)
        return self.go((*cube.middle[:2], 0.09), near=NEAR + 0.004)

    def grasp(self, colour: str) -> np.ndarray:
        """Grasp a cube, however it is turned: the hand opens wide enough. Return where it has closed."""
        cube = self.cubes[colour]
        self.reach(colour)
        self.go(cube.middle, axes=(0, 1))
        here = self.go(cube.middle, axes=(2,), near=0.008)
        self.grip()
        self._note("closed", here.round(3), "cube", cube.middle.round(3))
        return here

    def lift(self, height: float = TRAVEL) -> None:
        self.go((0.0, 0.0, height), axes=(2,), near=0.02)

    def put(self, colour: str, on: str, layer: int) -> None:
        """Grasp a cube and put it on another one, which is so many edges above the table."""
        above = self.grasp(colour)[2] + layer * sight.EDGE
        self.lift(above + 0.09)
        base = self.cubes[on].middle
        self.go((*base[:2], 0.0), axes=(0, 1), near=NEAR)
        self.go((*base[:2], above + 0.012), axes=(2,), near=0.008)
        self.go((*base[:2], 0.0), axes=(0, 1), near=NEAR + 0.002)
        self.go((*base[:2], above + 0.004), axes=(2,), near=0.006)
        self.grip()
        # From now on it is there.
        self.cubes[colour] = sight.Cube(np.array([*base[:2], base[2] + sight.EDGE]), self.cubes[colour].yaw, 0.0)

    def stack(self) -> None:
        """Stack red on blue, and green on red."""
        self.survey()
        self.put("red", "blue", 1)
        self.lift(0.15)
        # The recording ends with success, which is seen to when the hand has opened.
        self.put("green", "red", 2)

    def begin_again(self) -> None:
        """Discard what was recorded, and look anew."""
        self.cubes = {}
        self.tap("r")
        time.sleep(1.0)
        self._until_still()

    def _until_still(self) -> None:
        before = self.see()
        for _ in range(100):
            time.sleep(0.25)
            now = self.see()
            if not _differs(before, now):
                return
            before = now
        raise LostError("rest")

    def _note(self, *words: object) -> None:
        self.notes.append(" ".join(map(str, words)))


def _time_for(full: float) -> float:
    """Return how long a key is held for a way that takes so long at full speed [s]."""
    if full >= 0.5 * (1.0 + BEGINS) * RAMP:
        return full + 0.5 * (1.0 - BEGINS) * RAMP
    a, b = 0.5 * (1.0 - BEGINS) / RAMP, BEGINS
    return (math.sqrt(b * b + 4 * a * full) - b) / (2 * a)


def _differs(before: np.ndarray, now: np.ndarray) -> bool:
    """Whether two pictures of the screen differ by more than a mouse or a number."""
    return (np.abs(before[60:-30].astype(int) - now[60:-30]).max(axis=-1) > 24).sum() > 150
