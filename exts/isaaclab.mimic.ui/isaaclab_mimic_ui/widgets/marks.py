# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where the subtasks of demonstrations end, one row each; or why they could not be marked."""

from __future__ import annotations

import omni.ui as ui

from isaaclab_mimic_core.events import EpisodeAnnotated

from . import style


class MarksTable:
    """Builds into the current container."""

    def __init__(self) -> None:
        self._shown: tuple = ()
        with ui.ZStack():
            ui.Rectangle(name="inset")
            with ui.HStack():
                ui.Spacer(width=8)
                self._scroll = ui.ScrollingFrame(
                    horizontal_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_ALWAYS_OFF,
                )
                ui.Spacer(width=2)

    def show(self, found: dict[str, EpisodeAnnotated]) -> None:
        """Show what was found, by demonstration."""
        key = (len(found), sum(event.ok for event in found.values()))
        if key == self._shown:
            return
        self._shown = key
        last = max((sample for event in found.values() for sample in event.marks.values()), default=1)
        with self._scroll, ui.VStack(height=0, spacing=4):
            ui.Spacer(height=4)
            if not found:
                ui.Label("None yet: the demonstrations are being played.", name="hint", height=0)
            for name, event in found.items():
                self._build_row(name, event, last)

    def _build_row(self, name: str, event: EpisodeAnnotated, last: int) -> None:
        with ui.HStack(height=20, spacing=style.GAP):
            ui.Label(name, name="log" if event.ok else "log_problem", width=72)
            if not event.ok:
                ui.Label(event.reason, name="log_problem", elided_text=True, tooltip=event.reason)
                return
            ordered = sorted(event.marks.items(), key=lambda item: item[1])
            words = ", ".join(f"{signal} {sample}" for signal, sample in ordered)
            with ui.ZStack(tooltip=words):
                with ui.VStack():
                    ui.Spacer()
                    ui.Rectangle(name="track", height=8)
                    ui.Spacer()
                for _, sample in ordered:
                    with ui.HStack():
                        ui.Spacer(width=ui.Percent(92 * sample / last))
                        ui.Rectangle(name="bar", width=3)
                        ui.Label(str(sample), name="tick", width=26)
                        ui.Spacer()
        ui.Spacer(height=1)
