# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Inverse kinematics of two arms on a waist: poses in reach are reached as Pink reaches them, and limits hold."""

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import warp as wp
from two_arms import LINKS, write_arms

from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.sim.whole_arm_ik import use_ik
from isaaclab_mimic_core.sim.whole_arm_ik.action import WholeArmIK
from isaaclab_mimic_core.sim.whole_arm_ik.chain import Chain, read_chain
from isaaclab_mimic_core.sim.whole_arm_ik.solver import WholeArmSolver

pinocchio = pytest.importorskip("pinocchio")

NUM = 64


@pytest.fixture(scope="module")
def urdf(tmp_path_factory):
    return write_arms(tmp_path_factory.mktemp("urdf") / "arms.urdf")


@pytest.fixture(scope="module")
def chain(urdf) -> Chain:
    return read_chain(urdf, LINKS)


class Robot:
    """pinocchio's own kinematics of the chain."""

    def __init__(self, urdf, chain: Chain):
        self.model = pinocchio.buildModelFromUrdf(str(urdf))
        self.data = self.model.createData()
        self.columns = [self.model.joints[self.model.getJointId(name)].idx_q for name in chain.joints]

    def hands(self, q: np.ndarray) -> list:
        full = pinocchio.neutral(self.model)
        full[self.columns] = q
        pinocchio.framesForwardKinematics(self.model, self.data, full)
        return [self.data.oMf[self.model.getFrameId(link)].copy() for link in LINKS]

    def off(self, q: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Return by how much both hands miss: (2, 2) [m], [rad]."""
        gaps = [
            hand.actInv(pinocchio.XYZQUATToSE3(target))
            for hand, target in zip(self.hands(q), wanted.reshape(2, 7), strict=True)
        ]
        return np.array(
            [(np.linalg.norm(gap.translation), np.linalg.norm(pinocchio.log3(gap.rotation))) for gap in gaps]
        )


def in_reach(robot: Robot, chain: Chain, moved: list[str]) -> np.ndarray:
    """Return the hands' poses in random postures: (NUM, 14)."""
    q = np.random.default_rng(0).uniform(-0.6, 0.6, (NUM, len(chain.joints))) + rest(chain)
    q[:, [name not in moved for name in chain.joints]] = 0.0
    return np.array([np.concatenate([pinocchio.SE3ToXYZQUAT(hand) for hand in robot.hands(each)]) for each in q])


def rest(chain: Chain) -> np.ndarray:
    return np.array([-1.2 if name.endswith("_3") else 0.0 for name in chain.joints])


def solver(chain: Chain, moved: list[str], limits: np.ndarray | None = None) -> WholeArmSolver:
    posture = dict(zip(chain.joints, rest(chain), strict=True))
    return WholeArmSolver(chain, moved, posture, chain.limits if limits is None else limits, NUM, 1 / 120, "cpu")


def solved(chain: Chain, moved: list[str], wanted: np.ndarray, limits: np.ndarray | None = None) -> np.ndarray:
    start = torch.tensor(rest(chain), dtype=torch.float32).repeat(NUM, 1)
    return solver(chain, moved, limits).converge(torch.tensor(wanted, dtype=torch.float32), start, 150).numpy()


def test_the_chain_is_what_moves_the_hands(urdf, chain):
    assert len(chain.joints) == 16 and "hip" not in chain.joints
    assert chain.moves.sum(axis=1).tolist() == [9, 9] and chain.moves.all(axis=0).sum() == 2
    with pytest.raises(ValueError, match="no link third_hand"):
        read_chain(urdf, ["third_hand"])


@pytest.mark.parametrize(
    ("old", "new", "base", "fault"),
    [
        ('"waist_yaw" type="revolute"', '"waist_yaw" type="prismatic"', "base_link", "waist_yaw .* is not revolute"),
        ('"waist_yaw" type="revolute"', '"waist_yaw" type="continuous"', "base_link", "waist_yaw .* is not revolute"),
        ("", "", "torso", "torso is not the root"),
        ("", "", "pelvis", "no link pelvis"),
    ],
)
def test_other_robots_than_it_can_move_are_refused(urdf, tmp_path, old, new, base, fault):
    (tmp_path / "r.urdf").write_text(urdf.read_text().replace(old, new))
    with pytest.raises(ValueError, match=fault):
        read_chain(tmp_path / "r.urdf", LINKS, base)
    with pytest.raises(ValueError, match="no joint"):
        read_chain(urdf, ["base_link"])


def test_a_wheel_before_the_arms_does_not_shift_their_limits(urdf, tmp_path):
    """A continuous joint has two coordinates and one velocity."""
    text = urdf.read_text().replace('"hip" type="revolute"', '"hip" type="continuous"')
    text = text.replace('lower="-2" upper="2"', 'lower="-1" upper="1"', 2)
    (tmp_path / "r.urdf").write_text(text)
    chain = read_chain(tmp_path / "r.urdf", LINKS)
    assert chain.limits[chain.joints.index("waist_yaw")].tolist() == [-1, 1]
    assert (chain.limits[[name != "waist_yaw" for name in chain.joints]] == [-2, 2]).all()


@pytest.mark.parametrize("waist", [False, True])
def test_poses_in_reach_are_reached(urdf, chain, waist):
    moved = [name for name in chain.joints if waist or not name.startswith("waist")]
    robot = Robot(urdf, chain)
    wanted = in_reach(robot, chain, moved)
    found = solved(chain, moved, wanted)
    off = np.array([robot.off(q, target) for q, target in zip(found.astype(float), wanted, strict=True)])
    assert (off[..., 0] < 1e-3).all() and (off[..., 1] < np.radians(0.5)).all()
    assert waist or not found[:, [name.startswith("waist") for name in chain.joints]].any()


def test_the_posture_keeps_no_hand_off_its_target(urdf, chain):
    """Damped as the pose errors are, it did so by a few millimeters where arms are nearly straight or at a limit."""
    moved = [name for name in chain.joints if not name.startswith("waist")]
    generator = np.random.default_rng(0)
    low, high = chain.limits.T
    there = generator.uniform(low, high, (NUM, len(low)))
    there[:, [name.endswith("_3") for name in chain.joints]] = generator.uniform(-0.3, 0.3, (NUM, 2))
    start = np.clip(there + generator.uniform(-0.3, 0.3, there.shape), low, high)
    there[:, :2] = start[:, :2] = 0.0
    robot = Robot(urdf, chain)
    hands = [np.concatenate([pinocchio.SE3ToXYZQUAT(hand) for hand in robot.hands(q)]) for q in there]
    wanted = torch.tensor(np.array(hands), dtype=torch.float32)
    found = solver(chain, moved).converge(wanted, torch.tensor(start, dtype=torch.float32), 600).numpy()
    off = np.array([robot.off(q, target) for q, target in zip(found.astype(float), hands, strict=True)])
    assert ((off[..., 0] < 1e-3) & (off[..., 1] < np.radians(0.5))).all(axis=1).mean() > 0.95
    assert (found >= low - 1e-6).all() and (found <= high + 1e-6).all()


def test_it_ends_where_pink_ends(urdf, chain):
    from isaaclab.controllers.pink_ik import (
        DampingTaskCfg,
        FrameTaskCfg,
        NullSpacePostureTaskCfg,
        PinkIKController,
        PinkIKControllerCfg,
    )

    moved, robot = list(chain.joints), Robot(urdf, chain)
    wanted = in_reach(robot, chain, moved)
    ours = solved(chain, moved, wanted)
    names = robot.model.names.tolist()[1:]
    # Costs and gains of upstream's GR1T2.
    frames = [
        FrameTaskCfg(frame=link, position_cost=8.0, orientation_cost=1.0, lm_damping=12, gain=0.5) for link in LINKS
    ]
    posture = NullSpacePostureTaskCfg(cost=0.5, lm_damping=1, controlled_frames=list(LINKS), controlled_joints=moved)
    pink = PinkIKController(
        PinkIKControllerCfg(
            articulation_name="robot",
            base_link_name="base_link",
            urdf_path=str(urdf),
            joint_names=moved,
            all_joint_names=names,
            variable_input_tasks=[*frames, DampingTaskCfg(cost=0.5), posture],
        ),
        SimpleNamespace(init_state=SimpleNamespace(joint_pos={".*_3": -1.2})),
        "cpu",
        [names.index(name) for name in moved],
    )
    place = [names.index(name) for name in chain.joints]
    for index in range(6):
        for task, target in zip(pink._variable_input_tasks, wanted[index].reshape(2, 7), strict=False):
            task.set_target(pinocchio.XYZQUATToSE3(target))
        q = np.zeros(len(names))
        q[place] = rest(chain)
        for _ in range(250):
            q[place] = pink.compute(q, 1 / 120).numpy()
        theirs = np.concatenate([pinocchio.SE3ToXYZQUAT(hand) for hand in robot.hands(q[place])])
        off = robot.off(ours[index].astype(float), theirs)
        assert (off[:, 0] < 1e-3).all() and (off[:, 1] < np.radians(0.5)).all()


def test_limits_are_never_passed(urdf, chain):
    """Poses of a robot that may bend farther: those out of reach are approached with joints at their limits."""
    moved = list(chain.joints)
    wanted = in_reach(Robot(urdf, chain), chain, moved)
    narrow = rest(chain)[:, None] + np.array([-0.3, 0.3])
    found = solved(chain, moved, wanted, narrow.astype(np.float32))
    assert (found >= narrow[:, 0] - 1e-6).all() and (found <= narrow[:, 1] + 1e-6).all()
    assert (np.abs(found - rest(chain)) > 0.299).any(axis=0).all()


def test_no_joint_is_faster_than_it_can_be(urdf, chain):
    wanted = in_reach(Robot(urdf, chain), chain, list(chain.joints))
    start = torch.tensor(rest(chain), dtype=torch.float32).repeat(NUM, 1)
    step = solver(chain, list(chain.joints)).converge(torch.tensor(wanted, dtype=torch.float32), start, 1) - start
    assert 0.0 < step.abs().max() <= 6.0 / 120 + 1e-6


def test_an_action_that_is_not_finite_holds_the_pose(urdf, chain):
    wanted = torch.tensor(in_reach(Robot(urdf, chain), chain, list(chain.joints)), dtype=torch.float32)
    action = torch.cat([wanted, torch.zeros(NUM, 2)], dim=1)
    action[0, 1], action[1, 10], action[2, 15], action[3, 0] = torch.nan, torch.inf, torch.nan, -torch.inf
    start = torch.tensor(rest(chain), dtype=torch.float32).repeat(NUM, 1)
    moved = (solver(chain, list(chain.joints)).converge(action, start, 20) - start).abs().amax(dim=1)
    assert not moved[:4].any() and (moved[4:] > 0.01).all()


@pytest.mark.parametrize("quaternion", [0.0, 1e30])
def test_a_hand_without_a_rotation_stays_and_the_other_moves(urdf, chain, quaternion):
    moved = [name for name in chain.joints if not name.startswith("waist")]
    robot = Robot(urdf, chain)
    wanted = in_reach(robot, chain, moved)
    broken = wanted.copy()
    broken[:, 3:7] = quaternion
    broken[:, :3] += 1.0
    found = solved(chain, moved, broken).astype(float)
    for q, target in zip(found[:8], wanted, strict=False):
        target[:7] = pinocchio.SE3ToXYZQUAT(robot.hands(rest(chain))[0])
        off = robot.off(q, target)
        assert (off[:, 0] < 1e-3).all() and (off[:, 1] < np.radians(0.5)).all()


def test_who_stands_is_solved_for_from_where_a_restored_state_has_put_it(urdf, chain):
    """Isaac Lab resets action terms before it writes the state."""
    names = list(chain.joints)

    def array(values: torch.Tensor, kind=None) -> SimpleNamespace:
        return SimpleNamespace(torch=values, warp=wp.from_torch(values, *([kind] if kind else [])))

    written: dict = {}
    joint_pos = torch.zeros(2, len(names))
    robot = SimpleNamespace(
        is_fixed_base=False,
        num_joints=len(names),
        joint_names=names,
        body_names=["base_link"],
        find_joints=lambda asked: ([names.index(name) for name in asked], list(asked)),
        set_joint_position_target_index=lambda **targets: written.update(targets),
        data=SimpleNamespace(
            default_joint_pos=array(torch.zeros(2, len(names))),
            joint_pos=array(joint_pos),
            soft_joint_pos_limits=array(torch.tensor([-2.0, 2.0]).repeat(2, len(names), 1)),
            body_link_pose_w=array(torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]).repeat(2, 1, 1), wp.transformf),
        ),
    )
    controller = SimpleNamespace(
        urdf_path=str(urdf),
        base_link_name="base_link",
        num_hand_joints=0,
        variable_input_tasks=[SimpleNamespace(frame=link, gain=0.5) for link in LINKS],
    )
    cfg = SimpleNamespace(
        asset_name="robot",
        controller=controller,
        pink_controlled_joint_names=names,
        hand_joint_names=[],
        debug_vis=False,
    )
    scene = {"robot": robot}
    env = SimpleNamespace(num_envs=2, device="cpu", sim=SimpleNamespace(get_physics_dt=lambda: 1 / 200))
    env.scene = type("Scene", (dict,), {"env_origins": torch.zeros(2, 3)})(scene)
    term = WholeArmIK(cfg, env)
    kinematics = Robot(urdf, chain)
    posture = np.where(rest(chain) == 0.0, 0.4, rest(chain))
    hands = np.concatenate([pinocchio.SE3ToXYZQUAT(hand) for hand in kinematics.hands(posture)])
    action = torch.tensor(hands, dtype=torch.float32).repeat(2, 1)
    term.reset()
    term.process_actions(action)
    term.apply_actions()
    # The second environment is put back to where its hands are told to be.
    term.reset(torch.tensor([1]))
    joint_pos[1] = torch.tensor(posture)
    before = term.memory[0][0].clone()
    term.process_actions(action)
    assert torch.equal(term.memory[0][0], before) and torch.equal(term.memory[0][1], joint_pos[1])
    term.apply_actions()
    targets = written["target"]
    torch.testing.assert_close(targets[1], joint_pos[1], atol=0.02, rtol=0)
    assert (targets[0] - joint_pos[1]).abs().max() > 0.2, "it is on its way"


