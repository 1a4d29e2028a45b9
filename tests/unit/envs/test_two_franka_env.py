# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Two arms: actions are seen from each arm's own base."""

import isaaclab.utils.math as math_utils
import torch

from isaaclab_mimic_core.robots.derived.arm import Base, target_of
from isaaclab_mimic_core.robots.two_franka.batched import action_between

NUM_ENVS = 20
HALF_TURN = torch.diag(torch.tensor([-1.0, -1.0, 1.0, 1.0]))
BASES = Base(torch.stack([torch.eye(4), HALF_TURN]))


def random_poses(*shape: int) -> torch.Tensor:
    return math_utils.make_pose(torch.rand(*shape, 3), math_utils.matrix_from_quat(random_quats(*shape)))


def random_quats(*shape: int) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(*shape, 4), dim=-1)


def test_an_action_leads_to_its_target_and_back():
    torch.manual_seed(0)
    current, target, gripper = random_poses(NUM_ENVS, 2), random_poses(NUM_ENVS, 2), torch.randn(NUM_ENVS, 2, 1)
    action = action_between(current, target, gripper, BASES)
    assert action.shape == (NUM_ENVS, 14)
    arms = action.unflatten(-1, (2, 7))
    torch.testing.assert_close(target_of(current, arms[..., :6], BASES, relative=True), target, atol=1e-5, rtol=0)
    assert torch.equal(arms[..., 6:], gripper)


def test_the_same_motion_is_mirrored_for_an_arm_that_looks_the_other_way():
    current = torch.eye(4).repeat(1, 2, 1, 1)
    target = current.clone()
    target[..., :3, 3] = torch.tensor([0.1, 0.2, 0.3])
    left, right = action_between(current, target, torch.zeros(1, 2, 1), BASES).unflatten(-1, (2, 7))[0]
    torch.testing.assert_close(left[:3], torch.tensor([0.1, 0.2, 0.3]))
    torch.testing.assert_close(right[:3], torch.tensor([-0.1, -0.2, 0.3]))


def test_only_noise_is_clamped():
    current, target = random_poses(1, 2), random_poses(1, 2)
    target[..., :3, 3] += 2.0
    gripper = torch.full((1, 2, 1), 3.0)
    assert action_between(current, target, gripper, BASES).abs().amax() > 1.9
    noisy = action_between(current, target, gripper, BASES, torch.zeros(1, 2, 6)).unflatten(-1, (2, 7))
    assert noisy[..., :6].abs().amax() <= 1.0
    assert torch.equal(noisy[..., 6:], gripper)
