# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A headset in software drives the stack: from its input to the robot's action, and to recorded demonstrations."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from software_headset import what_is_missing
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.devices.xr.session import count_frames

pytestmark = pytest.mark.sim

CHAIN = Path(__file__).with_name("xr_chain.py")
HALF = 3**0.5 / 2


@pytest.fixture(scope="module")
def chain(start_python, tmp_path_factory):
    if missing := what_is_missing():
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("xr")
    process = start_python(CHAIN, folder)
    output, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-3000:]
    return SimpleNamespace(folder=folder, **json.loads(output.splitlines()[-1]))


def assert_action(row: dict, position, quat, gripper: float) -> None:
    action = np.array(row["action"])
    # The task's configuration has the sine of 60 degrees to three places.
    np.testing.assert_allclose(action[:3], position, atol=3e-5)
    # A quaternion and its negative are one rotation.
    assert abs(abs(action[3:7] @ np.array(quat)) - 1.0) < 1e-6
    assert action[7] == gripper


def test_a_controller_moves_the_hand_by_hand_computed_values(chain):
    """The stack's anchor is at (-0.1, -0.5, -1.05) m, turned by -60 degrees about z.

    OpenXR's (x, y, z) is Isaac Lab's (x, -z, y): the controller at (0.1, 1.2, -0.4) is at (0.1, 0.4, 1.2), turned
    (0.1 / 2 + 0.4 sin 60, -0.1 sin 60 + 0.4 / 2, 1.2), and from there the anchor's position on. Held level, it points
    the gripper down: half a turn about x (two quarters: OpenXR's axes, and the pipeline's own).
    """
    at = (0.05 + 0.4 * HALF - 0.1, 0.2 - 0.1 * HALF - 0.5, 0.15)
    level = (HALF, -0.5, 0.0, 0.0)
    assert_action(chain.inputs[0], at, level, 1.0)
    assert_action(chain.inputs[1], at, level, -1.0)
    # Elsewhere, and turned by 90 degrees about the vertical: -60 + 90 = 30 degrees.
    at = (0.1 + 0.5 * HALF - 0.1, 0.25 - 0.2 * HALF - 0.5, 0.25)
    turned = (np.cos(np.pi / 12), np.sin(np.pi / 12), 0.0, 0.0)
    assert_action(chain.inputs[2], at, turned, -1.0)
    # Its pose is lost, then it is switched off: the hand stays, and drops nothing.
    for lost in chain.inputs[3:5]:
        assert lost["action"] == chain.inputs[2]["action"] and lost["follows"] == "nothing"
    assert [row["follows"] for row in chain.inputs[:3]] == ["controller"] * 3


def test_a_bare_hand_moves_the_hand_by_hand_computed_values(chain):
    """The wrist at (0, 1.1, -0.4) is at (0, 0.4, 1.1), turned (0.4 sin 60, 0.4 / 2, 1.1). The gripper points down."""
    at = (0.4 * HALF - 0.1, 0.2 - 0.5, 0.05)
    down = (HALF, -0.5, 0.0, 0.0)
    assert_action(chain.inputs[5], at, down, 1.0)
    assert_action(chain.inputs[6], at, down, -1.0)
    assert [row["follows"] for row in chain.inputs[5:8]] == ["hand", "hand", "nothing"]
    assert chain.inputs[7]["action"] == chain.inputs[6]["action"]


def test_messages_of_the_headset_are_the_operators_requests(chain):
    # Isaac Lab's state machine goes from stopped to running by way of paused, a frame each.
    asked = [row["asks"] for row in chain.inputs]
    assert asked[:8] == [[]] * 8
    assert [request for row in asked[8:] for request in row] == ["resume", "pause", "resume", "reset"]


def test_instructions_are_shown_in_the_headset(chain):
    notice = {"level": "info", "title": "Grasp the cube", "summary": "Next: Stack it", "items": []}
    assert {"type": "system_notice", "message": notice} in chain.shown
    # Each of the stack's subtasks in its turn, in every demonstration.
    told = [title for title in chain.instructions if title.startswith("Subtask")]
    assert [title.split()[1] for title in told] == ["1", "2", "3", "4"] * (len(told) // 4) and len(told) >= 8


def test_demonstrations_are_recorded(chain):
    assert chain.live["outcome"] == "done" and len(chain.live["saved"]) == 2
    with DatasetReader(chain.folder / "live.hdf5") as reader:
        for episode, steps in zip(reader.episodes(), chain.live["saved"], strict=True):
            assert episode.success is True and episode.num_samples == steps
            assert episode.attrs["mimic"]["recorded"]["teleop_device"] == "xr"
    # One frame for each step, and those in which the operator was waited for.
    assert count_frames(chain.folder / "session.mcap") > sum(chain.live["saved"])


def test_a_replayed_session_gives_the_same_demonstration_without_a_runtime(chain):
    with DatasetReader(chain.folder / "live.hdf5") as live, DatasetReader(chain.folder / "replayed.hdf5") as replayed:
        first, again = live.read("demo_0").data, replayed.read("demo_0").data
    assert first.keys() == again.keys()
    for path, values in first.items():
        np.testing.assert_array_equal(values, again[path], err_msg=path)


def test_a_headset_that_is_gone_stops_the_robot_until_it_is_back_and_says_start(chain):
    _, before, gone, back, driving = chain.lost["states"]
    assert before["connected"] and before["steps"] > 0 and not before["paused"]
    assert not gone["connected"] and gone["paused"] and gone["steps"] - before["steps"] <= 1
    assert back["connected"] and back["paused"] and back["steps"] == gone["steps"]
    assert driving["steps"] > back["steps"]
    assert ["headset is gone" in message for message in chain.lost["told"]] == [True, False]
    assert [shown["message"]["title"] for shown in chain.lost["shown"]].count("Subtask 1 of 4 (grasp_1)") == 2
    # What was recorded before stays: the session goes on in a second file.
    assert count_frames(chain.folder / "lost.mcap") > 20
    assert count_frames(chain.folder / "lost-2.mcap") > 10
