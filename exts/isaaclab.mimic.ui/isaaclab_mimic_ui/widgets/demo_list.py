# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A list of demonstrations with their lengths."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import partial

import omni.ui as ui

from isaaclab_mimic_core.events import DemoSaved

from . import style

_LONG = 1.5
"""Times the middle length from which on a demonstration is called long."""


class DemoList:
    """Builds into the current container.

    Args:
        height: [px]
        on_replay: Called with a demonstration that shall be played again.
        on_delete: Called with one that shall be taken out of its file.
    """

    def __init__(
        self, height: int, on_replay: Callable[[DemoSaved], None], on_delete: Callable[[DemoSaved], None]
    ) -> None:
        self._shown: tuple = ()
        self._on_replay, self._on_delete = on_replay, on_delete
        self.buttons: dict[str, tuple[ui.Button, ui.Button]] = {}
        """Demonstration -> what plays it again, and what deletes it."""
        with ui.ZStack(height=height):
            ui.Rectangle(name="inset")
            with ui.HStack():
                ui.Spacer(width=8)
                self._scroll = ui.ScrollingFrame(
                    horizontal_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_ALWAYS_OFF,
                )
                ui.Spacer(width=2)

    def show(self, demos: Sequence[DemoSaved], is_open: bool) -> None:
        """Show them, the last one first; `is_open`: whether the file is being written, so that nothing can be done."""
        shown = (is_open, len(demos), demos[-1] if demos else None)
        if shown == self._shown:
            return
        self._shown = shown
        self.buttons.clear()
        middle = statistics.median(demo.steps for demo in demos) if demos else 0
        longest = max((demo.steps for demo in demos), default=1)
        with self._scroll, ui.VStack(height=0, spacing=3):
            ui.Spacer(height=4)
            if not demos:
                ui.Label("None yet.", name="hint", height=0)
            for demo in reversed(demos[-200:]):
                with ui.HStack(height=22, spacing=style.GAP):
                    ui.Label(demo.name, name="log", width=96)
                    ui.Label(f"{demo.steps} steps", name="hint", width=76)
                    if not is_open:
                        self.buttons[demo.name] = (
                            ui.Button("Play", name="small", width=52, clicked_fn=partial(self._on_replay, demo)),
                            ui.Button("Delete", name="small", width=60, clicked_fn=partial(self._on_delete, demo)),
                        )
                    with ui.HStack():
                        with ui.VStack(width=ui.Percent(60 * demo.steps / longest)):
                            ui.Spacer()
                            ui.Rectangle(name="bar_dim", height=6)
                            ui.Spacer()
                        ui.Spacer(width=8)
                        if demo.steps > _LONG * middle:
                            ui.Label("long: shorter ones train better", name="hint", elided_text=True)
