# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A watched environment, drawn in the window and, if the program has a viewport, over that too.

Beside the drawing are the pictures of the task's cameras, if it has some.
"""

from __future__ import annotations

import math

import omni.ui as ui
from omni.ui import scene as sc

from ..host.base import Host
from ..session import Session
from . import shapes
from .camera import frame, looking_at, projection
from .drawing import draw, draw_floor
from .pictures import Pictures

_HEIGHT = 176
"""[px] Where it does not grow."""
_CLOSER = 0.7
"""The camera moves closer if the drawing needs less than this part of its distance."""


class SceneFrame:
    """Builds into the current container; of no height while there is nothing to draw.

    Args:
        host: The program around the window, which may have a viewport.
        session: Whose simulation is watched.
        grows: Whether it fills the space there is, also while there is nothing to draw.
    """

    def __init__(self, host: Host, session: Session, grows: bool = False) -> None:
        self._host, self._session = host, session
        self._tracks = shapes.Tracks()
        self._told: dict | None = None
        self._looked: tuple[list[float], float] = [0.5, 0.0, 0.1], 2.0
        self._frame = ui.HStack() if grows else ui.HStack(height=_HEIGHT, visible=False)
        with self._frame:
            with ui.ZStack():
                ui.Rectangle(name="inset")
                # Without this, a scene view draws over neighbouring widgets.
                with ui.Frame(horizontal_clipping=True, vertical_clipping=True):
                    self.view = sc.SceneView(
                        sc.CameraModel(sc.Matrix44(*projection()), sc.Matrix44(*looking_at(*self._looked))),
                        aspect_ratio_policy=sc.AspectRatioPolicy.PRESERVE_ASPECT_FIT,
                    )
                with ui.VStack():
                    ui.Spacer(height=4)
                    with ui.HStack(height=14):
                        ui.Spacer(width=8)
                        self._caption = ui.Label(
                            "Hands and objects appear here once the simulation runs." if grows else "",
                            name="hint",
                            elided_text=True,
                        )
                    ui.Spacer()
            self._pictures = Pictures(column=grows)

    def clear(self) -> None:
        """Remove the drawing, because another environment is shown."""
        self._tracks.clear()
        self._told = None

    def show(self, watched: dict | None) -> None:
        """Draw a stage's `watched` (see `stages.watched`); None: leave what is there, but not in the viewport."""
        if watched is None:
            self._host.clear_viewport()
            return
        if watched == self._told:
            return
        self._told = watched
        self._frame.visible = True
        self._caption.text = self._caption.tooltip = shapes.describe(watched)
        self._pictures.show(watched.get("pictures", {}))
        drawn = self._tracks.shapes(watched)
        self._look_at(shapes.points_of(drawn))
        self.view.scene.clear()
        with self.view.scene:
            draw_floor()
            draw(drawn)
        # What a worker process simulates is in no viewport of this program.
        if self._session.in_window:
            self._host.draw_in_viewport(lambda: draw(shapes.moved(shape, watched["origin"]) for shape in drawn))

    def _look_at(self, points: list) -> None:
        """Point the camera at the drawing if it no longer fits well, not at each small movement."""
        middle, distance = frame(points)
        away = math.dist(middle, self._looked[0])
        if distance + 2 * away <= self._looked[1] and distance >= _CLOSER * self._looked[1]:
            return
        # Farther than need be, so that this is seldom.
        self._looked = middle, 1.15 * distance
        self.view.model.view = sc.Matrix44(*looking_at(*self._looked))
