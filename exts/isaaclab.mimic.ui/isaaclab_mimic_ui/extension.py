# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The extension: a menu item, the window behind it, and nothing left when it is disabled."""

from __future__ import annotations

import omni.ext
import omni.ui as ui

from .host.kit import KitHost
from .window import TITLE, MimicWindow

_instance: MimicExtension | None = None


def get_window() -> MimicWindow | None:
    """Return the Mimic window if it has been opened, for scripts and tests."""
    return _instance.window if _instance is not None else None


class MimicExtension(omni.ext.IExt):
    """Wires the window to Kit."""

    def on_startup(self, ext_id: str) -> None:
        global _instance
        _instance = self
        self.window: MimicWindow | None = None
        self._host = KitHost()
        # Kit's own menus and layouts open windows by their title through this.
        ui.Workspace.set_show_window_fn(TITLE, self.show)
        self._remove_menu_item = self._host.add_menu_item(TITLE, self.toggle, self.is_visible)
        self._stop_waiting = self._host.before_shutdown(self._finish)
        if self._host.setting("openAtStartup", False):
            self.show(True)

    def on_shutdown(self) -> None:
        global _instance
        _instance = None
        self._stop_waiting()
        self._remove_menu_item()
        ui.Workspace.set_show_window_fn(TITLE, None)
        if self.window is not None:
            self.window.destroy()
            self.window = None

    def is_visible(self) -> bool:
        return self.window is not None and self.window.visible

    def toggle(self) -> None:
        self.show(not self.is_visible())

    def show(self, visible: bool) -> None:
        """Show or hide the window; it is built when it is first shown."""
        if visible:
            if self.window is None:
                self.window = MimicWindow(self._host)
                # The window can also be hidden by its own close button.
                self.window.window.set_visibility_changed_fn(lambda visible: self._host.refresh_menu())
            self.window.show()
            # A new window does not report that it has become visible.
            self._host.refresh_menu()
        elif self.window is not None:
            self.window.hide()

    def _finish(self) -> None:
        """Save and stop everything, because Kit may end without shutting this extension down."""
        if self.window is not None:
            self.window.finish()
