# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keys and gamepad of a Kit application, from carb.input, for a stage in this process or in a worker."""

import time
from collections.abc import Callable
from typing import Any

from ...plugins import GAMEPAD, KEYS


class KitInput:
    """Passes the input of a Kit application's window on to a stage.

    Args:
        request: Takes a request and its arguments, as `Stage.request` does: `key` with `key`, `pressed` and `at`,
            `gamepad` with `control` and `value`, `release`.
        wanted: Returns whether keys are meant for the robot. While it returns False, for example because the user
            types into a field, no key is passed on and all keys are released.
        host_input: What is passed on, `plugins.KEYS` or `plugins.GAMEPAD`.
    """

    def __init__(self, request: Callable[..., None], wanted: Callable[[], bool] = lambda: True, host_input: str = KEYS):
        import carb.input
        import omni.appwindow  # type: ignore[import-not-found]

        self._request, self._wanted = request, wanted
        self._kinds = carb.input.KeyboardEventType
        self._input = carb.input.acquire_input_interface()
        self._keyboard: Any = None
        self._gamepad: Any = None
        self._keys = self._controls = None
        # A Kit without a window has neither keys nor a gamepad.
        if window := omni.appwindow.get_default_app_window():
            self._keyboard, self._gamepad = window.get_keyboard(), window.get_gamepad(0)
        if host_input == KEYS and self._keyboard is not None:
            self._keys = self._input.subscribe_to_keyboard_events(self._keyboard, self._on_key)
        elif host_input == GAMEPAD and self._gamepad is not None:
            self._controls = self._input.subscribe_to_gamepad_events(self._gamepad, self._on_gamepad)
        self._held: set[str] = set()

    def close(self) -> None:
        """Stop passing on input, and release all keys."""
        if self._keys is not None:
            self._input.unsubscribe_to_keyboard_events(self._keyboard, self._keys)
            self._keys = None
        if self._controls is not None:
            self._input.unsubscribe_to_gamepad_events(self._gamepad, self._controls)
            self._controls = None
        self._let_go()

    def _on_key(self, event: Any, *_: Any) -> bool:
        name = getattr(event.input, "name", str(event.input))
        if event.type == self._kinds.KEY_PRESS and self._wanted():
            self._held.add(name)
            self._request("key", key=name, pressed=True, at=time.monotonic())
        elif event.type == self._kinds.KEY_RELEASE and name in self._held:
            self._held.discard(name)
            self._request("key", key=name, pressed=False, at=time.monotonic())
        elif not self._wanted():
            self._let_go()
        # Return True, so that other subscribers get the event as well.
        return True

    def _on_gamepad(self, event: Any, *_: Any) -> bool:
        name = getattr(event.input, "name", str(event.input))
        self._request("gamepad", control=name, value=float(event.value) if self._wanted() else 0.0)
        return True

    def _let_go(self) -> None:
        if self._held:
            self._held.clear()
            self._request("release")
