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


def chain_of(controller: Any) -> Chain:
    """Return the chain to the end effectors of a `PinkIKControllerCfg`. Its URDF may be a URL, as for Pink.

    Raises:
        ValueError: As for `read_chain`.
        OSError: There is no such file.
        RuntimeError: It cannot be fetched.
    """
    from isaaclab.utils.assets import retrieve_file_path

    links = [task.frame for task in controller.variable_input_tasks if hasattr(task, "frame")]
    return read_chain(Path(retrieve_file_path(controller.urdf_path)), links, controller.base_link_name)


def read_chain(urdf: Path, links: Sequence[str], base: str = "base_link") -> Chain:
    """Return the chain of a robot's revolute joints to some links.

    Args:
        urdf: The robot.
        links: Names of the end effectors' links.
        base: Name of the link that poses are told from, which has to be the root.

    Raises:
        ValueError: The file is no URDF, the robot has no such link, its base is not the root, or the joints to a link
            are none or not all revolute with limits.
    """
    import pinocchio  # pyright: ignore[reportMissingImports]

    model: Any = pinocchio.buildModelFromUrdf(str(urdf))
    data = model.createData()
    pinocchio.computeJointJacobians(model, data, pinocchio.neutral(model))
    for link in (base, *links):
        if not model.existFrame(link):
            raise ValueError(f"{urdf} has no link {link}")
    root = model.frames[model.getFrameId(base)]
    if root.parentJoint != 0 or not root.placement.isIdentity():
        raise ValueError(f"{base} is not the root of {urdf}")
    frames = [model.frames[model.getFrameId(link)] for link in links]
    # pinocchio's joint 0 is the base. The parents of a joint have smaller numbers.
    needed = sorted({joint for frame in frames for joint in model.supports[frame.parentJoint]} - {0})
    if not links or any(frame.parentJoint == 0 for frame in frames):
        raise ValueError(f"no joint of {urdf} moves an end effector")
    for joint in needed:
        # Continuous joints have two coordinates, cosine and sine.
        if model.nqs[joint] != 1 or not model.joints[joint].shortname().startswith("JointModelR"):
            raise ValueError(f"the joint {model.names[joint]} of {urdf} is not revolute")
    place = {0: -1, **{joint: index for index, joint in enumerate(needed)}}
    columns = [model.idx_vs[joint] for joint in needed]
    places = [model.idx_qs[joint] for joint in needed]
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
        limits=np.array([(model.lowerPositionLimit[q], model.upperPositionLimit[q]) for q in places]),
        speed=np.array([model.velocityLimit[column] for column in columns]),
        tip_joint=np.array([place[frame.parentJoint] for frame in frames]),
        tip_placement=np.array([pinocchio.SE3ToXYZQUAT(frame.placement) for frame in frames]),
    )
