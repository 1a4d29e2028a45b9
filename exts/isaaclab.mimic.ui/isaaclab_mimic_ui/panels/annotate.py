# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Annotate panel: which demonstrations were marked, where, and why others were not."""

from __future__ import annotations

import omni.ui as ui

from ..running.messages import clock
from ..widgets.empty import build_empty
from ..widgets.layout import section
from ..widgets.marks import MarksTable
from ..widgets.run_head import RunHead
from .stage_panel import StagePanel

_TILES = (
    ("annotated", "Demonstrations whose subtasks were all found."),
    ("not annotated", "Demonstrations that did not succeed again, or lack a mark; the reasons are below."),
    ("elapsed", "Time since the run began."),
)


_DETAILS = 240
"""[px] Height of what is below the view, at least."""


class AnnotatePanel(StagePanel):
    """Shows an annotation."""

    def build_empty(self) -> None:
        build_empty(
            "Where does each subtask end?",
            (
                ("Choose the file of recorded demonstrations.", "Record makes one; any in Isaac Lab's layout will do."),
                ("Press Annotate.", "Each is played again, and the task's own signals mark where subtasks end."),
                ("Look at the marks.", "A demonstration that lacks one is left out, and the reason is given."),
            ),
        )

    def build_run(self) -> None:
        with self.run_column():
            with self.aside():
                self._head = RunHead(self.session, "demonstrations looked at", _TILES, compact=True)
            self.build_scene()
            with self.details(_DETAILS), ui.VStack(spacing=4):
                section("SUBTASKS OF EACH DEMONSTRATION")
                self._marks = MarksTable()
                self._log = self.build_log(72)

    def refresh_run(self) -> None:
        if not self._head.due():
            return
        found = self.session.statistics.annotated
        good = sum(event.ok for event in found.values())
        self._head.show((str(good), str(len(found) - good), clock(self.session.elapsed)))
        self._marks.show(found, self.session.state.is_active, self.session.subtasks)
        self._log.show(self.session.messages)
