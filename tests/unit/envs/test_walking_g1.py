# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""G1 with its body as an end effector: waypoints of the body become velocities, and hands go along with it."""

import math
from types import SimpleNamespace

import pytest
import torch
from isaaclab_mimic.envs.locomanipulation_g1_mimic_env import LocomanipulationG1MimicEnv
from still_env import INFO, NUM_ENVS, SUCCESS, still_env

from isaaclab_mimic_core.envs import adapt
from isaaclab_mimic_core.errors import ConfigError
from isaaclab_mimic_core.robots.g1.walking_env import WalkingG1Env, _on_ground

EEFS = ("body", "right", "left")
JOINTS = [
    f"{side}_hand_{joint}_joint"
    for joints in (("index_0", "middle_0", "thumb_0"), ("index_1", "middle_1", "thumb_1"), ("thumb_2",))
    for side in ("left", "right")
    for joint in joints
]
"""In the order of upstream's actions."""


class Scene(SimpleNamespace):
    def __getitem__(self, name):
        return self.robot


def upstream(eefs=EEFS):
    env = still_env(LocomanipulationG1MimicEnv, eefs, 32)
    env.cfg.datagen_config.use_navigation_controller = True
    env.scene = Scene(**vars(env.scene))
    place = torch.rand(NUM_ENVS, 3)
    half = torch.rand(NUM_ENVS) * math.pi
    env.scene.robot = SimpleNamespace(
        data=SimpleNamespace(
            root_pos_w=SimpleNamespace(torch=place + env.scene.env_origins),
            root_quat_w=SimpleNamespace(
                torch=torch.stack([0 * half, 0 * half, half.sin(), half.cos()], dim=1),
            ),
        )
    )
    env.action_manager = SimpleNamespace(
        total_action_dim=32,
        active_terms=["legs", "arms"],
        get_term=lambda name: SimpleNamespace(_hand_joint_names=JOINTS) if name == "arms" else SimpleNamespace(),
    )
    return env


@pytest.fixture
def env() -> WalkingG1Env:
    torch.manual_seed(0)
    found = adapt(upstream(), SUCCESS, INFO)
    assert type(found) is WalkingG1Env and found.navigates
    return found


def test_fingers_belong_to_their_own_hand(env):
    action = torch.arange(32.0).repeat(NUM_ENVS, 1)
    hands = env.action_to_gripper(action)
    assert hands.shape == (NUM_ENVS, 3, 7)
    for eef, side in ((1, "right"), (2, "left")):
        assert hands[0, eef].tolist() == [14.0 + at for at, name in enumerate(JOINTS) if name.startswith(side)]
    assert hands[0, 0].tolist() == [31.0] + 6 * [0.0], "the height of the hips"


def test_who_stands_at_its_place_keeps_its_hands_where_they_are_told(env):
    action = torch.randn(NUM_ENVS, 32)
    for start in (3, 10):
        action[:, start : start + 4] = torch.nn.functional.normalize(action[:, start : start + 4], dim=-1)
    target = env.action_to_target(action)
    torch.testing.assert_close(target[:, 0], env.eef_pose()[:, 0])
    again = env.target_to_action(target, env.action_to_gripper(action))
    assert not again[:, 28:31].any(), "it stands"
    torch.testing.assert_close(env.action_to_target(again), target, atol=1e-5, rtol=0)
    assert torch.equal(again[:, 14:28], action[:, 14:28]) and torch.equal(again[:, 31], action[:, 31])


def test_who_is_elsewhere_walks_and_takes_its_hands_along(env):
    target, gripper = env.eef_pose().clone(), torch.zeros(NUM_ENVS, 3, 7)
    ahead = _on_ground(torch.tensor([[0.3, 0.0, 0.0]]).repeat(NUM_ENVS, 1))
    target[:, 0] = target[:, 0] @ ahead
    action = env.target_to_action(target, gripper, torch.zeros(NUM_ENVS, 3, 7))
    assert (action[:, 28] > 0.2).all() and (action[:, 29:31].abs() < 1e-4).all(), "straight ahead"
    told = env.action_to_target(action)[:, 1:, :3, 3]
    short = (told - target[:, 1:, :3, 3]).norm(dim=-1)
    torch.testing.assert_close(short, torch.full_like(short, 0.25), atol=1e-4, rtol=0)
    # Noise on a robot that stands does not make it walk.
    still = env.target_to_action(env.eef_pose(), gripper, torch.ones(NUM_ENVS, 3, 7))
    assert still.shape == (NUM_ENVS, 32) and not still[:, 28:31].any()


def test_asking_changes_nothing_and_a_step_says_who_walks(env):
    def target(*place: float) -> torch.Tensor:
        target = env.eef_pose().clone()
        target[:, 0] = target[:, 0] @ _on_ground(torch.tensor([place]).repeat(NUM_ENVS, 1))
        return target

    gripper, near, far = torch.zeros(NUM_ENVS, 3, 7), target(0.05, 0.0, 0.0), target(0.3, 0.0, 0.0)
    anywhere = torch.eye(4).expand_as(near)
    standing = env.target_to_action(near, gripper)
    for other in (far, anywhere):
        env.target_to_action(other, gripper)
        assert torch.equal(env.target_to_action(near, gripper), standing) and not standing[:, 28:31].any()
    assert not env.is_behind(near).any() and env.is_behind(far).all() and not env.is_behind(near).any()
    assert env.is_behind(target(0.0, 0.0, 0.4)).all()
    # Half of them walk; they go on until they are nearer than where a walk begins.
    action = torch.where(torch.arange(NUM_ENVS)[:, None] < 10, env.target_to_action(far, gripper), standing)
    env.env.step = lambda action: None
    env.step(action)
    going = env.target_to_action(near, gripper)[:, 28] > 0.0
    assert going.tolist() == 10 * [True] + 10 * [False]
    env.step(standing)
    assert torch.equal(env.target_to_action(near, gripper), standing)


def test_what_the_action_terms_keep_is_part_of_a_snapshot(env):
    kept = torch.zeros(NUM_ENVS, 2)
    env.env.action_manager.get_term = lambda name: SimpleNamespace(memory=(kept,)) if name == "legs" else None
    assert [each is kept for each in env.memory()] == [True, False] and env.memory()[1] is env._walk.walks


def test_one_number_closes_each_hand(env):
    opened, closed = env.grip(torch.zeros(3)), env.grip(torch.tensor([0.0, 1.0, 0.0]))
    assert opened.shape == (3, 7) and torch.equal(opened[2], closed[2]) and opened[0, 0] == closed[0, 0] > 0.5
    assert (closed[1] - opened[1]).abs().max() > 1.0


def test_a_walking_robot_needs_all_three():
    with pytest.raises(ConfigError, match="left, right and body"):
        adapt(upstream(("left", "right")), SUCCESS, INFO)
