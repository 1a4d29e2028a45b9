# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Environments of unknown classes work by their own methods; known classes are dispatched to their batched forms."""

import warnings

import pytest
import torch
from isaaclab.envs import ManagerBasedRLMimicEnv
from isaaclab_mimic.envs.franka_stack_ik_abs_mimic_env import FrankaCubeStackIKAbsMimicEnv
from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env import FrankaCubeStackIKRelMimicEnv
from isaaclab_mimic.envs.galbot_stack_rmp_abs_mimic_env import RmpFlowGalbotCubeStackAbsMimicEnv
from isaaclab_mimic.envs.galbot_stack_rmp_rel_mimic_env import RmpFlowGalbotCubeStackRelMimicEnv
from isaaclab_mimic.envs.locomanipulation_g1_mimic_env import LocomanipulationG1MimicEnv
from isaaclab_mimic.envs.pick_place_mimic_env import PickPlaceAbsMimicEnv, PickPlaceRelMimicEnv
from isaaclab_mimic.envs.pickplace_gr1t2_mimic_env import PickPlaceGR1T2MimicEnv
from still_env import INFO, NUM_ENVS, OBJECTS, SUCCESS, random_poses, still_env

from isaaclab_mimic_core.envs import adapt
from isaaclab_mimic_core.envs.adapt import batched_class
from isaaclab_mimic_core.envs.per_env import LoopedEnv
from isaaclab_mimic_core.errors import TaskError
from isaaclab_mimic_core.robots.derived.batched import DerivedEnv
from isaaclab_mimic_core.robots.franka.batched import FrankaRelEnv
from isaaclab_mimic_core.robots.humanoid.batched import G1Env, GR1T2Env

SIGNALS = ("grasp_1", "grasp_2", "stack_1")
DERIVED = (
    RmpFlowGalbotCubeStackRelMimicEnv,
    RmpFlowGalbotCubeStackAbsMimicEnv,
    PickPlaceRelMimicEnv,
    PickPlaceAbsMimicEnv,
)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def looped(env) -> LoopedEnv:
    with pytest.warns(UserWarning, match=f"batched form of {type(env).__name__}.*slow"):
        return LoopedEnv(env, SUCCESS, INFO)


def franka_pair() -> tuple[LoopedEnv, FrankaRelEnv]:
    env = still_env(FrankaCubeStackIKRelMimicEnv, ("franka",), 7, SIGNALS)
    return looped(env), FrankaRelEnv(env, SUCCESS, INFO)


def humanoid_pair() -> tuple[LoopedEnv, G1Env]:
    env = still_env(LocomanipulationG1MimicEnv, ("right", "left"), 32)
    return looped(env), G1Env(env, SUCCESS, INFO)


@pytest.mark.parametrize("make", [franka_pair, humanoid_pair])
def test_the_fallback_is_the_batched_form(make):
    fallback, batched = make()
    assert (fallback.eef_names, fallback.object_names) == (batched.eef_names, batched.object_names)
    assert fallback.gripper_dim == batched.gripper_dim
    eefs = len(fallback.eef_names)
    target, gripper = random_poses(NUM_ENVS, eefs), torch.randn(NUM_ENVS, eefs, fallback.gripper_dim)
    action = batched.target_to_action(target, gripper)
    pairs = [
        (fallback.target_to_action(target, gripper), action),
        (fallback.action_to_target(action), batched.action_to_target(action)),
        (fallback.action_to_gripper(action), batched.action_to_gripper(action)),
        (
            fallback.action_to_gripper(action.view(2, -1, fallback.action_dim)),
            batched.action_to_gripper(action.view(2, -1, fallback.action_dim)),
        ),
        (fallback.eef_pose(), batched.eef_pose()),
        (fallback.object_pose(), batched.object_pose()),
    ]
    for ours, theirs in pairs:
        assert ours.shape == theirs.shape
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)
    assert fallback.term_signals().keys() == batched.term_signals().keys()
    for name, signal in batched.term_signals().items():
        assert signal.shape == (NUM_ENVS,) and torch.equal(fallback.term_signals()[name], signal)


