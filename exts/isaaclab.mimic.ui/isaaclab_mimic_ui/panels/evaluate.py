# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Evaluate panel, which also plays: rollouts of policies, how often they succeed, and why they do not."""

from __future__ import annotations

import omni.ui as ui

from ..running.messages import clock
from ..widgets.bars import Bars, failure_bars
from ..widgets.empty import build_empty
from ..widgets.layout import scrolled, section
from ..widgets.run_head import RunHead
from ..widgets.success_table import SuccessTable
from .stage_panel import StagePanel

_TILES = (
    ("rollouts", "Rollouts that have ended, of all policies."),
    ("success rate", "Those at whose end the task was fulfilled."),
    ("elapsed", "Time since the run began."),
    ("memory [GB]", "What the process that simulates occupies."),
)


_DETAILS = 210
"""[px] Height of what is below the view, at least."""


class EvaluatePanel(StagePanel):
    """Shows an evaluation, or a policy that is watched."""

    steps_singly = True

    def build_empty(self) -> None:
        build_empty(
            "How good is the policy?",
            (
                (
                    "Choose a checkpoint, or the folder of a run.",
                    "Of several (a; b; c) the best is found with few rollouts.",
                ),
                (
                    "Say how many rollouts, in how many environments.",
                    "50 tell 80 % from 60 %; 200 tell 80 % from 70 %.",
                ),
                (
                    f"Press {self.session.step.button}.",
                    "Every rollout begins in a state of its own, the same for all policies.",
                ),
            ),
        )

    def build_run(self) -> None:
        self._shown_changes = -1
        with self.run_column():
            with self.aside():
                self._head = RunHead(self.session, "rollouts of this policy", _TILES, compact=True)
            self.build_scene()
            with self.details(_DETAILS), scrolled():
                with ui.HStack(height=24, visible=False) as self._view:
                    ui.Spacer()
                    ui.Button("Open 3D view", name="small", width=110, clicked_fn=self.open_view)
                section("SUCCESS, WITH ITS 95 % INTERVAL")
                self._table = SuccessTable("A policy appears here when its rollouts have ended.")
                section("FAILURES BY SUBTASK AND CAUSE")
                self._failures = Bars("", name="bar_bad")
                self._log = self.build_log(110)

    def refresh_run(self) -> None:
        if not self._head.due():
            return
        session, shown, statistics = self.session, self.session.snapshot, self.session.statistics
        attempts, memory = shown.get("attempts", 0), shown.get("memory_mb", {})
        self._head.show(
            (
                str(attempts),
                f"{100 * shown.get('success_rate', 0.0):.0f} %" if attempts else "-",
                clock(session.elapsed),
                " + ".join(f"{size / 1000:.1f}" for size in memory.values()) or "-",
            )
        )
        self._view.visible = session.state.is_active and bool(self._url())
        if self._shown_changes != statistics.changes:
            self._shown_changes = statistics.changes
            self._table.show(statistics.evaluations.values())
            self._failures.show(
                failure_bars(statistics.failures, "rollout", session.subtasks),
                "No rollout has failed." if attempts else "No rollout has ended.",
            )
        self._log.show(session.messages)

    def _url(self) -> str:
        return self.session.snapshot.get("url") or ""
