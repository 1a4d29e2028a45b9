# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A desk for the desktop program: a real screen (of Xvfb), real clicks and keys (of xdotool)."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import ImageGrab
from waiting import LIMIT, wait_until

only_when_asked = pytest.mark.skipif(
    not os.environ.get("MIMIC_DESK_TESTS"), reason="takes long in real time at a screen: MIMIC_DESK_TESTS=1 runs it"
)
"""What the tests in Kit show, too, a desk need not show at every change."""

TITLE = "Isaac Lab Mimic"
TOOLS = ("Xvfb", "xdotool")


def missing_tools() -> list[str]:
    """Return what a desk lacks here."""
    return [tool for tool in TOOLS if not shutil.which(tool)]


class Desk:
    """A screen with the window on it, and hands.

    Args:
        folder: Where the program runs, and keeps what it remembers.
        size: Of the screen [px].
    """

    command = ("-m", "isaaclab_mimic_core", "ui")
    scale = 1
    """How many pixels of the screen a pixel of the window's layout has, as Xft.dpi says it to programs."""

    def __init__(self, folder: Path, size: tuple[int, int] = (1280, 720)) -> None:
        self.folder, self.size = folder, size
        self.config = folder / "config" / "isaaclab-mimic" / "window.json"
        read, write = os.pipe()
        self._screen = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(write), "-nolisten", "tcp"),
                *("-screen", "0", "x".join(map(str, (*self.size, 24)))),
                # What is set for the screen outlasts the program that has set it.
                "-noreset",
            ],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as numbers:
            self.display = f":{numbers.readline().strip()}"
        self.environment = {**os.environ, "DISPLAY": self.display, "XDG_CONFIG_HOME": str(folder / "config")}
        self.environment.pop("OMNIUI_HEADLESS", None)
        self.program: subprocess.Popen | None = None

    def start(self) -> None:
        if self.scale != 1:
            dpi = ("-f", "RESOURCE_MANAGER", "8s", "-set", "RESOURCE_MANAGER", f"Xft.dpi:\t{96 * self.scale}\n")
            subprocess.run(["xprop", "-root", *dpi], env=self.environment, check=True)
        self.program = subprocess.Popen(
            [sys.executable, *self.command],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        window = self.wait(lambda: self.do("search", "--name", TITLE), "the window").split()[0]
        self.wait(lambda: self.do("windowfocus", window) or self.do("getwindowfocus") == window, "the focus")

    def do(self, *words) -> str:
        done = subprocess.run(["xdotool", *map(str, words)], env=self.environment, capture_output=True, text=True)
        return done.stdout.strip()

    def click(self, x: float, y: float) -> None:
        """Click a place of the window's layout."""
        self.do("mousemove", round(x * self.scale), round(y * self.scale))
        time.sleep(0.2)
        self.do("click", 1)
        time.sleep(0.3)

    def type(self, text: object) -> None:
        # Every frame takes one letter in; whoever goes on before the last one is still typing.
        self.do("type", "--delay", "80", text)
        time.sleep(1.0)
        self.press("Return")
        time.sleep(1.0)

    def press(self, key: str, held: str = "") -> None:
        """Press a key, for as long as people do."""
        if held:
            self.do("keydown", held)
            time.sleep(0.15)
        self.do("keydown", key)
        time.sleep(0.15)
        self.do("keyup", key)
        if held:
            self.do("keyup", held)
        time.sleep(0.5)

    def picture(self, name: str) -> None:
        ImageGrab.grab(xdisplay=self.display).save(self.folder / f"{name}.png")

    def wait(self, condition, what: str, limit: float = LIMIT):
        def pause() -> None:
            assert self.program.poll() is None, self.program.stdout.read().decode()
            time.sleep(0.2)

        try:
            return wait_until(condition, what, pause, limit=limit)
        except TimeoutError:
            self.picture("waited")
            raise

    def end(self) -> None:
        """Interrupt the program, which then ends well."""
        self.program.send_signal(signal.SIGINT)
        assert self.program.wait(LIMIT) == 0

    def close(self) -> None:
        for process in (self.program, self._screen):
            if process is not None:
                process.kill()
                process.wait()
