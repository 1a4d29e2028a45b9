# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The relative Franka adapter's batched poses and actions are upstream's, environment by environment."""

from types import SimpleNamespace

import isaaclab.utils.math as math_utils
import pytest
import torch
from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env import FrankaCubeStackIKRelMimicEnv
from scripted_env import random_poses

from isaaclab_mimic_core.robots.franka.batched import FrankaRelEnv

NUM_ENVS = 50


@pytest.fixture
def pair():
    """Our adapter and upstream's methods over the same random observations."""
    torch.manual_seed(0)
    observations = {
        "eef_pos": torch.rand(NUM_ENVS, 3),
        "eef_quat": torch.nn.functional.normalize(torch.randn(NUM_ENVS, 4), dim=-1),
    }
    cfg = SimpleNamespace(subtask_configs={"franka": []})

    class Upstream(FrankaCubeStackIKRelMimicEnv):
        def __init__(self):
            self.cfg = cfg
            self.obs_buf = {"policy": observations}

        def __del__(self):
            pass

    # What the adapter's base class reads of an environment, it reads elsewhere: only poses and actions are tested.
    adapter = FrankaRelEnv.__new__(FrankaRelEnv)
    adapter.env = Upstream()
    adapter.cfg, adapter.num_envs, adapter.device = cfg, NUM_ENVS, torch.device("cpu")
    adapter.eef_names, adapter.info = ("franka",), {"task": "Some-Task"}
    return adapter, adapter.env


def upstream_action(env, env_id: int, target, gripper, noise, monkeypatch) -> torch.Tensor:
    """Call upstream's method for one environment; its noise is what is given."""
    monkeypatch.setattr(torch, "randn_like", lambda _: noise)
    keyword = {} if noise is None else {"action_noise_dict": {"franka": 1.0}}
    return env.target_eef_pose_to_action({"franka": target}, {"franka": gripper}, **keyword, env_id=env_id).reshape(-1)


@pytest.mark.parametrize("scale", [None, 0.1, 2.0], ids=["no noise", "some noise", "noise beyond the limits"])
def test_actions_are_upstreams(pair, scale, monkeypatch):
    ours, theirs = pair
    target, gripper = random_poses(NUM_ENVS, 1), torch.randn(NUM_ENVS, 1, 1)
    noise = None if scale is None else scale * torch.randn(NUM_ENVS, 1, ours.pose_action_dim)
    actions = ours.target_to_action(target, gripper, noise)
    assert actions.shape == (NUM_ENVS, ours.pose_action_dim + 1)
    for i in range(NUM_ENVS):
        drawn = None if noise is None else noise[i, 0].clone()
        expected = upstream_action(theirs, i, target[i, 0], gripper[i, 0], drawn, monkeypatch)
        torch.testing.assert_close(actions[i], expected, rtol=0, atol=2e-6)


def test_targets_are_upstreams(pair):
    ours, theirs = pair
    action = torch.randn(NUM_ENVS, ours.pose_action_dim + 1)
    action[::5, 3:6] = 0.0
    expected = theirs.action_to_target_eef_pose(action)["franka"]
    torch.testing.assert_close(ours.action_to_target(action)[:, 0], expected, rtol=0, atol=2e-6)


def test_targets_and_actions_undo_each_other(pair):
    ours, _ = pair
    target, gripper = random_poses(NUM_ENVS, 1), torch.ones(NUM_ENVS, 1, 1)
    action = ours.target_to_action(target, gripper)
    torch.testing.assert_close(ours.action_to_target(action), target, rtol=0, atol=5e-6)
    assert torch.equal(ours.action_to_gripper(action), gripper)


def test_small_turns_keep_their_precision(pair):
    ours, _ = pair
    rotvec = torch.nn.functional.normalize(torch.randn(NUM_ENVS, 3), dim=-1) * torch.logspace(-6, 0, NUM_ENVS)[:, None]
    turn = math_utils.matrix_from_quat(
        math_utils.quat_from_angle_axis(rotvec.norm(dim=-1), torch.nn.functional.normalize(rotvec, dim=-1))
    )
    current = ours.eef_pose()[:, 0]
    target = math_utils.make_pose(current[:, :3, 3], turn @ current[:, :3, :3])[:, None]
    action = ours.target_to_action(target, torch.ones(NUM_ENVS, 1, 1))
    torch.testing.assert_close(action[:, 3:6], rotvec, rtol=0, atol=1e-6)


def test_poses_follow_new_observations(pair):
    ours, _ = pair
    before = ours.eef_pose()
    assert torch.equal(ours.eef_pose(), before)
    policy = ours.env.obs_buf["policy"]
    ours.env.obs_buf = {"policy": {**policy, "eef_pos": policy["eef_pos"] + 1.0}}
    torch.testing.assert_close(ours.eef_pose()[..., :3, 3], before[..., :3, 3] + 1.0)


def test_poses_are_upstreams(pair):
    ours, theirs = pair
    torch.testing.assert_close(ours.eef_pose()[:, 0], theirs.get_robot_eef_pose("franka"))
