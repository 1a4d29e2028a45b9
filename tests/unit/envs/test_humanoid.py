# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The humanoids' batched poses and actions are upstream's, environment by environment and arm by arm."""

from types import SimpleNamespace

import pytest
import torch
from isaaclab_mimic.envs.locomanipulation_g1_mimic_env import LocomanipulationG1MimicEnv
from isaaclab_mimic.envs.pickplace_gr1t2_mimic_env import PickPlaceGR1T2MimicEnv
from still_env import INFO, NUM_ENVS, OBJECTS, SUCCESS, random_poses, still_env

from isaaclab_mimic_core.devices.keyboard import KeyboardSettings
from isaaclab_mimic_core.devices.keyboard.device import Keyboard
from isaaclab_mimic_core.envs import adapt
from isaaclab_mimic_core.errors import ConfigError
from isaaclab_mimic_core.robots.humanoid.batched import G1Env, GR1T2Env

# Class, adapter, numbers in an action, in the left and in the right hand.
KINDS = {"gr1t2": (PickPlaceGR1T2MimicEnv, GR1T2Env, 36, 11, 11), "g1": (LocomanipulationG1MimicEnv, G1Env, 32, 7, 11)}
EEFS = ("right", "left")
"""Upstream's configurations name the right arm first, its actions begin with the left one."""


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    return request.param


@pytest.fixture
def pair(kind):
    """Our adapter and upstream's environment, which it wraps."""
    torch.manual_seed(0)
    theirs, ours, action_dim, *_ = KINDS[kind]
    env = still_env(theirs, EEFS, action_dim)
    adapter = adapt(env, SUCCESS, INFO)
    assert type(adapter) is ours
    return adapter, env


def random_commands(kind: str) -> torch.Tensor:
    """Return (NUM_ENVS, 2, gripper_dim); the numbers that pad the smaller hand are random, too."""
    return torch.randn(NUM_ENVS, 2, max(KINDS[kind][3:]))


def upstream_action(env, kind: str, target, gripper, noise, monkeypatch) -> torch.Tensor:
    """Call upstream's method for one environment: (2, 4, 4), (2, G) and (2, 7) noise, in the order of `EEFS`."""
    left, right = KINDS[kind][3:]
    amplitude = None
    if noise is not None:
        # Drawn in this order: left and right position, left and right quaternion.
        drawn = iter([noise[1, :3], noise[0, :3], noise[1, 3:], noise[0, 3:]])
        monkeypatch.setattr(torch, "randn_like", lambda _: next(drawn))
        amplitude = {"left": 1.0, "right": 1.0}
    return env.target_eef_pose_to_action(
        # Upstream's G1 adds noise in place.
        {"right": target[0].clone(), "left": target[1].clone()},
        {"right": gripper[0, :right], "left": gripper[1, :left]},
        amplitude,
    )


@pytest.mark.parametrize("scale", [None, 0.003, 3.0], ids=["no noise", "some noise", "much noise"])
def test_humanoid_actions_are_upstreams(pair, kind, scale, monkeypatch):
    ours, theirs = pair
    target, gripper = random_poses(NUM_ENVS, 2), random_commands(kind)
    noise = None if scale is None else scale * torch.randn(NUM_ENVS, 2, ours.pose_action_dim)
    before = target.clone()
    actions = ours.target_to_action(target, gripper, noise)
    assert torch.equal(target, before)
    assert actions.shape == (NUM_ENVS, ours.action_dim)
    for i in range(NUM_ENVS):
        expected = upstream_action(
            theirs, kind, target[i], gripper[i], None if noise is None else noise[i], monkeypatch
        )
        torch.testing.assert_close(actions[i], expected, rtol=0, atol=1e-5)


def test_humanoid_poses_are_upstreams(pair):
    ours, theirs = pair
    for index, name in enumerate(EEFS):
        torch.testing.assert_close(ours.eef_pose()[:, index], theirs.get_robot_eef_pose(name), rtol=0, atol=1e-5)
    for index, name in enumerate(OBJECTS):
        torch.testing.assert_close(ours.object_pose()[:, index], theirs.get_object_poses()[name], rtol=0, atol=1e-5)


def test_humanoid_targets_are_upstreams(pair):
    ours, theirs = pair
    action = torch.randn(NUM_ENVS, ours.action_dim)
    for start in (3, 10):
        action[:, start : start + 4] = torch.nn.functional.normalize(action[:, start : start + 4], dim=-1)
    expected = theirs.action_to_target_eef_pose(action)
    for index, name in enumerate(EEFS):
        torch.testing.assert_close(ours.action_to_target(action)[:, index], expected[name], rtol=0, atol=1e-5)


