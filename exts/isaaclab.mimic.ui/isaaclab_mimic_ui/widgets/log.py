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
        height: [px]; with a share, at least.
        copy: Puts the whole log into the clipboard.
        save: Saves it.
        share: Part of the room that is left in the container; 0: none.
    """

    def __init__(self, height: int, copy: Callable[[], None], save: Callable[[], None], share: float = 0.0) -> None:
        self._shown = 0
        self._num_lines = 0
        self._follows = True
        """Whether the end is kept in view: until somebody scrolls up, who is reading."""
        self._at, self._end = 0.0, 0.0
        """Where it was scrolled to at the last look, and where the end was [px]."""
        with ui.ZStack(height=ui.Fraction(share) if share else ui.Pixel(height)):
            ui.Spacer(height=height)
            ui.Rectangle(name="inset")
            with ui.HStack():
                with ui.VStack():
                    ui.Spacer(height=6)
                    self._scroll = ui.ScrollingFrame(
                        horizontal_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_ALWAYS_OFF,
                        vertical_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_AS_NEEDED,
                    )
                    ui.Spacer(height=6)
                # Beside the lines: they may be as long as there is room.
                with ui.VStack(width=46, spacing=1):
                    self.copy_button = ui.Button(
                        "Copy", name="tool", height=22, tooltip="Copy the whole log.", clicked_fn=copy
                    )
                    self.save_button = ui.Button(
                        "Save", name="tool", height=22, tooltip="Save the whole log in the project.", clicked_fn=save
                    )
                    ui.Spacer()
            with self._scroll:
                self._lines = ui.VStack(height=0, spacing=3)

    def show(self, log: MessageLog) -> None:
        """Show the added messages. When the list has grown too long, build it again with the last ones."""
        self._look()
        if log.total == self._shown:
            return
        messages = list(log)[-_LINES // 2 :]
        new = min(log.total - self._shown, len(messages))
        self._shown = log.total
        if self._num_lines + new > _LINES:
            self._lines.clear()
            self._num_lines = 0
            new = len(messages)
        with self._lines:
            for message in messages[-new:]:
                self._add(message)
        self._num_lines += new
        if self._follows:
            self._go_to_end()

    def _look(self) -> None:
        """Note whether somebody has scrolled; follow the end where it has moved because lines are wrapped anew."""
        at, end = self._scroll.scroll_y, self._scroll.scroll_y_max
        if at >= end - _NEAR_THE_END:
            self._follows = True
        elif at < self._at:
            self._follows = False
        has_grown = end > self._end
        self._at, self._end = min(at, end), end
        if self._follows and has_grown:
            self._go_to_end()

    def _go_to_end(self) -> None:
        # Far beyond the end: where that is will be known when the lines have been laid out.
        self._scroll.scroll_y = 1e6
        # What it is set back to is nobody's scrolling.
        self._at = 0.0

    def _add(self, message: Message) -> None:
        with ui.HStack(height=0, spacing=style.GAP):
            ui.Spacer(width=4)
            ui.Label(clock(message.elapsed), name="log_time", width=52, height=0, alignment=ui.Alignment.LEFT_TOP)
            name = {"warning": "log_warning", "error": "log_problem"}.get(message.level, "log")
            ui.Label(message.text, name=name, word_wrap=True, height=0, alignment=ui.Alignment.LEFT_TOP)
            ui.Spacer(width=4)
