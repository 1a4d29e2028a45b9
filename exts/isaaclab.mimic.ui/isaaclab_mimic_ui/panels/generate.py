# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Generate panel: how many succeed, where the others fail, and what each environment is doing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import omni.ui as ui

from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.report import RunRecord

from ..running.messages import clock
from ..session import State
from ..widgets import style
from ..widgets.bars import Bar, Bars, failure_bars
from ..widgets.curve import CurvePlot
from ..widgets.empty import build_empty
from ..widgets.env_grid import EnvGrid
from ..widgets.layout import section
from ..widgets.run_head import RunHead
from .stage_panel import StagePanel

_TILES = (
    ("success rate", "Successful attempts among all that have ended."),
    ("demos per minute", "Saved demonstrations per minute since the first attempt began."),
    ("left", "Time until the last demonstration is saved, at the present rate."),
    ("elapsed", "Time since the run began."),
    ("memory [GB]", "What the process that simulates occupies; with a GPU, also what torch holds there."),
)


_DETAILS = 0.5
"""Height of what is below the view, as a part of the view's, while there is one."""


class GeneratePanel(StagePanel):
    """Shows a generation."""

    grid: EnvGrid | None = None
    report_button: ui.Button | None = None
    _looked_into = -1
    """Environment that is looked into, also after the panel is built anew; -1: none."""

    def build_empty(self) -> None:
        build_empty(
            "From a few demonstrations to thousands",
            (
                ("Choose a file with annotated demonstrations.", "None yet? The steps before this one make it."),
                ("Say where to write, and how many you want.", "Ten are a good first try."),
                ("Press Generate.", "Each attempt is simulated; only those that succeed are saved."),
            ),
        )

    def build_run(self) -> None:
        self._shown_changes = -1
        with self.run_column():
            with self.aside():
                self._head = RunHead(self.session, "demonstrations", _TILES, compact=True)
                with ui.HStack(height=24, spacing=style.GAP):
                    self._output = ui.Label("", name="hint", elided_text=True)
                    self.view_button = ui.Button(
                        "Open 3D view", name="small", width=110, visible=False, clicked_fn=self.open_view
                    )
                    self.report_button = ui.Button(
                        "Open report", name="small", width=96, visible=False, clicked_fn=self._open_report
                    )
                section("ENVIRONMENTS: THE SUBTASK EACH IS IN; CLICK ONE TO LOOK INTO IT")
                self.grid = EnvGrid(self._on_environment, self._looked_into)
            self.build_scene(self._looked_into)
            with self.aside(height=None) as self._below, self.run_column():
                self._plot = CurvePlot(
                    "SUCCESS RATE OF THE LAST 40 ATTEMPTS", write=lambda value: f"{100 * value:.0f} %", share=1
                )
                with ui.HStack(height=0, spacing=style.PADDING):
                    with ui.VStack(height=0, spacing=4):
                        section("FAILURES BY SUBTASK AND CAUSE")
                        self._failures = Bars("", name="bar_bad")
                    with ui.VStack(height=0, spacing=4):
                        section("SOURCES USED")
                        self._sources = Bars("Nothing saved yet.", name="bar_dim")
                self._log = self.build_log(140, share=1)
        self._make_room()

    def refresh_run(self) -> None:
        session, statistics = self.session, self.session.statistics
        if not self._head.due():
            return
        shown = session.snapshot
        attempts, memory = shown.get("attempts", 0), shown.get("memory_mb", {})
        self._head.show(
            (
                f"{100 * shown.get('success_rate', 0.0):.0f} %" if attempts else "-",
                f"{shown.get('demos_per_minute', 0.0):.1f}" if session.saved else "-",
                clock(shown.get("eta_s") if session.state.is_active else None),
                clock(session.elapsed),
                " + ".join(f"{size / 1000:.1f}" for size in memory.values()) or "-",
            )
        )
        self.grid.show(shown.get("subtasks", ()), statistics.last, session.subtasks)
        self._log.show(session.messages)
        self._output.text = f"in {session.choices.project.shown(session.output)}"
        self._output.tooltip = session.output
        self.view_button.visible = session.state.is_active and bool(shown.get("url"))
        self.report_button.visible = session.state in (State.DONE, State.STOPPED, State.GAVE_UP)
        if self._shown_changes != statistics.changes:
            self._shown_changes = statistics.changes
            self._plot.show(statistics.success_rate.values)
            self._failures.show(
                failure_bars(statistics.failures, "attempt", session.subtasks),
                "No attempt has failed." if attempts else "No attempt has ended.",
            )
            self._sources.show([Bar(f"demo {demo}", count) for demo, count in statistics.sources.most_common()])

    def _on_environment(self, index: int) -> None:
        self._looked_into = index
        self._make_room()
        self.scene.watch(index)

    def _make_room(self) -> None:
        """Show the view if an environment is looked into, and give it room."""
        looks = self._looked_into >= 0
        self.scene.frame.visible = looks
        self._below.height = ui.Fraction(_DETAILS if looks else 1.0)

    def actions(self) -> dict[str, Callable[[], None]]:
        return super().actions() | {"report": self._open_report}

    def _open_report(self) -> None:
        if self.report_button is None or not self.report_button.visible or not self.report_button.enabled:
            return
        self.report_button.enabled = False
        self._reporting = self.context.host.spawn(self._write_and_open_report())

    async def _write_and_open_report(self) -> None:
        session = self.session
        output, source = Path(session.output), session.choices.path("input")
        folder = output.with_name(f"{output.stem}_report")
        try:
            # Drawing takes seconds, which the window has not.
            report = await asyncio.to_thread(_write_report, folder, session.statistics.record, output, source)
            session.say(f"Report: {report}")
            self.context.host.open_in_browser(report)
        except (MimicError, OSError) as error:
            session.say(f"The report could not be written: {error}", level="error")
        finally:
            if self.report_button is not None:
                self.report_button.enabled = True


def _write_report(folder: Path, record: RunRecord, output: Path, source: Path) -> Path:
    from isaaclab_mimic_core.report import write_report

    folder.mkdir(parents=True, exist_ok=True)
    return write_report(folder, record, output, source)
