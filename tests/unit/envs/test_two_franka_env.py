# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Two arms: actions are seen from each arm's own base, and the batched methods are Isaac Lab's, one by one."""

from types import SimpleNamespace

import isaaclab.utils.math as math_utils
import pytest
import torch

from isaaclab_mimic_core.robots.two_franka.batched import (
    TwoFrankaMimicEnv,
    TwoFrankaRelEnv,
    action_between,
    gripper_of,
    target_of,
)

NUM_ENVS = 20
NAMES = ("left", "right")
HALF_TURN = torch.diag(torch.tensor([-1.0, -1.0, 1.0]))
BASES = torch.stack([torch.eye(3), HALF_TURN])


def random_poses(*shape: int) -> torch.Tensor:
    return math_utils.make_pose(torch.rand(*shape, 3), math_utils.matrix_from_quat(random_quats(*shape)))


def random_quats(*shape: int) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(*shape, 4), dim=-1)


@pytest.fixture
def pair():
    """The batched environment, and the one below it, over the same random observations."""
    torch.manual_seed(0)
    observed = {}
    for name in NAMES:
        observed[f"{name}_eef_pos"] = torch.rand(NUM_ENVS, 3)
        observed[f"{name}_eef_quat"] = random_quats(NUM_ENVS)

    class Below(TwoFrankaMimicEnv):
        def __init__(self):
            self.cfg = SimpleNamespace(subtask_configs={name: [] for name in NAMES})
            self.obs_buf = {"policy": observed}

        def __del__(self):
            pass

        def base_rotation(self):
            return BASES.expand(NUM_ENVS, 2, 3, 3)

    below = Below()
    batched = TwoFrankaRelEnv.__new__(TwoFrankaRelEnv)
    batched.env, batched.cfg, batched.num_envs, batched.eef_names = below, below.cfg, NUM_ENVS, NAMES
    batched._base_rotation = below.base_rotation()
    return batched, below


def test_an_action_leads_to_its_target_and_back():
    torch.manual_seed(0)
    current, target, gripper = random_poses(NUM_ENVS, 2), random_poses(NUM_ENVS, 2), torch.randn(NUM_ENVS, 2, 1)
    action = action_between(current, target, gripper, BASES)
    assert action.shape == (NUM_ENVS, 14)
    torch.testing.assert_close(target_of(current, action, BASES), target, atol=1e-5, rtol=0)
    assert torch.equal(gripper_of(action), gripper)


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


def test_batched_and_single_methods_agree(pair):
    batched, below = pair
    pose = batched.eef_pose()
    target, gripper = random_poses(NUM_ENVS, 2), torch.randn(NUM_ENVS, 2, 1)
    action = batched.target_to_action(target, gripper)
    reached, grips = below.action_to_target_eef_pose(action), below.actions_to_gripper_actions(action)
    for index, name in enumerate(NAMES):
        assert torch.equal(pose[:, index], below.get_robot_eef_pose(name))
        assert torch.equal(batched.action_to_target(action)[:, index], reached[name])
        assert torch.equal(batched.action_to_gripper(action)[:, index], grips[name])
    for env_id in range(NUM_ENVS):
        targets = {name: target[env_id, index] for index, name in enumerate(NAMES)}
        grippers = {name: gripper[env_id, index] for index, name in enumerate(NAMES)}
        single = below.target_eef_pose_to_action(targets, grippers, env_id=env_id)
        torch.testing.assert_close(single, action[env_id], atol=1e-6, rtol=0)
