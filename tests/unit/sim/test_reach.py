# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An arm of five joints goes to the poses next to those that it cannot take."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from isaaclab_mimic_core import rotations
from isaaclab_mimic_core.sim.whole_arm_ik.reach import Reach, ReachSettings
from isaaclab_mimic_core.sim.whole_arm_ik.simulated_chain import simulated_chain

pinocchio = pytest.importorskip("pinocchio")

JOINTS = ("pan", "lift", "elbow", "wrist", "roll")
NUM = 64
LIMIT = 1.7


def five_joints() -> SimpleNamespace:
    """Return a model of an arm like those of hobby robots, its data, and the frame of its hand."""
    model = pinocchio.Model()
    kinds = (
        pinocchio.JointModelRZ,
        pinocchio.JointModelRY,
        pinocchio.JointModelRY,
        pinocchio.JointModelRY,
        pinocchio.JointModelRX,
    )
    places = ((0.02, 0.0, 0.06), (0.03, 0.0, 0.08), (0.03, 0.0, 0.11), (0.13, 0.0, 0.0), (0.06, 0.0, 0.0))
    joint = 0
    for name, kind, place in zip(JOINTS, kinds, places, strict=True):
        joint = model.addJoint(joint, kind(), pinocchio.SE3(np.eye(3), np.array(place)), name)
    hand = pinocchio.SE3(pinocchio.exp3(np.array([0.3, -0.2, 0.5])), np.array([0.1, 0.005, -0.01]))
    frame = model.addFrame(pinocchio.Frame("hand", joint, 0, hand, pinocchio.FrameType.OP_FRAME))
    return SimpleNamespace(model=model, data=model.createData(), frame=frame)


def hand_at(arm: SimpleNamespace, q: np.ndarray) -> np.ndarray:
    """Return where its hand is: (4, 4) [m]."""
    pinocchio.framesForwardKinematics(arm.model, arm.data, q)
    return arm.data.oMf[arm.frame].homogeneous.copy()


@pytest.fixture(scope="module")
def arm() -> SimpleNamespace:
    return five_joints()


@pytest.fixture(scope="module")
def postures() -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.7, 0.7, (NUM, len(JOINTS))) + np.array([0.0, 0.0, 0.9, 0.3, 0.0])


def reach_of(arm: SimpleNamespace, settings: ReachSettings | None = None, limit: float = LIMIT) -> Reach:
    """Return what is read from the arm's Jacobian in some posture."""
    q = np.array([0.2, -0.4, 0.8, 0.1, -0.5])
    pose = hand_at(arm, q)
    axes = pinocchio.ReferenceFrame.LOCAL_WORLD_ALIGNED
    jacobian = pinocchio.computeFrameJacobian(arm.model, arm.data, q, arm.frame, axes)
    tip = np.concatenate([pose[:3, 3], pinocchio.Quaternion(pose[:3, :3]).coeffs()])
    chain = simulated_chain(JOINTS, jacobian, pose[:3, 3], q, tip)
    return Reach(chain, np.tile([-limit, limit], (len(JOINTS), 1)), "cpu", settings)


def follow(reach: Reach, poses: np.ndarray, start: np.ndarray, base: torch.Tensor | None = None) -> tuple:
    paths = torch.tensor(poses, dtype=torch.float32)
    bases = torch.eye(4).repeat(len(paths), 1, 1) if base is None else base.repeat(len(paths), 1, 1)
    return reach.follow(paths, bases, torch.tensor(start, dtype=torch.float32))


