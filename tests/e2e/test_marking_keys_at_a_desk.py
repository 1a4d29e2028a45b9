# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Arrow keys that move the playhead in `mimic ui` do not also move the focus between widgets."""

import json
from pathlib import Path

import numpy as np
import pytest
from desk import only_when_asked
from desk_screen import DeskScreen, SeenDesk
from PIL import Image

pytestmark = [pytest.mark.e2e, pytest.mark.sim, only_when_asked]

DEMOS = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
DESK = SeenDesk
FOCUS = (66, 150, 250)
"""The frame that Dear ImGui draws around the widget that the arrow keys have walked to."""


def focus_after_arrows(desk, name: str) -> int:
    """Press arrow keys, and return how many pixels of a focus frame there are."""
    for key in ("Down", "Down", "Up", "Right"):
        desk.press(key)
    desk.picture(name)
    pixels = np.asarray(Image.open(desk.folder / f"{name}.png").convert("RGB")).astype(int)
    return int((abs(pixels - np.array(FOCUS)).max(axis=-1) < 40).sum())


def test_arrows_mark_and_do_nothing_else(desk, tmp_path):
    output = tmp_path / "marked.hdf5"
    shared = {"demos": str(DEMOS), "annotated": str(output)}
    desk.config.parent.mkdir(parents=True)
    desk.config.write_text(
        json.dumps({"layout": json.dumps({"step": "mark"}), "shared": json.dumps(shared), "mark": "{}"})
    )
    desk.start()
    screen = DeskScreen(desk)
    desk.press("Return", held="ctrl")
    desk.wait(lambda: screen.see()["snapshot"].get("episode"), "the first demonstration")
    desk.picture("begun")
    assert focus_after_arrows(desk, "marking") == 0
    # Afterwards they are omni.ui's again, for whoever has no mouse.
    desk.press("Return", held="ctrl")
    desk.wait(lambda: focus_after_arrows(desk, "ended") > 50, "the focus frame")
    desk.end()
