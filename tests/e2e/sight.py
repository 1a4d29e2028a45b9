# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Eyes for the view of the scene: where hand and cubes are, from the pixels of a screen and what the camera is.

The camera is known, as a person knows that the view looks over the robot's shoulder; the simulation is not. The hand is
found by its plumb line, the cubes by their colours and outlines. Lengths are metres, in the environment's frame.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isaaclab_mimic_ui.scene.camera import FIELD_OF_VIEW, Viewpoint

EDGE = 0.0406
"""[m] Of a cube."""
TABLE = 0.0
LOW = TABLE + EDGE / 2
"""[m] Height of what lies on the table, where the plumb line ends."""
CROSS = 0.015
"""[m] Half the size of the cross at its end."""
YELLOW = np.array([255, 211, 77])
COLOURS = ("blue", "red", "green")
"""Of the cubes, from the lowest of the stack to the highest."""
_TOP, _CORNER = 30, (186, 160)
"""[px] Height of the text above, and size of the small view with what is below it: no line is looked for there."""


@dataclass(frozen=True)
class Lens:
    """Where a view is on the screen, and where it looks from.

    Attributes:
        place: Left, top, width and height [px].
        aspect: Width by height of the picture that is stretched to it.
        viewpoint: Where it looks from.
    """

    place: tuple[float, float, float, float]
    aspect: float
    viewpoint: Viewpoint

    @property
    def axes(self) -> np.ndarray:
        """(3, 3): to the right, upwards, ahead."""
        ahead, up = np.array(self.viewpoint.forward), np.array(self.viewpoint.up)
        return np.stack([np.cross(ahead, up), up, ahead])

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """Return where points (N, 3) are seen: (N, 2), to the right and down [px]."""
        seen = (np.asarray(points) - np.array(self.viewpoint.eye)) @ self.axes.T
        scale = math.tan(FIELD_OF_VIEW / 2)
        across, upwards = seen[:, 0] / (seen[:, 2] * scale * self.aspect), seen[:, 1] / (seen[:, 2] * scale)
        left, top, width, height = self.place
        return np.stack([left + (across + 1) / 2 * width, top + (1 - upwards) / 2 * height], axis=1)

    def at_height(self, pixel: Sequence[float], height: float) -> np.ndarray:
        """Return the point at a height that is seen at a pixel: (3,)."""
        left, top, width, high = self.place
        scale = math.tan(FIELD_OF_VIEW / 2)
        across = (2 * (pixel[0] - left) / width - 1) * scale * self.aspect
        upwards = (1 - 2 * (pixel[1] - top) / high) * scale
        way = np.array([across, upwards, 1.0]) @ self.axes
        eye = np.array(self.viewpoint.eye)
        return eye + (height - eye[2]) / way[2] * way

    def height_at(self, foot: Sequence[float], row: float) -> float:
        """Return how high above a point something is that is seen in a row of the screen."""
        low, high = 0.0, 1.0
        for _ in range(30):
            middle = (low + high) / 2
            seen = self.pixels(np.array([[foot[0], foot[1], middle]]))[0, 1]
            low, high = (middle, high) if seen > row else (low, middle)
        return low


@dataclass(frozen=True)
class Cube:
    """Where a cube is seen to be.

    Attributes:
        middle: (3,) [m].
        yaw: About z, from -pi/4 to pi/4 [rad].
        doubt: Part of its outline that differs from that of a whole cube there.
    """

    middle: np.ndarray
    yaw: float
    doubt: float


def hand(screen: np.ndarray, lens: Lens) -> np.ndarray | None:
    """Return where the hand is: (3,); None if its plumb line is not seen.

    Args:
        screen: (height, width, 3) of 8 bits.
        lens: Of the view on it.
    """
    rows, columns = np.nonzero(_mask(screen, lens, (np.abs(screen.astype(int) - YELLOW) < (30, 32, 60)).all(axis=-1)))
    if len(rows) < 12:
        return None
    # The cross is as wide as it is at the bottom; what stands out beside the line is symmetric about the foot.
    line = np.median(columns[rows < np.percentile(rows, 60)])
    lean = 0.0
    upper = rows < rows.max() - 20
    if upper.sum() > 30 and np.ptp(rows[upper]) > 30:
        lean, line_at_0 = np.polyfit(rows[upper], columns[upper], 1)
        line = lean * rows + line_at_0
    beside = np.abs(columns - line) > 3.5
    if beside.sum() < 6:
        return None
    column, row = columns[beside].mean(), rows[beside].mean()
    foot = lens.at_height((column + 0.5, row + 0.5), LOW)
    # Near the table the arms of the cross are beside the line.
    above = rows[np.abs(columns - (column + lean * (rows - row))) < 2.0]
    top = above.min() if len(above) else row
    return np.array([foot[0], foot[1], lens.height_at(foot, float(top))])