def test_poses_in_reach_are_reached(arm, postures):
    """From a posture nearby, and with a base that stands anywhere."""
    poses = np.array([hand_at(arm, q) for q in postures])[:, None]
    base = rotations.pose_from_quat(
        torch.tensor([0.3, -1.0, 0.5]), torch.nn.functional.normalize(torch.tensor([0.1, 0.7, -0.2, 0.6]), dim=0)
    )
    start = postures + 0.2
    reached, miss = follow(reach_of(arm), base.numpy() @ poses, start, base)
    assert miss[..., 0].max() < 1e-4 and miss[..., 1].max() < 1e-3
    torch.testing.assert_close(reached, base @ torch.tensor(poses, dtype=torch.float32), rtol=0, atol=1e-3)
    reached, _ = follow(reach_of(arm), poses, start)
    torch.testing.assert_close(reached, torch.tensor(poses, dtype=torch.float32), rtol=0, atol=1e-3)


def test_the_position_is_kept_and_the_rotation_is_the_nearest(arm, postures):
    from scipy.optimize import least_squares

    lever = ReachSettings().lever
    turn = pinocchio.exp3(np.array([0.2, 0.3, -0.2]))
    poses = np.array([hand_at(arm, q) for q in postures])
    poses[:, :3, :3] = turn @ poses[:, :3, :3]
    reached, miss = follow(reach_of(arm), poses[:, None], postures)
    assert miss[..., 0].max() < 2e-3 and 0.05 < miss[..., 1].median() < 0.4

    def off(q: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        here = hand_at(arm, q)
        return np.concatenate([wanted[:3, 3] - here[:3, 3], lever * pinocchio.log3(wanted[:3, :3] @ here[:3, :3].T)])

    for index in range(0, NUM, 8):
        best = least_squares(off, postures[index], args=(poses[index],), bounds=(-LIMIT, LIMIT), xtol=1e-12)
        own = float(miss[index, 0, 0]) ** 2 + lever**2 * float(miss[index, 0, 1]) ** 2
        assert own == pytest.approx(2 * best.cost, rel=0.02, abs=1e-9)
    assert torch.det(reached[..., :3, :3]).sub(1).abs().max() < 1e-4


def test_paths_go_on_from_where_they_are(arm, postures):
    """A path far away is followed step by step, as if each pose had been asked for by itself from there."""
    there = postures[:, None] + np.linspace(0.0, 0.6, 9)[None, 1:, None] * np.array([1.0, -0.5, 0.5, 0.5, -1.0])
    poses = np.array([[hand_at(arm, q) for q in path] for path in there])
    _, miss = follow(reach_of(arm, limit=3.0), poses, postures)
    assert miss[..., 0].max() < 1e-4 and miss[..., 1].max() < 1e-3


def test_limits_hold(arm, postures):
    """A narrow arm misses what a free one reaches, and a pose beyond all reach is missed by the rest."""
    poses = np.array([hand_at(arm, q) for q in postures])[:, None]
    _, miss = follow(reach_of(arm, limit=0.3), poses, np.zeros_like(postures))
    assert miss[..., 0].max() > 0.02
    poses[:, 0, :3, 3] *= 3.0 / np.linalg.norm(poses[:, 0, :3, 3], axis=1, keepdims=True)
    reached, miss = follow(reach_of(arm), poses, postures)
    assert (miss[..., 0] > 2.4).all() and reached.isfinite().all()
    assert (reached[:, 0, :3, 3].norm(dim=-1) > 0.35).float().mean() > 0.8


def test_what_is_not_finite_is_handed_back(arm, postures):
    poses = np.array([hand_at(arm, q) for q in postures])[:, None].repeat(3, axis=1)
    poses[0, 1, 2, 3] = np.nan
    reached, miss = follow(reach_of(arm), poses, postures)
    assert reached[0, 1, 2, 3].isnan() and miss[0, 1].tolist() == [0.0, 0.0]
    assert miss[:, [0, 2], 0].max() < 1e-4


def test_a_joint_that_slides_is_refused():
    jacobian = np.zeros((6, 2))
    jacobian[2, 0] = jacobian[5, 1] = 1.0
    with pytest.raises(ValueError, match="slide does not turn"):
        simulated_chain(("slide", "turn"), jacobian, np.zeros(3), np.zeros(2), np.array([0, 0, 0, 0, 0, 0, 1.0]))
