# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the window asks of the program it lives in."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine


class Host(ABC):
    """The surrounding program: its loop, its settings, its menu."""

    @abstractmethod
    async def next_update(self) -> None:
        """Wait for the next frame. What follows runs outside of any update callback."""

    @abstractmethod
    def spawn(self, coroutine: Coroutine) -> asyncio.Task:
        """Run a coroutine on the program's loop."""

    @abstractmethod
    def setting(self, name: str, default):
        """Return a setting of this extension that a user or an app file may have made."""

    @abstractmethod
    def recall(self, name: str) -> str:
        """Return a text that was remembered, maybe in an earlier run; empty if there is none."""

    @abstractmethod
    def remember(self, name: str, text: str) -> None:
        """Keep a text beyond this run."""

    @abstractmethod
    def log_error(self, text: str) -> None:
        """Write something that a developer has to see into the program's log."""

    def add_menu_item(
        self, title: str, on_click: Callable[[], None], is_ticked: Callable[[], bool]
    ) -> Callable[[], None]:
        """Put an item into the menu where windows are listed, if there is a menu; return what removes it."""
        return lambda: None

    @abstractmethod
    def hold_physics(self) -> None:
        """Keep the program from stepping physics itself; called as long as a stage of ours does the stepping."""

    @abstractmethod
    def release_physics(self) -> None:
        """Undo `hold_physics`. Harmless without it."""
