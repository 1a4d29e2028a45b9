# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The entire tutorial in `mimic ui`, on a real screen, with the real mouse and keyboard of xdotool."""

import json

import pytest
from desk import only_when_asked
from desk_screen import DeskScreen, SeenDesk
from steps import whole_tutorial

pytestmark = [pytest.mark.e2e, only_when_asked]

DESK = SeenDesk


@pytest.mark.sim
def test_the_whole_tutorial_at_a_desk(desk, tmp_path):
    desk.start()
    took = whole_tutorial(DeskScreen(desk))
    (tmp_path / "took.json").write_text(json.dumps(took))
    desk.end()
