# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Humanoids in upstream's tasks on real physics: built from their wheels, they take objects, and walk."""

import importlib.util
import json
from pathlib import Path

import pytest
from waiting import LONG

from isaaclab_mimic_core.robots.g1 import usd as g1
from isaaclab_mimic_core.robots.gr1t2 import usd as gr1t2
from isaaclab_mimic_core.sim.assets import cache_root

pytestmark = pytest.mark.sim

PROGRAM = Path(__file__).with_name("humanoids.py")


def lacks(module: str, folder: str) -> bool:
    """Whether a robot's description is neither installed nor built."""
    return importlib.util.find_spec(module) is None and not (cache_root() / folder).is_dir()


NO_GR1T2 = lacks("fourier_robot_descriptions", gr1t2.FOLDER)
NO_G1 = lacks("holosoma", g1.FOLDER) or importlib.util.find_spec("holosoma_inference") is None
needs_gr1t2 = pytest.mark.skipif(NO_GR1T2, reason="needs the humanoid's description: ./mimic.sh setup humanoid")
needs_g1 = pytest.mark.skipif(NO_G1, reason="needs the humanoid's policy: ./mimic.sh setup g1-walking")


@pytest.fixture(scope="module")
def seen_in(start_python) -> dict:
    """What happened in each task; all run in one process, which loads Isaac Lab once."""
    tasks = ([] if NO_GR1T2 else ["pick_place", "nut_pour"]) + ([] if NO_G1 else ["walking"])
    process = start_python(PROGRAM, *tasks)
    output, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-2000:]
    return json.loads(output.splitlines()[-1])


@needs_gr1t2
def test_the_left_hand_lifts_the_object(seen_in):
    seen = seen_in["pick_place"]
    assert seen["ik"] == "dls" and seen["actions"] == 36 and seen["bodies"] == 59
    assert seen["off"] < 0.03, "the wrists follow their targets"
    assert min(seen["raised"]) > 0.05 and max(seen["to_wrist"]) < 0.15
    assert not any(seen["idle_right"] + seen["success"])
    assert seen["targets"] and seen["moved"][0] < 0.1, "an action with NaN holds the pose"
    (left, left_finger), (right, right_finger) = (seen["driven"][side] for side in ("left", "right"))
    assert right > 0.1 and abs(left) < 0.03, "the right hand went up, the left one stayed"
    assert right_finger < -0.8 and left_finger > -0.3, "the right hand is closed, the left one open"
    if "by_headset" in seen:
        led = seen["by_headset"]
        assert led["follows"] == ["hand", "hand"] and min(led["turned"]) > 0.999
        assert 0.06 < led["up"][0] < 0.1 and abs(led["up"][1]) < 0.02, "the left hand went up with the operator's"
        assert led["fingers"][0] > -0.2 and led["fingers"][1] < -0.8, "a pinch closes the right one"
    # Upstream's observations but the camera's.
    assert seen["observed"]["robot_links_state"] == [59, 13] and seen["observed"]["hand_joint_state"] == [22]


@needs_gr1t2
def test_the_left_hand_lifts_the_beaker_with_the_nut_in_it(seen_in):
    seen = seen_in["nut_pour"]
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


@needs_g1
def test_g1_stands_and_walks_as_it_is_told_and_holds_its_hands(seen_in):
    seen = seen_in["walking"]
    assert seen["ik"] == "dls" and seen["actions"] == 32 and min(seen["upright"]) > 0.97, "nobody falls"
    assert all(0.68 < height < 0.82 for height in seen["heights"])
    stood, ahead, aside, turned = seen["moved"]
    assert abs(stood[0]) + abs(stood[1]) < 0.15 and abs(stood[2]) < 0.2
    # Each more than those that are told otherwise, which drift: standing, and much more on their way.
    assert ahead[0] - max(stood[0], aside[0], turned[0]) > 0.1
    assert aside[1] - min(stood[1], ahead[1], turned[1]) < -0.06
    assert turned[2] - max(stood[2], ahead[2], aside[2]) > 0.4
    assert seen["again"] < 0.01 < seen["without_memory"], "put back in the middle of a walk, they go on as they did"
    assert seen["off"] < 0.05, "the wrists follow their targets"
    # Upstream's action names the finger joints in this order, and its observations are there but the camera's.
    assert seen["hand_joints"][:4] == [f"left_hand_{part}_0_joint" for part in ("index", "middle", "thumb")] + [
        "right_hand_index_0_joint"
    ]
    names = {"robot_root_pos", "robot_links_state", "left_eef_pos", "right_eef_quat", "hand_joint_state", "object"}
    assert names <= set(seen["observed"]) and seen["observed"]["hand_joint_state"] == [14]
