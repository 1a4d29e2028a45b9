# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Kit, with or without Isaac Sim around it. Everything here that a bare Kit lacks is asked for before it is used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import carb
import carb.settings
import omni.kit.app
from omni.kit.async_engine import run_coroutine

from .base import Host

_SETTINGS = "/exts/isaaclab.mimic.ui"
_PERSISTENT = f"/persistent{_SETTINGS}"
_PLAY_SIMULATIONS = "/app/player/playSimulations"
_MENU = "Window"


class KitHost(Host):
    """The window's host inside Kit."""

    def __init__(self) -> None:
        self._settings = carb.settings.get_settings()
        self._holding_physics = False
        self._played_simulations: bool | None = None

    async def next_update(self) -> None:
        await omni.kit.app.get_app().next_update_async()

    def spawn(self, coroutine: Coroutine) -> asyncio.Task:
        return run_coroutine(coroutine)

    def setting(self, name: str, default):
        value = self._settings.get(f"{_SETTINGS}/{name}")
        return default if value is None else value

    def recall(self, name: str) -> str:
        return self._settings.get(f"{_PERSISTENT}/{name}") or ""

    def remember(self, name: str, text: str) -> None:
        self._settings.set(f"{_PERSISTENT}/{name}", text)

    def log_error(self, text: str) -> None:
        carb.log_error(text)

    def add_menu_item(
        self, title: str, on_click: Callable[[], None], is_ticked: Callable[[], bool]
    ) -> Callable[[], None]:
        try:
            from omni.kit.menu.utils import MenuItemDescription, add_menu_items, remove_menu_items
        except ImportError:
            return lambda: None
        items = [
            MenuItemDescription(name=title, ticked=True, ticked_fn=is_ticked, onclick_fn=lambda *arguments: on_click())
        ]
        add_menu_items(items, _MENU)
        return lambda: remove_menu_items(items, _MENU)

    def hold_physics(self) -> None:
        """Keep Isaac Sim's loop from stepping physics a second time.

        Isaac Lab switches this setting back on whenever it initialises or resets a simulation, so it is held anew
        after each step.
        """
        if not self._holding_physics:
            self._holding_physics = True
            self._played_simulations = self._settings.get(_PLAY_SIMULATIONS)
        self._settings.set(_PLAY_SIMULATIONS, False)

    def release_physics(self) -> None:
        if not self._holding_physics:
            return
        self._holding_physics = False
        if self._played_simulations is None:
            self._settings.destroy_item(_PLAY_SIMULATIONS)
        else:
            self._settings.set(_PLAY_SIMULATIONS, self._played_simulations)
