# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Train panel: how the loss falls, and how often the checkpoints succeed."""

from __future__ import annotations

from ..running.messages import clock
from ..widgets.curve import CurvePlot
from ..widgets.empty import build_empty
from ..widgets.layout import section
from ..widgets.run_head import RunHead
from ..widgets.success_table import SuccessTable
from .stage_panel import StagePanel

_TILES = (
    ("loss", "Mean over the last epoch's steps."),
    ("steps per second", "Gradient steps per second."),
    ("left", "Left of this phase, at this speed; evaluations come on top."),
    ("elapsed", "Time since the run began."),
    ("memory [GB]", "What the process that trains occupies; with a GPU, also what torch holds there."),
)


class TrainPanel(StagePanel):
    """Shows a training."""

    def build_empty(self) -> None:
        build_empty(
            "Make a policy of your demonstrations",
            (
                ("Choose a file with demonstrations.", "A thousand generated ones are a good start."),
                ("Name a folder for the run.", "Checkpoints, configuration and curves go there."),
                ("Press Train.", "Let it be evaluated in between, and the best checkpoint is kept as best.pth."),
            ),
        )

    def build_run(self) -> None:
        self._shown_changes = -1
        with self.run_column():
            self._head = RunHead(self.session, "epochs", _TILES)
            self._loss = CurvePlot("LOSS BY EPOCH", None, None, height=110, share=2)
            self._success = CurvePlot(
                "SUCCESS RATE BY EVALUATION", height=72, write=lambda value: f"{100 * value:.0f} %", share=1
            )
            section("CHECKPOINTS: SUCCESS, WITH ITS 95 % INTERVAL")
            self._table = SuccessTable("None is evaluated yet. See Evaluate every, or the next step.")
            self._log = self.build_log(130, share=1)

    def refresh_run(self) -> None:
        if not self._head.due():
            return
        shown, statistics = self.session.snapshot, self.session.statistics
        memory, active = shown.get("memory_mb", {}), self.session.state.is_active
        loss = shown.get("loss")
        self._head.show(
            (
                f"{loss:.4g}" if loss is not None else "-",
                f"{shown['steps_per_second']:.1f}" if shown.get("steps_per_second") else "-",
                clock(shown.get("eta_s") if active else None),
                clock(self.session.elapsed),
                " + ".join(f"{size / 1000:.1f}" for size in memory.values()) or "-",
            ),
            self.session.progress.unit,
        )
        if self._shown_changes != statistics.changes:
            self._shown_changes = statistics.changes
            self._loss.show(statistics.loss.values)
            self._success.show([each.success / each.rollouts for each in statistics.evaluations.values()])
            self._table.show(statistics.evaluations.values())
        self._log.show(self.session.messages)
