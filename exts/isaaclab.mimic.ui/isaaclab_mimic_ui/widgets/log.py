# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The last messages of a run."""

from __future__ import annotations

from collections.abc import Callable

import omni.ui as ui

from ..running.messages import Message, MessageLog, clock
from . import style

_LINES = 200
"""So many widgets may there be before old ones go; every one costs a little in every frame."""

_NEAR_THE_END = 40


class Log:
    """A list that grows downwards and keeps its end in view.

    Args:
        height: [px]; 0 for as much as there is room.
        copy: Puts the whole log into the clipboard.
        save: Saves it.
    """

    def __init__(self, height: int, copy: Callable[[], None], save: Callable[[], None]) -> None:
        self._shown = 0
        self._num_lines = 0
        sizes = {"height": height} if height else {}
        with ui.ZStack(**sizes):
            ui.Rectangle(name="inset")
            with ui.VStack():
                ui.Spacer(height=6)
                self._scroll = ui.ScrollingFrame(
                    horizontal_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_ALWAYS_OFF,
                    vertical_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_AS_NEEDED,
                )
                ui.Spacer(height=6)
            with self._scroll:
                self._lines = ui.VStack(height=0, spacing=3)
            with ui.HStack(height=22):
                ui.Spacer()
                self.copy_button = ui.Button(
                    "Copy", name="tool", width=46, tooltip="Copy the whole log.", clicked_fn=copy
                )
                ui.Spacer(width=3)
                self.save_button = ui.Button(
                    "Save", name="tool", width=46, tooltip="Save the whole log in the project.", clicked_fn=save
                )
                ui.Spacer(width=style.SCROLLBAR + 2)

    def show(self, log: MessageLog) -> None:
        """Show the added messages. When the list has grown too long, build it again with the last ones."""
        if log.total == self._shown:
            return
        messages = list(log)[-_LINES // 2 :]
        new = min(log.total - self._shown, len(messages))
        self._shown = log.total
        # Somebody who has scrolled up is reading.
        follow = self._scroll.scroll_y >= self._scroll.scroll_y_max - _NEAR_THE_END
        if self._num_lines + new > _LINES:
            self._lines.clear()
            self._num_lines = 0
            new = len(messages)
        with self._lines:
            for message in messages[-new:]:
                self._add(message)
        self._num_lines += new
        if follow:
            # Far beyond the end: where that is will be known when the lines have been laid out.
            self._scroll.scroll_y = 1e6

    def _add(self, message: Message) -> None:
        with ui.HStack(height=0, spacing=style.GAP):
            ui.Spacer(width=4)
            ui.Label(clock(message.elapsed), name="log_time", width=52, height=0, alignment=ui.Alignment.LEFT_TOP)
            name = {"warning": "log_warning", "error": "log_problem"}.get(message.level, "log")
            ui.Label(message.text, name=name, word_wrap=True, height=0, alignment=ui.Alignment.LEFT_TOP)
            ui.Spacer(width=4)
