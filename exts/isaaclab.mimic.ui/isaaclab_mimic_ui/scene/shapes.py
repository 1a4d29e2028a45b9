# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The drawing of a watched environment, as plain geometry: no widget, no simulator."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Point = Sequence[float]
"""x, y, z [m] in the environment's frame."""

DONE, PLANNED, SOURCE, BOUNDARY, AXIS_X, AXIS_Y, AXIS_Z, NAME, GUIDE = (
    "done", "planned", "source", "boundary", "x", "y", "z", "name", "guide",
)  # fmt: skip
"""Roles of shapes, which decide their colours."""

_TRAIL = 240
"""Positions of each hand that are kept: at ten a second, the last 24 s."""
_AXIS = 0.06
"""[m] Length of the axes that show a pose."""
_MARK = 0.012
"""[m] Half the size of the mark of a boundary."""
_DASH = 0.012
"""[m] Length of the dashes of a dashed line, and of what is left out between them."""
_JUMP = 0.15
"""[m] A hand that moves farther than this from one call to the next was reset: its trail starts again."""
_STILL = 1e-3
"""[m] Smaller movements add no point."""


@dataclass(frozen=True)
class Line:
    """A line through points."""

    role: str
    points: tuple[Point, ...]
    dashed: bool = False


@dataclass(frozen=True)
class Text:
    """A word at a point."""

    role: str
    at: Point
    text: str


class Trail:
    """The path of one hand, and the points where subtasks began."""

    def __init__(self) -> None:
        self.points: deque[Point] = deque(maxlen=_TRAIL)
        self.boundaries: deque[tuple[Point, int]] = deque(maxlen=32)
        """Where a subtask began, and its number."""
        self._attempt = self._subtask = -1

    def add(self, here: Point, attempt: int = -1, subtask: int = -1) -> None:
        """Add the hand's position. A new attempt begins a new trail; where attempts are not numbered, a jump does."""
        jumped = attempt < 0 and self.points and math.dist(self.points[-1], here) > _JUMP
        if attempt != self._attempt or jumped:
            self.points.clear()
            self.boundaries.clear()
            self._attempt, self._subtask = attempt, subtask
        if subtask != self._subtask:
            self._subtask = subtask
            self.boundaries.append((here, subtask))
        if not self.points or math.dist(self.points[-1], here) > _STILL:
            self.points.append(here)


class Tracks:
    """The trails of a watched environment's hands."""

    def __init__(self) -> None:
        self._trails: dict[str, Trail] = {}
        self._env: int | None = None

    def clear(self) -> None:
        self._trails.clear()

    def shapes(self, watched: dict) -> list[Line | Text]:
        """Return the shapes of a stage's `watched` (see `stages.watched`), with the trails so far."""
        if watched["env"] != self._env:
            self._env = watched["env"]
            self.clear()
        # Of what is recorded, the ways are known; else what has been seen is drawn.
        for name, pose in watched["eefs"].items() if "done" not in watched else ():
            trail = self._trails.setdefault(name, Trail())
            trail.add(_origin(pose), watched.get("attempt", -1), watched.get("subtask", {}).get(name, -1))
        found: list[Line | Text] = []
        for path in watched.get("source_path", {}).values():
            found += _path(SOURCE, path, dashed=True)
        for path in watched.get("planned", {}).values():
            found += _path(PLANNED, path)
        for joint in watched.get("joint", {}).values():
            if joint:
                found.append(_mark(joint))
        for path in watched.get("done", {}).values():
            found += _path(DONE, path)
        for trail in self._trails.values():
            found += _path(DONE, list(trail.points))
            for at, subtask in trail.boundaries:
                found += [_mark(at), Text(BOUNDARY, _above(at), str(subtask + 1))]
        for name, pose in watched["objects"].items():
            found += [*_axes(pose), Text(NAME, _origin(pose), name.replace("_", " "))]
        for pose in watched["eefs"].values():
            found += _axes(pose)
        return found


def moved(shape: Line | Text, by: Point) -> Line | Text:
    """Return a shape moved by a vector [m], from an environment's frame to the world's."""

    def shift(point: Point) -> Point:
        return [value + offset for value, offset in zip(point, by, strict=True)]

    if isinstance(shape, Text):
        return Text(shape.role, shift(shape.at), shape.text)
    return Line(shape.role, tuple(map(shift, shape.points)), shape.dashed)


def pieces(line: Line) -> Iterator[tuple[Point, Point]]:
    """Yield the straight pieces of a line; of a dashed line, those that are drawn."""
    gone = 0.0
    for begin, end in itertools.pairwise(line.points):
        if not line.dashed or int(gone / _DASH) % 2 == 0:
            yield begin, end
        gone += math.dist(begin, end)


def describe(watched: dict) -> str:
    """Say what is drawn, in one line."""
    parts = ["green the path done"]
    if watched.get("planned"):
        sources = sorted({name for name in watched.get("source", {}).values() if name})
        parts += ["white planned"] + ([f"dashed {', '.join(sources)} as recorded"] if sources else [])
    return f"environment {watched['env']}: {', '.join(parts)}"


def _path(role: str, points: Sequence[Point], dashed: bool = False) -> list[Line | Text]:
    return [Line(role, tuple(points), dashed)] if len(points) > 1 else []


def _mark(at: Point) -> Line:
    """A square that stands upright, in the plane of y and z."""
    x, y, z = at
    corners = ((0, _MARK), (_MARK, 0), (0, -_MARK), (-_MARK, 0), (0, _MARK))
    return Line(BOUNDARY, tuple([x, y + across, z + up] for across, up in corners))


def _above(at: Point) -> Point:
    return [at[0], at[1], at[2] + 2 * _MARK]


def _axes(pose: Sequence[Sequence[float]]) -> list[Line]:
    origin = _origin(pose)
    return [
        Line(role, (origin, [origin[row] + _AXIS * pose[row][axis] for row in range(3)]))
        for axis, role in enumerate((AXIS_X, AXIS_Y, AXIS_Z))
    ]


def _origin(pose: Sequence[Sequence[float]]) -> Point:
    return [row[3] for row in pose[:3]]
