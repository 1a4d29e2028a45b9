# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a watched environment's cameras see: a row of pictures, or a column of them."""

from __future__ import annotations

import base64
import zlib

import omni.ui as ui

from ..widgets import style

_CAPTION = 16
"""[px] Height of a camera's name above its picture."""
_ROW, _COLUMN = 248, 256
"""[px] Width of a row and height of a column at most, however many pictures they hold."""
_TALLEST = 158
"""[px] Of a single picture."""


class Pictures:
    """Builds into the current container; of no width where there are no pictures.

    Args:
        column: Whether they stand above each other.
    """

    def __init__(self, column: bool) -> None:
        self._column = column
        self._shapes: dict[str, tuple[int, int]] = {}
        self._providers: dict[str, ui.ByteImageProvider] = {}
        self._frame = ui.Frame(width=0, build_fn=self._build)

    def show(self, pictures: dict[str, dict]) -> None:
        """Show `pictures` (see `stages.watched.watched_pictures`)."""
        shapes = {name: (picture["width"], picture["height"]) for name, picture in pictures.items()}
        if shapes != self._shapes:
            self._shapes = shapes
            self._providers = {name: ui.ByteImageProvider() for name in shapes}
            self._frame.rebuild()
        for name, picture in pictures.items():
            self._providers[name].set_data_array(unpack(picture), list(shapes[name]))

    def _build(self) -> None:
        if not self._shapes:
            return
        ratios = [width / height for width, height in self._shapes.values()]
        if self._column:
            tall = _COLUMN / len(ratios) - _CAPTION
        else:
            tall = (_ROW - len(ratios) * style.GAP) / sum(ratios)
        tall = min(tall, _TALLEST)
        with ui.HStack(width=0):
            ui.Spacer(width=style.GAP)
            with ui.VStack(width=0, height=0) if self._column else ui.HStack(width=0, height=0, spacing=style.GAP):
                for name, ratio in zip(self._shapes, ratios, strict=True):
                    with ui.VStack(width=tall * ratio, height=_CAPTION + tall):
                        ui.Label(name.replace("_", " "), name="hint", height=_CAPTION, elided_text=True)
                        ui.ImageWithProvider(
                            self._providers[name], fill_policy=ui.IwpFillPolicy.IWP_PRESERVE_ASPECT_FIT, height=tall
                        )


def unpack(picture: dict):
    """Unpack a picture: (height, width, 4) bytes."""
    # Late: the window opens without numpy, too. Where there are pictures, there is numpy.
    import numpy as np

    pixels = np.frombuffer(zlib.decompress(base64.b64decode(picture["rgb"])), np.uint8)
    rgba = np.full((picture["height"], picture["width"], 4), 255, np.uint8)
    rgba[..., :3] = pixels.reshape(rgba.shape[0], rgba.shape[1], 3)
    return rgba
