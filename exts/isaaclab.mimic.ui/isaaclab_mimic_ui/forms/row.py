# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rows of a form: a label, an input widget, and an error message."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import omni.ui as ui

from ..file_dialog.dialog import build_choose_button
from ..widgets import style
from .fields import Field

_LONG = 24


class Entry:
    """One value of a form. It outlives the widgets, which are rebuilt when the layout changes.

    Args:
        field: The field.
        text: Its first text.
        on_change: Called with the new text.
        on_editing: Called with whether text is being typed into the row.
        explain: Returns an explanation of a choice, which is shown under the row.
        on_choose: Lets the user choose a file or folder for the row.
    """

    def __init__(
        self,
        field: Field,
        text: str,
        on_change: Callable[[str], None],
        on_editing: Callable[[bool], None],
        explain: Callable[[str], str] | None = None,
        on_choose: Callable[[Entry], None] | None = None,
    ) -> None:
        self.described = field
        self.field: ui.Widget | None = None
        self.choose_button: ui.Button | None = None
        """The button beside a field for a file or folder."""
        self._is_switch = field.is_switch
        self._model = (ui.SimpleBoolModel if self._is_switch else ui.SimpleStringModel)(
            text == "True" if self._is_switch else text
        )
        self._on_change = on_change
        self._on_choose = on_choose
        self._explain = explain or (lambda text: "")
        self._choices = field.choices
        """The choices that are shown."""
        self._problem = ""
        self._labels: tuple[ui.Label, ui.Label] | None = None
        self._subscriptions = [
            self._model.subscribe_value_changed_fn(lambda model: self._changed()),
            self._model.subscribe_begin_edit_fn(lambda model: on_editing(True)),
            self._model.subscribe_end_edit_fn(lambda model: on_editing(False)),
        ]
        self._combo: ui.ComboBox | None = None

    @property
    def value(self) -> str:
        """The text in the row; `True` or `False` for a switch."""
        return str(self._model.get_value_as_bool()) if self._is_switch else self._model.get_value_as_string()

    @value.setter
    def value(self, value: object) -> None:
        text = self.described.to_text(value)
        if text != self.value:
            self._model.set_value(text == "True" if self._is_switch else text)

    @property
    def problem(self) -> str:
        """The error message under the row."""
        return self._problem

    @property
    def is_outdated(self) -> bool:
        """Whether the choices differ from those that are shown."""
        return self.described.follows_plugins and self._choices != self.described.choices

    def build(self) -> None:
        """Add the row to the current container."""
        # Paths and tasks are long, so they get the whole width and a label above.
        self._choices = self.described.choices
        wide = self.described.role is not None or any(len(choice) > _LONG for choice in self._choices)
        with ui.VStack(height=0, spacing=2):
            if wide:
                ui.Label(self.described.label, name="dim", height=20, tooltip=self.described.tooltip)
            with ui.HStack(height=style.ROW, spacing=style.GAP):
                if wide:
                    self.field = self._build_combo() if self._choices else self._build_text()
                    if self.described.role and self._on_choose is not None:
                        self.choose_button = build_choose_button(partial(self._on_choose, self))
                elif self._is_switch:
                    self._build_switch()
                else:
                    tooltip = self.described.tooltip
                    ui.Label(self.described.label, name="dim", width=style.LABEL_WIDTH, tooltip=tooltip)
                    self.field = self._build_combo() if self._choices else self._build_text()
                    if self.described.unit:
                        ui.Label(self.described.unit, name="hint", width=0, tooltip=tooltip)
            with ui.HStack(height=0, spacing=style.GAP):
                if not wide:
                    ui.Spacer(width=style.LABEL_WIDTH)
                with ui.VStack(height=0):
                    problem = ui.Label("", name="problem", word_wrap=True, height=0)
                    self._labels = problem, ui.Label("", name="hint", word_wrap=True, height=0)
        self._apply()

    def show_problem(self, text: str) -> None:
        """Show an error message under the row; empty for none."""
        if text != self._problem:
            self._problem = text
            self._apply()

    def set_enabled(self, enabled: bool) -> None:
        for widget in (self.field, self.choose_button):
            if widget is not None and widget.enabled != enabled:
                widget.enabled = enabled

    def destroy(self) -> None:
        self._subscriptions = []
        self._selection = None
        self.field = self.choose_button = self._combo = self._labels = None

    def _changed(self) -> None:
        if self._combo is not None and self.value in self._choices:
            index = self._combo.model.get_item_value_model(None, 0)
            if index.get_value_as_int() != (wanted := self._choices.index(self.value)):
                index.set_value(wanted)
        self._apply()
        self._on_change(self.value)

    def _build_text(self) -> ui.Widget:
        return ui.StringField(self._model, height=style.ROW)

    def _build_combo(self) -> ui.Widget:
        choices = self._choices
        index = choices.index(self.value) if self.value in choices else 0
        self._combo = ui.ComboBox(index, *choices, height=style.ROW)
        self._selection = self._combo.model.subscribe_item_changed_fn(lambda model, item: self._selected(model))
        return self._combo

    def _selected(self, model: ui.AbstractItemModel) -> None:
        self.value = self._choices[model.get_item_value_model(None, 0).get_value_as_int()]

    def _build_switch(self) -> None:
        ui.Spacer(width=style.LABEL_WIDTH)
        with ui.VStack(width=18):
            ui.Spacer()
            self.field = ui.CheckBox(self._model, width=18, height=18)
            ui.Spacer()
        # A click on the label works, too.
        ui.Label(self.described.label, tooltip=self.described.tooltip).set_mouse_pressed_fn(
            lambda x, y, button, modifier: self._toggle() if button == 0 and self.field.enabled else None
        )

    def _toggle(self) -> None:
        self._model.set_value(not self._model.get_value_as_bool())

    def _apply(self) -> None:
        if self._labels is None:
            return
        for label, text in zip(self._labels, (self._problem, self._explain(self.value)), strict=True):
            label.text = text
            label.visible = bool(text)
        if not self._is_switch:
            self.field.name = "wrong" if self._problem else ""
