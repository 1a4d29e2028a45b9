# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The part of the Dataset panel that makes other files: keep, leave out, merge, export, film."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import omni.ui as ui

from isaaclab_mimic_core.option import Role

from ..dataset.commands import EDITS
from ..file_dialog.dialog import build_choose_button
from ..file_dialog.listing import FileRequest
from . import style

_ROWS = {
    "demos": (
        "Demonstrations",
        "Names, numbers and ranges, for example 0-4,7,10-; for LeRobot and videos all if empty.",
    ),
    "other": ("File to add", "The file whose demonstrations are added by Merge."),
    "output": ("Output", "The file to write; for LeRobot and videos, the folder. Nothing that exists is replaced."),
}
_FILES = {"other": Role.INPUT_FILE, "output": Role.OUTPUT_FILE}
"""Rows that name a file."""


class EditCard:
    """Build into the current container. It is built again with the panel, and keeps what was filled in.

    Args:
        on_edit: Called with what to do, and what was filled in for demos, other and output.
        on_editing: Called with whether text is being typed.
        choose_file: Lets the user choose a file, and hands the path to its second argument.
    """

    def __init__(
        self,
        on_edit: Callable[[str, str, str, str], None],
        on_editing: Callable[[bool], None],
        choose_file: Callable[[FileRequest, Callable[[str], None]], None],
    ) -> None:
        self._on_edit = on_edit
        self._selection = ""
        self._choose_file = choose_file
        self.models = {name: ui.SimpleStringModel("") for name in _ROWS}
        self.fields: dict[str, ui.StringField] = {}
        self.buttons: dict[str, ui.Button] = {}
        self._subscriptions = [
            subscription
            for model in self.models.values()
            for subscription in (
                model.subscribe_begin_edit_fn(lambda model: on_editing(True)),
                model.subscribe_end_edit_fn(lambda model: on_editing(False)),
            )
        ]

    def build(self) -> None:
        """Add the fields and buttons to the current container."""
        with ui.VStack(height=0, spacing=4):
            for name, (label, tooltip) in _ROWS.items():
                with ui.HStack(height=style.ROW, spacing=style.GAP):
                    ui.Label(label, name="dim", width=style.LABEL_WIDTH, tooltip=tooltip)
                    self.fields[name] = ui.StringField(self.models[name], tooltip=tooltip)
                    if name in _FILES:
                        build_choose_button(partial(self._choose, name))
            with ui.HStack(height=28, spacing=2):
                for by, (text, tooltip) in EDITS.items():
                    self.buttons[by] = ui.Button(
                        text, name="small", tooltip=tooltip, clicked_fn=lambda by=by: self.edit(by)
                    )

    def take_selection(self, demos: str) -> None:
        """Take the demonstrations that were chosen in the list, as commands take them; empty if there are none.

        Those that somebody has typed are kept until some are chosen.
        """
        if demos or self.models["demos"].get_value_as_string() == self._selection:
            self.models["demos"].set_value(demos)
        self._selection = demos

    def enable(self, enabled: bool) -> None:
        """Let the buttons be pressed, or not."""
        for button in self.buttons.values():
            button.enabled = enabled

    def destroy(self) -> None:
        self._subscriptions = []
        self.fields.clear()
        self.buttons.clear()

    def _choose(self, name: str) -> None:
        model = self.models[name]
        request = FileRequest(_ROWS[name][0], _FILES[name], model.get_value_as_string())
        self._choose_file(request, model.set_value)

    def edit(self, by: str) -> None:
        """Do what a button does."""
        self._on_edit(by, *(self.models[name].get_value_as_string().strip() for name in _ROWS))
