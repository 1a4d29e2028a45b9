# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The desktop program: omni.ui without Kit, in one window of the operating system."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

import omni.ui as ui

from ..keyboard.keys import ALT, CTRL, GLFW, SHIFT
from .base import Host, OnKey
from .key_times import open_input, open_key_times
from .navigation import set_navigation
from .notification import notify
from .pacing import Pacing

_MODIFIERS = SHIFT | CTRL | ALT
_MODIFIER_KEYS = {340: SHIFT, 341: CTRL, 342: ALT, 344: SHIFT, 345: CTRL, 346: ALT}
"""GLFW's codes of the modifiers themselves."""
_FOCUSED = 0x00020001
"""GLFW's name of whether a window has the focus."""


class DesktopHost(Host):
    """The window's host without Kit.

    Args:
        file: Where to remember things.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.pacing = Pacing()
        self._kept: dict[str, str] = {}
        self._claimed = False
        self._title = ""
        self._key_times = open_key_times(GLFW)
        self._input = open_input()
        self._waiting: list[asyncio.Future] = []
        self._tasks: set[asyncio.Task] = set()
        try:
            kept = json.loads(file.read_text())
            self._kept = {name: text for name, text in kept.items() if isinstance(text, str)}
        except (OSError, ValueError, AttributeError):
            pass

    def before_frame(self) -> None:
        """Note when keys were moved; to be called by the program's loop right before each frame."""
        if self._key_times:
            self._key_times.read()

    def frame_passed(self) -> None:
        """Wake whoever waits for the next frame; to be called by the program's loop."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def rest(self) -> None:
        """Wait until the next frame is due; to be called by the program's loop after each frame."""
        await asyncio.sleep(self.pacing.left)
        if self._input is None:
            return
        while (asleep := self.pacing.asleep) > 0 and not self._input.waits:
            await self._input.come(asleep)
        if self._input.waits:
            self.pacing.stay_awake()

    async def next_update(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def spawn(self, coroutine: Coroutine) -> asyncio.Task:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task

    def setting(self, name: str, default):
        return default

    def recall(self, name: str) -> str:
        return self._kept.get(name, "")

    def remember(self, name: str, text: str) -> None:
        if self._kept.get(name) == text:
            return
        self._kept[name] = text
        draft = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(self._kept, indent=1))
            os.replace(draft, self._file)
        except OSError as error:
            self.log_error(f"What was chosen cannot be remembered: {error}")

    def log_error(self, text: str) -> None:
        print(text, file=sys.stderr)

    def copy(self, text: str) -> None:
        from omni.ui import _ui

        _ui._set_clipboard_text(text)

    def listen_to_keys(self, window: ui.Window, on_key: OnKey) -> Callable[[], None]:
        held: set[int] = set()

        def on_pressed(code: int, modifiers: int, pressed: bool) -> None:
            self.pacing.hurry()
            # omni.ui tells the modifiers of the frame, which on a slow machine are not yet, or no longer, those of the
            # key.
            if code in _MODIFIER_KEYS:
                (held.add if pressed else held.discard)(code)
            elif code in GLFW:
                for each in held:
                    modifiers |= _MODIFIER_KEYS[each]
                at = self._key_times.take(code, pressed) if self._key_times else time.monotonic()
                on_key(GLFW[code], pressed, modifiers & _MODIFIERS, at)

        window.set_key_pressed_fn(on_pressed)
        return lambda: window.set_key_pressed_fn(None)

    def hurry(self) -> None:
        self.pacing.hurry()

    def stay_awake(self) -> None:
        self.pacing.stay_awake()

    def claim_keys(self, claimed: bool) -> None:
        if claimed != self._claimed:
            self._claimed = claimed
            set_navigation(not claimed)

    def has_attention(self, window: ui.Window) -> bool:
        return True

    def is_looked_at(self, window: ui.Window) -> bool:
        glfw, handle = _glfw_window()
        return glfw is None or bool(glfw.glfwGetWindowAttrib(ctypes.c_void_p(handle), _FOCUSED))

    def notify(self, title: str, text: str, failed: bool) -> None:
        notify(title, text, failed)

    def show_title(self, title: str) -> None:
        if title == self._title:
            return
        self._title = title
        glfw, handle = _glfw_window()
        if glfw is not None:
            glfw.glfwSetWindowTitle(ctypes.c_void_p(handle), title.encode())

    def hold_physics(self) -> None:
        """Do nothing: nothing else steps physics here."""

    def release_physics(self) -> None:
        """Do nothing."""

    def _on_done(self, task: asyncio.Task) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            error = task.exception()
            self.log_error(f"{type(error).__name__}: {error}")


def keep_open() -> bool:
    """Cancel the closing of the operating system's window; return whether that was possible."""
    glfw, handle = _glfw_window()
    if glfw is None:
        return False
    glfw.glfwSetWindowShouldClose(ctypes.c_void_p(handle), 0)
    return True


def _glfw_window() -> tuple[ctypes.CDLL | None, int]:
    """Return GLFW and its window, which omni.ui has opened; None without one."""
    try:
        glfw = ctypes.CDLL("libglfw.so.3")
    except OSError:
        return None, 0
    glfw.glfwGetCurrentContext.restype = ctypes.c_void_p
    handle = glfw.glfwGetCurrentContext()
    return (glfw, handle) if handle else (None, 0)
