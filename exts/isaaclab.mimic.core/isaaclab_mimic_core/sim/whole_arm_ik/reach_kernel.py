# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""Warp kernel that finds the poses next to given ones that an arm can take, with one thread per path.

`float(0.0)` and `int(1)` declare variables that loops change, which literals do not.
"""

import warp as wp

from ..fused.ik_kernel import rotation_vector
from .kernel import (
    ATTEMPTS,
    ChainArrays,
    Workspace,
    factorize,
    joint_change,
    linearize,
    place_joints,
    solve_errors,
    stop_at_limits,
)

_ENOUGH = wp.constant(1.0e-5)
"""A step in which no joint moves farther [rad] is the last one."""
_EASE = wp.constant(0.25)
_RAISE = wp.constant(8.0)
_MOST_DAMPED = wp.constant(1.0)
"""A step that comes nearer eases the damping; one that does not is taken back, and raises it, up to here."""


@wp.func
def _from_matrix(m: wp.mat44f) -> wp.transformf:
    rotation = wp.mat33f(m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1], m[1, 2], m[2, 0], m[2, 1], m[2, 2])
    return wp.transformf(wp.vec3f(m[0, 3], m[1, 3], m[2, 3]), wp.normalize(wp.quat_from_matrix(rotation)))


@wp.func
def _to_matrix(pose: wp.transformf) -> wp.mat44f:
    p = wp.transform_get_translation(pose)
    r = wp.quat_to_matrix(wp.transform_get_rotation(pose))
    return wp.mat44f(
        r[0, 0], r[0, 1], r[0, 2], p[0],
        r[1, 0], r[1, 1], r[1, 2], p[1],
        r[2, 0], r[2, 1], r[2, 2], p[2],
        0.0, 0.0, 0.0, 1.0,
    )  # fmt: skip


@wp.func
def _is_finite(m: wp.mat44f) -> int:
    finite = int(1)  # noqa: UP018, RUF046
    for i in range(3):
        for j in range(4):
            if not wp.isfinite(m[i, j]):
                finite = 0
    return finite


@wp.func
def _off(path: int, goal: wp.transformf, chain: ChainArrays, work: Workspace) -> wp.vec2f:
    """Return how far the end effector is from its goal, with the joints in place [m], [rad]."""
    here = wp.transform_multiply(work.frame[path, chain.tip_joint[0]], chain.tip_placement[0])
    gap = wp.transform_get_translation(goal) - wp.transform_get_translation(here)
    turn = rotation_vector(wp.transform_get_rotation(goal) * wp.quat_inverse(wp.transform_get_rotation(here)))
    return wp.vec2f(wp.length(gap), wp.length(turn))


@wp.func
def _weigh_turns(path: int, chain: ChainArrays, work: Workspace, lever: float):
    for i in range(3, 6):
        work.error[path, i] = lever * work.error[path, i]
        for j in range(chain.parent.shape[0]):
            work.jacobian[path, i, j] = lever * work.jacobian[path, i, j]


@wp.func
def _move(
    path: int,
    chain: ChainArrays,
    work: Workspace,
    q: wp.array2d(dtype=wp.float32),
    joints: wp.array(dtype=wp.int32),
    damping: float,
) -> float:
    """Take a step of damped least squares, and keep it in `work.step`; return the largest change of a joint [rad]."""
    for j in range(chain.parent.shape[0]):
        work.free[path, j] = 1
        work.step[path, j] = 0.0
    attempts = ATTEMPTS
    while attempts > 0:
        factorize(path, chain, work, damping)
        solve_errors(path, chain, work)
        attempts = wp.where(stop_at_limits(path, chain, work, q, joints) > 0, attempts - 1, 0)
    largest = float(0.0)  # noqa: UP018
    for j in range(chain.parent.shape[0]):
        before = q[path, j]
        there = wp.clamp(before + joint_change(path, j, work), chain.limits[j][0], chain.limits[j][1])
        q[path, j] = there
        work.step[path, j] = there - before
        largest = wp.max(largest, wp.abs(there - before))
    return largest


@wp.func
def _approach(
    path: int,
    goal: wp.transformf,
    chain: ChainArrays,
    work: Workspace,
    q: wp.array2d(dtype=wp.float32),
    joints: wp.array(dtype=wp.int32),
    least_damping: float,
    most: wp.vec2f,
    lever: float,
    steps: int,
) -> wp.vec2f:
    """Move the joints until the end effector is as near to its goal as it comes; return how far that is [m], [rad]."""
    place_joints(path, chain, work, q, joints)
    off = _off(path, goal, chain, work)
    damping = float(least_damping)
    left = int(steps)
    while left > 0:
        linearize(path, 0, goal, chain, work, most, True)
        _weigh_turns(path, chain, work, lever)
        largest = _move(path, chain, work, q, joints, damping)
        place_joints(path, chain, work, q, joints)
        there = _off(path, goal, chain, work)
        left -= 1
        nearer = there[0] * there[0] + lever * lever * there[1] * there[1]
        nearer = nearer - off[0] * off[0] - lever * lever * off[1] * off[1]
        if nearer < 0.0:
            off = there
            damping = wp.max(_EASE * damping, least_damping)
            if largest < _ENOUGH:
                left = int(0)  # noqa: UP018, RUF046
        else:
            for j in range(chain.parent.shape[0]):
                q[path, j] = q[path, j] - work.step[path, j]
            place_joints(path, chain, work, q, joints)
            damping = _RAISE * damping
            if damping > _MOST_DAMPED or largest < _ENOUGH:
                left = int(0)  # noqa: UP018, RUF046
    return off


@wp.kernel
def follow(
    base: wp.array(dtype=wp.mat44f),
    wanted: wp.array2d(dtype=wp.mat44f),
    q: wp.array2d(dtype=wp.float32),
    joints: wp.array(dtype=wp.int32),
    chain: ChainArrays,
    work: Workspace,
    damping: float,
    most: wp.vec2f,
    lever: float,
    steps: int,
    reached: wp.array2d(dtype=wp.mat44f),
    miss: wp.array2d(dtype=wp.vec2f),
):
    """Find for each pose of each path the next one that the arm can take, beginning where the one before was reached.

    A pose that is not finite is handed back as it is.

    Args:
        base: (path,) pose of the chain's base in the frame of the poses [m].
        wanted: (path, pose) [m].
        q: (path, J) joint positions to begin with [rad]; overwritten.
        joints: (J,) 0, 1, 2, ..., the chain's joints in `q`.
        chain: The chain, with one end effector.
        work: Space to compute in.
        damping: Least square of the damping factor lambda, of Levenberg and Marquardt.
        most: Largest pose error that is corrected at once [m], [rad].
        lever: How far off a position may be for a rotation that is off by 1 rad [m].
        steps: Largest number of steps for a pose.
        reached: (path, pose), written [m].
        miss: (path, pose) how far that is from what is wanted, written [m], [rad].
    """
    path = wp.tid()
    to_base = wp.transform_inverse(_from_matrix(base[path]))
    for j in range(chain.parent.shape[0]):
        # From beyond a limit the first step would lead to the limit, wherever the goal is.
        q[path, j] = wp.clamp(q[path, j], chain.limits[j][0], chain.limits[j][1])
    for p in range(wanted.shape[1]):
        if _is_finite(wanted[path, p]) == 0:
            reached[path, p] = wanted[path, p]
            miss[path, p] = wp.vec2f(0.0, 0.0)
        else:
            goal = wp.transform_multiply(to_base, _from_matrix(wanted[path, p]))
            miss[path, p] = _approach(path, goal, chain, work, q, joints, damping, most, lever, steps)
            here = wp.transform_multiply(work.frame[path, chain.tip_joint[0]], chain.tip_placement[0])
            reached[path, p] = _to_matrix(wp.transform_multiply(wp.transform_inverse(to_base), here))
