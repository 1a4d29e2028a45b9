# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The demonstrations of a file as a table that is filtered, sorted and chosen from."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import omni.ui as ui

from ..dataset.table import CHECK, COLUMNS, KINDS, LENGTH, NAME, SOURCE, SUCCESS, DemoTable, Row
from ..keyboard.keys import CTRL, SHIFT
from . import style
from .layout import scrolled

_ROWS = 300
"""Rows that are built at most: find the others by a filter."""
_WIDTHS = {NAME: 92, LENGTH: 62, SUCCESS: 62, SOURCE: 84, CHECK: 0}
_NARROW = {NAME: 80, LENGTH: 56, SUCCESS: 56, CHECK: 0}
"""[px] Columns, and their widths; 0: what is left."""
_LEFT = 8


class DemoTableView:
    """Builds into the current container, and is built again with the panel; what was filled in is kept.

    Args:
        on_chosen: Called with a demonstration that is to be looked at.
        on_selection: Called with those that were chosen to do something with, as commands take them.
        on_editing: Called with whether text is being typed.
    """

    def __init__(
        self,
        on_chosen: Callable[[str], None],
        on_selection: Callable[[str], None],
        on_editing: Callable[[bool], None],
    ) -> None:
        self.table = DemoTable()
        self._on_chosen, self._on_selection = on_chosen, on_selection
        self._text = ui.SimpleStringModel("")
        self._subscriptions = [
            self._text.subscribe_value_changed_fn(lambda model: self._filter(model.get_value_as_string())),
            self._text.subscribe_begin_edit_fn(lambda model: on_editing(True)),
            self._text.subscribe_end_edit_fn(lambda model: on_editing(False)),
        ]
        self._shown = ""
        self._widths = _WIDTHS
        self._backs: dict[str, ui.Rectangle] = {}
        self._frame: ui.Frame | None = None
        self._said: ui.Label | None = None
        self.field: ui.StringField | None = None
        self.rows: dict[str, ui.ZStack] = {}
        self.kind_buttons: dict[str, ui.Button] = {}
        self.headings: dict[str, ui.Button] = {}
        self.all_button: ui.Button | None = None

    def show(self, demo: str) -> None:
        """Mark the demonstration that is looked at; empty for none."""
        self._shown = demo
        self._mark()

    def take_findings(self, findings: list[tuple[str, str, str]] | None) -> None:
        """Show what a check has found; None if there was no check."""
        self.table.take_findings(findings)
        self._refill()

    def destroy(self) -> None:
        self._subscriptions = []
        self._forget()

    def _forget(self) -> None:
        for each in (self.rows, self._backs, self.kind_buttons, self.headings):
            each.clear()
        self._frame = self._said = self.field = self.all_button = None

    def build(self, height: int | None) -> None:
        """Add the table to the current container.

        Args:
            height: Of the list, in a narrow window [px]; None for what is left, in a wide one.
        """
        self._forget()
        self._widths = _WIDTHS if height is None else _NARROW
        sizes = {} if height is None else {"height": height}
        with ui.VStack(spacing=4, **({} if height is None else {"height": 0})):
            with ui.HStack(height=24, spacing=3):
                for kind, (label, tooltip) in KINDS.items():
                    self.kind_buttons[kind] = ui.Button(label, tooltip=tooltip, clicked_fn=partial(self._show, kind))
            with ui.HStack(height=style.ROW, spacing=style.GAP):
                ui.Label("Filter", name="dim", width=44)
                self.field = ui.StringField(self._text)
                self.field.set_tooltip(
                    "Words and conditions, all of which have to be met:\n"
                    "demo_3   length<300   source=demo_2   seed=7   success=true\n"
                    "A word is looked for in names, sources, attributes and findings."
                )
                self.all_button = ui.Button("Choose all", name="small", width=86, clicked_fn=self._choose_shown)
                self.all_button.set_tooltip("Choose all that are shown, or none.")
            with ui.ZStack(**sizes):
                ui.Rectangle(name="inset")
                with ui.VStack(spacing=1):
                    with ui.HStack(height=22):
                        ui.Spacer(width=_LEFT - 4)
                        for column, width in self._widths.items():
                            title, tooltip = COLUMNS[column]
                            self.headings[column] = ui.Button(
                                title,
                                name="heading",
                                tooltip=tooltip,
                                clicked_fn=partial(self._sort, column),
                                **({"width": width} if width else {}),
                            )
                    self._frame = ui.Frame()
            self._said = ui.Label("", name="hint", height=0, word_wrap=True)
        self._refill()

    def _refill(self) -> None:
        """Show the rows anew."""
        if self._frame is None:
            return
        self.rows.clear()
        self._backs.clear()
        shown = self.table.shown
        with self._frame, scrolled(1):
            for row in shown[:_ROWS]:
                self._build_row(row)
            if len(shown) > _ROWS:
                ui.Label(f"   {len(shown) - _ROWS} more: filter for them.", name="hint", height=24)
            elif not shown and self.table.rows:
                ui.Label("   None is like this.", name="hint", height=24)
        for kind, button in self.kind_buttons.items():
            button.name = "segment_chosen" if kind == self.table.kind else "segment"
        for column, button in self.headings.items():
            arrow = {False: "", True: " v" if self.table.falling else " ^"}[column == self.table.column]
            button.text = COLUMNS[column][0] + arrow
        self._mark()

    def _build_row(self, row: Row) -> None:
        widget = ui.ZStack(height=24)
        with widget:
            self._backs[row.name] = ui.Rectangle(name="rail_item")
            with ui.HStack():
                ui.Spacer(width=_LEFT)
                widths = self._widths
                ui.Label(row.name, name="log", width=widths[NAME], elided_text=True, tooltip=row.name)
                ui.Label(str(row.length), name="hint", width=widths[LENGTH])
                success = {True: "yes", False: "failed", None: ""}[row.success]
                ui.Label(success, name="log_warning" if row.success is False else "hint", width=widths[SUCCESS])
                if SOURCE in widths:
                    sources = ", ".join(name.removeprefix("demo_") for name in row.sources)
                    tooltip = ", ".join(row.sources)
                    ui.Label(sources, name="hint", width=widths[SOURCE], elided_text=True, tooltip=tooltip)
                found = row.worst or ("good" if self.table.is_checked else "")
                name = {"error": "log_problem", "warning": "log_warning"}.get(row.worst, "hint")
                said = "\n".join(f"{level}: {message}" for level, message in row.findings)
                ui.Label(found, name=name, elided_text=True, tooltip=said)
        widget.set_mouse_pressed_fn(
            lambda x, y, button, held, row=row: self._click(row.name, held) if not button else 0
        )
        self.rows[row.name] = widget

    def _mark(self) -> None:
        for name, back in self._backs.items():
            picked = self.table.several and name in self.table.chosen
            back.name = "picked" if picked else "rail_chosen" if name == self._shown else "rail_item"
        if self._said is not None:
            self._said.text = self.table.said

    def _click(self, name: str, held: int) -> None:
        self.table.click(name, bool(held & CTRL), bool(held & SHIFT))
        self._mark()
        self._on_selection(self.table.selection)
        if not held & (CTRL | SHIFT):
            self._on_chosen(name)

    def _choose_shown(self) -> None:
        self.table.choose_shown()
        self._mark()
        self._on_selection(self.table.selection)

    def _filter(self, text: str) -> None:
        self.table.text = text
        self._refill()

    def _show(self, kind: str) -> None:
        self.table.kind = kind
        self._refill()

    def _sort(self, column: str) -> None:
        self.table.sort_by(column)
        self._refill()
