# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`mimic ui` as somebody at a desk uses it: a real screen (of Xvfb), real clicks and keys (of xdotool)."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import ImageGrab

from isaaclab_mimic_core.datasets import DatasetReader

pytestmark = pytest.mark.e2e

TITLE = "Isaac Lab Mimic"
OUTPUT_FIELD = (330, 242)
"""Where Record asks for the output file [px], in a window of 1280 x 720."""


class Desk:
    """A screen with the window on it, and hands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config" / "isaaclab-mimic" / "window.json"
        read, write = os.pipe()
        self._screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x720x24", "-nolisten", "tcp"],
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
        self.program = subprocess.Popen(
            [sys.executable, "-m", "isaaclab_mimic_core", "ui"],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.wait(lambda: self.do("search", "--name", TITLE), "the window")
        self.do("windowfocus", self.do("search", "--name", TITLE).split()[0])
        time.sleep(1.0)

    def do(self, *words) -> str:
        done = subprocess.run(["xdotool", *map(str, words)], env=self.environment, capture_output=True, text=True)
        return done.stdout.strip()

    def click(self, x: int, y: int) -> None:
        self.do("mousemove", x, y)
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

    def wait(self, predicate, what: str, timeout: float = 150.0):
        deadline = time.monotonic() + timeout
        while not (found := predicate()):
            assert self.program.poll() is None, self.program.stdout.read().decode()
            if time.monotonic() > deadline:
                self.picture("waited")
                raise TimeoutError(f"{what} did not come; see {self.folder / 'waited.png'}")
            time.sleep(0.2)
        return found

    def close(self) -> None:
        for process in (self.program, self._screen):
            if process is not None:
                process.kill()
                process.wait()


@pytest.fixture
def desk(tmp_path):
    for tool in ("Xvfb", "xdotool"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed (Debian: xvfb xdotool)")
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def holds(path: Path, count: int) -> bool:
    if not path.is_file():
        return False
    with DatasetReader(path, allow_empty=True) as reader:
        return len(reader) >= count


@pytest.mark.sim
def test_record_and_annotate_at_a_desk(desk, tmp_path):
    demos, annotated = tmp_path / "demos.hdf5", tmp_path / "annotated.hdf5"
    # As the last session left it.
    desk.config.parent.mkdir(parents=True)
    desk.config.write_text(json.dumps({"record": json.dumps({"teleop_device": "scripted", "num_demos": "1"})}))
    desk.start()
    desk.click(100, 92)
    desk.press("Return", held="ctrl")
    desk.picture("empty_field")
    assert not demos.exists()
    desk.click(*OUTPUT_FIELD)
    desk.type(demos)
    desk.press("Return", held="ctrl")
    desk.wait(lambda: holds(demos, 1), "a demonstration")
    time.sleep(1.0)
    desk.picture("recorded")
    desk.press("3", held="ctrl")
    desk.picture("annotate")
    desk.click(330, 300)
    desk.type(annotated)
    desk.press("Return", held="ctrl")
    desk.wait(lambda: holds(annotated, 1), "its annotation")
    desk.press("4", held="ctrl")
    desk.picture("generate")
    desk.program.send_signal(signal.SIGINT)
    assert desk.program.wait(30) == 0
    assert not (tmp_path / "imgui.ini").exists()
    kept = json.loads(desk.config.read_text())
    assert json.loads(kept["shared"])["annotated"] == str(annotated)
    assert json.loads(kept["layout"])["step"] == "generate"