def test_a_choice_has_an_effect_or_is_refused(urdf, tmp_path):
    from isaaclab.controllers.pink_ik import FrameTaskCfg, PinkIKControllerCfg
    from isaaclab.envs.mdp.actions.pink_actions_cfg import PinkInverseKinematicsActionCfg

    def task(urdf: str | None, link: str = "left_hand") -> SimpleNamespace:
        frame = FrameTaskCfg(frame=link, position_cost=1.0, orientation_cost=1.0)
        controller = PinkIKControllerCfg(articulation_name="robot", urdf_path=urdf, variable_input_tasks=[frame])
        term = PinkInverseKinematicsActionCfg(asset_name="robot", controller=controller)
        robot = SimpleNamespace(spawn=SimpleNamespace(rigid_props=SimpleNamespace(disable_gravity=True)))
        return SimpleNamespace(actions=SimpleNamespace(arms=term), scene=SimpleNamespace(robot=robot))

    robot, gone = str(urdf), str(tmp_path / "gone.urdf")
    for choice, cfg, used in (
        ("auto", task(robot), "dls"),
        ("dls", task(robot), "dls"),
        ("dls", task(urdf.as_uri()), "dls"),
        ("pink", task(robot), "pink"),
        ("auto", task(None), "pink"),
        ("auto", task(gone), "pink"),
        ("auto", task(robot, "tail"), "pink"),
    ):
        assert use_ik(cfg, choice) == used
        assert ("WholeArmIK" in str(cfg.actions.arms.class_type)) == (used == "dls")
    assert use_ik(task(robot), "auto", as_shipped=True) == "pink"
    assert use_ik(SimpleNamespace(actions=SimpleNamespace()), "auto") == ""
    for cfg, choice, fault in (
        (task(None), "dls", "no URDF"),
        (task(robot, "tail"), "dls", "cannot be used: .* has no link tail"),
        (task(gone), "dls", "cannot be used"),
        (SimpleNamespace(actions=SimpleNamespace()), "pink", "no action that Pink solves"),
        (task(robot), "clik", "is not one of"),
    ):
        with pytest.raises(OptionError, match=fault) as raised:
            use_ik(cfg, choice)
        assert "\n" not in raised.value.what


