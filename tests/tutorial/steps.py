# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The tutorial, step by step, by clicks and keys alone: from the start page to a policy that has been played.

Files are named without a folder: they are in that of the project.
"""

import itertools
import time
from pathlib import Path

from flight import SPEED, fly
from screen import CTRL, SHIFT, Screen
from waiting import LONG

NEAR = 2
"""Samples that a mark may be off."""
SAMPLE = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"


def whole_tutorial(screen: Screen) -> dict[str, float]:
    """Do all steps; return how long each took [s]."""
    took = {}
    for step in (new_project, record, mark, prepare, annotate, join, generate, train, play):
        begin = time.monotonic()
        screen.note(step.__name__)
        step(screen)
        took[step.__name__] = round(time.monotonic() - begin, 1)
    return took


def new_project(screen: Screen) -> None:
    """A new project, from the start page that the window opens on."""
    screen.wait(lambda seen: seen["chosen"] == "start", "the start page")
    screen.picture("0_start")
    screen.fill(name="stacking")
    screen.click("begin.record")
    seen = screen.wait(lambda seen: seen["chosen"] == "record", "Record")
    assert Path(seen["project"]).name == "stacking" and seen["values"]["field.output"] == "demos.hdf5", seen


def _go_on(screen: Screen, step: str) -> None:
    """Press the button that leads from a step that is done to the next."""
    screen.click("next")
    screen.wait(lambda seen: seen["chosen"] == step, step)


def record(screen: Screen) -> None:
    """A demonstration with the keyboard, which is the device that Record begins with."""
    screen.fill(num_demos=1)
    screen.scroll_to("group.How it is driven")
    screen.click("group.How it is driven")
    screen.wait(lambda seen: "field.pos_sensitivity" in seen["places"], "the settings of the device")
    screen.scroll_to("field.pos_sensitivity")
    screen.fill(pos_sensitivity=SPEED)
    screen.scroll_to("field.ramp")
    screen.fill(ramp=0)
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: seen["snapshot"].get("waiting"), "the simulation")
    fly(screen)
    seen = screen.see()
    assert seen["state"] == "done" and seen["saved"] == 1, (seen["state"], seen["failure"])
    screen.picture("1_recorded")


def mark(screen: Screen) -> None:
    """By hand: N plays, B pauses, S marks where the gripper has closed or opened."""
    _go_on(screen, "annotate")
    screen.click("way.annotate_manual")
    screen.wait(lambda seen: seen["chosen"] == "annotate_manual", "Annotate: Manual")
    screen.wait(lambda seen: seen["values"]["field.input"] == "demos.hdf5", "what Record has written as input")
    screen.fill(output="marked.hdf5")
    screen.tap("ENTER", CTRL)
    shown = screen.wait(lambda seen: seen["snapshot"].get("marks"), "the demonstration")["snapshot"]
    (opening,) = (curve for name, curve in shown["curves"].items() if "gripper" in name)
    rows = _changes(opening)
    assert len(rows) >= len(shown["marks"]), rows
    for faster in range(2):
        screen.click("button.faster")
        screen.wait(lambda seen, n=faster: seen["snapshot"]["speed"] == 2.0 ** (n + 1), "faster")
    for number, row in enumerate(rows[: len(shown["marks"])]):
        screen.tap("N")
        screen.wait(lambda seen, row=row: seen["snapshot"]["row"] >= row - 20, f"sample {row}")
        screen.tap("B")
        _go_to(screen, row)
        screen.tap("S")
        screen.wait(lambda seen, n=number: seen["snapshot"]["marks"][n]["step"] is not None, f"mark {number}")
    seen = screen.wait(lambda seen: seen["snapshot"]["complete"], "all marks")
    assert not seen["snapshot"]["problems"], seen["snapshot"]["problems"]
    screen.picture("2_marked")
    screen.tap("ENTER")
    seen = screen.wait(lambda seen: not seen["active"], "the end")
    assert seen["state"] == "done" and seen["saved"] == 1, (seen["state"], seen["failure"])


def _changes(opening: list[float]) -> list[int]:
    """Return the samples at which a gripper has come to rest after it was closed on a cube or opened again.

    A gripper that has closed on nothing, since the pilot has missed, marks no subtask. It is open at first; pressed
    upon a cube, its fingers can be forced apart still wider.
    """
    wide = opening[0]
    rows, last = [], 0
    for closed, samples in itertools.groupby(opening, lambda each: each < 0.75 * wide):
        span = list(samples)
        begin, last = last, last + len(span)
        if closed and min(span) > 0.25 * wide:
            rows += [begin - 1, last - 1]
    rows = [row for row in rows if row + 3 < len(opening)]
    for number, row in enumerate(rows):
        while row + 3 < len(opening) and abs(opening[row + 3] - opening[row]) > 0.03 * wide:
            row += 1
        rows[number] = row + 3
    return rows


def _go_to(screen: Screen, row: int) -> None:
    """Single samples back or on, until it is near enough."""
    seen = screen.wait(lambda seen: not seen["snapshot"]["playing"], "the pause")
    # What stands still has come to rest where the last key has brought it.
    while abs(left := row - (at := seen["snapshot"]["row"])) > NEAR:
        for _ in range(abs(left)):
            screen.tap("RIGHT" if left > 0 else "LEFT")
        seen = screen.wait(lambda seen, at=at, left=left: seen["snapshot"]["row"] == at + left, f"sample {row}")


def prepare(screen: Screen) -> None:
    """To be annotated automatically: the same once more, with four of the sample's, for one source is not enough."""
    screen.open("dataset")
    _look_at(screen, str(SAMPLE), 10)
    _make(screen, "L", "some.hdf5", "4 demonstrations", demos="0-5")
    _look_at(screen, "some.hdf5", 4)
    _make(screen, "M", "unmarked.hdf5", "5 demonstrations", other="demos.hdf5")
    screen.picture("3_joined")


