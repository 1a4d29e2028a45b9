# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rows of a form: a label and an input widget. A row keeps its place and height whatever is in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import omni.ui as ui

from ..file_dialog.dialog import build_choose_button
from ..widgets import style
from ..widgets.paths import keep_end
from .fields import EXISTING, Field

_LONG = 24


class Entry:
    """One value of a form. It outlives the widgets, which are rebuilt when the layout changes.

    Args:
        field: The field.
        text: Its first text.
        on_change: Called with the new text.
        on_editing: Called with whether text is being typed into the row.
        explain: Returns an explanation of a choice, which is shown in a line under the row; None for no such line.
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
        self._on_change, self._on_editing = on_change, on_editing
        self._on_choose = on_choose
        self._explain = explain
        self._choices = field.choices
        """The choices that are shown."""
        self._problem = ""
        self._problem_label: ui.Label | None = None
        self._explanation: ui.Label | None = None
        self._path_label: ui.Label | None = None
        """Shows the end of a path that is longer than its field."""
        self.segments: dict[str, ui.Button] = {}
        """Buttons of a choice that is made by one click."""
        self._is_edited = False
        self._subscriptions = [
            self._model.subscribe_value_changed_fn(lambda model: self._changed()),
            self._model.subscribe_begin_edit_fn(lambda model: self._edited(True)),
            self._model.subscribe_end_edit_fn(lambda model: self._edited(False)),
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
        """What is wrong with the value; the row is marked by it."""
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
                with ui.HStack(height=20, spacing=style.GAP):
                    ui.Label(self.described.label, name="dim", width=0, tooltip=self.described.tooltip)
                    self._problem_label = ui.Label(
                        "", name="problem", elided_text=True, alignment=ui.Alignment.RIGHT_CENTER
                    )
            with ui.HStack(height=style.ROW, spacing=style.GAP):
                if wide:
                    self.field = self._build_combo() if self._choices else self._build_path()
                    if self.described.role and self._on_choose is not None:
                        self.choose_button = build_choose_button(partial(self._on_choose, self))
                elif self._is_switch:
                    self._build_switch()
                else:
                    tooltip = self.described.tooltip
                    ui.Label(self.described.label, name="dim", width=style.LABEL_WIDTH, tooltip=tooltip)
                    if self.described.name == EXISTING:
                        self.field = self._build_segments()
                    else:
                        self.field = self._build_combo() if self._choices else self._build_text()
                    if self.described.unit:
                        ui.Label(self.described.unit, name="hint", width=0, tooltip=tooltip)
            if self._explain is not None:
                self._explanation = ui.Label("", name="hint", elided_text=True, height=16)
        self._apply()

    def show_problem(self, text: str) -> None:
        """Mark the row with an error message; empty for none."""
        if text != self._problem:
            self._problem = text
            self._apply()

    def explain_again(self) -> None:
        """Update the explanation: what it depends on may have changed."""
        if self._explanation is not None and (text := self._explain(self.value)) != self._explanation.text:
            self._explanation.text = self._explanation.tooltip = text

    def set_enabled(self, enabled: bool) -> None:
        for widget in (self.field, self.choose_button, *self.segments.values()):
            if widget is not None and widget.enabled != enabled:
                widget.enabled = enabled

    def destroy(self) -> None:
        self._subscriptions = []
        self._selection = None
        self.field = self.choose_button = self._combo = None
        self._problem_label = self._explanation = self._path_label = None
        self.segments.clear()

    def _changed(self) -> None:
        if self._combo is not None and self.value in self._choices:
            index = self._combo.model.get_item_value_model(None, 0)
            if index.get_value_as_int() != (wanted := self._choices.index(self.value)):
                index.set_value(wanted)
        self._apply()
        self._on_change(self.value)

    def _build_text(self) -> ui.Widget:
        return ui.StringField(self._model, height=style.ROW)

    def _build_path(self) -> ui.Widget:
        stack = ui.ZStack(height=style.ROW)
        with stack:
            field = self._build_text()
            with ui.HStack():
                ui.Spacer(width=5)
                # A field shows the beginning of a long path, and what matters is its end.
                with ui.ZStack(visible=False) as self._path_box:
                    with ui.VStack():
                        ui.Spacer(height=2)
                        ui.Rectangle(name="cover")
                        ui.Spacer(height=2)
                    self._path_label = ui.Label("")
                ui.Spacer(width=3)
        return field

    def _build_segments(self) -> ui.Widget:
        self.segments.clear()
        stack = ui.HStack(height=style.ROW, spacing=2)
        with stack:
            for choice in self._choices:
                self.segments[choice] = ui.Button(
                    choice,
                    name="segment",
                    tooltip=self.described.tooltip,
                    clicked_fn=partial(self._model.set_value, choice),
                )
        return stack

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
        if self.field is None:
            return
        if self._problem_label is not None:
            self._problem_label.text = self._problem_label.tooltip = self._problem
        self.explain_again()
        for choice, button in self.segments.items():
            button.name = "segment_chosen" if choice == self.value else "segment"
        if not self._is_switch and not self.segments:
            self.field.name = "wrong" if self._problem else ""
        self._show_end()

    def _edited(self, begins: bool) -> None:
        self._is_edited = begins
        self._show_end()
        self._on_editing(begins)

    def _show_end(self) -> None:
        """Show the end of a path that is too long for its field, unless it is being typed."""
        if self._path_label is None:
            return
        room = int((style.FORM_WIDTH - 120) / style.CHARACTER)
        short = keep_end(self.value, room)
        self._path_box.visible = short != self.value and not self._is_edited
        self._path_label.text = short
        self.field.tooltip = self.value if short != self.value else ""
