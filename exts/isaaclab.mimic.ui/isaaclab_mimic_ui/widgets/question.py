# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A question across the top of the window, asked before something would be lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import omni.ui as ui

from . import style
from .layout import padded

_DOUBLE_CLICK = 1.0
"""[s] Asking for the same once more counts as yes, but not so soon that it may be the same click."""


class Question:
    """Builds into the current container; takes no space until something is asked."""

    def __init__(self) -> None:
        self._about: object = None
        self._asked_at = 0.0
        self._on_yes: Callable[[], None] = lambda: None
        self._still: Callable[[], bool] = lambda: True
        self._box = ui.ZStack(height=0, visible=False)
        with self._box:
            ui.Rectangle(name="notice")
            with padded(style.GAP, height=ui.Pixel(0)), ui.HStack(height=0, spacing=style.GAP):
                with ui.VStack(height=0):
                    ui.Spacer(height=4)
                    self.label = ui.Label("", word_wrap=True, height=0)
                    ui.Spacer(height=4)
                self.yes_button = ui.Button("", name="small", width=130, height=26, clicked_fn=self._yes)
                self.no_button = ui.Button("", name="small", width=100, height=26, clicked_fn=self.dismiss)

    @property
    def about(self) -> object:
        """What is asked about; None if nothing is."""
        return self._about

    @property
    def text(self) -> str:
        return self.label.text

    def ask(
        self,
        about: object,
        text: str,
        no: str,
        yes: str = "",
        on_yes: Callable[[], None] = lambda: None,
        still: Callable[[], bool] = lambda: True,
    ) -> None:
        """Ask, in place of an earlier question. Asking the same again counts as yes.

        Args:
            about: Identifies the question.
            text: The question.
            no: Label of the button that changes nothing.
            yes: Label of the other button; empty for none.
            on_yes: What it does.
            still: Whether the question still matters.
        """
        now = time.monotonic()
        if self._about == about:
            if now - self._asked_at > _DOUBLE_CLICK:
                self._on_yes = on_yes
                self._yes()
            return
        self._about, self._asked_at, self._on_yes, self._still = about, now, on_yes, still
        self.label.text = text
        self.no_button.text, self.yes_button.text = no, yes
        self.yes_button.visible = bool(yes)
        self._box.visible = True

    def dismiss(self) -> None:
        """Leave things as they are."""
        self._about = None
        self._box.visible = False

    def refresh(self) -> None:
        """Withdraw the question once it no longer matters; call it once a frame."""
        if self._about is not None and not self._still():
            self.dismiss()

    def _yes(self) -> None:
        self.dismiss()
        self._on_yes()
