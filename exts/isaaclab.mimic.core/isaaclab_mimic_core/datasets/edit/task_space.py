# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert joint-space actions to task space: to end-effector poses at the commanded joint positions."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import LOOK_INTO, DatasetError, Remedy
from .. import layout
from ..episode import Episode
from .inverse_differential_ik import inverse_differential_ik
from .kinematics import Kinematics


@dataclass(frozen=True)
class TaskSpace:
    """Meaning of the new actions, and the robot's kinematics.

    An absolute action is the commanded pose of the controlled point in the robot's base frame: position [m] and
    quaternion xyzw. A relative action is the change of this pose: position [m] and rotation vector [rad] in the base
    frame, divided by `scale`. It makes Isaac Lab's damped inverse kinematics command the same joint positions
    (`inverse_differential_ik`). Elements after the joints in the old actions (the gripper) are kept.
    """

    urdf: Path
    """The robot's URDF file."""
    relative: bool = True
    """Whether the new actions are relative; otherwise absolute."""
    scale: float = 0.5
    """Factor by which the environment multiplies relative actions; 0.5 in Isaac Lab's stack tasks."""
    damping: float = 0.01
    """Damping of the environment's inverse kinematics (`lambda_val`)."""
    substeps: int = 5
    """Physics steps per environment step (`decimation`), each of which solves the IK; 5 in Isaac Lab's stack tasks."""
    frame: str = "panda_hand"
    """Link that the controller moves."""
    offset: tuple[float, float, float] = (0.0, 0.0, 0.107)
    """Controlled point in that link's frame [m]. Isaac Lab: 0.107 along z for relative IK, zero for absolute IK."""
    joints: tuple[str, ...] = tuple(f"panda_joint{number}" for number in range(1, 8))
    """The arm's joints, in the order of the actions and of the robot's joint positions."""
    robot: str = "robot"
    """The articulation's name in the states."""
    joint_scale: float = 0.5
    """Factor by which the environment multiplied the old actions; used only for files without `processed_actions`."""
    joint_offset: tuple[float, ...] = ()
    """Offset per joint that the environment added [rad]; used only for files without `processed_actions`."""

    @property
    def command(self) -> str:
        """Name of the new action space: `pose_rel` or `pose_abs`."""
        return "pose_rel" if self.relative else "pose_abs"

    @cached_property
    def kinematics(self) -> Kinematics:
        """The robot's forward kinematics."""
        return Kinematics(self.urdf, self.frame, self.joints, self.offset)


def to_task_space(episode: Episode, space: TaskSpace) -> Episode:
    """Return a demonstration with task-space actions.

    `processed_actions` and the observation of the last action (`obs/actions`) are converted, too.

    Raises:
        DatasetError: The actions are narrower than the number of joints, or joint positions are missing.
    """
    count = len(space.joints)
    actions = episode.data[layout.ACTIONS]
    if actions.ndim != 2 or actions.shape[1] < count:
        raise DatasetError(
            f"has actions {actions.shape[-1]} wide, too narrow for {count} joints",
            where=episode.name,
            remedy=Remedy("Are these joint-space actions? See: mimic info FILE", LOOK_INTO),
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
        # This observation is the action of the previous step; it is zero at the first one.
        new = data[layout.ACTIONS]
        data[last] = np.concatenate([np.zeros_like(new[:1]), new[:-1]]).astype(old.dtype)
    return Episode(data, episode.attrs, episode.name)


def _commanded_joints(episode: Episode, space: TaskSpace) -> np.ndarray:
    count = len(space.joints)
    processed = episode.data.get(layout.PROCESSED_ACTIONS)
    if processed is not None and (processed.ndim != 2 or len(processed) != episode.num_samples):
        raise DatasetError(
            f"{layout.PROCESSED_ACTIONS} is of shape {processed.shape}, not one row for each of "
            f"{episode.num_samples} steps",
            where=episode.name,
            remedy=Remedy(
                "`mimic check` names such demonstrations, `mimic drop --findings rows` leaves them out", LOOK_INTO
            ),
        )
    if processed is not None and processed.shape[1] >= count:
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
    """Return the joint positions before the first step and after each step: (T + 1, joints) [rad]."""
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
    """Convert rotation matrices (T, 3, 3) to quaternions xyzw (T, 4), without sign changes between neighbours."""
    import pinocchio  # pyright: ignore[reportMissingImports]

    pin: Any = pinocchio
    found = np.array([pin.Quaternion(rotation).coeffs() for rotation in rotations])
    flips = np.where((found[1:] * found[:-1]).sum(axis=1) < 0.0, -1.0, 1.0)
    found[1:] *= np.cumprod(flips)[:, None]
    return found
