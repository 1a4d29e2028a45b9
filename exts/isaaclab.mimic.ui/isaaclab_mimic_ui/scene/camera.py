# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where a view looks from, and how the mouse moves that: matrices for row vectors, z up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

FIELD_OF_VIEW = 0.6
"""[rad] Seen from top to bottom."""
_LEAST = 0.38
"""[m] Half of what is seen at least, however small the scene is: hands reach beyond where they are now."""
_STEEPEST = math.pi / 2
_DISTANCES = 0.1, 20.0
_TURN = 0.008
"""[rad] For each pixel that the mouse is dragged."""
_ZOOM = 1.15
"""For each notch of the wheel."""
_ABOUT = 0.04
"""Pictures fill a place whose proportions differ by less than this."""
_ZOOM_DRAGGED = 0.006
"""The same for each pixel that the mouse is dragged (exponent)."""

DIRECTIONS = {
    "behind": (0.6, 0.62),
    "front": (math.pi, 0.5),
    "side": (math.pi / 2, 0.35),
    "top": (0.0, _STEEPEST),
}
"""Where a view looks to: angle about z from where the robot looks, and downwards [rad].

`behind` looks over the robot's right shoulder: what the driving keys call left is left on the screen and forward away
from the viewer, and the arm does not hide what lies before it.
"""
_OVER_THE_HEAD = 0.0, 1.1
"""The same for `behind` with several hands: a humanoid's back would hide them and what they do."""
_ANOTHER_WAY = 0.3
"""[rad] Robots whose directions differ by less are looked at as before."""


@dataclass
class Viewpoint:
    """Where a view looks from.

    Attributes:
        target: What is in the middle [m].
        distance: From there to the eye [m].
        azimuth, elevation: Where it looks to: angle about z from +x, and downwards [rad].
        facing: Where the robot looks that it was set up for: angle about z from +x [rad].
        hands: How many end effectors that robot has.
    """

    target: list[float] = field(default_factory=lambda: [0.45, 0.0, 0.1])
    distance: float = 1.3
    azimuth: float = DIRECTIONS["behind"][0]
    elevation: float = DIRECTIONS["behind"][1]
    facing: float = 0.0
    hands: int = 1

    @property
    def forward(self) -> list[float]:
        level = math.cos(self.elevation)
        return [level * math.cos(self.azimuth), level * math.sin(self.azimuth), -math.sin(self.elevation)]

    @property
    def up(self) -> list[float]:
        rise = math.sin(self.elevation)
        return [rise * math.cos(self.azimuth), rise * math.sin(self.azimuth), math.cos(self.elevation)]

    @property
    def eye(self) -> list[float]:
        return [to - self.distance * ahead for to, ahead in zip(self.target, self.forward, strict=True)]

    def look(self, direction: str, facing: float | None = None, hands: int | None = None) -> None:
        """Look from one of `DIRECTIONS`.

        Args:
            direction: Its name.
            facing: Where the robot looks [rad]; None: as the one that the viewpoint was set up for.
            hands: How many end effectors it has; None: as many as that one.
        """
        self.facing = self.facing if facing is None else facing
        self.hands = self.hands if hands is None else hands
        over = direction == "behind" and self.hands > 1
        around, self.elevation = _OVER_THE_HEAD if over else DIRECTIONS[direction]
        self.azimuth = _half_turns(self.facing + around)

    def suit(self, facing: float, hands: int) -> None:
        """Look at another robot as at the one before, or from behind if it is of another kind or looks another way."""
        if hands != self.hands or abs(_half_turns(facing - self.facing)) > _ANOTHER_WAY:
            self.look("behind", facing, hands)

    def frame(self, points: Iterable[Sequence[float]]) -> None:
        """Move the middle and the distance so that points are all seen."""
        axes = list(zip(*points, strict=True))
        self.target = [(min(values) + max(values)) / 2 for values in axes]
        across = math.hypot(*(max(values) - min(values) for values in axes)) / 2
        self.distance = max(_LEAST, across) / math.sin(FIELD_OF_VIEW / 2)

    def orbit(self, right: float, down: float) -> None:
        """Turn about the middle, as the mouse is dragged [px]."""
        self.azimuth = _half_turns(self.azimuth - _TURN * right)
        self.elevation = min(_STEEPEST, max(-_STEEPEST, self.elevation + _TURN * down))

    def pan(self, right: float, down: float, height: float) -> None:
        """Move sideways, so that what is in the middle follows the mouse.

        Args:
            right, down: How far it is dragged [px].
            height: Of the view [px].
        """
        size = 2 * self.distance * math.tan(FIELD_OF_VIEW / 2) / max(1.0, height)
        across = _cross(self.forward, self.up)
        self.target = [
            to - size * (right * aside - down * upwards)
            for to, aside, upwards in zip(self.target, across, self.up, strict=True)
        ]

    def zoom(self, notches: float = 0.0, dragged: float = 0.0) -> None:
        """Move closer, by notches of the wheel or pixels that the mouse is dragged."""
        closer = notches * math.log(_ZOOM) + _ZOOM_DRAGGED * dragged
        nearest, farthest = _DISTANCES
        # Within what leads from one end to the other, so that the exponential has a value.
        most = math.log(farthest / nearest)
        self.distance = min(farthest, max(nearest, self.distance * math.exp(min(most, max(-most, -closer)))))

    def plain(self) -> dict:
        """Return it as plain data; see `read_viewpoint`."""
        return asdict(self)