def test_hands_are_upstreams_and_the_smaller_one_is_padded(pair, kind):
    ours, theirs = pair
    actions = torch.randn(3, 40, ours.action_dim)
    hands = ours.action_to_gripper(actions)
    assert hands.shape == (3, 40, 2, ours.gripper_dim)
    sizes = dict(zip(("left", "right"), KINDS[kind][3:], strict=True))
    for demo in range(3):
        for index, (name, expected) in enumerate(
            sorted(theirs.actions_to_gripper_actions(actions[demo]).items(), reverse=True)
        ):
            assert torch.equal(hands[demo, :, index, : sizes[name]], expected)
            assert not hands[demo, :, index, sizes[name] :].any()


def test_humanoid_targets_and_actions_undo_each_other(pair, kind):
    ours, _ = pair
    target = random_poses(NUM_ENVS, 2)
    action = ours.target_to_action(target, random_commands(kind))
    torch.testing.assert_close(ours.action_to_target(action), target, rtol=0, atol=1e-5)
    again = ours.target_to_action(ours.action_to_target(action), ours.action_to_gripper(action))
    assert torch.equal(again[:, 14:], action[:, 14:])


def test_humanoids_tell_no_signals(pair):
    ours, theirs = pair
    assert ours.term_signals() == {}
    with pytest.raises(NotImplementedError):
        theirs.get_subtask_term_signals()


def test_other_end_effectors_than_the_two_arms_are_refused(kind):
    theirs, _, action_dim, *_ = KINDS[kind]
    with pytest.raises(ConfigError, match="'body' can be none of the arms left, right"):
        adapt(still_env(theirs, ("left", "right", "body"), action_dim), SUCCESS, INFO)


JOINTS = [
    f"{side}_{joint}_joint"
    for joint in (
        *(
            f"{finger}_{part}"
            for finger in ("index", "middle", "ring", "pinky")
            for part in ("proximal", "intermediate")
        ),
        "thumb_proximal_yaw",
        "thumb_proximal_pitch",
        "thumb_distal",
    )
    for side in "LR"
]
"""Those of both hands, mixed as in the robot's action."""


def test_the_keyboard_drives_one_hand_after_the_other_and_closes_its_fingers():
    env = still_env(PickPlaceGR1T2MimicEnv, EEFS, 36)
    adapter = adapt(env, SUCCESS, INFO)
    term = SimpleNamespace(_hand_joint_names=JOINTS, cfg=SimpleNamespace(asset_name="robot"))
    env.action_manager = SimpleNamespace(total_action_dim=36, active_terms=["gr1_action"], get_term=lambda name: term)
    root = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]).expand(NUM_ENVS, 7)
    env.scene.articulations = {"robot": SimpleNamespace(data=SimpleNamespace(root_pose_w=SimpleNamespace(torch=root)))}
    keyboard = Keyboard(adapter, KeyboardSettings(step_hz=10.0, ramp=0.0))
    keyboard.begin(torch.arange(NUM_ENVS), torch.arange(NUM_ENVS))

    def fingers() -> dict[str, float]:
        return dict(zip(JOINTS, keyboard.action()[0, 14:].tolist(), strict=True))

    opened = fingers()
    assert {opened[name] for name in JOINTS if "thumb_proximal_yaw" in name} == {-1.5}
    assert not any(value for name, value in opened.items() if "thumb_proximal_yaw" not in name)
    for name in ("TAB", "K"):
        keyboard.key(name, True, 0.0)
    assert keyboard.readings()["arm"] == "left" and keyboard.readings()["closed"] == {"right": False, "left": True}
    # Half a second: five steps.
    on_the_way = [fingers()["L_index_proximal_joint"] for _ in range(5)]
    assert on_the_way == pytest.approx([-0.22, -0.44, -0.66, -0.88, -1.1])
    closed = fingers()
    assert closed["L_thumb_distal_joint"] == 0.5 and closed["L_thumb_proximal_yaw_joint"] == -1.5
    assert {name: value for name, value in closed.items() if name[0] == "R"} == {
        name: value for name, value in opened.items() if name[0] == "R"
    }
    for pressed in (False, True):
        keyboard.key("K", pressed, 0.0)
    for _ in range(5):
        back = fingers()
    assert back == pytest.approx(opened, abs=1e-6)
