# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The file dialog of `mimic ui`, with a real mouse and a real keyboard."""

import json
import time

import pytest
from desk import only_when_asked

pytestmark = [pytest.mark.e2e, only_when_asked]

CHOOSE_OUTPUT = (553, 242)
"""The button beside Record's output file [px], in a window of 1280 x 720."""
PATH_FIELD, NAME_FIELD = (660, 178), (660, 530)
"""In the dialog."""


def test_an_output_is_chosen_at_a_desk(desk, tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "old.hdf5").touch()
    desk.config.parent.mkdir(parents=True)
    desk.config.write_text(json.dumps({"layout": json.dumps({"step": "record"})}))
    desk.start()
    desk.click(*CHOOSE_OUTPUT)
    time.sleep(1.0)
    desk.picture("opened")
    desk.click(*PATH_FIELD)
    desk.press("a", held="ctrl")
    desk.type(folder)
    desk.picture("folder")
    desk.click(*NAME_FIELD)
    desk.type("new")
    desk.picture("chosen")
    # Escape leaves what was chosen as it is.
    desk.click(*CHOOSE_OUTPUT)
    time.sleep(1.0)
    desk.press("Escape")
    desk.picture("cancelled")
    # The window has its keys back.
    desk.press("3", held="ctrl")
    desk.end()
    kept = json.loads(desk.config.read_text())
    assert json.loads(kept["shared"])["demos"] == str(folder / "new.hdf5")
    assert json.loads(kept["layout"])["step"] == "annotate"
