# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`mimic ui` as somebody at a desk uses it: a real screen (of Xvfb), real clicks and keys (of xdotool)."""

import json
from pathlib import Path

import pytest
from desk_screen import DeskScreen, SeenDesk
from screen import CTRL
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader

pytestmark = pytest.mark.e2e

DESK = SeenDesk


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
    screen = DeskScreen(desk)
    screen.open("record")
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: "output" in seen["trouble"], "what is wrong with an empty field")
    screen.picture("empty_field")
    screen.fill(output=demos)
    screen.tap("ENTER", CTRL)
    desk.wait(lambda: holds(demos, 1), "a demonstration", LONG)
    screen.wait(lambda seen: not seen["active"], "the end")
    screen.picture("recorded")
    screen.tap("3", CTRL)
    screen.wait(lambda seen: seen["chosen"] == "annotate", "Annotate")
    screen.fill(output=annotated)
    screen.tap("ENTER", CTRL)
    desk.wait(lambda: holds(annotated, 1), "its annotation", LONG)
    screen.tap("4", CTRL)
    screen.wait(lambda seen: seen["chosen"] == "generate", "Generate")
    screen.picture("generate")
    desk.end()
    assert not (tmp_path / "imgui.ini").exists()
    kept = json.loads(desk.config.read_text())
    assert json.loads(kept["shared"])["annotated"] == str(annotated)
    assert json.loads(kept["layout"])["step"] == "generate"
