# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The signals of stacking in a bin: grasps are told from the fingertips, not from the hand's frame."""

from types import SimpleNamespace

import pytest
import torch

from isaaclab_mimic_core.tasks.franka_stack.bin_scene import BinStackSignals, fingertips

_OPEN, _HOLDS = 0.04, 0.0203


class _Robot:
    def __init__(self, joint_pos: torch.Tensor):
        self.data = SimpleNamespace(joint_pos=SimpleNamespace(torch=joint_pos))

    def find_joints(self, names):
        assert names == ["panda_finger_.*"]
        return [7, 8], names


@pytest.fixture
def env(monkeypatch):
    """Three hands that point down, 30 cm up: one holds the second cube, one is open around it, one holds nothing."""
    mdp = pytest.importorskip("isaaclab_tasks.contrib.stack.mdp")
    monkeypatch.setattr(mdp, "object_stacked", lambda env, robot, upper, lower: torch.tensor([False, True, False]))
    hand = torch.eye(4).repeat(3, 1, 1, 1)
    hand[..., :3, :3] = torch.diag(torch.tensor([1.0, -1.0, -1.0]))
    hand[..., 2, 3] = 0.3
    cubes = torch.eye(4).repeat(3, 3, 1, 1)
    cubes[:, 0, 0, 3], cubes[:, 2, 0, 3] = 0.5, -0.5
    cubes[:, 1, 2, 3] = torch.tensor([0.2, 0.2, 0.1])
    joint_pos = torch.zeros(3, 9)
    joint_pos[:, 7:] = torch.tensor([_HOLDS, _OPEN, _HOLDS])[:, None]
    return SimpleNamespace(
        cfg=SimpleNamespace(gripper_joint_names=["panda_finger_.*"], gripper_open_val=_OPEN, gripper_threshold=0.005),
        env=SimpleNamespace(scene={"robot": _Robot(joint_pos)}),
        object_names=["cube_1", "cube_2", "cube_3"],
        eef_pose=lambda: hand,
        object_pose=lambda: cubes,
    )


def test_the_fingertips_are_below_a_hand_that_points_down(env):
    hand = env.eef_pose()[:, 0]
    tips = fingertips(hand[:, :3, 3], hand[:, :3, :3])
    torch.testing.assert_close(tips, torch.tensor([[0.0, 0.0, 0.1966]]).repeat(3, 1))


def test_a_cube_is_grasped_between_closed_fingertips(env):
    signals = BinStackSignals(env).signals()
    assert signals["grasp_1"].tolist() == [True, False, False]
    assert signals["grasp_2"].tolist() == [False, False, False]
    assert signals["stack_2"].tolist() == [False, True, False]
