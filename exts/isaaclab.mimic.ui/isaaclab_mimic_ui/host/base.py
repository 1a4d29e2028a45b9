# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The interface between the window and the program around it."""

from __future__ import annotations

import asyncio
import webbrowser
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import omni.ui as ui

type OnKey = Callable[[str, bool, int, float], bool]
"""Called with a key's name (as carb.input spells it), whether it went down, the modifiers (see `keys`), and when that
was, as `time.monotonic()` [s]; returns whether nobody else should get the key."""


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
        """Write an error for developers into the program's log."""

    def open_in_browser(self, address: str | Path) -> None:
        """Show a page or a local file in the user's browser."""
        webbrowser.open(address.absolute().as_uri() if isinstance(address, Path) else address)

    @abstractmethod
    def copy(self, text: str) -> None:
        """Put a text into the clipboard."""

    def add_menu_item(
        self, title: str, on_click: Callable[[], None], is_ticked: Callable[[], bool]
    ) -> Callable[[], None]:
        """Put an item into the menu where windows are listed, if there is a menu; return what removes it."""
        return lambda: None

    def refresh_menu(self) -> None:
        """Update the ticks of our menu items."""
        return

    @abstractmethod
    def listen_to_keys(self, window: ui.Window, on_key: OnKey) -> Callable[[], None]:
        """Listen to the keyboard.

        Args:
            window: The Mimic window.
            on_key: Handles keys.

        Returns:
            What ends it.
        """

    def hurry(self) -> None:
        """Paint the next frames as soon as possible, to respond to input. Kit does so anyway."""
        return

    def stay_awake(self) -> None:
        """Keep painting at the usual rate for a moment, because something moves by itself. Kit does so anyway."""
        return

    def claim_keys(self, claimed: bool) -> None:
        """Keep keys from moving the focus through widgets while they drive or mark.

        To be called once a frame. Where keys that are taken reach nobody else, there is nothing to do.
        """
        return

    def listen_to_gamepad(self, request: Callable[..., None], wanted: Callable[[], bool]) -> Callable[[], None]:
        """Pass the program's gamepad on, if it has one.

        Args:
            request: Called with `gamepad`, and `control` and `value` by name, as `Stage.request` is.
            wanted: Whether the gamepad drives now; if not, every control reads as at rest.

        Returns:
            What ends it.
        """
        return lambda: None

    @abstractmethod
    def has_attention(self, window: ui.Window) -> bool:
        """Whether keys that are pressed now are meant for the simulation or the window."""

    def is_looked_at(self, window: ui.Window) -> bool:
        """Whether the user has the window in front; also where that is not known."""
        return True

    def notify(self, title: str, text: str, failed: bool) -> None:
        """Tell the user of something that has ended, outside of the window, where the program can.

        Args:
            title, text: What it says.
            failed: Whether it is about an error.
        """
        return

    def show_title(self, title: str) -> None:
        """Change the title of the program's window, if the program is ours."""
        return

    @abstractmethod
    def hold_physics(self) -> None:
        """Keep the program from stepping physics itself; called as long as a stage of ours does the stepping."""

    @abstractmethod
    def release_physics(self) -> None:
        """Undo `hold_physics`. Harmless without it."""

    def unsaved_stage(self) -> str:
        """Name the open stage if it has unsaved changes, because a simulation replaces it; empty if there is none."""
        return ""

    def why_worker(self) -> str:
        """Say why this program's own process cannot simulate; empty if it can."""
        return ""

    def ask_before_quitting(self, may_quit: Callable[[], bool]) -> Callable[[], None]:
        """Ask before the program ends, if it does not ask by itself; return what ends that.

        Args:
            may_quit: Whether it may end now.
        """
        return lambda: None

    def before_shutdown(self, finish: Callable[[], None]) -> Callable[[], None]:
        """Call something before the program ends, however it ends; return what takes that back.

        Args:
            finish: What to do. The program may end right after it, without closing anything.
        """
        return lambda: None

    @property
    def has_viewport(self) -> bool:
        """Whether the program itself shows scenes."""
        return False

    def viewport_heading(self) -> float | None:
        """Return where the program's viewport looks: angle about z from +x [rad]; None without a viewport."""
        return None

    def draw_in_viewport(self, draw: Callable[[], None]) -> bool:
        """Replace what we have drawn in the program's viewport.

        Args:
            draw: Adds omni.ui.scene items, in the world's frame [m].

        Returns:
            Whether there is a viewport.
        """
        return False

    def clear_viewport(self) -> None:
        """Remove our drawing from the viewport, if there is one."""
        return
