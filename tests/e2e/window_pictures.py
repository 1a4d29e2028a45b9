# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Takes the pictures of docs/window.md: each step in the real window, with real robots, by clicks and keys.

    python tests/e2e/window_pictures.py /tmp/pictures              # all, in order: some need what others make
    python tests/e2e/window_pictures.py /tmp/pictures --scale 2    # on a screen of 200 %
    python tests/e2e/window_pictures.py /tmp/pictures --only humanoid two-arms

The window runs in a home folder of its own, so that no picture shows a path of this machine. A folder that has been
used before is gone on with: its project has what earlier pictures have made. Look at each picture before it goes into
docs/pictures. Needs Xvfb and xdotool, for `--scale` xprop.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tutorial"))

import h5py
from desk_screen import DeskScreen, SeenDesk
from PIL import ImageGrab
from screen import CTRL
from waiting import LONG

SAMPLE = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
STACK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
TASKS = {
    "humanoid": "Isaac-PickPlace-GR1T2-Abs-Mimic-v0",
    "two-arms": "Mimic-Lift-Box-Two-Franka-v0",
    "cameras": "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0",
}
PROJECTS = "stacking", "two-arms", "pouring"


class PictureDesk(SeenDesk):
    """A desk whose user has a home of its own, with some projects.

    Args:
        folder: Where pictures go, and the home is.
        scale: See `Desk`.
    """

    def __init__(self, folder: Path, scale: int) -> None:
        self.scale = scale
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        super().__init__(folder, (1280 * scale, 720 * scale))
        self.home = folder / "home"
        self.robots = self.home / "robots"
        # Robots that are converted, and kernels that are compiled, are those of this machine.
        kernels = os.environ.get("WARP_CACHE_PATH") or str(Path(cache) / "warp")
        self.environment |= {"HOME": str(self.home), "XDG_CACHE_HOME": cache, "WARP_CACHE_PATH": kernels}
        kept = [{"folder": str(self.robots / name), "values": {"task": STACK}} for name in PROJECTS]
        for each in kept:
            Path(each["folder"]).mkdir(parents=True, exist_ok=True)
        self.config.parent.mkdir(parents=True, exist_ok=True)
        if not self.config.is_file():
            self.config.write_text(json.dumps({"projects": json.dumps({"projects": kept})}))

    def start(self) -> None:
        # The program starts where new projects are proposed.
        self.folder, folder = self.robots, self.folder
        try:
            super().start()
        finally:
            self.folder = folder

    def picture(self, name: str) -> None:
        # Whoever looks at it is not to look at the pointer.
        self.do("mousemove", self.size[0] - 2, self.size[1] - 2)
        time.sleep(1.0)
        ImageGrab.grab(xdisplay=self.display).convert("P", palette=1, colors=255).save(
            self.folder / f"{name}.png", optimize=True
        )

    @property
    def project(self) -> Path:
        return self.robots / PROJECTS[0]


def start(screen: DeskScreen, desk: PictureDesk) -> None:
    screen.wait(lambda seen: seen["chosen"] == "start", "the start page")
    screen.picture("start")


def record(screen: DeskScreen, desk: PictureDesk) -> None:
    """Somebody drives with the keyboard."""
    screen.open("record")
    screen.fill(num_demos=10)
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: seen["snapshot"].get("waiting") and seen["pictured"], "the simulation", LONG)
    screen.picture("record_waiting")
    screen.keys(["A", "E"], True)
    screen.rest(1.0)
    screen.picture("record")
    screen.keys(["A", "E"], False)
    # Directions as the view shows them, from the front.
    screen.tap("2")
    screen.tap("6")
    screen.wait(lambda seen: seen["snapshot"]["readings"]["orientation"] == "view", "the other orientation")
    screen.keys(["A"], True)
    screen.rest(0.5)
    screen.picture("record_front")
    screen.keys(["A"], False)
    screen.tap("F11")
    screen.rest(1.0)
    screen.picture("record_enlarged")
    screen.tap("F11")
    for key in ("1", "6"):
        screen.tap(key)
    _end(screen)


def annotate(screen: DeskScreen, desk: PictureDesk) -> None:
    shutil.copyfile(SAMPLE, desk.project / "demos.hdf5")
    (desk.project / "annotated.hdf5").unlink(missing_ok=True)
    screen.open("annotate")
    screen.wait(lambda seen: seen["values"]["field.input"] == "demos.hdf5", "the recordings as input")
    screen.run("annotate")


def mark(screen: DeskScreen, desk: PictureDesk) -> None:
    """In the middle of a demonstration whose marks come from the task's signals."""
    (desk.project / "marked.hdf5").unlink(missing_ok=True)
    screen.open("annotate")
    screen.click("way.annotate_manual")
    screen.wait(lambda seen: seen["chosen"] == "annotate_manual", "Annotate: Manual")
    screen.fill(output="marked.hdf5")
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: seen["snapshot"].get("marks") and seen["pictured"], "the demonstration", LONG)
    for row in (60, 100, 160):
        while screen.see()["snapshot"]["row"] < row:
            screen.tap("UP")
            screen.rest(0.1)
        screen.tap("S")
    screen.picture("mark")
    _end(screen)


