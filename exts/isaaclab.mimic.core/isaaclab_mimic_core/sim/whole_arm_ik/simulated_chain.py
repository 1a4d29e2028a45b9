# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read how the joints of a simulated arm hang together, from what its Jacobian says in one configuration.

Product of exponentials: R. Brockett, "Robotic manipulators and the product of exponentials formula" (1984). A joint's
column of the Jacobian is its axis and where that is; so no description of the robot is needed, and none can differ from
what is simulated.
"""

from collections.abc import Sequence

import numpy as np

from .chain import Chain

_AXIS = 1e-3
"""A revolute joint's angular column has this length 1."""


def simulated_chain(
    names: Sequence[str], jacobian: np.ndarray, point: np.ndarray, joint_pos: np.ndarray, tip: np.ndarray
) -> Chain:
    """Return the chain of revolute joints to an end effector. All is in the frame of the arm's base.

    Args:
        names: The J joints, each after those that it hangs on.
        jacobian: (6, J) linear rows [m/rad], then angular ones, of a point that moves with the end effector.
        point: (3,) that point [m].
        joint_pos: (J,) where the joints are [rad].
        tip: (7,) pose of the end effector: position [m] and quaternion xyzw.

    Raises:
        ValueError: A joint is not revolute, or does not move the end effector.
    """
    linear, axis = jacobian[:3].T, jacobian[3:].T
    if fixed := [
        name for name, length in zip(names, np.linalg.norm(axis, axis=1), strict=True) if abs(length - 1.0) > _AXIS
    ]:
        raise ValueError(f"{', '.join(fixed)} does not turn the end effector")
    axis = axis / np.linalg.norm(axis, axis=1, keepdims=True)
    # The column is axis x (point - where the axis is).
    place = point - np.cross(linear, axis)
    before = np.concatenate([np.zeros((1, 3)), place[:-1]])
    half = -joint_pos / 2
    turned_back = np.concatenate([axis * np.sin(half)[:, None], np.cos(half)[:, None]], axis=1)
    count = len(names)
    return Chain(
        joints=tuple(names),
        parent=np.arange(-1, count - 1),
        placement=np.concatenate([place - before, turned_back], axis=1),
        axis=axis,
        limits=np.tile([-np.inf, np.inf], (count, 1)),
        speed=np.full(count, np.inf),
        tip_joint=np.array([count - 1]),
        tip_placement=np.concatenate([tip[:3] - place[-1], tip[3:]])[None],
    )
