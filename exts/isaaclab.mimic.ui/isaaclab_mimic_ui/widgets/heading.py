# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What stands above the chosen panel: its title, what it is for, and what has to be known before."""

from __future__ import annotations

import omni.ui as ui


class Heading:
    """Builds into the current container."""

    def __init__(self) -> None:
        with ui.VStack(height=0, spacing=1):
            self.title = ui.Label("", name="title", height=28)
            self._sentence = ui.Label("", name="dim", height=0, word_wrap=True)
            self.warning = ui.Label("", name="warning", height=0, word_wrap=True, visible=False)

    def show(self, title: str, sentence: str) -> None:
        """Show which panel is chosen."""
        self.title.text, self._sentence.text = title, sentence

    def warn(self, text: str) -> None:
        """Show a warning; an empty one goes away."""
        if text != self.warning.text:
            self.warning.text, self.warning.visible = text, bool(text)
