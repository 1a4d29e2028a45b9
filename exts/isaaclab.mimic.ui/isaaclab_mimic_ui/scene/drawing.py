# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Draws shapes with omni.ui.scene, into whatever scene is the current container."""

from __future__ import annotations

from collections.abc import Iterable

from omni.ui import scene as sc

from ..widgets import style
from . import shapes
from .shapes import Line, Text

_COLOURS = {
    shapes.DONE: style.ACCENT,
    shapes.PLANNED: style.TEXT,
    shapes.SOURCE: style.DIM,
    shapes.BOUNDARY: style.ACCENT_BRIGHT,
    shapes.AXIS_X: 0xFF4040D0,
    shapes.AXIS_Y: 0xFF40B040,
    shapes.AXIS_Z: 0xFFD08040,
    shapes.NAME: style.TEXT,
    shapes.GUIDE: style.GUIDE,
}
_OVER_PICTURES = {shapes.NAME: style.FIELD, shapes.PLANNED: style.FIELD, shapes.SOURCE: style.EDGE}
"""Colours over tables that are brighter than the window."""
_WIDTHS = {shapes.DONE: 2.5, shapes.PLANNED: 1.5, shapes.SOURCE: 1.5}
_WIDTH = 2.0


def draw(drawn: Iterable[Line | Text], shaded: bool = False) -> None:
    """Add shapes to the current scene.

    Args:
        drawn: The shapes.
        shaded: Whether a picture is behind them, in which names are read in a darker colour.
    """
    colours = _COLOURS | _OVER_PICTURES if shaded else _COLOURS
    for shape in drawn:
        color = colours[shape.role]
        if isinstance(shape, Text):
            with sc.Transform(transform=sc.Matrix44.get_translation_matrix(*shape.at)):
                sc.Label(shape.text, size=12, color=color)
            continue
        if len(shape.points) > 2 and not shape.dashed:
            # One item, however many points: a path would be hundreds of them.
            sc.Curve(
                [list(point) for point in shape.points],
                curve_type=sc.Curve.CurveType.LINEAR,
                thicknesses=[_WIDTHS.get(shape.role, _WIDTH)],
                colors=[color],
                tessellation=1,
            )
            continue
        for begin, end in shapes.pieces(shape):
            sc.Line(begin, end, color=color, thickness=_WIDTHS.get(shape.role, _WIDTH))


def draw_floor() -> None:
    """Add a grid of 10 cm where the table is, which a viewport does not need."""
    for step in range(-4, 5):
        sc.Line([0.1 * step + 0.5, -0.4, 0.0], [0.1 * step + 0.5, 0.4, 0.0], color=style.EDGE, thickness=1.0)
        sc.Line([0.1, 0.1 * step, 0.0], [0.9, 0.1 * step, 0.0], color=style.EDGE, thickness=1.0)