class Standing:
    """A robot that stands on its feet, and whose joints stay where they are, whatever they are told."""

    is_fixed_base = False

    def __init__(self, chain: Chain):
        self.joint_names = [*chain.joints, "finger"]
        self.num_joints, self.body_names = len(self.joint_names), ["base_link"]
        self.told: torch.Tensor = torch.empty(0)
        positions = torch.tensor([*rest(chain), 0.0], dtype=torch.float32).repeat(2, 1)
        pose = torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]).repeat(2, 1, 1)
        limits = torch.tensor([*chain.limits.tolist(), [-1.0, 1.0]]).repeat(2, 1, 1)
        tensors = {"joint_pos": positions, "default_joint_pos": positions, "soft_joint_pos_limits": limits}
        self.data = SimpleNamespace(
            **{
                name: SimpleNamespace(torch=each, warp=wp.from_torch(each.contiguous()))
                for name, each in tensors.items()
            },
            body_link_pose_w=SimpleNamespace(warp=wp.from_torch(pose, wp.transformf)),
        )

    def find_joints(self, names):
        ids = [index for index, name in enumerate(self.joint_names) if any(re.fullmatch(each, name) for each in names)]
        return ids, [self.joint_names[index] for index in ids]

    def set_joint_position_target_index(self, target, joint_ids):
        self.told = target.clone()


