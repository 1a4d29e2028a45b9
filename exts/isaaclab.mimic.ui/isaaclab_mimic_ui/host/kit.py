# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Kit, with or without Isaac Sim. Parts that a bare Kit lacks are looked up before they are used."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine

import carb
import carb.eventdispatcher
import carb.input
import carb.settings
import omni.kit.app
import omni.ui as ui
from omni.kit.async_engine import run_coroutine

from isaaclab_mimic_core.devices.hosts.kit import KitInput
from isaaclab_mimic_core.plugins import GAMEPAD
from isaaclab_mimic_core.sim.host import inside_isaac_sim

from ..keyboard.keys import ALT, CTRL, SHIFT
from ..scene.camera import heading_of
from .base import Host, OnKey

_SETTINGS = "/exts/isaaclab.mimic.ui"
_PERSISTENT = f"/persistent{_SETTINGS}"
_INSIDE = "runInsideIsaacSim"
_PLAY_SIMULATIONS = "/app/player/playSimulations"
_OVERLAY = "isaaclab.mimic.ui"
"""Name of our layer over a viewport."""
_MODIFIERS = SHIFT | CTRL | ALT
_NOTIFIED = 10
"""[s] How long a notification is shown that is not about a failure."""
_BEFORE_THE_VIEWPORT = -100_000
"""Subscribers with a lower order are called first, and can consume an event."""


