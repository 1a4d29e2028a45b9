# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Preview panel: a task stepped with zero or random actions."""

from __future__ import annotations

import omni.ui as ui

from ..running.messages import clock
from ..widgets import style
from ..widgets.empty import build_empty
from ..widgets.run_head import RunHead
from .stage_panel import StagePanel

_TILES = (
    ("steps", "Environment steps made."),
    ("steps per second", "Environment steps per second; real time is what the task's step asks for."),
    ("memory [GB]", "What the process that simulates occupies."),
    ("elapsed", "Time since the run began."),
)


class PreviewPanel(StagePanel):
    """Shows a task."""

    steps_singly = True

    def build_empty(self) -> None:
        build_empty(
            "See a task before you work with it",
            (
                ("Choose a task.", "Those that need nothing but physics run on every machine."),
                ("Choose zero actions to see it rest, random ones to see it move.", "Nothing is recorded."),
                ("Press Preview.", "The scene appears here; turn it with the mouse."),
            ),
        )

    def build_run(self) -> None:
        with self.run_column():
            with self.aside():
                self._head = RunHead(self.session, "", _TILES, compact=True)
            self.build_scene()
            with self.aside():
                with ui.HStack(height=24, spacing=style.GAP, visible=False) as self._live:
                    self._url = ui.Label("", name="hint", elided_text=True)
                    self.view_button = ui.Button("Open 3D view", name="small", width=110, clicked_fn=self.open_view)
                self._log = self.build_log(72)

    def refresh_run(self) -> None:
        if not self._head.due():
            return
        shown = self.session.snapshot
        memory = shown.get("memory_mb", {})
        self._head.show(
            (
                str(shown.get("steps", 0)),
                f"{shown.get('steps_per_second', 0.0):.1f}",
                " + ".join(f"{size / 1000:.1f}" for size in memory.values()) or "-",
                clock(self.session.elapsed),
            )
        )
        url = shown.get("url") or ""
        self._url.text = f"The whole scene: {url}" if url else ""
        self._live.visible = bool(url) and self.session.state.is_active
        self._log.show(self.session.messages)
