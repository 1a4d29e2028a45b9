# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`mimic ui` as somebody at a desk uses it: a real screen (of Xvfb), real clicks and keys (of xdotool)."""

import json
import signal
import time
from pathlib import Path

import pytest

from isaaclab_mimic_core.datasets import DatasetReader

pytestmark = pytest.mark.e2e

OUTPUT_FIELD = (330, 242)
"""Where Record asks for the output file [px], in a window of 1280 x 720."""


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
