# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The start page: try the sample, record, or open a folder; and the projects that were open last."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import omni.ui as ui

from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.option import Role

from ..file_dialog.dialog import build_choose_button
from ..file_dialog.listing import FileRequest
from ..project import path_problem, typed_path
from ..recent import home_of_projects
from ..widgets import style
from ..widgets.layout import card, padded, scrolled, section
from ..widgets.notice import build_notice
from ..widgets.paths import from_home, keep_end
from .context import PanelContext
from .stage_panel import WIDE

_SAMPLE, _NAME = "sample", "project"
"""Names that are proposed for new projects."""
_GONE = "is not there any more, or cannot be reached"
_CARD_HEIGHT = 178
_CHARACTER = 7.0
"""[px] Width of a character in the list of projects, about."""


class StartPanel:
    """Builds into the current container.

    Args:
        context: The surrounding window.
        on_opened: Called when a project has been opened.
    """

    def __init__(self, context: PanelContext, on_opened: Callable[[], None]) -> None:
        self._context, self._on_opened = context, on_opened
        self.place, self.name = ui.SimpleStringModel(from_home(home_of_projects())), ui.SimpleStringModel("")
        self._editing = [
            subscription
            for model in (self.place, self.name)
            for subscription in (
                model.subscribe_begin_edit_fn(lambda model: context.on_editing(True)),
                model.subscribe_end_edit_fn(lambda model: self._on_typed()),
            )
        ]
        self.fields: dict[str, ui.StringField] = {}
        self.buttons: dict[str, ui.Button] = {}
        self.recent_rows: list[ui.ZStack] = []
        """Rows of the projects that were open last, the last one first."""
        self._places: dict[Path, ui.Label] = {}
        self._proposed = ""
        self.failure = ""
        """Why a project could not be opened; empty if one was."""
        self._wide = context.width() >= WIDE
        self._frame = ui.Frame(build_fn=self._build)

    def on_shown(self) -> None:
        self.failure = ""
        self._propose()
        self._context.workflow.recent.look()
        self._frame.rebuild()

    def refresh(self) -> None:
        if self._wide != (self._context.width() >= WIDE):
            self._wide = not self._wide
            self._frame.rebuild()
        for folder, label in self._places.items():
            if self._context.workflow.recent.is_gone(folder) and label.text != _GONE:
                label.text = _GONE

    def actions(self) -> dict[str, Callable[[], None]]:
        return {}

    def destroy(self) -> None:
        self._editing = []
        self.fields.clear()
        self.buttons.clear()
        self.recent_rows.clear()
        self._places.clear()
        self._frame.destroy()

    def try_sample(self) -> None:
        """Open a project with the sample demonstrations, and show what comes after recording."""
        folder = self._base / _SAMPLE
        self._do(lambda: self._context.workflow.make_sample(folder), "annotate", self.place)

    def record(self) -> None:
        """Open a new project, and show Record."""
        name = self.name.get_value_as_string().strip() or _free_name(self._base, _NAME)
        self._do(
            lambda: self._context.workflow.open_project(typed_path(name, self._base)), "record", self.place, self.name
        )

    def choose(self) -> None:
        """Let the user choose the folder of a project."""
        request = FileRequest("Open a project: choose its folder", Role.OUTPUT_FOLDER, str(self._base))
        self._context.choose_file(request, lambda text: self.open(Path(text)))

    def open(self, folder: Path) -> None:
        """Open the project in a folder, and show where it was left, or what can be done next."""
        self._do(lambda: self._context.workflow.open_project(folder), "")

    def go_on(self, folder: Path) -> None:
        """Open a project that was open before, if its folder is still there."""
        self._do(lambda: self._context.workflow.reopen_project(folder), "")

    @property
    def _base(self) -> Path:
        text = self.place.get_value_as_string().strip()
        return typed_path(text, home_of_projects()) if text else home_of_projects()

    def _do(self, work: Callable[[], None], step: str, *paths: ui.SimpleStringModel) -> None:
        """Open a project; show the step, or where it was left, or what can be done next. `paths`: what was typed."""
        try:
            for model in paths:
                text = model.get_value_as_string()
                if problem := path_problem(text, typed_path(text, self._base)):
                    raise MimicError(problem)
            work()
        except MimicError as error:
            self.failure = f"The project cannot be opened.\n{error}"
            self._frame.rebuild()
            return
        self._on_opened()
        self._context.open_step(step or self._context.workflow.step_to_open().name)

    def _on_typed(self) -> None:
        # Nothing is rebuilt here: what ended the editing may be a click on something that has to be there still.
        self._context.on_editing(False)
        if self.name.get_value_as_string() in ("", self._proposed):
            self._propose()

    def _propose(self) -> None:
        self._proposed = _free_name(self._base, _NAME)
        self.name.set_value(self._proposed)

    # -- building

    def _build(self) -> None:
        with scrolled(style.PADDING):
            if self.failure:
                build_notice(self.failure, error=True)
            cards = (
                (
                    "sample",
                    "Try the sample",
                    "Ten recorded demonstrations of a robot that stacks three cubes. Annotate them, make more of them, "
                    "and train a policy. Needs no device.",
                    f"in the folder {_SAMPLE}",
                    self.try_sample,
                ),
                (
                    "record",
                    "Record",
                    "Show the robot yourself how it is done: by keyboard, SpaceMouse, gamepad or headset, or let a "
                    "script do it.",
                    "in a new folder, named below",
                    self.record,
                ),
                (
                    "open",
                    "Open ...",
                    "Go on in a folder with recordings, annotated or generated demonstrations, or a training run.",
                    "in the folder that you choose",
                    self.choose,
                ),
            )
            if self._wide:
                with ui.HStack(height=_CARD_HEIGHT, spacing=style.PADDING):
                    for each in cards:
                        self._build_card(*each)
            else:
                for each in cards:
                    with ui.VStack(height=_CARD_HEIGHT - 28):
                        self._build_card(*each)
            with card():
                section("NEW PROJECTS")
                self._build_field("place", "In the folder", self.place, self._choose_place)
                self._build_field("name", "Name", self.name, None)
            with card():
                section("PROJECTS THAT WERE OPEN LAST")
                self._build_recent()

    def _build_card(self, id: str, title: str, text: str, where: str, act: Callable[[], None]) -> None:
        with card(grows=True):
            ui.Label(text, word_wrap=True, alignment=ui.Alignment.LEFT_TOP)
            ui.Label(where, name="hint", height=16, elided_text=True)
            self.buttons[id] = ui.Button(title, name="primary", height=38, clicked_fn=act)

    def _build_field(self, id: str, label: str, model: ui.SimpleStringModel, choose: Callable | None) -> None:
        with ui.HStack(height=style.ROW, spacing=style.GAP):
            ui.Label(label, name="dim", width=style.LABEL_WIDTH)
            self.fields[id] = ui.StringField(model)
            if choose is not None:
                build_choose_button(choose)

    def _choose_place(self) -> None:
        request = FileRequest("Folder for new projects", Role.OUTPUT_FOLDER, str(self._base))
        self._context.choose_file(request, self._take_place)

    def _take_place(self, text: str) -> None:
        self.place.set_value(from_home(Path(text)))
        self._on_typed()

    def _build_recent(self) -> None:
        self.recent_rows, self._places = [], {}
        folders = list(self._context.workflow.recent)
        if not folders:
            ui.Label("None yet. A project is a folder: all files of the work go into it.", name="hint", height=20)
        room = max(20, int((self._context.width() - 240) / _CHARACTER))
        for folder in folders:
            row = ui.ZStack(height=30)
            with row:
                ui.Rectangle(name="rail_item")
                with padded(4, right=8, height=ui.Pixel(22)), ui.HStack(spacing=style.GAP, height=22):
                    ui.Label(folder.name or str(folder), width=170, elided_text=True)
                    self._places[folder] = ui.Label(
                        keep_end(from_home(folder.parent), room), name="hint", tooltip=str(folder)
                    )
            row.set_mouse_pressed_fn(
                lambda x, y, button, modifier, folder=folder: self.go_on(folder) if button == 0 else None
            )
            self.recent_rows.append(row)


def _free_name(base: Path, name: str) -> str:
    """Return a name that nothing in a folder has yet."""
    number = 1
    while os.path.exists(base / f"{name}-{number}"):
        number += 1
    return f"{name}-{number}"