def generate(screen: DeskScreen, desk: PictureDesk) -> None:
    (desk.project / "generated.hdf5").unlink(missing_ok=True)
    screen.open("generate")
    screen.fill(num_demos=40, num_envs=16)
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: "cell.3" in seen["places"], "the environments", LONG)
    screen.click("cell.3")
    screen.wait(lambda seen: seen["pictured"], "the view")
    screen.wait(lambda seen: seen["saved"] >= 10, "ten demonstrations", LONG)
    screen.picture("generate")
    screen.tap("F11")
    screen.rest(1.0)
    screen.picture("overlay")
    screen.tap("F11")
    screen.wait(lambda seen: not seen["active"], "the end", LONG)
    screen.picture("generated")


def train(screen: DeskScreen, desk: PictureDesk) -> None:
    shutil.rmtree(desk.project / "run", ignore_errors=True)
    screen.open("train")
    screen.wait(lambda seen: seen["values"].get("field.dataset") == "generated.hdf5", "what was generated as input")
    screen.fill(epochs=6)
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: seen["losses"] >= 3, "three epochs", LONG)
    screen.picture("train")
    screen.wait(lambda seen: not seen["active"], "the end", LONG)
    screen.picture("trained")


def evaluate(screen: DeskScreen, desk: PictureDesk) -> None:
    screen.open("evaluate")
    screen.wait(lambda seen: seen["values"].get("field.checkpoints") == "run", "what was trained as input")
    screen.fill(num_rollouts=6, num_envs=3)
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: seen["pictured"] and seen["snapshot"].get("rollouts", 1), "the view", LONG)
    screen.rest(4.0)
    screen.picture("evaluate")
    screen.wait(lambda seen: not seen["active"], "the end", LONG)
    screen.picture("evaluated")


def play(screen: DeskScreen, desk: PictureDesk) -> None:
    screen.open("evaluate")
    screen.click("way.play")
    screen.wait(lambda seen: seen["chosen"] == "play", "Play policy")
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: seen["pictured"], "the view", LONG)
    screen.rest(5.0)
    screen.picture("play")
    _end(screen)


def data(screen: DeskScreen, desk: PictureDesk) -> None:
    """A generated demonstration at its playhead, with its source in step."""
    screen.open("dataset")
    screen.replace("file", "generated.hdf5")
    screen.edit("ENTER")
    screen.wait(lambda seen: "demo.demo_2" in seen["places"], "the demonstrations")
    screen.click("demo.demo_2")
    screen.click("show")
    screen.wait(lambda seen: seen["data"]["shows"], "the robot", LONG)
    screen.click("source")
    screen.rest(2.0)
    x, y, width, height = screen.see()["places"]["signals"]
    screen.click_at(x + 0.6 * width, y + height / 2)
    screen.wait(lambda seen: seen["data"]["row"] > 0, "the playhead")
    screen.rest(3.0)
    screen.picture("data")


def keys(screen: DeskScreen, desk: PictureDesk) -> None:
    screen.tap("F1")
    screen.wait(lambda seen: not seen["chosen"] or seen["chosen"] == "keys", "the keys")
    screen.picture("keys")


def descriptor(screen: DeskScreen, desk: PictureDesk) -> None:
    """Train with an input that was made by a descriptor."""
    path = desk.project / "described.hdf5"
    shutil.copyfile(desk.project / "generated.hdf5", path)
    made_by = {"path": str(desk.robots / "tasks" / "stack.yaml"), "sha256": 64 * "0"}
    with h5py.File(path, "r+") as file:
        kept = json.loads(file["data"].attrs.get("mimic", "{}"))
        kept.setdefault("manifest", {}).setdefault("inputs", {})["descriptor"] = made_by
        file["data"].attrs["mimic"] = json.dumps(kept)
    screen.open("train")
    screen.fill(dataset="described.hdf5")
    screen.rest(3.0)
    screen.picture("descriptor")
    screen.fill(dataset="generated.hdf5")


def _preview(name: str) -> Callable[[DeskScreen, PictureDesk], None]:
    def preview(screen: DeskScreen, desk: PictureDesk) -> None:
        """Another robot, from behind."""
        screen.open("preview")
        screen.fill(task=TASKS[name], actions="zero", num_envs=1)
        screen.tap("ENTER", CTRL)
        screen.wait(lambda seen: seen["pictured"], "the view", LONG)
        screen.rest(3.0)
        screen.picture(name)
        _end(screen)
        screen.fill(task=STACK)

    return preview


def _end(screen: DeskScreen) -> None:
    screen.click("start")
    screen.rest(1.5)
    if screen.see()["active"]:
        # Once more is the answer to a question.
        screen.click("start")
    screen.wait(lambda seen: not seen["active"], "the end", LONG)


_OF_A_PROJECT = start, record, annotate, mark, generate, train, evaluate, play, data, keys, descriptor
STEPS = {step.__name__: step for step in _OF_A_PROJECT} | {name: _preview(name) for name in TASKS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=STEPS)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    desk = PictureDesk(options.folder.absolute(), options.scale)
    try:
        desk.start()
        screen = DeskScreen(desk)
        for name in options.only or STEPS:
            screen.note(name)
            try:
                if name != "start":
                    screen.wait(lambda seen: seen["chosen"] is not None, "the window")
                    if screen.see()["project"] != str(desk.project):
                        screen.click("recent.0")
                        screen.wait(lambda seen: seen["project"] == str(desk.project), "the project")
                STEPS[name](screen, desk)
            except (AssertionError, TimeoutError) as error:
                # The other pictures can be taken all the same.
                print(f"{name}: {error}", file=sys.stderr)
                desk.picture(f"{name}_failed")
                if desk.program.poll() is not None:
                    raise
        desk.end()
    finally:
        desk.close()


if __name__ == "__main__":
    main()
