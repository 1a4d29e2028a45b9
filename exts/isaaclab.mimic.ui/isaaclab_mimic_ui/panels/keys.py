# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The table of keys, shown, and changed by pressing another one; below it a setting, and a report of the program."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import omni.ui as ui

from ..keyboard.hotkeys import ACTIONS, SCOPES, Hotkeys
from ..keyboard.keys import Key
from ..running.notifier import Notifier
from ..widgets import style
from ..widgets.layout import card, scrolled, section
from ..widgets.report_card import ReportCard

_WIDE = 930
"""[px] From this width on the columns of keys are beside each other."""


class KeysPanel:
    """Builds into the current container.

    Args:
        hotkeys: The table.
        notifier: Can be switched off here.
        width: Returns how much room there is [px].
    """

    def __init__(self, hotkeys: Hotkeys, notifier: Notifier, width: Callable[[], float]) -> None:
        self._hotkeys = hotkeys
        self.notifications = ui.SimpleBoolModel(notifier.wanted)
        """Whether long work that has ended is told outside of the window."""
        self._on_notifications = self.notifications.subscribe_value_changed_fn(
            lambda model: notifier.want(model.get_value_as_bool())
        )
        self._width, self._wide = width, True
        self.buttons: dict[str, ui.Button] = {}
        self.notifications_box: ui.CheckBox | None = None
        self.report: ReportCard | None = None
        self.trouble = ""
        """Why the last change was refused; empty if it was not."""
        self._frame = ui.Frame(build_fn=self._build)

    def on_shown(self) -> None:
        self._frame.rebuild()

    def refresh(self) -> None:
        if self._wide != (self._width() >= _WIDE):
            self._frame.rebuild()

    def actions(self) -> dict:
        return {}

    def destroy(self) -> None:
        self._hotkeys.capture(None)
        self.buttons.clear()
        self._on_notifications = self.notifications_box = None
        if self.report is not None:
            self.report.destroy()
        self._frame.destroy()

    def change(self, id: str) -> None:
        """Wait for the key that an action shall have."""
        self.buttons[id].text = "Press a key"
        self._hotkeys.capture(partial(self._rebind, id))

    def _rebind(self, id: str, key: Key) -> None:
        self.trouble = ""
        try:
            self._hotkeys.rebind(id, key)
        except ValueError as error:
            self.trouble = str(error)
        self._frame.rebuild()

    def _restore(self) -> None:
        self._hotkeys.restore_defaults()
        self.trouble = ""
        self._frame.rebuild()

    def _build(self) -> None:
        self.buttons.clear()
        self._wide = self._width() >= _WIDE
        with card(True):
            with ui.HStack(height=26, spacing=style.GAP):
                ui.Label(
                    "Click a key, then press the one you want. Keys are active only where they are of use, and never "
                    "while you type into a field.",
                    name="hint",
                    word_wrap=True,
                )
                ui.Button("Restore all", name="small", width=100, clicked_fn=self._restore)
            if self.trouble:
                ui.Label(self.trouble, name="problem", height=0, word_wrap=True)
            with scrolled(2 * style.PADDING, horizontal=self._wide):
                for scope, title in SCOPES.items():
                    with ui.VStack(height=0, spacing=4):
                        section(title.upper())
                        for action in ACTIONS.values():
                            if action.scope == scope:
                                self._build_row(action.id, action.title)
            with ui.HStack(height=20, spacing=style.GAP):
                with ui.VStack(width=18):
                    ui.Spacer()
                    self.notifications_box = ui.CheckBox(self.notifications, width=18, height=18)
                    ui.Spacer()
                ui.Label("Notify me of long work that ends while I do not look at this window", name="hint")
            self.report = ReportCard()

    def _build_row(self, id: str, title: str) -> None:
        key = self._hotkeys.keys[id]
        changed = key != ACTIONS[id].default
        with ui.HStack(height=24, spacing=style.GAP):
            self.buttons[id] = ui.Button(
                key.shown if key else "none", name="small", width=110, clicked_fn=partial(self.change, id)
            )
            ui.Label(title + (f"  (was {ACTIONS[id].default.shown})" if changed else ""), name="log")
