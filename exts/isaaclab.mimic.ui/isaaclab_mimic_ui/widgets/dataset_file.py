# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which file of demonstrations is looked at: the project's, one that is typed, or one that is chosen."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import omni.ui as ui

from ..file_dialog.dialog import build_choose_button
from ..file_dialog.listing import FileRequest
from ..project import ANNOTATED, DEMOS, GENERATED, Project
from . import style
from .layout import section

_KNOWN = {DEMOS: "Recorded", ANNOTATED: "Annotated", GENERATED: "Generated"}


class DatasetFile:
    """Builds into the current container, and is built again with the panel; what was filled in is kept.

    Args:
        project: Whose files have buttons.
        on_file: Called with the file that is to be looked at.
        on_editing: Called with whether text is being typed.
        choose_file: Lets the user choose a file, and hands the path to its second argument.
    """

    def __init__(
        self,
        project: Project,
        on_file: Callable[[str], None],
        on_editing: Callable[[bool], None],
        choose_file: Callable[[FileRequest, Callable[[str], None]], None],
    ) -> None:
        self._project, self._on_file = project, on_file
        self._on_editing, self._choose_file = on_editing, choose_file
        self._model = ui.SimpleStringModel("")
        self._editing = [
            self._model.subscribe_begin_edit_fn(lambda model: on_editing(True)),
            self._model.subscribe_end_edit_fn(lambda model: self._on_typed()),
        ]
        self.known_buttons: dict[str, ui.Button] = {}
        """Buttons of the files that other steps have made, by what is in them."""
        self.field: ui.StringField | None = None
        self.choose_button: ui.Button | None = None

    @property
    def text(self) -> str:
        """The file that is named; empty for none."""
        return self._model.get_value_as_string().strip()

    def name(self, path: str) -> None:
        """Name another file."""
        self._model.set_value(path)

    def enable_known(self) -> None:
        """Let the project's files be chosen that are there."""
        for name, button in self.known_buttons.items():
            button.enabled = self._is_there(name)

    def open_latest(self) -> None:
        """Look at what the last step has made, unless a file is named."""
        known = [name for name in _KNOWN if self._is_there(name)]
        if known and not self.text:
            self._open_known(known[-1])

    def build(self) -> None:
        """Add it to the current container."""
        section("FILE")
        with ui.HStack(height=26, spacing=4):
            for name, title in _KNOWN.items():
                self.known_buttons[name] = ui.Button(title, name="small", clicked_fn=partial(self._open_known, name))
        self.enable_known()
        with ui.HStack(height=style.ROW, spacing=style.GAP):
            self.field = ui.StringField(self._model)
            self.choose_button = build_choose_button(self._choose)

    def destroy(self) -> None:
        """Release the widgets."""
        self._editing = []
        self.known_buttons.clear()
        self.field = self.choose_button = None

    def _open_known(self, name: str) -> None:
        self._on_file(self._project.output(name))

    def _is_there(self, name: str) -> bool:
        return bool(text := self._project.output(name).strip()) and os.path.isfile(self._project.path(text))

    def _choose(self) -> None:
        self._choose_file(FileRequest("File", start=self._model.get_value_as_string()), self._on_file)

    def _on_typed(self) -> None:
        self._on_editing(False)
        if self.text:
            self._on_file(self._model.get_value_as_string())
