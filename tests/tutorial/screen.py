# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A screen with the Mimic window on it, and hands at mouse and keyboard: what Kit and a desktop have in common."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from waiting import LIMIT, LONG, wait_until

CTRL, SHIFT = "CTRL", "SHIFT"

LOOKS = 3
"""What is at one place as often as this stands still: a panel is laid out anew in the frames after a change."""


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

    def wait(self, condition: Callable[[dict], object], what: str, limit: float = LIMIT) -> dict:
        """Look until something is seen, as long as nothing has failed; return what is seen then.

        Raises:
            TimeoutError: It was not.
        """
        seen: dict = {}

        def happened() -> object:
            nonlocal seen
            seen = self.see()
            holds = condition(seen)
            assert holds or not seen["failure"], seen["failure"]
            return holds

        try:
            wait_until(happened, what, lambda: self.rest(0.02), lambda: (seen["said"][-3:], seen["trouble"]), limit)
        except TimeoutError:
            self.picture("waited")
            raise
        return seen

    def click(self, name: str) -> None:
        """Click the middle of what has this name in `eyes.describe`, once it stands still."""
        x, y, width, height = self._place_of(name)
        self.click_at(x + width / 2, y + height / 2)

    def _place_of(self, name: str) -> list[float]:
        """Wait until something can be used and stands still; return its left, top, width and height."""
        place, looks = [], 0
        while looks < LOOKS:
            self.rest(0.04)
            before, place = place, self.wait(lambda seen: name in seen["places"], name)["places"][name]
            looks = looks + 1 if place == before else 1
        return place

    def scroll_to(self, name: str) -> None:
        """Turn the wheel over the form until a field or a heading is to be seen."""
        for _ in range(60):
            x, y, _width, height = self._place_of(name)
            middle, bottom = y + height / 2, self.see()["places"]["worker"][1] - 20
            if middle < bottom:
                return
            self.scroll_at(x + 100, bottom - 120, 1)
        raise TimeoutError(f"{name} cannot be scrolled to")

    def open(self, step: str) -> None:
        self.click(f"rail.{step}")
        self.wait(lambda seen: seen["chosen"] == step, step)

    def fill(self, **texts: object) -> None:
        """Replace what stands in fields, as far as it is something else."""
        for name, value in texts.items():
            self.replace(f"field.{name}", str(value))

    def replace(self, name: str, text: str) -> None:
        if (before := self.wait(lambda seen: name in seen["values"], name)["values"][name]) == text:
            return
        self.click(name)
        if before:
            self.edit("END")
            self.edit("BACKSPACE", len(before))
        self.type(text)
        self.edit("ENTER")
        self.wait(lambda seen: seen["values"].get(name) == text, f"{name} = {text}")

    def run(self, picture: str) -> dict:
        """Start the step in front by its key, wait until it has ended well, and keep a picture."""
        self.tap("ENTER", CTRL)
        self.wait(lambda seen: seen["active"], f"{picture}: the start")
        seen = self.wait(lambda seen: not seen["active"], f"{picture}: the end", LONG)
        assert seen["state"] == "done", seen
        self.picture(picture)
        return seen
