# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Mimic window."""

from __future__ import annotations

import omni.ui as ui

from .host.base import Host
from .panels.generate import GeneratePanel
from .session import Session
from .widgets import style
from .widgets.layout import padded

TITLE = "Isaac Lab Mimic"


class MimicWindow:
    """The window, its one session, and the loop that keeps it up to date.

    Args:
        host: The program around the window.
    """

    def __init__(self, host: Host) -> None:
        self.session = Session(host)
        self._host = host
        self._window = ui.Window(TITLE, width=1120, height=640, padding_x=0, padding_y=0)
        self._window.frame.set_style(style.STYLE)
        self.generate: GeneratePanel | None = None
        with self._window.frame:
            self._build()
        self._loop = host.spawn(self._keep_up_to_date())

    @property
    def window(self) -> ui.Window:
        return self._window

    def show(self) -> None:
        self._window.visible = True
        self._window.focus()

    def hide(self) -> None:
        self._window.visible = False

    @property
    def visible(self) -> bool:
        return self._window.visible

    def destroy(self) -> None:
        """End what runs and remove the window."""
        self._loop.cancel()
        self.session.close()
        self.generate.destroy()
        self._window.destroy()

    def _build(self) -> None:
        with ui.ZStack():
            ui.Rectangle(name="background")
            with padded(right=style.PADDING - style.SCROLLBAR, spacing=style.PADDING):
                with ui.VStack(height=0, spacing=2):
                    ui.Label("Generate", name="title", height=30)
                    ui.Label(
                        "Turns a few annotated demonstrations into many, each proved in simulation.",
                        name="dim",
                        height=0,
                        word_wrap=True,
                    )
                self.generate = GeneratePanel(self.session)

    async def _keep_up_to_date(self) -> None:
        while True:
            await self._host.next_update()
            self.session.poll()
            self.generate.refresh()
