# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A view of a recorded demonstration: the state at its playhead, the ways of its hands, and its source beside it."""

from __future__ import annotations

from collections.abc import Callable

import omni.ui as ui

from isaaclab_mimic_core.picture import Picture

from ..dataset.process import DrawingProcess
from ..dataset.shown import ShownDemo
from ..host.base import Host
from ..widgets import style
from .canvas import Canvas
from .settings import ViewSettings
from .view import SceneFrame

_LEAST = 120
"""[px] Height of the picture at least."""
_BESIDE = 1
"""Environment that shows the source."""


class DemoView(SceneFrame):
    """Builds into the current container, and fills it.

    Args:
        host: The program around the window.
        process: What shows the demonstration.
        shown: Which one it shows.
        settings: What is shown, and from where.
        on_enlarge: Called when the view should fill the window, or no longer.
    """

    def __init__(
        self,
        host: Host,
        process: DrawingProcess,
        shown: ShownDemo,
        settings: ViewSettings,
        on_enlarge: Callable[[], None],
    ) -> None:
        self._shown = shown
        self.other: Canvas | None = None
        """Shows the source; None while there is none to be shown."""
        super().__init__(host, process, settings, on_enlarge, least=_LEAST)

    def refresh(self) -> None:
        super().refresh()
        if said := self._shown.said:
            self._clear()
            self.canvas.say(said)
        if self.other is not None and self._shown.beside is not None:
            demo, row = self._shown.beside.at(self._shown.row)
            self.other.say(f"source: {demo}, sample {row}")

    def destroy(self) -> None:
        super().destroy()
        if self.other is not None:
            self.other.destroy()
            self.other = None

    def _build_canvas(self, least: int) -> Canvas:
        if self._shown.beside is None:
            return super()._build_canvas(least)
        with ui.HStack(spacing=style.GAP):
            canvas = super()._build_canvas(least)
            self.other = super()._build_canvas(least)
        return canvas

    def _cameras(self) -> list[dict] | None:
        cameras = super()._cameras()
        return [*cameras, cameras[0] | {"env": _BESIDE}] if cameras and self.other is not None else cameras

    def _show_picture(self, picture: Picture) -> None:
        cameras = picture.info["cameras"]
        self.canvas.show(picture.images[:1], cameras[:1])
        if self.other is not None and len(picture.images) > 1:
            self.other.show(picture.images[1:], cameras[1:])
            seen = cameras[1]
            self.other.look(seen["eye"], seen["look_at"], seen["up"], seen["width"] / seen["height"])

    def _clear(self) -> None:
        super()._clear()
        if self.other is not None:
            self.other.forget()

    def _describe(self, watched: dict) -> str:
        return f"{self._shown.demo} (green: so far)"
