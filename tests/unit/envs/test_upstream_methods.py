# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Upstream's per-environment methods, derived from a batched environment, answer as upstream's own class does."""

import copy

import pytest
import torch
from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env import FrankaCubeStackIKRelMimicEnv
from isaaclab_mimic.envs.pickplace_gr1t2_mimic_env import PickPlaceGR1T2MimicEnv
from still_env import INFO, NUM_ENVS, SUCCESS, random_poses, still_env

from isaaclab_mimic_core.envs import adapt
from isaaclab_mimic_core.envs.upstream_methods import UpstreamMethods

KINDS = {
    "franka": (FrankaCubeStackIKRelMimicEnv, ("franka",), 7, ("grasp_1", "grasp_2", "stack_1")),
    "gr1t2": (PickPlaceGR1T2MimicEnv, ("right", "left"), 36, ()),
}


@pytest.fixture(params=KINDS)
def pair(request):
    """Upstream's methods derived from our adapter, and upstream's own environment below it."""
    torch.manual_seed(0)
    env = still_env(*KINDS[request.param])
    return UpstreamMethods(adapt(env, SUCCESS, INFO)), env


@pytest.mark.parametrize("env_ids", [None, [3], [7, 2], torch.tensor([4, 0])], ids=str)
def test_what_is_seen_is_upstreams(pair, env_ids):
    ours, theirs = pair
    for name in theirs.cfg.subtask_configs:
        expected = theirs.get_robot_eef_pose(name, env_ids=env_ids)
        torch.testing.assert_close(ours.get_robot_eef_pose(name, env_ids=env_ids), expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(
        ours.get_object_poses(env_ids=env_ids), theirs.get_object_poses(env_ids=env_ids), rtol=0, atol=1e-5
    )
    if theirs.obs_buf["subtask_terms"]:
        expected = {name: signal[:, 0] for name, signal in theirs.get_subtask_term_signals(env_ids=env_ids).items()}
        torch.testing.assert_close(ours.get_subtask_term_signals(env_ids=env_ids), expected)


def test_actions_for_one_environment_are_upstreams(pair):
    ours, theirs = pair
    for env_id in range(NUM_ENVS):
        arguments = {
            "target_eef_pose_dict": {name: random_poses() for name in theirs.cfg.subtask_configs},
            "gripper_action_dict": {name: torch.randn(ours.batched.gripper_dim) for name in theirs.cfg.subtask_configs},
            "env_id": env_id,
        }
        action = ours.target_eef_pose_to_action(**arguments)
        torch.testing.assert_close(action, theirs.target_eef_pose_to_action(**arguments), rtol=0, atol=1e-5)


def test_targets_and_grippers_of_actions_are_upstreams(pair):
    ours, theirs = pair
    names = theirs.cfg.subtask_configs
    target = {name: random_poses(NUM_ENVS) for name in names}
    gripper = {name: torch.randn(NUM_ENVS, ours.batched.gripper_dim) for name in names}
    action = torch.stack(
        [
            ours.target_eef_pose_to_action(
                {n: target[n][i] for n in names}, {n: gripper[n][i] for n in names}, env_id=i
            )
            for i in range(NUM_ENVS)
        ]
    )
    torch.testing.assert_close(ours.action_to_target_eef_pose(action), target, rtol=0, atol=1e-5)
    torch.testing.assert_close(
        ours.action_to_target_eef_pose(action), theirs.action_to_target_eef_pose(action), rtol=0, atol=1e-5
    )
    torch.testing.assert_close(
        ours.actions_to_gripper_actions(action), dict(theirs.actions_to_gripper_actions(action)), rtol=0, atol=0
    )
    torch.testing.assert_close(ours.actions_to_gripper_actions(action), gripper, rtol=0, atol=0)


def test_one_arms_noise_is_drawn_as_upstream_draws_it():
    env = still_env(*KINDS["franka"])
    ours = UpstreamMethods(adapt(env, SUCCESS, INFO))
    arguments = ({"franka": random_poses()}, {"franka": torch.ones(1)}, {"franka": 0.2}, 5)
    torch.manual_seed(3)
    expected = env.target_eef_pose_to_action(*arguments)
    torch.manual_seed(3)
    torch.testing.assert_close(ours.target_eef_pose_to_action(*arguments), expected, rtol=0, atol=1e-5)


def test_everything_else_is_the_simulations(pair):
    ours, theirs = pair
    assert ours.scene is theirs.scene and ours.cfg is theirs.cfg and ours.num_envs == NUM_ENVS
    assert not hasattr(ours, "no_such_thing")
    assert copy.copy(ours).scene is theirs.scene
