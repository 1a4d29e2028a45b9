# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The relative action that makes damped inverse kinematics command given joint positions."""

from typing import Any

import numpy as np

from .kinematics import Kinematics


def damped_way(
    kinematics: Kinematics,
    before: np.ndarray,
    after: np.ndarray,
    commanded: np.ndarray,
    damping: float,
    substeps: int,
) -> np.ndarray:
    """Return ways that relative inverse kinematics turns into commands of these joints.

    Isaac Lab's controller keeps the goal x* = x0 + way for a step. In each physics step, at joints q and pose x, it
    commands q + J^T (J J^T + damping^2 1)^-1 (x* - x). That is linear in the joints, and less than the way that it is
    told, and so the mere distance between the poses leads elsewhere in every step. Nothing brings the hand back, for
    the next step begins where this one has led to; over a demonstration centimetres are lost. Solved for x* - x, the
    same equation gives what has to be told: (1 + damping^2 (J J^T)^-1) J (commanded - q). The joints move meanwhile, so
    the mean of all physics steps is taken, with joints between `before` and `after`. Of a motion that leaves the hand
    where it is, nothing can be told.

    Args:
        kinematics: Of the controlled point.
        before: Joint positions before each step, (T, joints) [rad].
        after: Those after it.
        commanded: Those that were commanded in it.
        damping: The controller's `lambda_val`.
        substeps: Physics steps in each step.

    Returns:
        Position [m] and rotation vector [rad], along the base's axes: (T, 6).
    """
    import pinocchio  # pyright: ignore[reportMissingImports]

    pin: Any = pinocchio
    starts = kinematics.poses(before)
    total = np.zeros((len(before), 6))
    # Where the arm is singular, no way is long enough for some commands.
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
