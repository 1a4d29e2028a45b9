# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Test pilots: they look at the observations, as a person at the screen, and press keys or tilt a cap.

Both stack the cubes by the same plan: where the hand shall be, and whether its gripper shall be closed.
"""

import math
from collections.abc import Callable, Sequence

Pose = Sequence[Sequence[float]]
"""(4, 4), row by row [m]."""

EDGE = 0.0406
HOVER = 0.1
GRASP_WAIT = 10
_PLACEMENTS = ((1, 0), (2, 1))
_STEPS = ("above", "down", "close", "lift", "over", "lower", "open", "leave")


AXES = ("WS", "AD", "QE", "CV")
"""Keys for more and less of x, y, z and the turn about z."""


def look_into(env) -> Callable[[], tuple[Pose, Sequence[Pose]]]:
    """Return what a `Plan` sees with, in the first of the environments."""
    order = [env.object_names.index(name) for name in sorted(env.object_names)]
    return lambda: (env.eef_pose()[0, 0].tolist(), env.object_pose()[0, order].tolist())


class Plan:
    """The stack, one step of it after the other.

    Args:
        see: Returns the poses of the hand and of the three cubes.
        tolerance: How close to where it shall be the hand has to come [m].
        grasp_wait: Looks that it takes the gripper to close or open.
    """

    def __init__(self, see: Callable[[], tuple[Pose, Sequence[Pose]]], tolerance: float, grasp_wait: int = GRASP_WAIT):
        self._see, self._tolerance, self._grasp_wait = see, tolerance, grasp_wait
        self.begin()

    def begin(self) -> None:
        self.closed, self.stage, self._waited, self._anchor, self._heading = False, 0, 0, None, 0.0

    @property
    def done(self) -> bool:
        return self.stage >= len(_PLACEMENTS) * len(_STEPS)

    def look(self) -> tuple[list[float], float, bool, bool]:
        """Return the way left in x, y, z [m], the turn left about z [rad], whether to be exact, and the gripper."""
        pose, cubes = self._see()
        hand = _place(pose)
        upper, lower = _PLACEMENTS[min(self.stage // len(_STEPS), 1)]
        held, base = _place(cubes[upper]), _place(cubes[lower])
        step = _STEPS[self.stage % len(_STEPS)] if not self.done else "done"
        if self._anchor is None:
            self._anchor = hand
            self._heading = _nearest_face(pose, cubes[upper])
        on_base = [h + b - c for h, b, c in zip(hand, base, held, strict=True)]
        goal = {
            "above": [held[0], held[1], held[2] + HOVER],
            "down": held,
            "lift": [*self._anchor[:2], self._anchor[2] + 1.2 * HOVER],
            "over": [*on_base[:2], hand[2] + base[2] + EDGE + 0.05 - held[2]],
            "lower": [*on_base[:2], hand[2] + base[2] + EDGE + 0.006 - held[2]],
            "leave": [*self._anchor[:2], self._anchor[2] + HOVER],
        }.get(step, self._anchor)
        left = [g - h for g, h in zip(goal, hand, strict=True)]
        turn = math.remainder(self._heading - _heading(pose), 2 * math.pi) if step in ("above", "down") else 0.0
        exact = step in ("down", "lower")
        self._advance(step, left, turn, exact)
        return left, turn, exact, self.closed

    def _advance(self, step: str, left: list[float], turn: float, exact: bool) -> None:
        self._waited += 1
        if step in ("close", "open"):
            self.closed = step == "close"
            done = self._waited > self._grasp_wait
        else:
            near = self._tolerance if exact or step == "above" else 3 * self._tolerance
            done = max(map(abs, left)) < near and abs(turn) < 0.08 and step != "done"
        if done:
            self.stage, self._waited, self._anchor = self.stage + 1, 0, None


def _place(pose: Pose) -> list[float]:
    return [row[3] for row in pose[:3]]


def _heading(pose: Pose) -> float:
    """Return where the x axis of a pose points to, seen from above [rad]."""
    return math.atan2(pose[1][0], pose[0][0])


def _nearest_face(hand: Pose, cube: Pose) -> float:
    """Return the heading along a side of a cube that takes the hand the least turning."""
    return min(
        (_heading(cube) + k * math.pi / 2 for k in range(-4, 5)),
        key=lambda heading: abs(math.remainder(heading - _heading(hand), 2 * math.pi)),
    )


class KeyPilot:
    """Holds keys for as many steps as the way left takes, then waits until the arm has come to rest.

    Args:
        key: Takes a key's name and whether it is pressed.
        step, turn: What one step of a held key is [m, rad].
    """

    def __init__(self, env, key: Callable[[str, bool], None], step: float, turn: float):
        self._plan, self._key = Plan(look_into(env), 0.6 * step), key
        self._quanta = (step, step, step, turn)
        self.presses: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self.begin()

    def begin(self) -> None:
        self._plan.begin()
        for name in self._held:
            self._key(name, False)
        self._held = {}
        self._rest, self._grip = 0, False

    def act(self) -> None:
        """Look, and press or release keys; once before each step."""
        for name in list(self._held):
            self._held[name] -= 1
            if self._held[name] == 0:
                del self._held[name]
                self._key(name, False)
                self._rest = 5
        left, turn, _, closed = self._plan.look()
        if closed != self._grip:
            self._grip = closed
            self._press("K")
            self._key("K", False)
        if self._held or self._rest > 0:
            self._rest -= not self._held
            return
        for keys, way, quantum in zip(AXES, (*left, turn), self._quanta, strict=True):
            if count := round(abs(way) / quantum):
                name = keys[0] if way > 0 else keys[1]
                self._held[name] = count
                self._press(name)

    def _press(self, name: str) -> None:
        self.presses[name] = self.presses.get(name, 0) + 1
        self._key(name, True)


class CapPilot:
    """Moves the cap of a SpaceMouse: the further to go, the more it is deflected.

    Args:
        mouse: Sends reports.
        settings: The `SpaceMouseSettings` that it flies with.
        gripper: The report of the gripper's button, and that of no button.
    """

    def __init__(self, env, mouse, settings, gripper: tuple[bytes, bytes]):
        self._plan, self._mouse, self._settings, self._gripper = Plan(look_into(env), 0.005), mouse, settings, gripper
        self.begin()

    def begin(self) -> None:
        self._plan.begin()
        self._grip = False
        self._mouse.move()

    def act(self) -> None:
        """Look, and send reports; once before each step."""
        left, turn, exact, closed = self._plan.look()
        if closed != self._grip:
            self._grip = closed
            self._mouse.reports.extend(self._gripper)
        # Speed proportional to the way left; close to a cube more slowly.
        gain = 2.0 if exact else 3.0
        x, y, z = (self._raw(gain * way / self._settings.pos_sensitivity) for way in left)
        yaw = self._raw(2.0 * turn / self._settings.rot_sensitivity)
        # The cap's own axes: x right, y toward the pilot, z down, clockwise.
        self._mouse.move(x=-y, y=-x, z=-z, rz=-yaw)

    def _raw(self, fraction: float) -> int:
        """Return the raw deflection that moves the hand at a fraction of the full speed."""
        size = min(abs(fraction), 1.0)
        if size < 1e-3:
            return 0
        dead = self._settings.dead_zone
        return round(math.copysign(350 * (dead + (1 - dead) * size ** (1 / self._settings.curve)), fraction))
