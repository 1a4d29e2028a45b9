# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Joint-space actions to task space: the pose that the commanded joints would bring the hand to."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DatasetError
from .. import layout
from ..episode import Episode
from .inverse_differential_ik import inverse_differential_ik
from .kinematics import Kinematics


@dataclass(frozen=True)
class TaskSpace:
    """What the new actions mean, and the robot's kinematics.

    An absolute action is the commanded pose of the frame, seen from the robot's base: position [m], quaternion xyzw. A
    relative one is the way from its present pose: position [m] and rotation vector [rad], both along the base's axes,
    over `scale`; it is as long as damped inverse kinematics needs it to command the same joints
    (`inverse_differential_ik`). What
    follows the joints in the old actions (the gripper) is kept.
    """

    urdf: Path
    """The robot's description."""
    relative: bool = True
    """Differences to the present pose, or poses."""
    scale: float = 0.5
    """By which the environment multiplies relative actions; Isaac Lab's stack tasks have 0.5."""
    damping: float = 0.01
    """Of the environment's inverse kinematics (`lambda_val`), which makes less of a relative action than it says."""
    substeps: int = 5
    """Physics steps an action (`decimation`), each of which solves relative actions anew; Isaac Lab's stack has 5."""
    frame: str = "panda_hand"
    """Link that the controller moves."""
    offset: tuple[float, float, float] = (0.0, 0.0, 0.107)
    """Of the controlled point in that link's frame [m]: 0.107 along z under relative IK, none under absolute IK."""
    joints: tuple[str, ...] = tuple(f"panda_joint{number}" for number in range(1, 8))
    """The arm's joints, in the order of the actions and of the robot's joint positions."""
    robot: str = "robot"
    """The articulation's name in the states."""
    joint_scale: float = 0.5
    """By which the environment multiplied the old actions; only for a file without `processed_actions`."""
    joint_offset: tuple[float, ...] = ()
    """What it added to that [rad], one a joint; only for a file without `processed_actions`."""

    @property
    def command(self) -> str:
        """Name of the kind of actions."""
        return "pose_rel" if self.relative else "pose_abs"

    @cached_property
    def kinematics(self) -> Kinematics:
        """The robot's forward kinematics."""
        return Kinematics(self.urdf, self.frame, self.joints, self.offset)


def to_task_space(episode: Episode, space: TaskSpace) -> Episode:
    """Return a demonstration with its joint-space actions as poses; with what repeats them made to agree.

    Raises:
        DatasetError: The actions are not of these joints, or the joints that they aimed at cannot be known.
    """
    count = len(space.joints)
    actions = episode.data[layout.ACTIONS]
    if actions.ndim != 2 or actions.shape[1] < count:
        raise DatasetError(
            f"has actions {actions.shape[-1]} wide, too narrow for {count} joints",
            where=episode.name,
            remedy="Are these joint-space actions? See: mimic info FILE",
        )
    commanded = _commanded_joints(episode, space)
    if space.relative:
        joints = _joints_at(episode, space)
        change = inverse_differential_ik(
            space.kinematics, joints[:-1], joints[1:], commanded, space.damping, space.substeps
        )
        command, processed = change / space.scale, change
    else:
        target = space.kinematics.poses(commanded)
        command = processed = np.concatenate([target[:, :3, 3], _quaternions(target[:, :3, :3])], axis=1)
    data = dict(episode.data)
    data[layout.ACTIONS] = np.concatenate([command, actions[:, count:]], axis=1).astype(actions.dtype)
    if (old := data.get(layout.PROCESSED_ACTIONS)) is not None:
        data[layout.PROCESSED_ACTIONS] = np.concatenate([processed, old[:, count:]], axis=1).astype(old.dtype)
    last = layout.join(layout.OBS, layout.ACTIONS)
    if (old := data.get(last)) is not None:
        # The observation is the action of the step before; there is none before the first.
        new = data[layout.ACTIONS]
        data[last] = np.concatenate([np.zeros_like(new[:1]), new[:-1]]).astype(old.dtype)
    return Episode(data, episode.attrs, episode.name)


def _commanded_joints(episode: Episode, space: TaskSpace) -> np.ndarray:
    count = len(space.joints)
    processed = episode.data.get(layout.PROCESSED_ACTIONS)
    if processed is not None and len(processed) == episode.num_samples and processed.shape[1] >= count:
        return processed[:, :count].astype(np.float64)
    if len(space.joint_offset) != count:
        raise DatasetError(
            "has no processed_actions, which say what joint positions the actions aimed at",
            where=episode.name,
            remedy=f"Say what the environment made of the actions: --joint-scale S --joint-offset ({count} numbers)",
        )
    raw = episode.data[layout.ACTIONS][:, :count].astype(np.float64)
    return raw * space.joint_scale + np.asarray(space.joint_offset)


def _joints_at(episode: Episode, space: TaskSpace) -> np.ndarray:
    """Return the joints' positions before the first step and after each: (T + 1, joints) [rad]."""
    path = layout.join("articulation", space.robot, "joint_position")
    rows = []
    for group in (layout.INITIAL_STATE, layout.STATES):
        values = episode.data.get(layout.join(group, path))
        if values is None or values.ndim != 2 or values.shape[1] < len(space.joints):
            raise DatasetError(
                f"has no {group}/{path}, without which a relative action has no start",
                where=episode.name,
                remedy="Convert to absolute poses (--actions pose_abs), or name the robot: --robot NAME",
            )
        rows.append(values[:, : len(space.joints)])
    return np.concatenate(rows).astype(np.float64)


def _quaternions(rotations: np.ndarray) -> np.ndarray:
    """Return quaternions xyzw, without a change of sign between neighbours: (T, 3, 3) -> (T, 4)."""
    import pinocchio  # pyright: ignore[reportMissingImports]

    pin: Any = pinocchio
    found = np.array([pin.Quaternion(rotation).coeffs() for rotation in rotations])
    flips = np.where((found[1:] * found[:-1]).sum(axis=1) < 0.0, -1.0, 1.0)
    found[1:] *= np.cumprod(flips)[:, None]
    return found
