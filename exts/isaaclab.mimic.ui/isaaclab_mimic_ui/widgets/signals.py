# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The signals of a demonstration below each other, with one playhead through all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import omni.ui as ui

from .bands import put_at
from .curve import LEFT, CurvePlot
from .layout import section


def row_at(x: float, left: float, width: float, samples: int) -> int:
    """Return the sample at a place on the screen; the first or last one beyond the ends.

    Args:
        x: The place [px].
        left: Where the first sample is [px].
        width: From there to the last one [px].
        samples: How many there are.
    """
    share = (x - left) / max(1.0, width)
    return round(min(1.0, max(0.0, share)) * max(0, samples - 1))


class Signals:
    """Builds into the current container. A click or drag on the curves moves the playhead.

    Args:
        demo: Name of the demonstration.
        signals: Title -> values of each curve, one per sample.
        on_row: Called with the sample at which the playhead is.
        beside: Title -> values of its sources in step, drawn dimmed behind these.
    """

    def __init__(
        self,
        demo: str,
        signals: dict[str, list[float]],
        on_row: Callable[[int], None],
        beside: Mapping[str, list[float]],
    ) -> None:
        self._demo, self._on_row = demo, on_row
        self._samples = max(len(values) for values in signals.values())
        self._held = False
        self.row: int | None = None
        """The sample at which the playhead is; None before it has been moved."""
        self._title = section("")
        self.area: ui.ZStack | None = ui.ZStack(height=0)
        """What can be clicked and dragged in."""
        with self.area:
            with ui.VStack(height=0, spacing=6):
                self._curves = [CurvePlot(title, None, None, height=52) for title in signals]
            with ui.HStack(visible=False) as self._line:
                ui.Spacer(width=LEFT)
                with ui.HStack():
                    self._before = ui.Spacer()
                    ui.Rectangle(name="play", width=2)
                    self._after = ui.Spacer()
            hand = ui.InvisibleButton()
        self._beside = " (GREY: ITS SOURCE)" if beside.keys() & signals.keys() else ""
        for curve, (title, values) in zip(self._curves, signals.items(), strict=True):
            curve.show(values, beside.get(title, ()))
        hand.set_mouse_pressed_fn(self._on_pressed)
        hand.set_mouse_moved_fn(lambda x, y, modifier, pressed: self._go(x) if self._held and pressed else None)
        hand.set_mouse_released_fn(lambda x, y, button, modifier: self._release())
        self._tell()

    def go_to(self, row: int) -> None:
        """Move the playhead to a sample; nobody is told."""
        if self.area is not None and (row := min(row, max(0, self._samples - 1))) != self.row:
            self.row = row
            self._tell()

    def destroy(self) -> None:
        """Release the widgets: what is in them refers to this object, and it to them."""
        self.area = None

    def _on_pressed(self, x: float, y: float, button: int, modifier: int) -> None:
        if button == 0:
            self._held = True
            self._go(x)

    def _release(self) -> None:
        self._held = False

    def _go(self, x: float) -> None:
        if self.area is None:
            return
        left = self.area.screen_position_x + LEFT
        row = row_at(x, left, self.area.computed_width - LEFT, self._samples)
        if row != self.row:
            self.row = row
            self._tell()
            self._on_row(row)

    def _tell(self) -> None:
        at = "" if self.row is None else f" AT SAMPLE {self.row}"
        self._title.text = f"SIGNALS OF {self._demo.upper()}{at}{self._beside}"
        if self.row is not None:
            self._line.visible = True
            put_at(self.row / max(1, self._samples - 1), self._before, self._after)
            for curve in self._curves:
                curve.point(self.row)
