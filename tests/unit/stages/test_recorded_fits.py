# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Demonstrations of another scene are told by names and widths."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from isaaclab_mimic_core.datasets import Episode
from isaaclab_mimic_core.stages.replay.recorded import misfit, turned_bases

POSE, JOINTS = "rigid_object/cube/root_pose", "articulation/robot/joint_position"


@pytest.mark.parametrize(
    ("joints", "actions", "path", "said"),
    [
        (9, 7, JOINTS, ""),
        (9, 8, JOINTS, "has actions 8 wide, but the task's are 7"),
        (7, 7, JOINTS, f"has states/{JOINTS} of shape (7,), but the scene's is (9,)"),
        (9, 7, "articulation/other/joint_position", f"has no states/{JOINTS}"),
    ],
)
def test_what_does_not_fit_is_named(joints, actions, path, said):
    state = {POSE: torch.zeros(2, 7), JOINTS: torch.zeros(2, 9)}
    env: Any = SimpleNamespace(action_dim=7, state=lambda: state)
    data = {
        "actions": np.zeros((3, actions)),
        f"states/{POSE}": np.zeros((3, 7)),
        f"states/{path}": np.zeros((3, joints)),
    }
    assert misfit(Episode(data, {}), env) == said


@pytest.mark.parametrize(
    ("recorded", "turned"),
    [((0.0, 0.0, 0.7071, 0.7071), []), ((0.0, 0.0, -0.7071, -0.7071), []), ((0.0, 0.7071, 0.7071, 0.0), ["robot"])],
)
def test_quaternions_read_in_the_wrong_order_turn_a_base(recorded, turned):
    path = "articulation/robot/root_pose"
    state = {POSE: torch.zeros(2, 7), path: torch.tensor([[0.0, 0.0, 0.9, 0.0, 0.0, 0.7071, 0.7071]]).repeat(2, 1)}
    env: Any = SimpleNamespace(state=lambda: state)
    episode = Episode({f"initial_state/{path}": np.array([[0.0, 0.0, 0.9, *recorded]])}, {})
    assert turned_bases(episode, env) == turned