def read_viewpoint(kept: object) -> Viewpoint:
    """Return a viewpoint from what was remembered; the default one if that is none."""
    try:
        found = Viewpoint(**kept)  # type: ignore[arg-type]
        numbers = [*found.target, found.distance, found.azimuth, found.elevation, found.facing, found.hands]
        if len(numbers) == 8 and all(map(math.isfinite, numbers)) and found.distance > 0:
            found.distance = min(_DISTANCES[1], max(_DISTANCES[0], found.distance))
            found.elevation = min(_STEEPEST, max(-_STEEPEST, found.elevation))
            return found
    except (TypeError, ValueError):
        pass
    return Viewpoint()


def shares(picture: float, place: float) -> tuple[float, float]:
    """Return the part of a place's width and height that a picture takes that is shown as large as it fits.

    Args:
        picture, place: Width by height of each.
    """
    ratio = picture / place
    # Pictures are made in even sizes: what they differ by is not seen, a margin would be.
    if abs(ratio - 1.0) < _ABOUT:
        return 1.0, 1.0
    return min(1.0, ratio), min(1.0, 1.0 / ratio)


def heading_of(transform: Sequence[Sequence[float]]) -> float:
    """Return the horizontal direction in which a level camera looks, also straight down: angle about z from +x [rad].

    Args:
        transform: The camera's pose, USD's way: a matrix of rows, the first of which is what is right in the picture.
    """
    return math.atan2(transform[0][0], -transform[0][1])


def projection(aspect: float = 1.0, field: float = FIELD_OF_VIEW, near: float = 0.05, far: float = 20.0) -> list[float]:
    """Return a projection; `field` [rad] is seen from top to bottom, `aspect` times that across.

    What is seen is between `near` and `far` [m].
    """
    scale = 1.0 / math.tan(field / 2.0)
    depth = (far + near) / (near - far), 2 * far * near / (near - far)
    return [scale / aspect, 0, 0, 0, 0, scale, 0, 0, 0, 0, depth[0], -1, 0, 0, depth[1], 0]


def looking_at(eye: Sequence[float], target: Sequence[float], up: Sequence[float] = (0.0, 0.0, 1.0)) -> list[float]:
    """Return the view from a point to another; `up` is upwards in the picture."""
    back = _unit([e - t for e, t in zip(eye, target, strict=True)])
    right = _unit(_cross(up, back))
    upwards = _cross(back, right)
    moved = [-sum(a * e for a, e in zip(axis, eye, strict=True)) for axis in (right, upwards, back)]
    columns = [value for row in range(3) for value in (right[row], upwards[row], back[row], 0)]
    return [*columns, *moved, 1]


def _half_turns(angle: float) -> float:
    """Return an angle from -pi to pi that means the same [rad]."""
    return math.remainder(angle, 2 * math.pi)


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.hypot(*vector)
    return [value / length for value in vector]


def _cross(a: Sequence[float], b: Sequence[float]) -> list[float]:
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
