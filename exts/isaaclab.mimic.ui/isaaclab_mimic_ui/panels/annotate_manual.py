# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The panel of Annotate: Manual: the demonstration on a timeline, its marks, and why it cannot be accepted yet."""

from __future__ import annotations

import omni.ui as ui

from ..session import State
from ..widgets.empty import build_empty
from ..widgets.run_head import RunHead
from ..widgets.timeline import Timeline
from .stage_panel import StagePanel

_TILES = (
    ("sample", "Where the playhead is, of how many samples the demonstration has."),
    ("time [s]", "Where the playhead is."),
    ("speed", "Times real time."),
    ("skipped", "Demonstrations that were skipped."),
)

_BUTTONS = (
    ("play", "Play", "toggle", {}, "Play, or pause."),
    ("back", "<", "step", {"by": -1}, "One sample back."),
    ("on", ">", "step", {"by": 1}, "One sample on."),
    ("slower", "Slow", "speed", {"times": 0.5}, "Half the speed."),
    ("faster", "Fast", "speed", {"times": 2.0}, "Twice the speed."),
    ("mark", "Mark", "mark", {}, "Set the next mark, or the chosen one, at the playhead."),
    ("remove", "Remove", "remove", {}, "Remove the chosen mark."),
    ("undo", "Undo", "undo", {}, "Take the last change back."),
    ("redo", "Redo", "redo", {}, "Do it again."),
)


class AnnotateManualPanel(StagePanel):
    """Shows manual annotation."""

    timeline: Timeline | None = None

    def build_empty(self) -> None:
        build_empty(
            "Say yourself where subtasks end",
            (
                (
                    "Choose the file of recorded demonstrations.",
                    "Their recorded states are shown, nothing is simulated.",
                ),
                ("Begin with no marks, with the automatic ones (auto), or with those of a file.", "You correct them."),
                ("Press Begin: play, and mark with S.", "Accept each demonstration with Enter. All keys: F1."),
            ),
        )

    def destroy(self) -> None:
        if self.timeline is not None:
            self.timeline.destroy()
            self.timeline = None
        super().destroy()

    def build_run(self) -> None:
        if self.timeline is not None:
            self.timeline.destroy()
        self.buttons: dict[str, ui.Button] = {}
        with self.run_column(6):
            with self.aside():
                self._head = RunHead(self.session, "demonstrations", _TILES, compact=True)
            # Small enough for the buttons below the timeline to be in view.
            self.build_scene(least=92)
            # The timeline stays when the view is enlarged: there the playhead is moved.
            with ui.HStack(height=18):
                self._episode = ui.Label("", name="section")
                self._eef = ui.Label("", name="hint", width=0)
            self.timeline = Timeline(
                on_scrub=lambda row: self.session.request("scrub", to=row),
                on_move=self._move,
                on_select=lambda label: self.session.request("select", label=label),
            )
            with ui.HStack(height=26, spacing=2):
                for id, text, name, arguments, tooltip in _BUTTONS:
                    self.buttons[id] = ui.Button(
                        text,
                        name="small",
                        tooltip=tooltip,
                        clicked_fn=lambda name=name, arguments=arguments: self.session.request(name, **arguments),
                    )
            self._problems = ui.Label("", name="warning", word_wrap=True, height=0)
            with ui.HStack(height=30, spacing=4):
                self.buttons["accept"] = ui.Button(
                    "Accept, next demonstration",
                    name="primary",
                    clicked_fn=lambda: self.session.request("accept"),
                )
                self.buttons["skip"] = ui.Button(
                    "Skip", name="plain", width=90, clicked_fn=lambda: self.session.request("skip")
                )
            with self.aside():
                self._log = self.build_log(48)

    def refresh_run(self) -> None:
        if not self._head.due():
            return
        shown = self.session.snapshot
        samples = shown.get("num_samples", 0)
        row = shown.get("row", 0)
        self._head.show(
            (
                f"{row} / {samples}" if samples else "-",
                f"{row * shown['step_dt']:.2f}" if samples else "-",
                f"{shown.get('speed', 1.0):g} x",
                str(shown.get("skipped", 0)),
            )
        )
        active = self.session.state is State.RUNNING and bool(samples)
        fulfilled = shown.get("fulfilled")
        end = "" if fulfilled is None else "; the task is fulfilled at its end" if fulfilled else "; NOT FULFILLED"
        self._episode.text = f"{(shown.get('episode') or '').upper()}{end}"
        self._eef.text = f"marking {shown['eef']}" if shown.get("eef") else ""
        self.buttons["play"].text = "Pause" if shown.get("playing") else "Play"
        for button in self.buttons.values():
            button.enabled = active
        self.buttons["accept"].enabled = active and bool(shown.get("complete")) and not shown.get("problems")
        self.buttons["undo"].enabled = active and bool(shown.get("can_undo"))
        self.buttons["redo"].enabled = active and bool(shown.get("can_redo"))
        lines = ([shown["notice"]] if shown.get("notice") else []) + list(shown.get("problems", ()))
        self._problems.text = "\n".join(lines) if active else ""
        if self.timeline is not None:
            self.timeline.show(shown if active else {}, self.session.subtasks)
        self._log.show(self.session.messages)

    def _move(self, label: str, row: int) -> None:
        """Move a mark to where it was dragged."""
        self.session.request("scrub", to=row)
        self.session.request("select", label=label)
        self.session.request("mark")
