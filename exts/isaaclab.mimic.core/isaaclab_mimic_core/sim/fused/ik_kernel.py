# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""Warp kernel of a damped least squares step, with one thread per environment."""

import warp as wp

_vec6 = wp.types.vector(length=6, dtype=wp.float32)
_mat66 = wp.types.matrix(shape=(6, 6), dtype=wp.float32)


@wp.func
def rotation_vector(q: wp.quatf) -> wp.vec3f:
    """Return the rotation vector (axis times angle) of a quaternion xyzw, with an angle of at most pi [rad]."""
    sign = wp.where(q[3] < 0.0, -1.0, 1.0)
    v = wp.vec3f(q[0], q[1], q[2]) * sign
    half = wp.atan2(wp.length(v), q[3] * sign)
    angle = 2.0 * half
    ratio = 0.5 - angle * angle / 48.0
    if angle > 1.0e-6:
        ratio = wp.sin(half) / angle
    return v / ratio


@wp.func
def _column(
    jacobian: wp.array4d(dtype=wp.float32), env: int, body: int, dof: int, arm: wp.vec3f, to_root: wp.quatf
) -> _vec6:
    """Return a joint's column of the controlled frame's Jacobian, in the root's axes: linear, then angular.

    `arm` is the vector from the body's centre of mass to the controlled frame in the world [m].
    """
    angular = wp.vec3f(jacobian[env, body, 3, dof], jacobian[env, body, 4, dof], jacobian[env, body, 5, dof])
    linear = wp.vec3f(jacobian[env, body, 0, dof], jacobian[env, body, 1, dof], jacobian[env, body, 2, dof])
    linear = wp.quat_rotate(to_root, linear + wp.cross(angular, arm))
    angular = wp.quat_rotate(to_root, angular)
    return _vec6(linear[0], linear[1], linear[2], angular[0], angular[1], angular[2])


@wp.func
def _solve_symmetric(a: _mat66, b: _vec6) -> _vec6:
    """Solve a x = b for a positive definite matrix (Cholesky)."""
    lower = _mat66()
    for i in range(6):
        for j in range(i + 1):
            rest = a[i, j]
            for k in range(j):
                rest -= lower[i, k] * lower[j, k]
            if i == j:
                lower[i, i] = wp.sqrt(rest)
            else:
                lower[i, j] = rest / lower[j, j]
    x = _vec6()
    for i in range(6):
        rest = b[i]
        for k in range(i):
            rest -= lower[i, k] * x[k]
        x[i] = rest / lower[i, i]
    for r in range(6):
        i = 5 - r
        rest = x[i]
        for s in range(r):
            rest -= lower[5 - s, i] * x[5 - s]
        x[i] = rest / lower[i, i]
    return x


@wp.kernel
def solve(
    root_pose: wp.array(dtype=wp.transformf),
    body_pose: wp.array2d(dtype=wp.transformf),
    com_pose: wp.array2d(dtype=wp.transformf),
    jacobian: wp.array4d(dtype=wp.float32),
    joint_pos: wp.array2d(dtype=wp.float32),
    wanted_pos: wp.array(dtype=wp.vec3f),
    wanted_quat: wp.array(dtype=wp.quatf),
    offset: wp.transformf,
    body: int,
    jacobian_body: int,
    joints: wp.array(dtype=wp.int32),
    columns: wp.array(dtype=wp.int32),
    damping: float,
    target: wp.array2d(dtype=wp.float32),
):
    """Set joint position targets [rad] that move the controlled frame of a body toward a target pose.

    Args:
        root_pose, body_pose: Poses of the links in the world: (env,), (env, body) [m].
        com_pose: Centres of mass in their links' frames: (env, body) [m].
        jacobian: Jacobians of the centres of mass in the world: (env, body, 6, dof).
        joint_pos: Joint positions: (env, joint) [rad].
        wanted_pos, wanted_quat: Target of the controlled frame in the root's frame: (env,) [m], xyzw.
        offset: The controlled frame in the body's frame.
        body, jacobian_body: Index of the body among the links and in the Jacobian.
        joints, columns: Indices of the controlled joints in `joint_pos` and in the Jacobian.
        damping: Square of the damping factor lambda.
        target: Joint position targets, written: (env, joint) [rad].
    """
    env = wp.tid()
    root = root_pose[env]
    link = body_pose[env, body]
    frame = wp.transform_multiply(wp.transform_inverse(root), wp.transform_multiply(link, offset))
    position = wp.transform_get_translation(frame)
    rotation = wp.transform_get_rotation(frame)

    gap = wanted_pos[env] - position
    turn = rotation_vector(wanted_quat[env] * wp.quat_inverse(rotation))
    error = _vec6(gap[0], gap[1], gap[2], turn[0], turn[1], turn[2])

    to_root = wp.quat_inverse(wp.transform_get_rotation(root))
    com = wp.transform_get_translation(com_pose[env, body])
    arm = wp.quat_rotate(wp.transform_get_rotation(link), wp.transform_get_translation(offset) - com)
    system = _mat66()
    for i in range(6):
        system[i, i] = damping
    for k in range(columns.shape[0]):
        c = _column(jacobian, env, jacobian_body, columns[k], arm, to_root)
        system += wp.outer(c, c)
    x = _solve_symmetric(system, error)
    # Before the first step the simulation has no poses; then keep the joint positions.
    known = wp.length_sq(wp.transform_get_rotation(link)) > 0.0
    for k in range(columns.shape[0]):
        c = _column(jacobian, env, jacobian_body, columns[k], arm, to_root)
        q = joint_pos[env, joints[k]]
        if known:
            q += wp.dot(c, x)
        target[env, joints[k]] = q
