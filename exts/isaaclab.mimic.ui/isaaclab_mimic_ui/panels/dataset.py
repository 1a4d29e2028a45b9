# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Dataset panel: the contents of dataset files."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import omni.ui as ui

from isaaclab_mimic_core.errors import MimicError

from ..dataset.commands import EDITS, check_words, edit_words
from ..dataset.opened import OpenedFile
from ..file_dialog.dialog import build_choose_button
from ..file_dialog.listing import FileRequest
from ..project import ANNOTATED, DEMOS, GENERATED, path_problem
from ..session import Session
from ..widgets import style
from ..widgets.dataset_details import build_details
from ..widgets.edit_card import EditCard
from ..widgets.layout import card, scrolled, section
from ..widgets.notice import build_notice
from ..widgets.signals import Signals
from ..widgets.strip_view import StripView
from .context import PanelContext
from .stage_panel import WIDE

_KNOWN = {DEMOS: "Recorded", ANNOTATED: "Annotated", GENERATED: "Generated"}
_ROWS = 300
_LIST_HEIGHT, _RIGHT_HEIGHT = 200, 480
"""[px] Where the halves stand above each other."""


class DatasetPanel:
    """Builds into the current container.

    Args:
        session: Not used, because this panel runs no stage.
        context: What the panel needs of the window around it.
    """

    def __init__(self, session: Session, context: PanelContext) -> None:
        self._context = context
        self._model = ui.SimpleStringModel("")
        self._editing = [
            self._model.subscribe_begin_edit_fn(lambda model: context.on_editing(True)),
            self._model.subscribe_end_edit_fn(lambda model: self._on_typed()),
        ]
        self.file = OpenedFile(context.host, self._rebuild)
        self.command = context.workflow.command
        """The command that runs or has run last."""
        self._ended = self.command.ended
        self.thumbnails = StripView(context.host, context.host.setting("workerPython", ""))
        self.edit_card = EditCard(self._on_edit, context.on_editing, self._choose_in_project)
        self.check_button: ui.Button | None = None
        self.stop_button: ui.Button | None = None
        self._progress: ui.Label | None = None
        self.known_buttons: dict[str, ui.Button] = {}
        """Buttons of the files that other steps have made, by what is in them."""
        self.demo_rows: dict[str, ui.ZStack] = {}
        self.signals: Signals | None = None
        """The signals of the chosen demonstration, with their playhead."""
        self.field: ui.StringField | None = None
        self.choose_button: ui.Button | None = None
        self.left: ui.Frame | None = None
        """The half with the file and what can be done with it."""
        self.right: ui.Frame | None = None
        """The half with the chosen demonstration; beside the other, or below it where that is too narrow."""
        self._wide = context.width() >= WIDE
        self._frame = ui.Frame(build_fn=self._build)

    def on_shown(self) -> None:
        self._enable_known()
        if not self._model.get_value_as_string():
            last = [name for name in _KNOWN if self._is_there(name)]
            if last:
                self._open_known(last[-1])

    def refresh(self) -> None:
        if self._wide != (self._context.width() >= WIDE):
            self._wide = not self._wide
            self._frame.rebuild()
        self.thumbnails.strip.poll()
        if self._ended != self.command.ended:
            self._ended = self.command.ended
            self.file.failure = self.command.failure
            self._rebuild()
        elif self.command.is_running:
            self._show_progress()

    def actions(self) -> dict[str, Callable[[], None]]:
        """Return the actions of keys; none before a file has been read."""
        if not self.file.summary:
            return {}
        return {"data.check": self.check} | {f"data.{by}": partial(self.edit_card.edit, by) for by in EDITS}

    @property
    def failure(self) -> str:
        """Why the file cannot be read, or the last command has failed."""
        return self.file.failure

    def open(self, path: str) -> None:
        """Look at a file."""
        self._model.set_value(path)
        self.command.findings = None
        self.thumbnails.strip.leave()
        self.file.open(self._context.workflow.project.path(path))

    def choose(self, demo: str) -> None:
        """Look at a demonstration of the file."""
        self.file.choose(demo)
        self.thumbnails.strip.show(self.file.summary["path"], demo)

    def follow_project(self) -> None:
        """Show another project: nothing of it has been looked at."""
        self.thumbnails.strip.leave()
        self.file.forget()
        self._model.set_value("")
        self._rebuild()

    def destroy(self) -> None:
        self.file.close()
        self.thumbnails.destroy()
        self._editing = []
        self.edit_card.destroy()
        self.known_buttons.clear()
        self.demo_rows.clear()
        self.field = self.choose_button = self.check_button = self.stop_button = None
        if self.signals is not None:
            self.signals.destroy()
        self._progress = self.left = self.right = self.signals = None
        self._frame.destroy()

    def _open_known(self, name: str) -> None:
        self.open(self._context.workflow.project.output(name))

    def _is_there(self, name: str) -> bool:
        project = self._context.workflow.project
        return bool(text := project.output(name).strip()) and os.path.isfile(project.path(text))

    def _choose(self) -> None:
        self._choose_in_project(FileRequest("File", start=self._model.get_value_as_string()), self.open)

    def _choose_in_project(self, request: FileRequest, on_chosen: Callable[[str], None]) -> None:
        project = self._context.workflow.project
        request = replace(request, start=str(project.path(request.start)))
        self._context.choose_file(request, lambda text: on_chosen(project.shown(text)))

    def _on_typed(self) -> None:
        self._context.on_editing(False)
        if self._model.get_value_as_string().strip():
            self.open(self._model.get_value_as_string())

    def check(self) -> None:
        """Check the file."""
        if not self.command.is_running:
            self.file.leave_demo()
            self._begin("check", check_words(self.file.summary["path"]))

    def _on_edit(self, by: str, demos: str, other: str, output: str) -> None:
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

    def _show_progress(self) -> None:
        """Say how far the command is, and let nothing else be begun meanwhile."""
        if self._progress is None or self.stop_button is None or self.check_button is None:
            return
        running = self.command.is_running
        self._progress.text = self.command.said
        self._progress.visible = self.stop_button.visible = running
        self.check_button.enabled = not running
        self.edit_card.enable(not running)

    def _rebuild(self, left: bool = False) -> None:
        """Show what has been read; `left`: on the left only. Before the panel is first painted, there is nothing to."""
        for frame in (self.left,) if left else (self.left, self.right):
            if frame is not None:
                frame.rebuild()

    def _enable_known(self) -> None:
        for name, button in self.known_buttons.items():
            button.enabled = self._is_there(name)

    def _build(self) -> None:
        if self._wide:
            with ui.HStack(spacing=style.GAP):
                with ui.VStack(width=style.FORM_WIDTH), card(True):
                    self._build_file()
                    self.left = ui.Frame(build_fn=self._build_left)
                self.right = ui.Frame(build_fn=self._build_right)
        else:
            with scrolled(style.GAP):
                with card():
                    self._build_file()
                    self.left = ui.Frame(build_fn=self._build_left, height=0)
                self.right = ui.Frame(build_fn=self._build_right, height=_RIGHT_HEIGHT)

    def _build_file(self) -> None:
        section("FILE")
        with ui.HStack(height=26, spacing=4):
            for name, title in _KNOWN.items():
                self.known_buttons[name] = ui.Button(title, name="small", clicked_fn=partial(self._open_known, name))
        self._enable_known()
        with ui.HStack(height=style.ROW, spacing=style.GAP):
            self.field = ui.StringField(self._model)
            self.choose_button = build_choose_button(self._choose)

    def _build_left(self) -> None:
        self.demo_rows.clear()
        # Above the right half, the left one scrolls with the window and has no height to fill.
        size, list_size = ({}, {}) if self._wide else ({"height": 0}, {"height": _LIST_HEIGHT})
        with ui.VStack(spacing=6, **size):
            if self.file.failure:
                build_notice(self.file.failure, error=True)
            if not self.file.summary:
                ui.Label("Name an HDF5 file of demonstrations.", name="hint", height=0, word_wrap=True)
                return
            with ui.HStack(height=24):
                count = len(self.file.summary["list"])
                section("1 DEMONSTRATION" if count == 1 else f"{count} DEMONSTRATIONS")
                self.check_button = ui.Button("Check", name="small", width=90, clicked_fn=self.check)
            with ui.ZStack(**list_size):
                ui.Rectangle(name="inset")
                with scrolled(1):
                    for name, attrs, length in self.file.summary["list"][:_ROWS]:
                        self._build_demo(name, attrs, length)
            with ui.HStack(height=24, spacing=style.GAP):
                section("MAKE ANOTHER FILE")
                self._progress = ui.Label("", name="hint", width=0)
                self.stop_button = ui.Button("Stop", name="small", width=60, clicked_fn=self.command.stop)
            self.edit_card.build()
            ui.Label(self._context.workflow.project.shorten(self.command.done), name="hint", height=0, word_wrap=True)
            self._show_progress()

    def _build_demo(self, name: str, attrs: dict, length: int) -> None:
        row = ui.ZStack(height=24)
        with row:
            ui.Rectangle(name="rail_chosen" if name == self.file.demo else "rail_item")
            with ui.HStack(spacing=style.GAP):
                ui.Spacer(width=4)
                ui.Label(name, name="log", width=90 if self._wide else 78)
                ui.Label(f"{length} samples", name="hint", width=86 if self._wide else 0)
                success = attrs.get("success")
                ui.Label(
                    "" if success is None else "success" if success else "failed",
                    name="hint" if success is not False else "log_warning",
                )
        row.set_mouse_pressed_fn(lambda x, y, button, modifier: self.choose(name) if button == 0 else None)
        self.demo_rows[name] = row

    def _build_right(self) -> None:
        if self.signals is not None:
            self.signals.destroy()
        self.signals = build_details(
            self.file,
            self.command.findings,
            self.thumbnails.build,
            self._context.workflow.project.shorten,
            self.thumbnails.mark,
        )
