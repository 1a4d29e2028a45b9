# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The humanoid in upstream's tasks on real physics: built from its wheel, it takes objects between its fingers."""

import importlib.util
import json
from pathlib import Path

import pytest
from waiting import LONG

from isaaclab_mimic_core.robots.gr1t2.usd import FOLDER
from isaaclab_mimic_core.sim.assets import cache_root

pytestmark = pytest.mark.sim

needs_robot = pytest.mark.skipif(
    importlib.util.find_spec("fourier_robot_descriptions") is None and not (cache_root() / FOLDER).is_dir(),
    reason="needs the humanoid's description: ./mimic.sh setup humanoid",
)
LIFTS = Path(__file__).with_name("gr1t2_lifts.py")
STEPS = 104
"""The left hand has closed on the object and lifted it."""


@pytest.fixture(scope="module")
def lifts(start_python) -> dict:
    """What happened in each task; both run in one process, which loads Isaac Lab once."""
    process = start_python(LIFTS, STEPS)
    output, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-2000:]
    return json.loads(output.splitlines()[-1])


@needs_robot
def test_the_left_hand_lifts_the_object(lifts):
    seen = lifts["pick_place"]
    assert seen["ik"] == "dls" and seen["actions"] == 36 and seen["bodies"] == 59
    assert seen["off"] < 0.03, "the wrists follow their targets"
    assert min(seen["raised"]) > 0.05 and max(seen["to_wrist"]) < 0.15
    assert not any(seen["idle_right"] + seen["success"])
    assert seen["targets"] and seen["moved"][0] < 0.1, "an action with NaN holds the pose"
    (left, left_finger), (right, right_finger) = (seen["driven"][side] for side in ("left", "right"))
    assert right > 0.1 and abs(left) < 0.03, "the right hand went up, the left one stayed"
    assert right_finger < -0.8 and left_finger > -0.3, "the right hand is closed, the left one open"
    # Upstream's observations but the camera's.
    assert seen["observed"]["robot_links_state"] == [59, 13] and seen["observed"]["hand_joint_state"] == [22]


@needs_robot
def test_the_left_hand_lifts_the_beaker_with_the_nut_in_it(lifts):
    seen = lifts["nut_pour"]
    raised = seen["raised"]
    assert raised["sorting_beaker"] > 0.03 and abs(raised["factory_nut"] - raised["sorting_beaker"]) < 0.02
    assert seen["upright"] > 0.8 and seen["nut_beside_axis"] < 0.03, "the nut is still in it"
    assert seen["stiffness"] == [400.0, 400.0], "upstream's configuration says none"
    assert all(abs(raised[name]) < 0.005 for name in ("sorting_bowl", "sorting_scale", "black_sorting_bin"))
    assert seen["signals"] == {"grasp_left": True, "idle_right": False, "grasp_right": False}
    # Upstream's actions and observations; only the camera's shows objects.
    assert seen["actions"] == 36 and not seen["success"]
    names = {"robot_joint_pos", "left_eef_pos", "right_eef_quat", "hand_joint_state", "robot_pov_cam"}
    assert names <= set(seen["observed"])
    (pixels, row), (later, higher) = seen["beaker_seen"]
    assert pixels > 300 and later > 300 and higher < row - 5, "the camera sees the beaker, and then that it went up"
