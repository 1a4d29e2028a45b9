# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How far a run is: a bar, and tiles with one number each."""

from __future__ import annotations

import omni.ui as ui

from . import style


class ProgressBar:
    """A bar between nothing and everything."""

    def __init__(self) -> None:
        with ui.ZStack(height=10):
            ui.Rectangle(name="track")
            with ui.HStack():
                self._bar = ui.Rectangle(name="bar", width=ui.Percent(0), visible=False)
                ui.Spacer()

    def set(self, fraction: float) -> None:
        self._bar.visible = fraction > 0.0
        self._bar.width = ui.Percent(100.0 * min(1.0, max(0.0, fraction)))


class Tile:
    """A number with its meaning under it.

    Args:
        caption: What the number is, with its unit.
        tooltip: What hovering it explains.
    """

    def __init__(self, caption: str, tooltip: str) -> None:
        with ui.ZStack(height=62, tooltip=tooltip):
            ui.Rectangle(name="inset")
            with ui.VStack():
                ui.Spacer(height=8)
                self._value = ui.Label("-", name="value", alignment=ui.Alignment.CENTER, height=26)
                ui.Label(caption, name="hint", alignment=ui.Alignment.CENTER, height=18)
                ui.Spacer(height=8)

    def set(self, text: str) -> None:
        if self._value.text != text:
            self._value.text = text


def tiles(*captions_and_tooltips: tuple[str, str]) -> list[Tile]:
    """Build tiles of equal width side by side."""
    with ui.HStack(height=62, spacing=style.GAP):
        return [Tile(*each) for each in captions_and_tooltips]


class Number(Tile):
    """The same without a surface around it, as low as it can be read."""

    def __init__(self, caption: str, tooltip: str) -> None:
        with ui.VStack(height=34, tooltip=tooltip):
            self._value = ui.Label("-", name="log", height=18, elided_text=True)
            ui.Label(caption, name="hint", height=16, elided_text=True)


def numbers_in_line(*captions_and_tooltips: tuple[str, str]) -> list[Number]:
    """Build numbers of equal width side by side."""
    with ui.HStack(height=34, spacing=4):
        return [Number(*each) for each in captions_and_tooltips]
