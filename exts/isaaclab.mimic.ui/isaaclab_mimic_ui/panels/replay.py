# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Replay panel: recorded demonstrations are played again."""

from __future__ import annotations

import omni.ui as ui

from ..running.messages import clock
from ..scene.view import SceneFrame
from ..widgets import style
from ..widgets.empty import build_empty
from ..widgets.layout import scrolled
from ..widgets.log import Log
from ..widgets.run_head import RunHead
from .stage_panel import StagePanel

_TILES = (
    ("hold", "Demonstrations after which the task was fulfilled."),
    ("elapsed", "Time since the run began."),
)


class ReplayPanel(StagePanel):
    """Shows demonstrations that are played again."""

    steps_singly = True

    def build_empty(self) -> None:
        build_empty(
            "See what was recorded",
            (
                ("Choose a file of demonstrations.", "After a recording, its list has a button for each."),
                ("Say which: names, numbers, ranges.", "All of them if the field is empty."),
                ("Press Replay.", "From the recorded start, by the recorded actions, or state by state."),
            ),
        )

    def build_run(self) -> None:
        self._watching = False
        with ui.VStack(spacing=style.GAP), scrolled():
            self._head = RunHead(self.session, "demonstrations", _TILES)
            self._scene = SceneFrame(self.context.host, self.session)
            self._log = Log(height=160)

    def refresh_run(self) -> None:
        if not self._head.due():
            return
        shown = self.session.snapshot
        self._head.show((str(shown.get("replayed", 0)), clock(self.session.elapsed)))
        if not self._watching and self.session.progress.total:
            self._watching = True
            self.session.request("watch", env=0)
        self._scene.show(shown.get("watched") if self.session.state.is_active else None)
        self._log.show(self.session.messages)
