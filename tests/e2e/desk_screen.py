# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The tutorial's screen on a desk: reads what the window reports, and moves mouse and keyboard."""

import json
import threading
import time
from pathlib import Path

from desk import Desk
from screen import Screen

NAMES = {
    "ENTER": "Return",
    "BACKSPACE": "BackSpace",
    "END": "End",
    "LEFT": "Left",
    "RIGHT": "Right",
    "UP": "Up",
    "CTRL": "ctrl",
    "SHIFT": "shift",
}
"""carb.input's names of keys -> X's; letters are lower case there, and F1 is F1."""
PRESSED = 0.05
"""[s] People hold a key for about as long."""


class DeskScreen(Screen):
    """What `seen_ui.py` tells, and the hands of a desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.folder)
        self._desk: Desk = desk
        self._latest: dict = {}
        self._talk: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def see(self) -> dict:
        return self._desk.wait(lambda: self._latest, "what the window shows")

    def rest(self, seconds: float) -> None:
        assert self._desk.program.poll() is None, "\n".join(self._talk)
        time.sleep(seconds)

    def click_at(self, x: float, y: float) -> None:
        self._desk.click(x, y)

    def scroll_at(self, x: float, y: float, lines: int) -> None:
        self._desk.do("mousemove", round(x * self._desk.scale), round(y * self._desk.scale))
        self._desk.do("click", "--repeat", abs(lines), 5 if lines > 0 else 4)

    def keys(self, names: list[str], down: bool) -> None:
        self._desk.do("keydown" if down else "keyup", *map(_name, names))

    def tap(self, name: str, *held: str) -> None:
        for each in held:
            self.keys([each], True)
            time.sleep(PRESSED)
        self.keys([name], True)
        time.sleep(PRESSED)
        self.keys([name, *held], False)
        time.sleep(PRESSED)

    def edit(self, name: str, times: int = 1) -> None:
        self._desk.do("key", "--delay", 80, "--repeat", times, _name(name))
        time.sleep(0.2)

    def type(self, text: str) -> None:
        self._desk.do("type", "--delay", 80, text)
        time.sleep(0.3)

    def picture(self, name: str) -> None:
        self._desk.picture(name)

    def _listen(self) -> None:
        for line in self._desk.program.stdout:
            try:
                self._latest = json.loads(line)
            except ValueError:
                self._talk.append(line.decode(errors="replace").rstrip())


def _name(key: str) -> str:
    return NAMES.get(key, key.lower() if len(key) == 1 else key)


class SeenDesk(Desk):
    """A desk whose window tells what is on it."""

    command = (str(Path(__file__).with_name("seen_ui.py")),)