def test_a_standing_robot_is_solved_for_from_what_it_was_told(urdf, chain):
    from isaaclab.controllers.pink_ik import LocalFrameTaskCfg, PinkIKControllerCfg
    from isaaclab.envs.mdp.actions.pink_actions_cfg import PinkInverseKinematicsActionCfg

    from isaaclab_mimic_core.sim.whole_arm_ik.action import _YIELD, WholeArmIK

    frames = [
        LocalFrameTaskCfg(
            frame=link, base_link_frame_name="base_link", position_cost=1.0, orientation_cost=1.0, gain=0.075
        )
        for link in LINKS
    ]
    controller = PinkIKControllerCfg(
        articulation_name="robot",
        base_link_name="base_link",
        num_hand_joints=1,
        urdf_path=str(urdf),
        variable_input_tasks=frames,
    )
    cfg = PinkInverseKinematicsActionCfg(
        asset_name="robot",
        pink_controlled_joint_names=["(?!waist|finger).*"],
        hand_joint_names=["finger"],
        controller=controller,
        target_eef_link_names={},
    )
    wp.init()
    robot = Standing(chain)
    scene = type("Scene", (dict,), {"env_origins": torch.zeros(2, 3)})(robot=robot)
    sim = SimpleNamespace(get_physics_dt=lambda: 1 / 200)
    env: Any = SimpleNamespace(num_envs=2, device="cpu", scene=scene, sim=sim)
    term = WholeArmIK(cfg, env)
    moved = robot.find_joints(cfg.pink_controlled_joint_names)[0]
    here = robot.data.joint_pos.torch[:, moved]
    poses = np.concatenate([pinocchio.SE3ToXYZQUAT(hand) for hand in Robot(urdf, chain).hands(rest(chain))])
    poses[[2, 9]] += 1.0  # the base is 1 m up
    poses[[0, 7]] += 0.05
    action = torch.tensor([*poses, 0.3], dtype=torch.float32).repeat(2, 1)
    term.process_actions(action)

    def ahead() -> torch.Tensor:
        term.apply_actions()
        assert (robot.told[:, -1] == 0.3).all(), "fingers go where they are told"
        return (robot.told[:, :-1] - here).abs().amax(dim=1)

    first = ahead()
    assert (first > 0.0).all() and (first < 0.05).all(), "a small part of the way"
    for _ in range(150):
        last = ahead()
    assert (last > 2.0 * first).all() and (last < _YIELD + 0.05).all(), "it does not wind up without end"
    term.reset(torch.tensor([0]))
    term.process_actions(action)
    once_more = ahead()
    torch.testing.assert_close(once_more[0], first[0], atol=1e-5, rtol=0)
    assert once_more[1] > 2.0 * first[1], "the other robot goes on"