def annotate(screen: Screen) -> None:
    screen.open("annotate")
    screen.fill(input="unmarked.hdf5", output="automatic.hdf5")
    seen = screen.run("4_annotated")
    # The one that was recorded a minute ago among them: it holds when it is played again.
    assert seen["saved"] == 5, seen["said"]


def join(screen: Screen) -> None:
    screen.open("dataset")
    _look_at(screen, "automatic.hdf5")
    _make(screen, "M", "annotated.hdf5", " demonstrations\n", other="marked.hdf5")
    screen.picture("5_all_sources")


def generate(screen: Screen) -> None:
    screen.open("generate")
    screen.fill(input="annotated.hdf5", num_demos=4, num_envs=8)
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: "cell.3" in seen["places"], "the environments")
    screen.click("cell.3")
    screen.wait(lambda seen: "watched" in seen["snapshot"], "a look into one")
    screen.picture("6_generating")
    seen = screen.wait(lambda seen: not seen["active"], "four demonstrations", LONG)
    assert seen["state"] == "done" and seen["saved"] == 4, seen["said"]
    screen.picture("6_generated")


def train(screen: Screen) -> None:
    _go_on(screen, "train")
    screen.wait(lambda seen: seen["values"].get("field.dataset") == "generated.hdf5", "what was generated as input")
    screen.fill(epochs=1)
    assert screen.run("7_trained")["losses"] == 1


def play(screen: Screen) -> None:
    _go_on(screen, "evaluate")
    screen.wait(lambda seen: seen["values"].get("field.checkpoints") == "run", "what was trained as input")
    screen.fill(num_rollouts=2, num_envs=2)
    # How often one epoch succeeds is not asked here.
    ((_, rollouts), *_) = screen.run("8_played")["evaluations"]
    assert rollouts == 2


def _look_at(screen: Screen, file: str, demos: int = 0) -> None:
    screen.replace("file", file)
    screen.edit("ENTER")
    screen.wait(lambda seen: seen["data"]["path"] == file and (not demos or seen["data"]["demos"] == demos), file)


def _make(screen: Screen, key: str, output: str, done: str, **fields: str) -> None:
    """Make another file of the one that is looked at, by a key."""
    for name, text in {**fields, "output": output}.items():
        screen.replace(f"edit.{name}", text)
    screen.tap(key, CTRL, SHIFT)
    seen = screen.wait(lambda seen: output in seen["data"]["done"] or seen["data"]["failure"], output)
    assert done in seen["data"]["done"], seen["data"]
