# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The thumbnails of a demonstration, or what is done about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import omni.ui as ui

from ..dataset.process import DrawingProcess
from ..dataset.strip import DemoStrip
from ..host.base import Host
from . import style
from .layout import section

_HEIGHT, _LABEL = 66, 16
"""[px] Of a thumbnail at most, and of the text below it."""


class StripView:
    """Shows the thumbnails of a demonstration.

    Args:
        host: The program around the window.
        process: What draws them.
        on_row: Called with the sample of one that is clicked.
    """

    def __init__(self, host: Host, process: DrawingProcess, on_row: Callable[[int], None]) -> None:
        self.strip = DemoStrip(host, self._refresh, process)
        self._on_row = on_row
        self.button: ui.Button | None = None
        """Has them drawn; None if there is nothing to draw."""
        self._providers: list[ui.ByteImageProvider] = []
        self._demo = ""
        self._frame: ui.Frame | None = None
        self.outlines: dict[int, ui.Rectangle] = {}
        """Of each thumbnail, by the state that it shows."""
        self._row: int | None = None
        """The sample whose thumbnail is marked; None for none."""

    def mark(self, row: int) -> None:
        """Mark the thumbnail that is nearest to a sample."""
        self._row = row
        nearest = min(self.outlines, key=lambda other: abs(other - row), default=None)
        for other, outline in self.outlines.items():
            outline.visible = other == nearest

    def build(self, demo: str) -> None:
        """Build into the current container; `demo`: the demonstration's name."""
        self._demo, self._row = demo, None
        # Filled at once: a frame without height is not painted, so that its build function would not be called.
        self._frame = ui.Frame(height=0)
        self._refresh()

    def destroy(self) -> None:
        """End what is going on."""
        self.strip.leave()
        self._frame = self.button = None
        self._providers = []
        self.outlines.clear()

    def _refresh(self) -> None:
        if self._frame is not None:
            with self._frame:
                self._build()

    def _build(self) -> None:
        strip, self.button, self._providers = self.strip, None, []
        self.outlines.clear()
        with ui.VStack(height=0, spacing=4):
            section(f"STATES OF {self._demo.upper()}")
            if strip.pictures:
                self._build_pictures()
            elif strip.said:
                ui.Label(strip.said, name="hint", height=0, word_wrap=True)
            else:
                if strip.failure:
                    ui.Label(strip.failure, name="log_problem", height=0, word_wrap=True)
                with ui.HStack(height=24, spacing=style.GAP):
                    self.button = ui.Button("Draw thumbnails", name="small", width=130, clicked_fn=strip.draw)
                    ui.Label("Opens a simulation in a process of its own.", name="hint", elided_text=True)

    def _build_pictures(self) -> None:
        with ui.HStack(height=_HEIGHT + _LABEL, spacing=2):
            for each in self.strip.pictures:
                provider = ui.ByteImageProvider()
                height, width = each.pixels.shape[:2]
                provider.set_data_array(each.pixels, [width, height])
                self._providers.append(provider)
                with ui.VStack():
                    with ui.ZStack(height=_HEIGHT):
                        ui.ImageWithProvider(provider, fill_policy=ui.IwpFillPolicy.IWP_PRESERVE_ASPECT_FIT)
                        self.outlines[each.row] = ui.Rectangle(name="outline_chosen", visible=False)
                        hand = ui.InvisibleButton(clicked_fn=partial(self._on_row, each.row))
                        hand.set_tooltip("Go to this sample.")
                    ui.Label(str(each.row), name="tick", height=_LABEL, alignment=ui.Alignment.CENTER)
        if self._row is not None:
            self.mark(self._row)
