# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One environment drawn in lines: where the hands have been, where they are going, where the objects are."""

from __future__ import annotations

import itertools
import math
from collections import deque

import omni.ui as ui
from omni.ui import scene as sc

from . import style

_TRAIL = 240
"""Positions of each hand that are kept: at ten a second, the last 24 s."""
_AXIS = 0.06
"""[m] Length of the axes that show a pose."""
_JUMP = 0.15
"""[m] A hand that has moved farther than that between two looks was put back: its trail begins anew."""
_AXES = (0xFF4040D0, 0xFF40B040, 0xFFD08040)


class SceneFrame:
    """Builds into the current container; of no height while there is nothing to draw.

    Args:
        grows: Whether it takes what room there is, also when there is nothing to draw yet.
    """

    def __init__(self, grows: bool = False) -> None:
        self._trails: dict[str, deque] = {}
        self._told: dict | None = None
        self._center: list[float] | None = None
        self.view: sc.SceneView | None = None
        self._frame = ui.ZStack() if grows else ui.ZStack(height=190, visible=False)
        self._grows = grows
        with self._frame:
            ui.Rectangle(name="inset")
            self.view = sc.SceneView(
                sc.CameraModel(_projection(), _looking_at([0.48, 0.0, 0.13])),
                aspect_ratio_policy=sc.AspectRatioPolicy.PRESERVE_ASPECT_FIT,
            )
            with ui.VStack():
                ui.Spacer(height=4)
                with ui.HStack(height=14):
                    ui.Spacer(width=8)
                    self._caption = ui.Label(
                        "Hands and objects appear here once the simulation runs." if grows else "", name="hint"
                    )
                ui.Spacer()

    def clear(self) -> None:
        """Forget what was drawn: another environment is looked at."""
        self._trails.clear()
        self._told = None

    def show(self, watched: dict | None) -> None:
        """Draw a stage's `watched` (see `stages.watched`)."""
        if watched is None or watched == self._told:
            return
        self._told = watched
        self._frame.visible = True
        self._caption.text = f"environment {watched['env']}: the way done, the way planned, frames of hands and objects"
        for name, pose in watched["eefs"].items():
            trail = self._trails.setdefault(name, deque(maxlen=_TRAIL))
            here = [row[3] for row in pose[:3]]
            if trail and math.dist(trail[-1], here) > _JUMP:
                trail.clear()
            if not trail or math.dist(trail[-1], here) > 1e-3:
                trail.append(here)
        self._draw(watched)

    def _draw(self, watched: dict) -> None:
        self.view.scene.clear()
        with self.view.scene:
            _build_floor()
            for trail in self._trails.values():
                _curve(list(trail), style.ACCENT, 2.5)
            for way in watched.get("planned", {}).values():
                _curve(way, style.DIM, 1.5)
            for pose in (*watched["eefs"].values(), *watched["objects"].values()):
                _build_axes(pose)
            for name, pose in watched["objects"].items():
                with sc.Transform(transform=sc.Matrix44.get_translation_matrix(*(row[3] for row in pose[:3]))):
                    sc.Label(name.replace("_", " "), size=11, color=style.DIM)


def _curve(points: list, color: int, thickness: float) -> None:
    for begin, end in itertools.pairwise(points):
        sc.Line(begin, end, color=color, thickness=thickness)


def _build_axes(pose: list) -> None:
    origin = [row[3] for row in pose[:3]]
    for axis, color in enumerate(_AXES):
        tip = [origin[row] + _AXIS * pose[row][axis] for row in range(3)]
        sc.Line(origin, tip, color=color, thickness=2.0)


def _build_floor() -> None:
    for step in range(-4, 5):
        sc.Line([0.1 * step + 0.5, -0.4, 0.0], [0.1 * step + 0.5, 0.4, 0.0], color=style.EDGE, thickness=1.0)
        sc.Line([0.1, 0.1 * step, 0.0], [0.9, 0.1 * step, 0.0], color=style.EDGE, thickness=1.0)


def _projection(field: float = 0.42, near: float = 0.05, far: float = 20.0) -> sc.Matrix44:
    scale = 1.0 / math.tan(field / 2.0)
    return sc.Matrix44(
        *(scale, 0, 0, 0),
        *(0, scale, 0, 0),
        *(0, 0, (far + near) / (near - far), -1),
        *(0, 0, 2 * far * near / (near - far), 0),
    )


def _looking_at(target: list[float], distance: float = 2.2, azimuth: float = 0.9, height: float = 0.5) -> sc.Matrix44:
    """Return a view matrix for z up, as rows of row vectors."""
    eye = [
        target[0] + distance * math.cos(height) * math.cos(azimuth),
        target[1] + distance * math.cos(height) * math.sin(azimuth),
        target[2] + distance * math.sin(height),
    ]
    back = _unit([e - t for e, t in zip(eye, target, strict=True)])
    right = _unit(_cross([0.0, 0.0, 1.0], back))
    up = _cross(back, right)
    moved = [-sum(a * e for a, e in zip(axis, eye, strict=True)) for axis in (right, up, back)]
    return sc.Matrix44(
        *(right[0], up[0], back[0], 0),
        *(right[1], up[1], back[1], 0),
        *(right[2], up[2], back[2], 0),
        *(*moved, 1),
    )


def _unit(vector: list[float]) -> list[float]:
    length = math.hypot(*vector)
    return [value / length for value in vector]


def _cross(a: list[float], b: list[float]) -> list[float]:
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