def test_one_arms_noise_is_added_to_all_but_the_gripper():
    fallback, batched = franka_pair()
    assert fallback.pose_action_dim == batched.pose_action_dim == 6
    target, gripper = random_poses(NUM_ENVS, 1), torch.randn(NUM_ENVS, 1, 1)
    noise = 0.1 * torch.randn(NUM_ENVS, 1, 6)
    still, disturbed = fallback.target_to_action(target, gripper), fallback.target_to_action(target, gripper, noise)
    torch.testing.assert_close(disturbed - still, torch.nn.functional.pad(noise[:, 0], (0, 1)), rtol=0, atol=1e-6)


def test_each_arms_noise_reaches_its_own_part_of_an_action():
    fallback, _ = humanoid_pair()
    target, gripper = random_poses(NUM_ENVS, 2), torch.randn(NUM_ENVS, 2, 11)
    still = fallback.target_to_action(target, gripper)
    # In an action the left arm comes first, in the configuration the right one.
    for arm, part in ((0, slice(7, 14)), (1, slice(0, 7))):
        noise = torch.zeros(NUM_ENVS, 2, fallback.pose_action_dim)
        noise[:, arm] = 1.0
        difference = fallback.target_to_action(target, gripper, noise) - still
        expected = torch.zeros_like(difference)
        expected[:, part] = 1.0
        torch.testing.assert_close(difference, expected, rtol=0, atol=1e-6)


def test_commands_that_no_target_changes_get_no_noise():
    class OnWheels(FrankaCubeStackIKRelMimicEnv):
        """Puts two commands for its wheels in front, and looks at a gripper command's sign."""

        def target_eef_pose_to_action(self, *args, **kwargs):
            return torch.cat([torch.zeros(2), super().target_eef_pose_to_action(*args, **kwargs)])

        def actions_to_gripper_actions(self, actions):
            return {"franka": (actions[:, -1:] < 0).float()}

    fallback = looped(still_env(OnWheels, ("franka",), 9, SIGNALS))
    target, gripper = random_poses(NUM_ENVS, 1), torch.randn(NUM_ENVS, 1, 1)
    noise = torch.ones(NUM_ENVS, 1, fallback.pose_action_dim)
    difference = fallback.target_to_action(target, gripper, noise) - fallback.target_to_action(target, gripper)
    expected = torch.tensor([0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]).expand(NUM_ENVS, -1)
    torch.testing.assert_close(difference, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", DERIVED)
def test_derived_classes_keep_their_own_object_poses(kind):
    env = still_env(kind, ("arm",), 7 if "Rel" in kind.__name__ else 8, SIGNALS)
    with pytest.warns(UserWarning, match=kind.__name__):
        ours = adapt(env, SUCCESS, INFO)
    assert type(ours) is LoopedEnv
    in_base_frame = env.get_object_poses()
    assert ours.object_names == OBJECTS
    for index, name in enumerate(OBJECTS):
        assert torch.equal(ours.object_pose()[:, index], in_base_frame[name])
    of_the_base_class = FrankaCubeStackIKRelMimicEnv.get_object_poses(env)
    assert not torch.allclose(ours.object_pose()[:, 0], of_the_base_class[OBJECTS[0]])


def test_known_classes_get_their_batched_form_without_a_warning():
    families = {
        FrankaCubeStackIKRelMimicEnv: (FrankaRelEnv, ("franka",), 7),
        PickPlaceGR1T2MimicEnv: (GR1T2Env, ("right", "left"), 36),
        LocomanipulationG1MimicEnv: (G1Env, ("right", "left"), 32),
    }
    assert batched_class(FrankaCubeStackIKAbsMimicEnv) is DerivedEnv
    for kind, (ours, eef_names, action_dim) in families.items():
        env = still_env(kind, eef_names, action_dim)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert type(adapt(env, SUCCESS, INFO)) is ours


def test_classes_without_mimics_methods_are_refused():
    class Half(ManagerBasedRLMimicEnv):
        def get_robot_eef_pose(self, eef_name, env_ids=None):
            raise AssertionError("not to be called")

    with pytest.raises(TaskError, match=r"Some-Task: .*Half does not implement target_eef_pose_to_action, action_to"):
        adapt(object.__new__(Half), SUCCESS, INFO)
