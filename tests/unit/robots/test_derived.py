# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is derived from action terms is what the terms do: each is given actions, and asked where it goes."""

import math
from types import SimpleNamespace
from typing import Any

import isaaclab.envs.mdp as mdp
import pytest
import torch
from isaaclab.controllers.differential_ik_cfg import DifferentialIKControllerCfg
from isaaclab.controllers.operational_space_cfg import OperationalSpaceControllerCfg
from isaaclab.envs.mdp.actions.binary_joint_actions import BinaryJointVelocityAction
from isaaclab.envs.mdp.actions.pink_task_space_actions import PinkInverseKinematicsAction
from isaaclab.envs.mdp.actions.rmpflow_task_space_actions import RMPFlowAction
from isaaclab.envs.mdp.actions.task_space_actions import DifferentialInverseKinematicsAction
from isaaclab_mimic.envs.franka_stack_ik_abs_mimic_env import FrankaCubeStackIKAbsMimicEnv
from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env import FrankaCubeStackIKRelMimicEnv
from still_robot import DAMPING, NUM_ENVS, STEP, STIFFNESS, StillRobot, act, pose_of, random_quats, root_of, still_scene

from isaaclab_mimic_core.errors import ConfigError, TaskError
from isaaclab_mimic_core.robots.derived.batched import DerivedEnv
from isaaclab_mimic_core.robots.derived.fingers import Fingers, read_fingers
from isaaclab_mimic_core.robots.two_franka.batched import TwoFrankaMimicEnv, TwoFrankaRelEnv

BODIES = ["base", "hand"]
JOINTS = [*(f"joint_{index}" for index in range(6)), "finger_left", "finger_right"]
TURNED = mdp.DifferentialInverseKinematicsActionCfg.OffsetCfg(pos=(0.01, -0.02, 0.107), rot=(0.5, 0.5, -0.5, 0.5))
SUCCESS = SimpleNamespace(func=None, params={})
INFO = {"task": "Some-Task"}


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def derived(env: Any, kind: type[DerivedEnv] = DerivedEnv) -> DerivedEnv:
    found = kind.__new__(kind)
    # What a `BatchedEnv` reads of a scene's objects is read elsewhere.
    found.env, found.cfg, found.info, found.num_envs = env, env.cfg, INFO, NUM_ENVS
    found.device, found.eef_names = torch.device("cpu"), tuple(env.cfg.subtask_configs)
    found.pose_action_dim = max(arm.size for arm in found._arms)
    found.gripper_dim = max(1, *(len(arm.hand) for arm in found._arms))
    return found


def robots(*names: str) -> Any:
    env = still_scene()
    for name in names:
        env.scene[name] = StillRobot(BODIES, JOINTS, env.scene.env_origins)
    return env


def ik(asset: str = "robot", relative: bool = True, command: str = "pose", **options: Any) -> Any:
    return mdp.DifferentialInverseKinematicsActionCfg(
        asset_name=asset,
        joint_names=["joint_.*"],
        body_name="hand",
        controller=DifferentialIKControllerCfg(command_type=command, use_relative_mode=relative, ik_method="dls"),
        **options,
    )


def grip(asset: str = "robot") -> Any:
    return mdp.BinaryJointPositionActionCfg(
        asset_name=asset,
        joint_names=["finger_.*"],
        open_command_expr={"finger_.*": 0.04},
        close_command_expr={"finger_.*": 0.0},
    )


def osc(target: str, **options: Any) -> Any:
    return mdp.OperationalSpaceControllerActionCfg(
        asset_name="robot",
        joint_names=["joint_.*"],
        body_name="hand",
        body_offset=mdp.OperationalSpaceControllerActionCfg.OffsetCfg(pos=(0.0, 0.0, 0.1), rot=(0.0, 0.6, 0.0, 0.8)),
        controller_cfg=OperationalSpaceControllerCfg(target_types=[target], **options),
        position_scale=0.7,
        orientation_scale=0.7,
    )


