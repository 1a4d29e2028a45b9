# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Record panel: who demonstrates, how it goes, and what was kept."""

from __future__ import annotations

import omni.ui as ui

from ..messages import clock
from ..widgets import style
from ..widgets.demo_list import DemoList
from ..widgets.empty import build_empty
from ..widgets.layout import section
from ..widgets.log import Log
from ..widgets.run_head import RunHead
from .stage_panel import StagePanel

_TILES = (
    ("attempts", "Demonstrations that have ended, kept or not."),
    ("kept", "Share of them in which the task was fulfilled."),
    ("steps", "Length of the demonstration that is going on."),
    ("elapsed", "Time since the run began."),
)


class RecordPanel(StagePanel):
    """Shows a recording."""

    def build_empty(self) -> None:
        build_empty(
            "Show the robot how it is done",
            (
                ("Choose a task and a device.", "A scripted demonstrator needs nobody: good for a first try."),
                ("Say which file to write, and how many demonstrations you want.", "Ten are enough to generate from."),
                ("Press Record.", "A demonstration is kept when the task has stayed fulfilled for a moment."),
            ),
        )

    def build_run(self) -> None:
        with ui.VStack(spacing=style.GAP):
            self._head = RunHead(self.session, "demonstrations", _TILES)
            section("KEPT DEMONSTRATIONS")
            self._demos = DemoList()
            self._log = Log(height=110)

    def refresh_run(self) -> None:
        if not self._head.due():
            return
        shown = self.session.snapshot
        attempts = shown.get("attempts", 0)
        self._head.show(
            (
                str(attempts),
                f"{100 * shown.get('success_rate', 0.0):.0f} %" if attempts else "-",
                str(shown["steps"]) if "steps" in shown else "-",
                clock(self.session.elapsed),
            )
        )
        self._demos.show(self.session.tally.demos)
        self._log.show(self.session.messages, self.session.num_messages)
