# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`mimic ui` at a desk: a real screen (Xvfb), real clicks and keys (xdotool)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from desk_screen import DeskScreen, SeenDesk
from screen import CTRL
from waiting import LONG, wait_until

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
    # Without another word, the project is the folder in which the program was started.
    screen.open("record")
    screen.replace("field.num_demos", "")
    screen.tap("ENTER", CTRL)
    screen.wait(lambda seen: "num_demos" in seen["trouble"], "what is wrong with an empty field")
    screen.picture("empty_field")
    screen.fill(num_demos=1)
    screen.tap("ENTER", CTRL)
    desk.wait(lambda: holds(demos, 1), "a demonstration", LONG)
    screen.wait(lambda seen: not seen["active"], "the end")
    screen.picture("recorded")
    screen.tap("3", CTRL)
    screen.wait(lambda seen: seen["chosen"] == "annotate", "Annotate")
    screen.tap("ENTER", CTRL)
    desk.wait(lambda: holds(annotated, 1), "its annotation", LONG)
    screen.tap("4", CTRL)
    screen.wait(lambda seen: seen["chosen"] == "generate", "Generate")
    screen.wait(lambda seen: seen["rail"]["annotate"] == ["done", "1 annotated"], "what the file holds")
    screen.picture("generate")
    desk.end()
    assert not (tmp_path / "imgui.ini").exists()
    (kept,) = json.loads(json.loads(desk.config.read_text())["projects"])["projects"]
    assert kept["folder"] == str(tmp_path) and kept["values"]["step"] == "generate"
    assert kept["values"]["annotated"] == "annotated.hdf5"


def test_what_windows_were_told_to_import_is_forgotten_when_asked(tmp_path):
    """Without a screen: nobody looks at the window."""
    mine, config = tmp_path / "mine.py", tmp_path / "config" / "isaaclab-mimic" / "window.json"
    mine.write_text("from pathlib import Path\nPath(__file__).with_suffix('.seen').touch()\n")
    seen = mine.with_suffix(".seen")
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"imports": json.dumps({"imports": [str(mine)]})}))
    environment = {**os.environ, "OMNIUI_HEADLESS": "1", "XDG_CONFIG_HOME": str(tmp_path / "config")}

    def remembered() -> list[str]:
        kept = json.loads(config.read_text())["imports"]
        return json.loads(kept)["imports"] if kept else []

    def open_until(condition, what: str, *flags: str) -> None:
        program = subprocess.Popen([sys.executable, "-m", "isaaclab_mimic_core", "ui", *flags], env=environment)
        try:
            wait_until(lambda: condition() or program.poll() is not None, what)
            assert program.poll() is None
        finally:
            program.terminate()
            program.wait()

    open_until(seen.exists, "the import")
    assert remembered() == [str(mine)]
    seen.unlink()
    open_until(lambda: not remembered(), "that it is forgotten", "--forget-imports")
    assert remembered() == [] and not seen.exists()
