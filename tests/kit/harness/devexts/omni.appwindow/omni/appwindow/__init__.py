# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An application window without a window: its input devices are real to carb.input, and pressed by tests."""

import carb
import carb.eventdispatcher
import carb.input
import omni.ext
import omni.kit.app

_PLUGIN_FOLDER = "${CARB_APP_PATH}/kernel/plugins"


class VirtualAppWindow:
    """What `get_default_app_window` returns: the devices, and hands to press them with."""

    def __init__(self) -> None:
        carb.get_framework().load_plugins(loaded_file_wildcards=["carb.input.plugin"], search_paths=[_PLUGIN_FOLDER])
        self._input = carb.input.acquire_input_interface()
        self._provider = carb.input.acquire_input_provider()
        self._keyboard = self._provider.create_keyboard("virtual keyboard")
        self._mouse = self._provider.create_mouse("virtual mouse")
        self._gamepad = self._provider.create_gamepad("virtual gamepad", "0")
        self._provider.set_gamepad_connected(self._gamepad, True)

    def get_keyboard(self):
        return self._keyboard

    def get_mouse(self):
        return self._mouse

    def get_gamepad(self, index: int = 0):
        return self._gamepad

    def inject_key(self, key: carb.input.KeyboardInput, down: bool, modifiers: int = 0) -> None:
        """Press or release a key; it takes effect with the next update."""
        kind = carb.input.KeyboardEventType.KEY_PRESS if down else carb.input.KeyboardEventType.KEY_RELEASE
        self._provider.buffer_keyboard_key_event(self._keyboard, kind, key, modifiers)

    def distribute(self) -> None:
        self._provider.update_keyboard(self._keyboard)
        self._input.distribute_buffered_events()

    def close(self) -> None:
        self._provider.destroy_keyboard(self._keyboard)
        self._provider.destroy_mouse(self._mouse)
        self._provider.destroy_gamepad(self._gamepad)


_window: VirtualAppWindow | None = None


def get_default_app_window() -> VirtualAppWindow | None:
    return _window


class AppWindowForDevelopment(omni.ext.IExt):
    """Creates the one window and hands its events out before each update."""

    def on_startup(self, ext_id: str) -> None:
        global _window
        window = _window = VirtualAppWindow()
        self._distributing = carb.eventdispatcher.get_eventdispatcher().observe_event(
            observer_name="omni.appwindow for development",
            event_name=omni.kit.app.GLOBAL_EVENT_PRE_UPDATE,
            on_event=lambda event: window.distribute(),
        )

    def on_shutdown(self) -> None:
        global _window
        self._distributing = None
        window, _window = _window, None
        window.close()
