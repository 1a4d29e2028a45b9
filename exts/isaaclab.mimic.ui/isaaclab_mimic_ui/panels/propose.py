# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The panel of Annotate: Propose: which subtasks the demonstrations show, and how sure that is."""

from __future__ import annotations

import omni.ui as ui

from ..forms.model import DESCRIPTOR
from ..project import TASK
from ..session import State
from ..widgets.empty import build_empty
from ..widgets.layout import card, scrolled, section
from ..widgets.run_head import RunHead
from .stage_panel import StagePanel

_FOLLOW = ("annotate", "annotate_manual", "generate")
"""Steps that are to follow the descriptor; the others have a field for one, too."""
_TILES = (("elapsed", "Time since the run began."),)


class ProposePanel(StagePanel):
    """Shows what `mimic task init` sees, and lets the steps that simulate use what it has written."""

    use_button: ui.Button | None = None
    """Has annotation and generation follow the descriptor that was written."""

    def build_empty(self) -> None:
        build_empty(
            "No subtasks yet?",
            (
                ("Choose the file of recorded demonstrations.", "With their states; one demonstration is enough."),
                ("Press Propose.", "The recorded states are shown in the scene; nothing is simulated."),
                ("Look at what was seen, and how sure it is.", "Then annotate by the descriptor that was written."),
            ),
        )

    def destroy(self) -> None:
        self.use_button = None
        super().destroy()

    def build_run(self) -> None:
        self.use_button = None
        self._lines: list[str] = []
        with self.run_column():
            with self.aside():
                self._head = RunHead(self.session, "demonstrations looked at", _TILES, compact=True)
            section("WHAT THE DEMONSTRATIONS SHOW")
            with card(True, name="inset"), scrolled(4):
                self._seen = ui.VStack(height=0, spacing=4)
            self.use_button = ui.Button(
                "Annotate by this descriptor", name="plain", height=36, visible=False, clicked_fn=self.use
            )
            self.use_button.set_tooltip("Annotate and Generate take it as their descriptor.")
            self._log = self.build_log(72)

    def refresh_run(self) -> None:
        if self._head.due():
            self._head.show((f"{self.session.elapsed:.0f} s",))
            self._log.show(self.session.messages)
        last = self.session.last
        lines = last.results if last is not None and not self.session.state.is_active else []
        if lines != self._lines:
            self._lines = lines
            self._seen.clear()
            with self._seen:
                for line in lines:
                    ui.Label(line, name="warning" if _is_doubt(line) else "log", height=0, word_wrap=True)
        if self.use_button is not None:
            self.use_button.visible = self.session.state is State.DONE and bool(self.session.output)
            self.use_button.name = "primary" if self.use_button.visible else "plain"

    def use(self) -> None:
        """Let Annotate and Generate follow this descriptor, and open Annotate."""
        workflow, output = self.context.workflow, self.session.output
        environment = self.session.choices[TASK].strip()
        for name in _FOLLOW:
            session = workflow.sessions[name]
            if session.is_active:
                continue
            session.choices[DESCRIPTOR] = workflow.project.shown(output)
            task = session.choices.fields[TASK]
            if environment and session.choices[TASK] != environment:
                # With the default, the environment is the one that the descriptor names.
                session.choices[TASK] = environment if environment in task.choices else task.default
        self.context.open_step("annotate")


def _is_doubt(line: str) -> bool:
    return "(unsure)" in line or line.lstrip().startswith("!")