def cube(screen: np.ndarray, lens: Lens, colour: str) -> Cube | None:
    """Return where the cube of a colour lies on the table; None if it is not seen."""
    mask = _mask(screen, lens, coloured(screen, colour))
    rows, columns = np.nonzero(mask)
    if len(rows) < 40:
        return None
    middle = lens.at_height((float(np.median(columns)) + 0.5, float(np.median(rows)) + 0.5), LOW)
    margin = 12
    top, left = max(0, rows.min() - margin), max(0, columns.min() - margin)
    crop = mask[top : rows.max() + margin, left : columns.max() + margin]
    best = None
    for yaw in np.arange(-math.pi / 4, math.pi / 4, math.radians(5)):
        found = _fitted(crop, (left, top), lens, np.array([middle[0], middle[1], yaw]))
        best = found if best is None or found[1] < best[1] else best
    assert best is not None
    (x, y, yaw), differs = best
    return Cube(np.array([x, y, LOW]), float(yaw), differs / max(1, len(rows)))


def coloured(screen: np.ndarray, colour: str) -> np.ndarray:
    """Return which pixels have the colour of a cube: (height, width)."""
    channel = {"red": 0, "green": 1, "blue": 2}[colour]
    values = screen.astype(int)
    others = np.delete(values, channel, axis=-1).max(axis=-1)
    return (values[..., channel] > 1.5 * others) & (values[..., channel] > 50)


def _mask(screen: np.ndarray, lens: Lens, wanted: np.ndarray) -> np.ndarray:
    """Return what is wanted within the view, without its text and its small second view."""
    left, top, width, height = (round(value) for value in lens.place)
    mask = np.zeros(screen.shape[:2], bool)
    mask[top + _TOP : top + height - 20, left : left + width] = True
    mask[top + height - _CORNER[1] : top + height, left + width - _CORNER[0] : left + width] = False
    return mask & wanted


def _fitted(crop: np.ndarray, corner: tuple[int, int], lens: Lens, pose: np.ndarray) -> tuple[np.ndarray, int]:
    """Move a cube (x, y, yaw) until its outline differs least from a mask; return it, and by how many pixels."""
    differs = _difference(crop, corner, lens, pose)
    for step in (0.008, 0.004, 0.002, 0.001):
        better = True
        while better:
            better = False
            for move in ((step, 0, 0), (-step, 0, 0), (0, step, 0), (0, -step, 0)):
                tried = pose + move
                if (now := _difference(crop, corner, lens, tried)) < differs:
                    pose, differs, better = tried, now, True
    return pose, differs


def _difference(crop: np.ndarray, corner: tuple[int, int], lens: Lens, pose: np.ndarray) -> int:
    outline = _hull(lens.pixels(corners(pose[0], pose[1], pose[2])) - corner)
    rows, columns = np.mgrid[: crop.shape[0], : crop.shape[1]] + 0.5
    inside = np.ones(crop.shape, bool)
    for begin, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        across = (end[0] - begin[0]) * (rows - begin[1]) - (end[1] - begin[1]) * (columns - begin[0])
        inside &= across >= 0
    return int((inside ^ crop).sum())


def corners(x: float, y: float, yaw: float) -> np.ndarray:
    """Return the corners of a cube on the table: (8, 3)."""
    signs = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]) * EDGE / 2
    turn = np.array([[math.cos(yaw), -math.sin(yaw)], [math.sin(yaw), math.cos(yaw)]])
    return np.concatenate([signs[:, :2] @ turn.T + (x, y), signs[:, 2:] + LOW], axis=1)


def _hull(points: np.ndarray) -> np.ndarray:
    """Return the corners of the convex hull of points (N, 2), in an order in which the inside is on one side."""
    middle = points.mean(axis=0)
    ordered = sorted(map(tuple, points))
    halves = []
    for sequence in (ordered, ordered[::-1]):
        half: list[tuple[float, float]] = []
        for point in sequence:
            while len(half) > 1 and _turn(half[-2], half[-1], point) <= 0:
                half.pop()
            half.append(point)
        halves += half[:-1]
    hull = np.array(halves)
    assert _turn(tuple(hull[0]), tuple(hull[1]), tuple(middle)) > 0
    return hull


def _turn(a: Sequence[float], b: Sequence[float], c: Sequence[float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