class KitHost(Host):
    """The window's host inside Kit."""

    def __init__(self) -> None:
        self._settings = carb.settings.get_settings()
        self._holding_physics = False
        self._played_simulations: bool | None = None
        self._overlay: tuple | None = None
        self._menus: tuple[str, ...] = ()

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

    def copy(self, text: str) -> None:
        try:
            from omni.kit import clipboard
        except ImportError:
            # A bare Kit with the parts of omni.ui that need no application.
            from omni.ui import _ui

            getattr(_ui, "_set_clipboard_text", lambda text: None)(text)
        else:
            clipboard.copy(text)

    def add_menu_item(
        self, title: str, on_click: Callable[[], None], is_ticked: Callable[[], bool]
    ) -> Callable[[], None]:
        try:
            from omni.kit.menu.utils import MenuItemDescription, add_menu_items, remove_menu_items
        except ImportError:
            return lambda: None

        def item() -> MenuItemDescription:
            return MenuItemDescription(
                name=title, ticked=True, ticked_fn=is_ticked, onclick_fn=lambda *arguments: on_click()
            )

        # Where windows are listed, and beside Isaac Sim's Teleop and Episode Recorder.
        places = {"Window": [item()], "Tools": [MenuItemDescription(name="Replicator", sub_menu=[item()])]}
        for menu, items in places.items():
            add_menu_items(items, menu)
        self._menus = tuple(places)

        def remove() -> None:
            self._menus = ()
            for menu, items in places.items():
                remove_menu_items(items, menu)

        return remove

    def refresh_menu(self) -> None:
        if self._menus:
            from omni.kit.menu.utils import refresh_menu_items

            for menu in self._menus:
                refresh_menu_items(menu)

    def listen_to_keys(self, window: ui.Window, on_key: OnKey) -> Callable[[], None]:
        try:
            import omni.appwindow

            keyboard = omni.appwindow.get_default_app_window().get_keyboard()
        except (ImportError, AttributeError):
            # A Kit without a window has no keyboard either.
            return lambda: None
        interface = carb.input.acquire_input_interface()
        kinds = carb.input.KeyboardEventType
        down = {kinds.KEY_PRESS: True, kinds.KEY_REPEAT: True, kinds.KEY_RELEASE: False}

        def on_event(event: carb.input.InputEvent) -> bool:
            keyboard_event = event.event
            if event.deviceType != carb.input.DeviceType.KEYBOARD or keyboard_event.type not in down:
                return True
            name = getattr(keyboard_event.input, "name", "")
            # carb.input does not tell when the key moved; it hands keys out once a frame.
            modifiers = keyboard_event.modifiers & _MODIFIERS
            return not on_key(name, down[keyboard_event.type], modifiers, time.monotonic())

        subscription = interface.subscribe_to_input_events(on_event, device=keyboard, order=_BEFORE_THE_VIEWPORT)
        return lambda: interface.unsubscribe_to_input_events(subscription)

    def listen_to_gamepad(self, request: Callable[..., None], wanted: Callable[[], bool]) -> Callable[[], None]:
        try:
            return KitInput(request, wanted, GAMEPAD).close
        except ImportError:
            # omni.appwindow is not enabled: a Kit that shows nothing.
            return lambda: None

    def has_attention(self, window: ui.Window) -> bool:
        # Where the user types into another window's field, that window has the focus.
        focused = [other.title for other in ui.Workspace.get_windows() if getattr(other, "focused", False)]
        return not focused or any(title == window.title or title.startswith("Viewport") for title in focused)

    def is_looked_at(self, window: ui.Window) -> bool:
        # Who clicks into the viewport sees the window beside it, unless it is behind another tab.
        in_front = not window.docked or window.is_selected_in_dock()
        return window.visible and in_front and (window.focused or _is_viewport_focused())

    def notify(self, title: str, text: str, failed: bool) -> None:
        try:
            from omni.kit import notification_manager
        except ImportError:
            return
        kinds = notification_manager.NotificationStatus
        if failed:
            # Whoever comes back an hour later has to see it.
            buttons = [notification_manager.NotificationButtonInfo("OK", on_complete=None)]
            how = {"status": kinds.WARNING, "hide_after_timeout": False, "duration": 0, "button_infos": buttons}
        else:
            how = {"status": kinds.INFO, "duration": _NOTIFIED}
        notification_manager.post_notification(f"{title}\n{text}", **how)

    def hold_physics(self) -> None:
        """Keep Isaac Sim's loop from stepping physics a second time.

        Isaac Lab switches this setting back on whenever it initialises or resets a simulation, so switch it off again
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

    def unsaved_stage(self) -> str:
        """Name the open USD stage if it has changes that are not saved."""
        try:
            import omni.usd
        except ImportError:
            # This Kit has no USD.
            return ""
        context = omni.usd.get_context()
        if context.get_stage() is None or not context.has_pending_edit():
            return ""
        name = context.get_stage().GetRootLayer().identifier
        return "The open stage" if name.startswith("anon:") else f"The open stage {name.rsplit('/', 1)[-1]}"

    def why_worker(self) -> str:
        if not inside_isaac_sim() or self.setting(_INSIDE, False):
            return ""
        return (
            "Runs in Isaac Sim's own process have been proved against parts of it only, not yet in the whole "
            f"application. The setting {_SETTINGS}/{_INSIDE} allows them."
        )

    def ask_before_quitting(self, may_quit: Callable[[], bool]) -> Callable[[], None]:
        app = omni.kit.app.get_app()

        def on_quit(event: carb.eventdispatcher.Event) -> None:
            if not may_quit():
                app.try_cancel_shutdown("The Mimic window asks first.")

        observer = carb.eventdispatcher.get_eventdispatcher().observe_event(
            observer_name="isaaclab.mimic.ui", event_name=omni.kit.app.GLOBAL_EVENT_POST_QUIT, on_event=on_quit
        )
        return observer.reset

    def before_shutdown(self, finish: Callable[[], None]) -> Callable[[], None]:
        # Isaac Sim ends with /app/fastShutdown: no extension is shut down. What is set by now is still kept.
        observer = carb.eventdispatcher.get_eventdispatcher().observe_event(
            observer_name="isaaclab.mimic.ui",
            event_name=omni.kit.app.GLOBAL_EVENT_PRE_SHUTDOWN,
            on_event=lambda event: finish(),
        )
        return observer.reset

    @property
    def has_viewport(self) -> bool:
        return inside_isaac_sim()

    def viewport_heading(self) -> float | None:
        window = _active_viewport() if self.has_viewport else None
        return None if window is None else heading_of(window.viewport_api.transform)

    def draw_in_viewport(self, draw: Callable[[], None]) -> bool:
        """Draw over the active viewport, through its own camera."""
        window = _active_viewport()
        if window is None:
            self.clear_viewport()
            return False
        if self._overlay is None or self._overlay[0] is not window.viewport_api:
            self.clear_viewport()
            from omni.ui import scene as sc

            frame = window.get_frame(_OVERLAY)
            with frame:
                view = sc.SceneView()
            window.viewport_api.add_scene_view(view)
            self._overlay = window.viewport_api, view, frame
        scene = self._overlay[1].scene
        scene.clear()
        with scene:
            draw()
        return True

    def clear_viewport(self) -> None:
        if self._overlay is None:
            return
        api, view, frame = self._overlay
        self._overlay = None
        view.scene.clear()
        api.remove_scene_view(view)
        frame.clear()


def _active_viewport() -> ui.Window | None:
    """Return the viewport that was used last; None without one."""
    try:
        from omni.kit.viewport.utility import get_active_viewport_window
    except ImportError:
        return None
    return get_active_viewport_window()


def _is_viewport_focused() -> bool:
    viewport = _active_viewport()
    return viewport is not None and viewport.focused
