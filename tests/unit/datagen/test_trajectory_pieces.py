# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pieces of a trajectory, each by itself."""

import pytest
import torch
from scripted_env import random_poses

from isaaclab_mimic_core.datagen.trajectory.interpolate import interpolate
from isaaclab_mimic_core.datagen.trajectory.transform import transform


def test_a_motion_moves_all_poses_of_its_row():
    motion, poses = random_poses(5), random_poses(5, 9)
    torch.testing.assert_close(transform(motion, poses), motion[:, None] @ poses)


@pytest.mark.parametrize("length", [1, 9, 72, 130])
def test_a_row_is_transformed_alike_among_few_or_many(length):
    motion, poses = random_poses(200), random_poses(200, length)
    together = transform(motion, poses)
    for rows in (torch.tensor([17]), torch.tensor([3, 199]), torch.arange(0, 200, 7)):
        assert torch.equal(transform(motion[rows], poses[rows]), together[rows])


@pytest.mark.parametrize("exact_upstream", [False, True])
def test_interpolation_is_even(exact_upstream):
    start, end, count = random_poses(6), random_poses(6), 4
    path = interpolate(start, end, torch.full((6,), count), count, exact_upstream)
    whole = torch.cat([start[:, None], path, end[:, None]], dim=1)
    positions, rotations = whole[..., :3, 3], whole[..., :3, :3]
    torch.testing.assert_close(positions.diff(dim=1).diff(dim=1), torch.zeros(6, count, 3), rtol=0, atol=1e-6)
    turns = rotations[:, 1:] @ rotations[:, :-1].transpose(-1, -2)
    torch.testing.assert_close(turns, turns[:, :1].expand_as(turns), rtol=0, atol=5e-6)
    assert (path[..., 3, :] == torch.tensor([0.0, 0.0, 0.0, 1.0])).all()


def test_a_small_turn_is_made_at_once_only_upstream():
    start = torch.eye(4)[None]
    end = start.clone()
    angle = torch.tensor(0.04)
    end[0, :2, :2] = torch.tensor([[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]])
    count = torch.tensor([1])
    halfway = [interpolate(start, end, count, 1, exact)[0, 0, 1, 0] for exact in (False, True)]
    assert [float(sine) for sine in halfway] == pytest.approx([0.02, 0.04], rel=1e-3)
