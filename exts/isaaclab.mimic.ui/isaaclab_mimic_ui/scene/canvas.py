# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The surface of a view: picture, lines on top, text, a small second picture, and the mouse."""

from __future__ import annotations

from collections.abc import Callable

import omni.ui as ui
from omni.ui import scene as sc

from .camera import looking_at, projection, shares

_INSET_SHARE = 0.28
"""Part of the width that the small second picture takes at most."""
_LEFT, _RIGHT, _MIDDLE = 0, 1, 2
"""Buttons of the mouse."""


class Canvas:
    """Builds into the current container.

    The mouse moves the camera as in Isaac Sim: Alt and the left button orbit, the middle one pans, the right one or the
    wheel zooms. Nothing else is done with these buttons here, so that they do the same without Alt.

    Args:
        inset: Width and height of the small second picture [px].
        least: Height at least [px].
        on_orbit, on_pan: Called with how far the mouse was dragged to the right and down [px].
        on_zoom: Called with notches of the wheel, and how far the mouse was dragged to the right [px].
    """

    def __init__(
        self,
        inset: tuple[int, int],
        least: int,
        on_orbit: Callable[[float, float], None],
        on_pan: Callable[[float, float], None],
        on_zoom: Callable[[float, float], None],
    ) -> None:
        self._on_orbit, self._on_pan, self._on_zoom = on_orbit, on_pan, on_zoom
        self._inset_size, self._inset_width = inset, inset[0]
        self._held: tuple[int, float, float] | None = None
        self._provider, self._second = ui.ByteImageProvider(), ui.ByteImageProvider()
        with ui.ZStack():
            ui.Spacer(height=least)
            ui.Rectangle(name="inset")
            self.image = ui.ImageWithProvider(self._provider, fill_policy=ui.IwpFillPolicy.IWP_STRETCH, visible=False)
            # Without this, a scene view draws over neighbouring widgets.
            with ui.Frame(horizontal_clipping=True, vertical_clipping=True):
                self.view = sc.SceneView(
                    sc.CameraModel(sc.Matrix44(*projection()), sc.Matrix44(*looking_at([2.0, 0.0, 1.0], [0.0] * 3))),
                    aspect_ratio_policy=sc.AspectRatioPolicy.STRETCH,
                )
            with ui.VStack():
                with ui.ZStack(height=0, visible=False) as self._read:
                    ui.Rectangle(name="veil")
                    with ui.HStack(height=0):
                        ui.Spacer(width=8)
                        self._readings = ui.Label("", name="readings", height=0, word_wrap=True)
                ui.Spacer()
                with ui.HStack(height=0):
                    ui.Spacer()
                    with ui.ZStack(width=inset[0], height=inset[1], visible=False) as self._inset:
                        ui.ImageWithProvider(self._second, fill_policy=ui.IwpFillPolicy.IWP_STRETCH)
                        ui.Rectangle(name="outline")
                    ui.Spacer(width=4)
                ui.Spacer(height=2)
                with ui.ZStack(height=18):
                    ui.Rectangle(name="veil")
                    with ui.HStack():
                        ui.Spacer(width=8)
                        self._caption = ui.Label("", name="hint", elided_text=True)
            # Not the scene view: what is dragged where there is no item is the window.
            self.hand: ui.InvisibleButton | None = ui.InvisibleButton()
        self.hand.set_mouse_pressed_fn(self._pressed)
        self.hand.set_mouse_moved_fn(self._moved)
        self.hand.set_mouse_released_fn(lambda x, y, button, modifier: self._released())
        self.hand.set_mouse_wheel_fn(lambda x, y, modifier: self._on_zoom(y, 0.0))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height [px]; 0 before it is laid out."""
        return self.view.computed_width, self.view.computed_height

    @property
    def shows_picture(self) -> bool:
        return self.image.visible

    def look(self, eye: list[float], target: list[float], up: list[float], aspect: float | None) -> None:
        """Point the camera of the lines, and show the picture undistorted, whatever the proportions of the view are.

        Args:
            eye, target, up: See `looking_at`.
            aspect: Width by height of the picture; None for that of the view.
        """
        width, height = (max(1.0, length) for length in self.size)
        aspect = aspect or width / height
        across, upwards = shares(aspect, width / height)
        fits = across == upwards == 1.0
        self.image.fill_policy = ui.IwpFillPolicy.IWP_STRETCH if fits else ui.IwpFillPolicy.IWP_PRESERVE_ASPECT_FIT
        # Lines cover the whole view: they are drawn as much smaller as the picture is.
        lens = projection(aspect)
        lens[0], lens[5] = lens[0] * across, lens[5] * upwards
        self.view.model.projection = sc.Matrix44(*lens)
        self.view.model.view = sc.Matrix44(*looking_at(eye, target, up))

    def show(self, images: list, cameras: list[dict]) -> None:
        """Show pictures: the view's, and the small one if there is a second."""
        self.image.visible = True
        self._provider.set_data_array(images[0], [cameras[0]["width"], cameras[0]["height"]])
        if len(images) > 1:
            self._second.set_data_array(images[1], [cameras[1]["width"], cameras[1]["height"]])
        self.show_inset(len(images) > 1)

    def show_inset(self, shown: bool) -> None:
        """Show or hide the small second picture."""
        if self._inset.visible != shown:
            self._inset.visible = shown
        # A narrow view has its objects where this one would be.
        width = min(self._inset_size[0], round(_INSET_SHARE * self.size[0]))
        if shown and width != self._inset_width:
            self._inset_width = width
            self._inset.width = ui.Pixel(width)
            self._inset.height = ui.Pixel(width * self._inset_size[1] / self._inset_size[0])

    def forget(self) -> None:
        """Remove the pictures."""
        self.image.visible = False
        self.show_inset(False)

    def say(self, caption: str, readings: str = "") -> None:
        """Show text: what is drawn, and what somebody who drives has to know."""
        if self._caption.text != caption:
            self._caption.text = self._caption.tooltip = caption
        if self._readings.text != readings:
            self._readings.text = readings
            self._read.visible = bool(readings)

    def destroy(self) -> None:
        """Release the widgets: they refer to this object, and it to them."""
        self.view.scene.clear()
        if self.hand is not None:
            self.hand.set_mouse_pressed_fn(None)
            self.hand.set_mouse_moved_fn(None)
            self.hand.set_mouse_released_fn(None)
            self.hand.set_mouse_wheel_fn(None)
            self.hand = None

    def _pressed(self, x: float, y: float, button: int, modifier: int) -> None:
        if self._held is None and button in (_LEFT, _RIGHT, _MIDDLE):
            self._held = button, x, y

    def _moved(self, x: float, y: float, modifier: int, pressed: bool) -> None:
        if self._held is None:
            return
        button, last_x, last_y = self._held
        if (x, y) == (last_x, last_y):
            return
        self._held = button, x, y
        if button == _LEFT:
            self._on_orbit(x - last_x, y - last_y)
        elif button == _MIDDLE:
            self._on_pan(x - last_x, y - last_y)
        else:
            self._on_zoom(0.0, x - last_x)

    def _released(self) -> None:
        self._held = None
