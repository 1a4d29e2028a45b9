# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A line plot with a title, its scale, and its last value."""

from __future__ import annotations

from collections.abc import Sequence

import omni.ui as ui

from . import style

_MARGIN, _SCALE = 4, 34
LEFT = _MARGIN + _SCALE + _MARGIN
"""[px] Where a plot begins, to the right of its scale."""


class CurvePlot:
    """Builds into the current container.

    Args:
        title: What is plotted, with its unit.
        low: Lower end of the scale; None to fit.
        high: Upper end of the scale; None to fit.
        height: [px]; with a share, at least.
        write: Writes a value.
        share: Part of the room that is left in the container; 0: none.
    """

    def __init__(
        self,
        title: str,
        low: float | None = 0.0,
        high: float | None = 1.0,
        height: int = 72,
        write=lambda value: f"{value:.3g}",
        share: float = 0.0,
    ) -> None:
        self._low, self._high, self._write = low, high, write
        self._shown: tuple = ()
        self._values: Sequence[float] = ()
        with ui.VStack(height=ui.Fraction(share) if share else ui.Pixel(0), spacing=3):
            with ui.HStack(height=16):
                ui.Label(title, name="section")
                self._last = ui.Label("", name="hint", width=0)
            with ui.ZStack(height=ui.Fraction(1) if share else ui.Pixel(height)):
                ui.Spacer(height=height)
                ui.Rectangle(name="inset")
                with ui.HStack():
                    ui.Spacer(width=_MARGIN)
                    with ui.VStack(width=_SCALE):
                        self._top = ui.Label("", name="tick", alignment=ui.Alignment.RIGHT_TOP)
                        self._bottom = ui.Label("", name="tick", alignment=ui.Alignment.RIGHT_BOTTOM)
                    ui.Spacer(width=_MARGIN)
                    self._frame = ui.Frame()

    def show(self, values: Sequence[float], behind: Sequence[float] = ()) -> None:
        """Plot values at equal distances; `behind`: others, dimmed and on the same scale."""
        key = (len(values), values[-1] if values else None)
        if key == self._shown:
            return
        self._shown, self._values = key, values
        if len(values) < 2:
            self._last.text = self._write(values[-1]) if values else ""
            return
        low = min((*values, *behind)) if self._low is None else self._low
        high = max((*values, *behind)) if self._high is None else self._high
        high = high if high > low else low + 1.0
        self._last.text = self._write(values[-1])
        self._top.text, self._bottom.text = self._write(high), self._write(low)
        margin = 0.04 * (high - low)
        with self._frame, ui.ZStack():
            for each, colour in ((behind, style.DIM), (values, style.ACCENT)):
                if len(each) > 1:
                    look = {"color": colour, "background_color": 0}
                    ui.Plot(ui.Type.LINE, low - margin, high + margin, *each, style=look)

    def point(self, row: int) -> None:
        """Say what the value is somewhere, instead of the last one."""
        if row < len(self._values):
            self._last.text = self._write(self._values[row])
