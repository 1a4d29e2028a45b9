# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read from a URDF how the joints between a robot's base and its end effectors hang together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Chain:
    """J joints on the way from the base to E end effectors, each after the one it hangs on."""

    joints: tuple[str, ...]
    """Names."""
    parent: np.ndarray
    """(J,) int: the joint that each one hangs on, -1 for the base."""
    placement: np.ndarray
    """(J, 7) pose of each joint in its parent's frame at position 0: position [m] and quaternion xyzw."""
    axis: np.ndarray
    """(J, 3) axis in the joint's own frame."""
    limits: np.ndarray
    """(J, 2) least and largest position [rad]."""
    speed: np.ndarray
    """(J,) largest speed [rad/s]."""
    tip_joint: np.ndarray
    """(E,) int: the joint that each end effector hangs on."""
    tip_placement: np.ndarray
    """(E, 7) pose of each end effector in that joint's frame."""

    @cached_property
    def moves(self) -> np.ndarray:
        """(E, J) whether a joint moves an end effector."""
        found = np.zeros((len(self.tip_joint), len(self.joints)), dtype=bool)
        for tip, joint in enumerate(self.tip_joint):
            while joint >= 0:
                found[tip, joint] = True
                joint = self.parent[joint]
        return found


def read_chain(urdf: Path, links: Sequence[str]) -> Chain:
    """Return the chain of a robot's revolute joints to some links.

    Args:
        urdf: The robot.
        links: Names of the end effectors' links.

    Raises:
        KeyError: The robot has no such link.
    """
    import pinocchio  # pyright: ignore[reportMissingImports]

    model: Any = pinocchio.buildModelFromUrdf(str(urdf))
    data = model.createData()
    pinocchio.computeJointJacobians(model, data, pinocchio.neutral(model))
    for link in links:
        if not model.existFrame(link):
            raise KeyError(f"{urdf} has no link {link}")
    frames = [model.frames[model.getFrameId(link)] for link in links]
    # pinocchio's joint 0 is the base. The parents of a joint have smaller numbers.
    needed = sorted({joint for frame in frames for joint in model.supports[frame.parentJoint]} - {0})
    place = {0: -1, **{joint: index for index, joint in enumerate(needed)}}
    columns = [model.idx_vs[joint] for joint in needed]
    # A joint's column in its own frame is its axis: linear, then angular.
    axes = [
        data.oMi[joint].actInv(pinocchio.Motion(data.J[:, column])).angular
        for joint, column in zip(needed, columns, strict=True)
    ]
    return Chain(
        joints=tuple(model.names[joint] for joint in needed),
        parent=np.array([place[model.parents[joint]] for joint in needed]),
        placement=np.array([pinocchio.SE3ToXYZQUAT(model.jointPlacements[joint]) for joint in needed]),
        axis=np.array(axes),
        limits=np.array([(model.lowerPositionLimit[c], model.upperPositionLimit[c]) for c in columns]),
        speed=np.array([model.velocityLimit[column] for column in columns]),
        tip_joint=np.array([place[frame.parentJoint] for frame in frames]),
        tip_placement=np.array([pinocchio.SE3ToXYZQUAT(frame.placement) for frame in frames]),
    )
