# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A screen with the Mimic window on it, and hands at mouse and keyboard: what Kit and a desktop have in common."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

CTRL, SHIFT = "CTRL", "SHIFT"


class Screen(ABC):
    """Subclasses say how to look, move, click, press and type. Keys are named as carb.input spells them.

    Args:
        folder: Where pictures and notes go.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._begin = time.monotonic()

    def note(self, *words: object) -> None:
        """Write down what is done, for whoever has to find out why it went wrong."""
        with (self.folder / "notes.txt").open("a") as notes:
            print(f"{time.monotonic() - self._begin:7.2f}", *words, file=notes)

    @abstractmethod
    def see(self) -> dict:
        """Return what is shown now (see `eyes.describe`)."""

    @abstractmethod
    def rest(self, seconds: float) -> None:
        """Let time pass, while the program goes on."""

    @abstractmethod
    def click_at(self, x: float, y: float) -> None: ...

    @abstractmethod
    def scroll_at(self, x: float, y: float, lines: int) -> None:
        """Turn the wheel, down for positive numbers."""

    @abstractmethod
    def keys(self, names: list[str], down: bool) -> None:
        """Press keys that mean something to the window, all at once, or let them go."""

    @abstractmethod
    def tap(self, name: str, *held: str) -> None:
        """Press and release such a key, while others are held."""

    @abstractmethod
    def edit(self, name: str, times: int = 1) -> None:
        """Press a key that means something to the field that is typed into."""

    @abstractmethod
    def type(self, text: str) -> None:
        """Type into a field."""

    @abstractmethod
    def picture(self, name: str) -> None:
        """Keep a picture of the screen."""

    def wait(self, predicate: Callable[[dict], object], what: str, timeout: float = 60.0) -> dict:
        """Look until something is seen, as long as nothing has failed; return what is seen then.

        Raises:
            TimeoutError: It was not.
        """
        deadline = time.monotonic() + timeout
        while not predicate(seen := self.see()):
            assert not seen["failure"], seen["failure"]
            if time.monotonic() > deadline:
                self.picture("waited")
                raise TimeoutError(f"not within {timeout:.0f} s: {what}; said: {seen['said'][-3:]}, {seen['trouble']}")
            self.rest(0.02)
        return seen

    def click(self, name: str) -> None:
        """Click the middle of what has this name in `eyes.describe`, once it stands still."""
        place, before = None, ()
        while place != before:
            before = place
            place = self.wait(lambda seen: name in seen["places"], name)["places"][name]
            self.rest(0.1)
        x, y, width, height = place
        self.click_at(x + width / 2, y + height / 2)

    def scroll_to(self, name: str) -> None:
        """Turn the wheel over the form until a field or a heading is to be seen."""
        for _ in range(60):
            places = self.see()["places"]
            x, y, _width, height = places[name]
            middle, bottom = y + height / 2, places["worker"][1] - 20
            if middle < bottom:
                return
            self.scroll_at(x + 100, bottom - 120, 1)
            self.rest(0.2)
        raise TimeoutError(f"{name} cannot be scrolled to")

    def open(self, step: str) -> None:
        self.click(f"rail.{step}")
        self.wait(lambda seen: seen["chosen"] == step, step)
        # A panel that has just been made is laid out in the frames after it.
        self.rest(0.3)

    def fill(self, **texts: object) -> None:
        """Replace what stands in fields, as far as it is something else."""
        for name, value in texts.items():
            self.replace(f"field.{name}", str(value))

    def replace(self, name: str, text: str) -> None:
        if (before := self.see()["values"][name]) == text:
            return
        self.click(name)
        if before:
            self.edit("END")
            self.edit("BACKSPACE", len(before))
        self.type(text)
        self.edit("ENTER")
        self.wait(lambda seen: seen["values"].get(name) == text, f"{name} = {text}", 10)

    def run(self, picture: str, timeout: float) -> dict:
        """Start the step in front by its key, wait until it has ended well, and keep a picture."""
        self.tap("ENTER", CTRL)
        self.wait(lambda seen: seen["active"], f"{picture}: the start", 10)
        seen = self.wait(lambda seen: not seen["active"], f"{picture}: the end", timeout)
        assert seen["state"] == "done", seen
        self.rest(0.5)
        self.picture(picture)
        return seen
