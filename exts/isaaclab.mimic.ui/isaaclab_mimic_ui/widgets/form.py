# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rows of a form: a label, something to fill in, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

import omni.ui as ui

from . import style

_MODELS = {str: ui.SimpleStringModel, int: ui.SimpleIntModel, bool: ui.SimpleBoolModel}
_GETTERS = {str: "get_value_as_string", int: "get_value_as_int", bool: "get_value_as_bool"}


class Entry:
    """One value of a form. It outlives the widgets, which are built anew when the layout changes.

    Args:
        value: What to begin with; its type decides what can be filled in.
        on_change: Called with the new value.
        label: What the row is called.
        tooltip: What hovering it explains.
    """

    def __init__(self, value: str | int | bool, on_change: Callable[[object], None], label: str, tooltip: str) -> None:
        kind = type(value)
        self.label = label
        self.field: ui.Widget | None = None
        self._tooltip = tooltip
        self._kind = kind
        self._model = _MODELS[kind](value)
        self._problem = ""
        self._problem_label: ui.Label | None = None
        self._subscription = self._model.subscribe_value_changed_fn(lambda model: on_change(self.value))

    @property
    def value(self) -> str | int | bool:
        return getattr(self._model, _GETTERS[self._kind])()

    @value.setter
    def value(self, value: str | int | bool) -> None:
        self._model.set_value(value)

    @property
    def problem(self) -> str:
        """What is said under the row to be wrong with its value."""
        return self._problem

    def build(self) -> None:
        """Add the row to the current container."""
        with ui.VStack(height=0, spacing=2):
            with ui.HStack(height=style.ROW, spacing=style.GAP):
                if self._kind is bool:
                    self._build_check_box()
                else:
                    ui.Label(self.label, name="dim", width=style.LABEL_WIDTH, tooltip=self._tooltip)
                    self.field = self._build_field()
            self._build_below()

    def show_problem(self, text: str) -> None:
        """Say under the row what is wrong with its value; empty if nothing is."""
        if text == self._problem:
            return
        self._problem = text
        self._apply_problem()

    def set_enabled(self, enabled: bool) -> None:
        if self.field is not None and self.field.enabled != enabled:
            self.field.enabled = enabled

    def destroy(self) -> None:
        self._subscription = None
        self.field = self._problem_label = None

    def _build_field(self) -> ui.Widget:
        return (ui.StringField if self._kind is str else ui.IntField)(self._model, height=style.ROW)

    def _build_check_box(self) -> None:
        ui.Spacer(width=style.LABEL_WIDTH)
        with ui.VStack(width=18):
            ui.Spacer()
            self.field = ui.CheckBox(self._model, width=18, height=18)
            ui.Spacer()
        # A click on the words counts, as everywhere else.
        ui.Label(self.label, tooltip=self._tooltip).set_mouse_pressed_fn(
            lambda x, y, button, modifier: self._toggle() if button == 0 and self.field.enabled else None
        )

    def _toggle(self) -> None:
        self.value = not self.value

    def _build_below(self) -> None:
        """Add what stands under the field."""
        with ui.HStack(height=0, spacing=style.GAP):
            ui.Spacer(width=style.LABEL_WIDTH)
            self._problem_label = ui.Label("", name="problem", word_wrap=True, height=0)
        self._apply_problem()

    def _apply_problem(self) -> None:
        if self._problem_label is None:
            return
        self._problem_label.text = self._problem
        self._problem_label.visible = bool(self._problem)
        if self._kind is not bool:
            self.field.name = "wrong" if self._problem else ""


class Choice(Entry):
    """A text of which there are only a few, each with an explanation that is shown under it.

    Args:
        value: What to begin with.
        on_change: Called with the new value.
        label: What the row is called.
        tooltip: What hovering it explains.
        explanations: What there is to choose from -> what it means.
    """

    def __init__(
        self,
        value: str,
        on_change: Callable[[object], None],
        label: str,
        tooltip: str,
        explanations: dict[str, str],
    ) -> None:
        super().__init__(value, on_change, label, tooltip)
        self._explanations = explanations
        self._explanation_label: ui.Label | None = None

    def _build_below(self) -> None:
        super()._build_below()
        with ui.HStack(height=0, spacing=style.GAP):
            ui.Spacer(width=style.LABEL_WIDTH)
            self._explanation_label = ui.Label(self._explanations[self.value], name="hint", word_wrap=True, height=0)

    def _build_field(self) -> ui.Widget:
        names = list(self._explanations)
        box = ui.ComboBox(names.index(self.value), *names, height=style.ROW)
        self._selection = box.model.subscribe_item_changed_fn(lambda model, item: self._on_selected(names, model))
        return box

    def _on_selected(self, names: list[str], model: ui.AbstractItemModel) -> None:
        self.value = names[model.get_item_value_model(None, 0).get_value_as_int()]
        self._explanation_label.text = self._explanations[self.value]

    def destroy(self) -> None:
        self._selection = self._explanation_label = None
        super().destroy()
