# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Replay panel: recorded demonstrations are played again."""

from __future__ import annotations

from ..running.messages import clock
from ..widgets.empty import build_empty
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
        with self.run_column():
            with self.aside():
                self._head = RunHead(self.session, "demonstrations", _TILES, compact=True)
            self.build_scene()
            with self.aside():
                self._log = self.build_log(96)

    def refresh_run(self) -> None:
        if not self._head.due():
            return
        self._head.show((str(self.session.snapshot.get("replayed", 0)), clock(self.session.elapsed)))
        self._log.show(self.session.messages)
