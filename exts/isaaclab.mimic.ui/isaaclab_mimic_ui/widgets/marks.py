# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The subtasks of demonstrations as bands, one row each; or why they could not be marked."""

from __future__ import annotations

import omni.ui as ui

from isaaclab_mimic_core.events import EpisodeAnnotated

from ..running.subtask_names import SubtaskNames, segments_of
from . import style
from .bands import build_bands


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

    def show(self, found: dict[str, EpisodeAnnotated], is_active: bool, names: SubtaskNames) -> None:
        """Show what was found, by demonstration, in a run that goes on or has ended."""
        key = (len(found), sum(event.ok for event in found.values()), is_active)
        if key == self._shown:
            return
        self._shown = key
        longest = max((event.samples for event in found.values()), default=1)
        with self._scroll, ui.VStack(height=0, spacing=4):
            ui.Spacer(height=4)
            if not found:
                text = "None yet." if is_active else "None was looked at."
                ui.Label(text, name="hint", height=0)
            for name, event in found.items():
                self._build_row(name, event, longest, names)

    def _build_row(self, name: str, event: EpisodeAnnotated, longest: int, names: SubtaskNames) -> None:
        with ui.HStack(height=20, spacing=style.GAP):
            ui.Label(name, name="log" if event.ok else "log_warning", width=72)
            if not event.ok:
                ui.Label(event.reason, name="log_warning", elided_text=True, tooltip=event.reason)
                return
            with ui.VStack(spacing=1):
                for subtasks in names.by_eef.values():
                    ends = [event.marks.get(subtask.signal) for subtask in subtasks[:-1]]
                    segments = segments_of(subtasks, ends, event.samples)
                    build_bands(segments, longest, "band_small" if len(names.by_eef) == 1 else "no_room")
            ui.Spacer(width=4)
