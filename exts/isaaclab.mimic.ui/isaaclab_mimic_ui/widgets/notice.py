# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A box that says what is wrong and how to fix it, or what should be known."""

from __future__ import annotations

import omni.ui as ui

from .layout import card

_LINES = 5
"""A longer explanation, such as the last output of a process, is scrolled."""


def build_notice(text: str, command: str = "", error: bool = False) -> None:
    """Add a notice: its first line is the title, the rest explains; a command can be selected and copied.

    Args:
        text: The notice.
        command: The command.
        error: Whether something has gone wrong, which only then is red.
    """
    title, _, rest = text.partition("\n")
    with card(name="error" if error else "notice"):
        ui.Label(title.strip(), name="problem_title" if error else "warning_title", word_wrap=True, height=0)
        lines = [line.strip() for line in rest.strip().splitlines()]
        if len(lines) > _LINES:
            scrolling = ui.ScrollingFrame(
                height=_LINES * 20, horizontal_scrollbar_policy=ui.ScrollBarPolicy.SCROLLBAR_ALWAYS_OFF
            )
            with scrolling:
                ui.Label("\n".join(lines), word_wrap=True, height=0)
        elif lines:
            ui.Label("\n".join(lines), word_wrap=True, height=0)
        if command:
            ui.StringField(ui.SimpleStringModel(command), height=28, read_only=True)
