# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The inverse of Isaac Lab's differential inverse kinematics: from commanded joints to the relative action."""

from typing import Any

import numpy as np

from .kinematics import Kinematics


def inverse_differential_ik(
    kinematics: Kinematics,
    before: np.ndarray,
    after: np.ndarray,
    commanded: np.ndarray,
    damping: float,
    substeps: int,
) -> np.ndarray:
    """Return the pose changes for which Isaac Lab's differential IK commands the given joint positions.

    Isaac Lab's damped least squares controller (`DifferentialIKController`, method "dls") keeps the goal x* = x0 + dx
    for an environment step. In each physics step, at joints q and pose x, it commands
    q + J^T (J J^T + damping^2 1)^-1 (x* - x), which is less than x* - x asks for. So the plain difference between two
    recorded poses is too short, and as each relative action begins where the last one ended, the error adds up to
    centimetres over a demonstration. Solved for x* - x, the equation gives the pose change to ask for:
    (1 + damping^2 (J J^T)^-1) J (commanded - q). The joints move during an environment step, so the result is the mean
    over its physics steps, with joints interpolated between `before` and `after`. A motion in the null space, which
    leaves the end effector where it is, cannot be expressed.

    Args:
        kinematics: Kinematics of the controlled point.
        before: Joint positions before each environment step: (T, joints) [rad].
        after: Joint positions after each environment step: (T, joints) [rad].
        commanded: Joint positions commanded in each environment step: (T, joints) [rad].
        damping: The controller's `lambda_val`.
        substeps: Physics steps per environment step (`decimation`).

    Returns:
        Changes of position [m] and rotation vector [rad] in the robot's base frame: (T, 6).
    """
    import pinocchio  # pyright: ignore[reportMissingImports]

    pin: Any = pinocchio
    starts = kinematics.poses(before)
    total = np.zeros((len(before), 6))
    # Keeps J J^T invertible at singular poses, where some commands cannot be reached by any pose change.
    floor = (1e-12 + 0.01 * damping**2) * np.eye(6)
    for substep in range(substeps):
        joints = before + substep / substeps * (after - before)
        jacobians = kinematics.jacobians(joints)
        left = (jacobians @ (commanded - joints)[:, :, None])[:, :, 0]
        squares = jacobians @ jacobians.swapaxes(1, 2) + floor
        left += damping**2 * np.linalg.solve(squares, left[:, :, None])[:, :, 0]
        poses = starts if substep == 0 else kinematics.poses(joints)
        total[:, :3] += left[:, :3] + poses[:, :3, 3] - starts[:, :3, 3]
        made = poses[:, :3, :3] @ starts[:, :3, :3].swapaxes(1, 2)
        turns = [pin.log3(pin.exp3(turn) @ rotation) for turn, rotation in zip(left[:, 3:], made, strict=True)]
        total[:, 3:] += np.reshape(turns, (-1, 3))
    return total / substeps
