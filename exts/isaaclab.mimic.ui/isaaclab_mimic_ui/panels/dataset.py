# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Dataset panel: the contents of dataset files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import omni.ui as ui

from isaaclab_mimic_core.errors import MimicError

from ..dataset.commands import EDITS, RERUN, check_words, compare_words, edit_words, in_words, rerun_words
from ..dataset.opened import OpenedFile
from ..dataset.process import DrawingProcess
from ..file_dialog.listing import FileRequest
from ..project import ANNOTATED, path_problem
from ..session import Session
from ..steps import STEPS
from ..widgets import style
from ..widgets.dataset_details import Doors
from ..widgets.dataset_file import DatasetFile
from ..widgets.demo_half import DemoHalf
from ..widgets.demo_table import DemoTableView
from ..widgets.edit_card import EditCard
from ..widgets.layout import card, scrolled, section
from ..widgets.notice import build_notice
from .context import PanelContext
from .stage_panel import WIDE

_LIST_HEIGHT, _RIGHT_HEIGHT = 200, 620
"""[px] Where the halves stand above each other."""


class DatasetPanel:
    """Builds into the current container.

    Args:
        session: Not used, because this panel runs no stage.
        context: What the panel needs of the window around it.
    """

    def __init__(self, session: Session, context: PanelContext) -> None:
        self._context = context
        project = context.workflow.project
        self.chooser = DatasetFile(project, self.open, context.on_editing, self._choose_in_project)
        """Says which file is looked at."""
        self.file = OpenedFile(context.host, self._on_read, self._on_demo)
        self._listed: dict = {}
        """The summary whose demonstrations are in the table."""
        self.table = DemoTableView(self.choose, self._on_selection, context.on_editing)
        self.command = context.workflow.command
        """The command that runs or has run last."""
        self._ended = self.command.ended
        self._viewer_failure = self.command.viewer_failure
        self.demo = DemoHalf(
            context.host,
            DrawingProcess(context.host.setting("workerPython", ""), context.workflow.spare),
            context.view,
            Doors(self._in_words, self._lead_to),
            self.toggle_enlarged,
        )
        """The half with the chosen demonstration; beside the other, or below it where that is too narrow."""
        self.demo.show(self.file, self.command)
        self.enlarged = False
        """Whether the chosen demonstration fills the window."""
        self.edit_card = EditCard(self._on_edit, context.on_editing, self._choose_in_project)
        self.buttons: dict[str, ui.Button] = {}
        """check, compare, rerun and stop."""
        self._progress: ui.Label | None = None
        self._left_half: ui.Stack | None = None
        self.left: ui.Frame | None = None
        """What can be done with the file."""
        self._wide = context.width() >= WIDE
        self._frame = ui.Frame(build_fn=self._build)

    def on_shown(self) -> None:
        self.chooser.enable_known()
        if self.file.has_changed:
            self.open(self.chooser.text)
        else:
            self.chooser.open_latest()

    def refresh(self) -> None:
        if self._wide != (self._context.width() >= WIDE):
            self._wide = not self._wide
            self._frame.rebuild()
        self.demo.refresh()
        if self._viewer_failure != self.command.viewer_failure:
            self._viewer_failure = self.command.viewer_failure
            self._rebuild(left=True)
        if self._ended != self.command.ended:
            self._ended = self.command.ended
            self._take_end()
        elif self.command.is_running:
            self._show_progress()
        elif RERUN in self.buttons and self.buttons[RERUN].enabled != bool(self._for_rerun):
            self.buttons[RERUN].enabled = bool(self._for_rerun)

    def actions(self) -> dict[str, Callable[[], None]]:
        """Return the actions of keys; none before a file has been read."""
        if not self.file.summary:
            return {}
        edits = {f"data.{by}": partial(self.edit_card.edit, by) for by in EDITS}
        return {"data.check": self.check} | edits | self.demo.actions()

    @property
    def failure(self) -> str:
        """Why the file cannot be read, or the last command has failed."""
        return self.file.failure

    def open(self, path: str) -> None:
        """Look at a file."""
        self.chooser.name(path)
        self._leave_demo()
        resolved = self._context.workflow.project.path(path)
        self.command.look_at(str(resolved))
        self.file.open(resolved)
        # Rows of the file before cannot be clicked meanwhile.
        self._on_read()

    def choose(self, demo: str) -> None:
        """Look at a demonstration of the file; ignored if there is none of this name, as while a file is read."""
        if not self.file.holds(demo):
            return
        self.file.choose(demo)
        self.table.show(demo)
        project = self._context.workflow.project
        self.demo.choose(project.path(project.output(ANNOTATED)))

    def toggle_enlarged(self) -> None:
        self.enlarge(not self.enlarged)

    def enlarge(self, on: bool) -> None:
        """Fill the window with the chosen demonstration, or show everything again."""
        on = on and self.demo.scene.view is not None
        if on == self.enlarged:
            return
        self.enlarged = on
        self._context.enlarge(on)
        self.demo.scene.enlarge(on)
        if self._left_half is not None:
            self._left_half.visible = not on

    def rest(self) -> None:
        """Let nothing be drawn for this panel until it is refreshed again, because nobody sees it."""
        self.demo.scene.rest()

    def follow_project(self) -> None:
        """Show another project: nothing of it has been looked at."""
        self._leave_demo()
        self.demo.process.end()
        self.file.forget()
        self.chooser.name("")
        self._on_read()

    def destroy(self) -> None:
        self.file.close()
        self.chooser.destroy()
        self.demo.destroy()
        self.table.destroy()
        self.edit_card.destroy()
        self.buttons.clear()
        self._progress = self._left_half = self.left = None
        self._frame.destroy()

    def check(self) -> None:
        """Check the file."""
        if self.file.summary and not self.command.is_running:
            self._leave_demo()
            self._begin("check", check_words(self.file.summary["path"]))

    def compare(self, other: str) -> None:
        """Say in what another file differs from this one."""
        if self.file.summary and not self.command.is_running:
            self._leave_demo()
            other = str(self._context.workflow.project.path(other))
            self._begin("compare", compare_words(self.file.summary["path"], other))

    def open_in_rerun(self) -> None:
        """Show demonstrations in Rerun's viewer: those that are chosen, else the one that is looked at."""
        if self.file.summary and self._for_rerun and not self.command.is_running:
            self._begin(RERUN, rerun_words(self.file.summary["path"], self._for_rerun))

    @property
    def _for_rerun(self) -> str:
        """What Rerun would show; empty for nothing: a whole file, which may be large, is not exported unasked."""
        return self.edit_card.models["demos"].get_value_as_string().strip() or self.file.demo

    def _choose_other(self) -> None:
        if self.file.summary:
            self._choose_in_project(FileRequest("File to compare with", start=self.file.summary["path"]), self.compare)

    def _choose_in_project(self, request: FileRequest, on_chosen: Callable[[str], None]) -> None:
        project = self._context.workflow.project
        request = replace(request, start=str(project.path(request.start)))
        self._context.choose_file(request, lambda text: on_chosen(project.shown(text)))

    def _leave_demo(self) -> None:
        """Show no demonstration."""
        self.enlarge(False)
        self.file.leave_demo()
        self.table.show("")
        self.demo.leave()

    def _take_end(self) -> None:
        """Show what a command has ended with. The file that is shown may be another one by now."""
        if self.command.failure and self.command.is_of_this:
            self.file.failure = self.command.failure
        elif self.command.failure:
            self.file.failure = self.file.failure or f"The last command has failed: {self.command.failure}"
        self.table.take_findings(self.command.findings)
        self._rebuild()

    def _on_edit(self, by: str, demos: str, other: str, output: str) -> None:
        if not self.file.summary:
            return
        try:
            project = self._context.workflow.project
            for text in (other, output):
                if problem := path_problem(text, project.path(text)):
                    raise MimicError(problem)
            files = (str(project.path(text)) if text.strip() else "" for text in (other, output))
            words = edit_words(by, self.file.summary["path"], demos, *files)
        except MimicError as error:
            self.file.failure = str(error)
            self._rebuild(left=True)
            return
        self._begin(by, words)

    def _begin(self, by: str, words: list[str]) -> None:
        self.command.start(by, words)
        self.file.failure = self.command.failure
        self._rebuild(left=True)

    def _on_read(self) -> None:
        if self.file.summary is not self._listed:
            self._listed = self.file.summary
            self.table.table.fill(self._listed.get("list", ()))
            self.edit_card.take_selection("")
        self._rebuild()

    def _on_demo(self) -> None:
        self.demo.rebuild()

    def _on_selection(self, demos: str) -> None:
        self.edit_card.take_selection(demos)

    def _in_words(self, text: str) -> str:
        """Return a text with files called as in forms, and commands and options as in the window."""
        return in_words(self._context.workflow.project.shorten(text))

    def _lead_to(self, name: str) -> None:
        """Open a step with this file as its input."""
        project, step = self._context.workflow.project, STEPS[name]
        project.choose_input(step.needs, step.under or step.name, project.shown(self.file.summary["path"]))
        self._context.open_step(name)

    def _show_progress(self) -> None:
        """Say how far the command is, and let nothing else be begun meanwhile."""
        if self._progress is None:
            return
        running = self.command.is_running
        self._progress.text = self.command.said
        self._progress.visible = self.buttons["stop"].visible = running
        for name in ("check", "compare"):
            self.buttons[name].enabled = not running
        self.buttons[RERUN].enabled = bool(self._for_rerun) and not running
        self.edit_card.enable(not running)

    def _rebuild(self, left: bool = False) -> None:
        """Show what has been read; `left`: on the left only. Before the panel is first painted, there is nothing to."""
        if self.left is not None:
            self.left.rebuild()
        if not left:
            self.demo.rebuild()

    # -- building

    def _build(self) -> None:
        if self._wide:
            with ui.HStack(spacing=style.GAP):
                self._left_half = ui.VStack(width=style.FORM_WIDTH, visible=not self.enlarged)
                with self._left_half, card(True):
                    self.chooser.build()
                    self.left = ui.Frame(build_fn=self._build_left)
                self.demo.build()
        else:
            with scrolled(style.GAP):
                self._left_half = ui.VStack(height=0, visible=not self.enlarged)
                with self._left_half, card():
                    self.chooser.build()
                    self.left = ui.Frame(build_fn=self._build_left, height=0)
                with ui.VStack(height=_RIGHT_HEIGHT):
                    self.demo.build()

    def _build_left(self) -> None:
        # Above the right half, the left one scrolls with the window and has no height to fill.
        with ui.VStack(spacing=6, **({} if self._wide else {"height": 0})):
            if self.file.failure:
                build_notice(self._in_words(self.file.failure), error=True)
            if self.command.viewer_failure:
                build_notice(self.command.viewer_failure, error=True)
            if not self.file.summary:
                ui.Label("Name an HDF5 file of demonstrations.", name="hint", height=0, word_wrap=True)
                return
            with ui.HStack(height=24, spacing=4):
                count = len(self.file.summary["list"])
                section("1 DEMONSTRATION" if count == 1 else f"{count} DEMONSTRATIONS").elided_text = True
                self.buttons["compare"] = ui.Button(
                    "Compare ...", name="small", width=84, clicked_fn=self._choose_other
                )
                self.buttons["compare"].set_tooltip("Say in what another file differs from this one.")
                self.buttons[RERUN] = ui.Button("Rerun", name="small", width=60, clicked_fn=self.open_in_rerun)
                self.buttons[RERUN].set_tooltip(
                    "Open in Rerun's viewer: the demonstrations that are chosen, or the one that is looked at.\n"
                    "Choose one first; for all of them, Choose all."
                )
                self.buttons["check"] = ui.Button("Check", name="small", width=60, clicked_fn=self.check)
            self.table.build(None if self._wide else _LIST_HEIGHT)
            with ui.HStack(height=24, spacing=style.GAP):
                section("MAKE ANOTHER FILE")
                self._progress = ui.Label("", name="hint", width=0)
                self.buttons["stop"] = ui.Button("Stop", name="small", width=60, clicked_fn=self.command.stop)
            self.edit_card.build()
            ui.Label(self._in_words(self.command.done), name="hint", height=0, word_wrap=True)
            self._show_progress()