def rmpflow(env: Any, relative: bool) -> Any:
    """Return the term without its controller, which needs Isaac Sim."""
    term = object.__new__(RMPFlowAction)
    term.cfg = SimpleNamespace(
        asset_name="robot",
        joint_names=["joint_.*"],
        body_name="hand",
        body_offset=TURNED,
        use_relative_mode=relative,
        scale=0.5 if relative else 1.0,
        clip=None,
    )
    term._env, term._asset, term._body_idx = env, env.scene["robot"], 1
    term._offset_pos = torch.tensor(TURNED.pos).expand(NUM_ENVS, 3)
    term._offset_rot = torch.tensor(TURNED.rot).expand(NUM_ENVS, 4)
    term._scale = term.cfg.scale * torch.ones(NUM_ENVS, term.action_dim)
    term._raw_actions = torch.zeros(NUM_ENVS, term.action_dim)
    term._processed_actions = torch.zeros_like(term._raw_actions)
    term._rmpflow_controller = SimpleNamespace(set_command=lambda command: None)
    return term


def goes_to(term: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Return position and quaternion, in the root's frame, where a term's controller was told to go."""
    if hasattr(term, "_osc"):
        pose = term._osc.desired_ee_pose_b
        return pose[:, :3], pose[:, 3:]
    goal = getattr(term, "_ik_controller", term)
    return goal.ee_pos_des, goal.ee_quat_des


SCALES = (0.5, 0.5, 0.4, 0.1, 0.2, 0.3)
TERMS = {
    "relative": lambda env: ik(scale=0.5, body_offset=TURNED),
    "relative, a scale for each number": lambda env: ik(scale=SCALES, offset=(0.01,) * 6, body_offset=TURNED),
    "absolute": lambda env: ik(relative=False),
    "absolute, with an offset": lambda env: ik(relative=False, body_offset=TURNED),
    "relative positions": lambda env: ik(command="position", scale=0.3),
    "absolute positions": lambda env: ik(command="position", relative=False),
    "rmpflow, relative": lambda env: rmpflow(env, True),
    "rmpflow, absolute": lambda env: rmpflow(env, False),
    "operational space, relative": lambda env: osc("pose_rel"),
    "operational space, absolute": lambda env: osc("pose_abs"),
    "operational space with stiffness": lambda env: osc("pose_rel", impedance_mode="variable_kp"),
}


@pytest.mark.parametrize("kind", TERMS)
def test_targets_are_where_the_term_goes(kind):
    env = robots("robot")
    act(env, ("arm",), gripper=grip(), arm=TERMS[kind](env))
    ours, term = derived(env), env.action_manager.get_term("arm")
    action = 0.5 * torch.randn(NUM_ENVS, env.action_manager.total_action_dim)
    if ours.pose_action_dim == 7:
        action[:, 4:8] = random_quats(NUM_ENVS)
    term.process_actions(action[:, 1:])
    position, quat = goes_to(term)
    expected = root_of(env, env.scene["robot"]) @ pose_of(position, quat)
    target = ours.action_to_target(action)
    assert target.shape == (NUM_ENVS, 1, 4, 4)
    torch.testing.assert_close(target[:, 0, :3, 3], expected[:, :3, 3], rtol=0, atol=1e-5)
    if ours.pose_action_dim > 3:
        torch.testing.assert_close(target[:, 0], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", TERMS)
def test_actions_lead_to_their_targets_and_back(kind):
    env = robots("robot")
    act(env, ("arm",), gripper=grip(), arm=TERMS[kind](env))
    ours = derived(env)
    target = pose_of(torch.rand(NUM_ENVS, 1, 3), random_quats(NUM_ENVS, 1))
    gripper = torch.randn(NUM_ENVS, 1, ours.gripper_dim)
    action = ours.target_to_action(target, gripper)
    assert action.shape == (NUM_ENVS, env.action_manager.total_action_dim)
    reached = ours.action_to_target(action)
    torch.testing.assert_close(reached[..., :3, 3], target[..., :3, 3], rtol=0, atol=1e-5)
    if ours.pose_action_dim > 3:
        torch.testing.assert_close(reached, target, rtol=0, atol=2e-5)
    assert torch.equal(ours.action_to_gripper(action), gripper)
    assert torch.equal(action[:, 0], gripper[:, 0, 0]), "the gripper's term comes first"


def test_numbers_without_effect_stay_zero():
    """A term may leave out rotations by a scale of 0."""
    env = act(robots("robot"), ("arm",), arm=ik(scale=(0.1, 0.1, 0.1, 0.0, 0.0, 0.0)), gripper=grip())
    ours = derived(env)
    action = ours.target_to_action(pose_of(torch.rand(NUM_ENVS, 1, 3), random_quats(NUM_ENVS, 1)), torch.ones(20, 1, 1))
    assert torch.equal(action[:, 3:6], torch.zeros(NUM_ENVS, 3)) and action.isfinite().all()


def pink(env: Any, hands: list[str]) -> Any:
    """Return the term of two frame tasks of a real Pink, without a robot model."""
    import pinocchio
    from pink.tasks import FrameTask

    tasks: list = [
        FrameTask(f"robot_{side}_link", position_cost=1.0, orientation_cost=1.0) for side in ("left", "right")
    ]
    for task in tasks:
        task.transform_target_to_world = pinocchio.SE3.Identity()
    tasks.append(SimpleNamespace())  # a posture
    term = object.__new__(PinkInverseKinematicsAction)
    controller = SimpleNamespace(
        articulation_name="robot", num_hand_joints=len(hands), variable_input_tasks=tasks, base_link_name="base"
    )
    term.cfg = SimpleNamespace(asset_name="robot", controller=controller)
    term._env, term._ik_controllers, term._hand_joint_names = env, [SimpleNamespace(cfg=controller)] * NUM_ENVS, hands
    return term


def test_a_pink_controller_of_two_hands():
    env = still_scene()
    env.scene["robot"] = StillRobot(["base", "left_link", "right_link"], JOINTS, env.scene.env_origins)
    act(env, ("right", "left"), upper_body=pink(env, ["L_thumb", "R_thumb", "L_index_joint"]))
    ours = derived(env)
    data = env.scene["robot"].data
    position = data.body_pos_w.torch[:, [2, 1]] - env.scene.env_origins[:, None]
    torch.testing.assert_close(ours.eef_pose(), pose_of(position, data.body_quat_w.torch[:, [2, 1]]))
    action = torch.randn(NUM_ENVS, 17)
    action[:, 3:7], action[:, 10:14] = random_quats(NUM_ENVS), random_quats(NUM_ENVS)
    target = ours.action_to_target(action)
    term = env.action_manager.get_term("upper_body")
    # The term itself: the controlled frames' poses, in the environment's frame.
    term._num_frame_tasks, term._controlled_frame_poses = 2, torch.zeros(2, NUM_ENVS, 4, 4)
    torch.testing.assert_close(target[:, [1, 0]].transpose(0, 1), term._extract_controlled_frame_poses(action))
    hands = ours.action_to_gripper(action)
    assert torch.equal(hands[:, 0, 0], action[:, 15]) and torch.equal(hands[:, 1], action[:, [14, 16]])
    torch.testing.assert_close(ours.target_to_action(target, hands)[:, 14:], action[:, 14:])


def test_upstreams_absolute_class_is_the_derived_one():
    """At the robot's place in upstream's task, the environment's origin."""
    env = robots("robot")
    data = env.scene["robot"].data
    data.root_pos_w.torch[:], data.root_quat_w.torch[:] = env.scene.env_origins, torch.tensor([0.0, 0.0, 0.0, 1.0])
    ours = derived(act(env, ("franka",), arm=ik(relative=False), gripper=grip()))
    theirs = SimpleNamespace(cfg=env.cfg)
    target, gripper = pose_of(torch.rand(NUM_ENVS, 1, 3), random_quats(NUM_ENVS, 1)), torch.randn(NUM_ENVS, 1, 1)
    action = ours.target_to_action(target, gripper)
    for index in range(NUM_ENVS):
        expected = FrankaCubeStackIKAbsMimicEnv.target_eef_pose_to_action(
            theirs, {"franka": target[index, 0]}, {"franka": gripper[index, 0]}
        )
        torch.testing.assert_close(action[index], expected[0], rtol=0, atol=1e-5)
    expected = FrankaCubeStackIKAbsMimicEnv.action_to_target_eef_pose(theirs, action)["franka"]
    torch.testing.assert_close(ours.action_to_target(action)[:, 0], expected, rtol=0, atol=1e-5)


def test_upstreams_relative_class_is_the_derived_one_without_its_scale():
    env = robots("robot")
    env.scene["robot"].data.root_quat_w.torch[:] = torch.tensor([0.0, 0.0, 0.0, 1.0])

    class Unscaled(DerivedEnv):
        scaled = False

    ours = derived(act(env, ("franka",), arm=ik(scale=0.5, body_offset=TURNED), gripper=grip()), Unscaled)

    class Theirs(FrankaCubeStackIKRelMimicEnv):
        def __init__(self):
            self.cfg = env.cfg

        def get_robot_eef_pose(self, eef_name, env_ids=None):
            return ours.eef_pose()[:, 0] if env_ids is None else ours.eef_pose()[env_ids, 0]

        def __del__(self):
            pass

    theirs = Theirs()
    target, gripper = pose_of(torch.rand(NUM_ENVS, 1, 3), random_quats(NUM_ENVS, 1)), torch.randn(NUM_ENVS, 1, 1)
    action = ours.target_to_action(target, gripper)
    for index in range(NUM_ENVS):
        arguments = {"franka": target[index, 0]}, {"franka": gripper[index, 0]}
        expected = theirs.target_eef_pose_to_action(*arguments, env_id=index)
        torch.testing.assert_close(action[index], expected, rtol=0, atol=1e-5)
    expected = theirs.action_to_target_eef_pose(action)["franka"]
    torch.testing.assert_close(ours.action_to_target(action)[:, 0], expected, rtol=0, atol=1e-5)
    # With it, the target is half as far.
    scaled = derived(env)
    shift = scaled.action_to_target(action)[..., :3, 3] - scaled.eef_pose()[..., :3, 3]
    torch.testing.assert_close(2 * shift, (target - scaled.eef_pose())[..., :3, 3], rtol=0, atol=1e-5)


def test_two_arms_and_the_class_of_one_after_the_other():
    env = robots("robot_left", "robot_right")
    terms = {"left_arm": ik("robot_left", scale=0.5), "left_gripper": grip("robot_left")}
    terms |= {"right_arm": ik("robot_right", scale=0.5), "right_gripper": grip("robot_right")}
    ours = derived(act(env, ("right", "left"), **terms), TwoFrankaRelEnv)

    class Below(TwoFrankaMimicEnv):
        def __init__(self):
            self.cfg, self.scene = env.cfg, env.scene

        def get_robot_eef_pose(self, eef_name, env_ids=None):
            pose = ours.eef_pose()[:, ours.eef_names.index(eef_name)]
            return pose if env_ids is None else pose[env_ids]

        def _eef_names(self):
            return "left", "right"

        def __del__(self):
            pass

    below = Below()
    target, gripper = pose_of(torch.rand(NUM_ENVS, 2, 3), random_quats(NUM_ENVS, 2)), torch.randn(NUM_ENVS, 2, 1)
    action = ours.target_to_action(target, gripper)
    reached, grips = below.action_to_target_eef_pose(action), below.actions_to_gripper_actions(action)
    for index, name in enumerate(ours.eef_names):
        torch.testing.assert_close(ours.action_to_target(action)[:, index], reached[name], rtol=0, atol=1e-5)
        assert torch.equal(ours.action_to_gripper(action)[:, index], grips[name])
    for env_id in range(NUM_ENVS):
        targets = {name: target[env_id, index] for index, name in enumerate(ours.eef_names)}
        grippers = {name: gripper[env_id, index] for index, name in enumerate(ours.eef_names)}
        single = below.target_eef_pose_to_action(targets, grippers, env_id=env_id)
        torch.testing.assert_close(single, action[env_id], rtol=0, atol=1e-5)


def test_arms_of_different_kinds_in_one_environment():
    env = robots("robot_left", "robot_right")
    act(
        env,
        ("left", "right"),
        right=ik("robot_right"),
        left=ik("robot_left", relative=False),
        fingers=grip("robot_left"),
    )
    ours = derived(env)
    assert (ours.pose_action_dim, ours.gripper_dim) == (7, 1)
    target = pose_of(torch.rand(NUM_ENVS, 2, 3), random_quats(NUM_ENVS, 2))
    gripper = torch.randn(NUM_ENVS, 2, 1)
    gripper[:, 1] = 0.0  # the right arm has no gripper
    action = ours.target_to_action(target, gripper)
    torch.testing.assert_close(ours.action_to_target(action), target, rtol=0, atol=2e-5)
    assert torch.equal(ours.action_to_gripper(action), gripper)
    # Noise reaches each arm's own numbers.
    noisy = ours.target_to_action(target, gripper, torch.full((NUM_ENVS, 2, 7), 2.0))
    assert torch.equal(noisy[:, :6], action[:, :6] + 2.0)
    assert torch.equal(noisy[:, 6:13], action[:, 6:13] + 2.0) and torch.equal(noisy[:, 13:], action[:, 13:])


def test_only_actions_that_are_changes_of_pose_are_clamped():
    """A number of 1 is 1 m for upstream's classes, and 2 cm where the action term multiplies by 0.02."""
    env = act(robots("robot"), ("arm",), arm=ik(scale=0.02), gripper=grip())
    ours, target = derived(env), pose_of(torch.rand(NUM_ENVS, 1, 3), random_quats(NUM_ENVS, 1))
    gripper, none = torch.ones(NUM_ENVS, 1, 1), torch.zeros(NUM_ENVS, 1, 6)
    reached = ours.action_to_target(ours.target_to_action(target, gripper, none))
    torch.testing.assert_close(reached, target, rtol=0, atol=2e-5)

    class Unscaled(DerivedEnv):
        scaled = False

    unscaled = derived(env, Unscaled)
    action = unscaled.target_to_action(target, gripper)
    assert torch.equal(unscaled.target_to_action(target, gripper, none)[:, :6], action[:, :6].clamp(-1.0, 1.0))


@pytest.mark.parametrize(
    "names", [("gripper_left", "gripper_right"), ("gripper_1", "gripper_2"), ("grip_a1", "grip_b2")]
)
def test_grippers_that_follow_all_arms_are_those_of_their_words(names):
    arms = {"left_arm_1": ik(), "right_arm_2": ik(scale=0.5)}
    ours = derived(act(robots("robot"), ("left", "right"), **arms, **{name: grip() for name in names}))
    assert [arm.hand for arm in ours._arms] == [(12,), (13,)]


def test_an_arm_is_that_of_one_end_effector():
    with pytest.raises(ConfigError, match="the arm arm robot hand would be that of 'hand' and of another"):
        derived(act(robots("robot"), ("robot", "hand"), arm=ik()))


def test_bounds_of_a_term_are_those_of_its_targets():
    env = robots("robot")
    term = DifferentialInverseKinematicsAction(ik(scale=0.5), env)
    term.cfg.clip = {"joint_0": (-0.01, 0.01)}
    term._clip = torch.full((NUM_ENVS, 6, 2), math.inf) * torch.tensor([-1.0, 1.0])
    term._clip[:, 0] = torch.tensor([-0.01, 0.01])
    ours = derived(act(env, ("arm",), arm=term))
    action = torch.randn(NUM_ENVS, 6)
    term.process_actions(action)
    expected = root_of(env, env.scene["robot"]) @ pose_of(*goes_to(term))
    torch.testing.assert_close(ours.action_to_target(action)[:, 0], expected, rtol=0, atol=1e-5)


def test_recorded_targets_need_bases_that_are_alike():
    env = robots("robot")
    ours = derived(act(env, ("arm",), arm=ik(scale=0.5)))
    action, pose = 0.1 * torch.randn(4, 6), pose_of(torch.rand(4, 1, 3), random_quats(4, 1))
    assert ours.recorded_targets(action, pose) is None
    data = env.scene["robot"].data
    data.root_pos_w.torch[:], data.root_quat_w.torch[:] = env.scene.env_origins, torch.tensor([0.0, 0.0, 0.0, 1.0])
    ours._bases = None
    found = ours.recorded_targets(action, pose)
    torch.testing.assert_close(found[:, 0, :3, 3], pose[:, 0, :3, 3] + 0.5 * action[:, :3])


def test_a_frame_that_the_simulated_robot_lacks_is_refused():
    env = still_scene()
    env.scene["robot"] = StillRobot(["base", "left_link"], JOINTS, env.scene.env_origins)
    with pytest.raises(TaskError, match="moves the frame robot_right_link, which is no body"):
        derived(act(env, ("right", "left"), upper_body=pink(env, [])))


def test_grippers_are_read_from_positions_only():
    kinds = {"own": grip("gripper"), "speeds": grip("gripper")}
    kinds["speeds"].class_type = BinaryJointVelocityAction
    for kind, cfg in kinds.items():
        env = robots("robot", "gripper")
        env.scene["gripper"].joint_names = ["finger_left", "finger_right"]
        found = read_fingers(act(env, ("arm",), arm=ik(), gripper=cfg), ("arm",), "T")["arm"]
        assert found.asset == "robot"
        assert (found.jointed, found.joints) == (("gripper", (0, 1)) if kind == "own" else ("", ()))
    own = Fingers("robot", 1, (2, 0), (0.04, 0.0), (0.0, 0.8), "gripper")
    torch.testing.assert_close(own.closing(torch.tensor([[0.4, 9.0, 0.03]])), torch.tensor([[0.25, 0.5]]))


def test_a_base_that_moves_is_followed():
    env = robots("robot")
    env.scene["robot"].is_fixed_base = False
    ours = derived(act(env, ("arm",), arm=ik(relative=False), gripper=grip()))
    action = torch.cat([torch.rand(NUM_ENVS, 3), random_quats(NUM_ENVS), torch.ones(NUM_ENVS, 1)], -1)
    before = ours.action_to_target(action)
    env.scene["robot"].data.root_pos_w.torch[:, 0] += 1.0
    env.obs_buf = {"policy": {}}
    after = ours.action_to_target(action)
    torch.testing.assert_close(after[..., 0, 3], before[..., 0, 3] + 1.0)


def test_the_response_is_that_of_the_drives():
    env = act(robots("robot"), ("arm",), arm=ik(scale=0.5), gripper=grip())
    (arm,) = derived(env)._arms
    assert arm.response == pytest.approx(1 - math.exp(-STIFFNESS / DAMPING * STEP))
    assert arm.unscaled().response == pytest.approx(arm.response / 2)


def test_joint_positions_are_refused_with_what_to_do():
    joints = mdp.JointPositionActionCfg(asset_name="robot", joint_names=["joint_.*"])
    env = robots("robot")
    env.scene["robot"].data.default_joint_pos = SimpleNamespace(torch=torch.zeros(NUM_ENVS, len(JOINTS)))
    env = act(env, ("arm",), arm=joints, gripper=grip())
    with pytest.raises(
        TaskError, match=r"none of its actions is a pose: arm \(JointPositionAction\), gripper"
    ) as error:
        derived(env)
    assert "mimic convert --actions" in str(error.value)


def test_a_term_that_takes_poses_its_own_way_is_refused():
    class Own(DifferentialInverseKinematicsAction):
        def process_actions(self, actions):
            super().process_actions(-actions)

    cfg = ik()
    cfg.class_type = Own
    with pytest.raises(TaskError, match=r"its action arm \(Own\) takes poses in a way of its own"):
        derived(act(robots("robot"), ("arm",), arm=cfg))


@pytest.mark.parametrize(
    ("eefs", "what"),
    [
        (("left", "tool"), "'tool' can be none of the arms left_arm robot_left hand, right_arm robot_right hand"),
        (("left", "arm"), "'arm' can be each of the arms"),
        (("left",), "no end effector is the arm right_arm robot_right hand"),
    ],
)
def test_end_effectors_that_fit_no_arm_are_refused(eefs, what):
    env = robots("robot_left", "robot_right")
    with pytest.raises(ConfigError, match=what):
        derived(act(env, eefs, left_arm=ik("robot_left"), right_arm=ik("robot_right")))
