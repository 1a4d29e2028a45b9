# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""Warp kernel of a damped least squares step of several arms together, with one thread per environment.

`float(0.0)` and `int(1)` declare variables that loops change, which literals do not.
"""

import warp as wp

from ..fused.ik_kernel import rotation_vector


@wp.struct
class ChainArrays:
    """A `Chain` of J joints and E end effectors on a device; see there."""

    parent: wp.array(dtype=wp.int32)
    placement: wp.array(dtype=wp.transformf)
    axis: wp.array(dtype=wp.vec3f)
    limits: wp.array(dtype=wp.vec2f)
    largest_step: wp.array(dtype=wp.float32)
    """(J,) largest change of a position in a step [rad]; 0: the joint is not moved."""
    rest: wp.array(dtype=wp.float32)
    """(J,) posture that the null space is drawn to [rad]."""
    posture: wp.array(dtype=wp.float32)
    """(J,) part of the way to the posture in a step."""
    tip_joint: wp.array(dtype=wp.int32)
    tip_placement: wp.array(dtype=wp.transformf)
    moves: wp.array2d(dtype=wp.int32)


@wp.struct
class Workspace:
    """What a thread computes in between; the first dimension is the environment."""

    frame: wp.array2d(dtype=wp.transformf)
    """(N, J) pose of each joint in the base's frame [m]."""
    step: wp.array2d(dtype=wp.float32)
    """(N, J) change of a joint's position [rad]."""
    free: wp.array2d(dtype=wp.int32)
    """(N, J) whether a joint takes part in the solution."""
    jacobian: wp.array3d(dtype=wp.float32)
    """(N, 6 E, J): for each end effector three linear rows, then three angular ones."""
    system: wp.array3d(dtype=wp.float32)
    """(N, 6 E, 6 E): the matrix, then its lower Cholesky factor."""
    error: wp.array2d(dtype=wp.float32)
    """(N, 6 E) pose errors [m], [rad]."""
    solution: wp.array2d(dtype=wp.float32)
    """(N, 6 E)."""


ATTEMPTS = wp.constant(4)
"""How often the joints that have not reached a limit are solved for."""
EXACT = wp.constant(1.0e-6)
"""Square of the damping factor of the null space [m/rad]: as small as single precision allows. With the damping of the
pose errors the posture would keep a hand some millimeters off its target near singular poses."""

CLOSE = wp.constant(wp.vec2f(0.005, 0.05))
"""Pose error below which it is damped less [m], [rad]: else arms that are nearly straight would arrive slowly."""
LEAST = wp.constant(0.04)
"""Smallest part of the squared damping factor that is left."""


@wp.func
def _clamped(v: wp.vec3f, most: float) -> wp.vec3f:
    return v * wp.min(1.0, most / wp.max(wp.length(v), 1.0e-9))


@wp.func
def place_joints(
    env: int, chain: ChainArrays, work: Workspace, q: wp.array2d(dtype=wp.float32), joints: wp.array(dtype=wp.int32)
):
    for j in range(chain.parent.shape[0]):
        turned = wp.transformf(wp.vec3f(), wp.quat_from_axis_angle(chain.axis[j], q[env, joints[j]]))
        pose = wp.transform_multiply(chain.placement[j], turned)
        if chain.parent[j] >= 0:
            pose = wp.transform_multiply(work.frame[env, chain.parent[j]], pose)
        work.frame[env, j] = pose


@wp.func
def _is_finite(env: int, action: wp.array2d(dtype=wp.float32)) -> int:
    finite = int(1)  # noqa: UP018, RUF046
    for column in range(action.shape[1]):
        if not wp.isfinite(action[env, column]):
            finite = 0
    return finite


@wp.func
def linearize(
    env: int, tip: int, wanted: wp.transformf, chain: ChainArrays, work: Workspace, most: wp.vec2f, turns: bool
):
    """Write an end effector's pose error, nothing if it has no target rotation, and its rows of the Jacobian."""
    here = wp.transform_multiply(work.frame[env, chain.tip_joint[tip]], chain.tip_placement[tip])
    position = wp.transform_get_translation(here)
    gap = _clamped(wp.transform_get_translation(wanted) - position, most[0])
    turn = rotation_vector(wp.transform_get_rotation(wanted) * wp.quat_inverse(wp.transform_get_rotation(here)))
    turn = _clamped(turn, most[1])
    if not turns:
        gap = wp.vec3f()
        turn = wp.vec3f()
    row = 6 * tip
    for i in range(3):
        work.error[env, row + i] = gap[i]
        work.error[env, row + 3 + i] = turn[i]
    for j in range(chain.parent.shape[0]):
        angular = wp.vec3f()
        linear = wp.vec3f()
        if chain.moves[tip, j] != 0:
            frame = work.frame[env, j]
            angular = wp.quat_rotate(wp.transform_get_rotation(frame), chain.axis[j])
            linear = wp.cross(angular, position - wp.transform_get_translation(frame))
        for i in range(3):
            work.jacobian[env, row + i, j] = linear[i]
            work.jacobian[env, row + 3 + i, j] = angular[i]


@wp.func
def eased(env: int, work: Workspace, damping: float) -> float:
    """Return the damping for the largest pose error of an end effector."""
    part = float(0.0)  # noqa: UP018
    for row in range(work.error.shape[1]):
        angular = (row // 3) % 2
        part = wp.max(part, wp.abs(work.error[env, row]) / CLOSE[angular])
    return damping * wp.clamp(part, LEAST, 1.0)


@wp.func
def factorize(env: int, chain: ChainArrays, work: Workspace, damping: float):
    """Write the Cholesky factor of J J^T + damping, of the joints that are free."""
    rows = work.error.shape[1]
    for a in range(rows):
        for b in range(a + 1):
            total = float(0.0)  # noqa: UP018
            if a == b:
                total = damping
            for j in range(chain.parent.shape[0]):
                if work.free[env, j] != 0:
                    total += work.jacobian[env, a, j] * work.jacobian[env, b, j]
            for k in range(b):
                total -= work.system[env, a, k] * work.system[env, b, k]
            if a == b:
                # Never less than the damping, but for rounding.
                work.system[env, a, a] = wp.sqrt(wp.max(total, damping))
            else:
                work.system[env, a, b] = total / work.system[env, b, b]


@wp.func
def substitute(env: int, work: Workspace):
    """Replace the right-hand side in `solution` by what solves the system that was factorized."""
    rows = work.error.shape[1]
    for a in range(rows):
        left = work.solution[env, a]
        for k in range(a):
            left -= work.system[env, a, k] * work.solution[env, k]
        work.solution[env, a] = left / work.system[env, a, a]
    for s in range(rows):
        a = rows - 1 - s
        left = work.solution[env, a]
        for t in range(s):
            left -= work.system[env, rows - 1 - t, a] * work.solution[env, rows - 1 - t]
        work.solution[env, a] = left / work.system[env, a, a]


@wp.func
def solve_errors(env: int, chain: ChainArrays, work: Workspace):
    """Solve for what the steps of the joints so far leave of the error."""
    for a in range(work.error.shape[1]):
        left = work.error[env, a]
        for j in range(chain.parent.shape[0]):
            left -= work.jacobian[env, a, j] * work.step[env, j]
        work.solution[env, a] = left
    substitute(env, work)


@wp.func
def free_all(env: int, chain: ChainArrays, work: Workspace):
    """Let all joints take part that may be moved."""
    for j in range(chain.parent.shape[0]):
        work.free[env, j] = wp.where(chain.largest_step[j] > 0.0, 1, 0)


@wp.func
def project_posture(
    env: int,
    chain: ChainArrays,
    work: Workspace,
    joint_pos: wp.array2d(dtype=wp.float32),
    joints: wp.array(dtype=wp.int32),
) -> int:
    """Write steps of the free joints toward the posture that move no end effector.

    Joints that would pass a limit take no further part; returns how many.
    """
    for j in range(chain.parent.shape[0]):
        work.step[env, j] = 0.0
        if work.free[env, j] != 0:
            work.step[env, j] = chain.posture[j] * (chain.rest[j] - joint_pos[env, joints[j]])
    factorize(env, chain, work, EXACT)
    for a in range(work.error.shape[1]):
        moved = float(0.0)  # noqa: UP018
        for j in range(chain.parent.shape[0]):
            moved += work.jacobian[env, a, j] * work.step[env, j]
        work.solution[env, a] = moved
    substitute(env, work)
    stopped = int(0)  # noqa: UP018, RUF046
    for j in range(chain.parent.shape[0]):
        if work.free[env, j] != 0:
            for a in range(work.error.shape[1]):
                work.step[env, j] -= work.jacobian[env, a, j] * work.solution[env, a]
            there = joint_pos[env, joints[j]] + work.step[env, j]
            if there < chain.limits[j][0] or there > chain.limits[j][1]:
                work.free[env, j] = 0
                stopped += 1
    return stopped


@wp.func
def draw_to_posture(
    env: int,
    chain: ChainArrays,
    work: Workspace,
    joint_pos: wp.array2d(dtype=wp.float32),
    joints: wp.array(dtype=wp.int32),
):
    """Write steps toward the posture that neither move an end effector nor pass a limit; none if none are found."""
    drawn = int(0)  # noqa: UP018, RUF046
    free_all(env, chain, work)
    for j in range(chain.parent.shape[0]):
        work.step[env, j] = 0.0
        if chain.posture[j] > 0.0:
            drawn = ATTEMPTS
    stopped = int(0)  # noqa: UP018, RUF046
    while drawn > 0:
        stopped = project_posture(env, chain, work, joint_pos, joints)
        drawn = wp.where(stopped > 0, drawn - 1, 0)
    # An arm that has no joint to spare has no null space, and what rounding makes of one would only do harm.
    for tip in range(chain.tip_joint.shape[0]):
        spare = int(-6)  # noqa: UP018, RUF046
        for j in range(chain.parent.shape[0]):
            spare += work.free[env, j] * chain.moves[tip, j]
        if stopped > 0 or spare <= 0:
            for j in range(chain.parent.shape[0]):
                if chain.moves[tip, j] != 0:
                    work.step[env, j] = 0.0


@wp.func
def joint_change(env: int, j: int, work: Workspace) -> float:
    """Return by how much a joint is to be moved [rad]."""
    change = work.step[env, j]
    if work.free[env, j] != 0:
        for a in range(work.error.shape[1]):
            change += work.jacobian[env, a, j] * work.solution[env, a]
    return change


@wp.func
def stop_at_limits(
    env: int,
    chain: ChainArrays,
    work: Workspace,
    joint_pos: wp.array2d(dtype=wp.float32),
    joints: wp.array(dtype=wp.int32),
) -> int:
    """Let joints that would pass a limit go to it and take no further part; return how many."""
    stopped = int(0)  # noqa: UP018, RUF046
    for j in range(chain.parent.shape[0]):
        if work.free[env, j] != 0:
            q = joint_pos[env, joints[j]]
            there = q + joint_change(env, j, work)
            within = wp.clamp(there, chain.limits[j][0], chain.limits[j][1])
            if within != there:
                work.step[env, j] = within - q
                work.free[env, j] = 0
                stopped += 1
    return stopped


@wp.kernel
def solve(
    base_pose: wp.array2d(dtype=wp.transformf),
    base: int,
    origin: wp.array(dtype=wp.vec3f),
    action: wp.array2d(dtype=wp.float32),
    joint_pos: wp.array2d(dtype=wp.float32),
    joints: wp.array(dtype=wp.int32),
    columns: wp.array(dtype=wp.int32),
    chain: ChainArrays,
    work: Workspace,
    damping: float,
    most: wp.vec2f,
    gain: float,
    target: wp.array2d(dtype=wp.float32),
):
    """Set joint position targets [rad] that move all end effectors toward their target poses.

    A joint that would pass a limit goes to it and takes no further part; the others are solved for anew. All joints of
    an environment stay where they are if anything in its action is not finite. An end effector whose quaternion has no
    length keeps its pose; the others move.

    Args:
        base_pose: Poses of the robot's links in the world: (env, body) [m].
        base: Index of the chain's base among them.
        origin: Origins of the environments (env,) [m].
        action: (env, at least 7 E): position [m] and quaternion xyzw of each end effector in the environment's frame,
            then what is only looked at for being finite.
        joint_pos: Joint positions: (env, joint) [rad].
        joints: (J,) indices of the chain's joints in `joint_pos`.
        columns: (J,) where the chain's joints are written in `target`, -1 for those that are not moved.
        chain: The chain.
        work: Space to compute in.
        damping: Square of the damping factor lambda.
        most: Largest pose error that is corrected at once [m], [rad].
        gain: Part of a pose error that is corrected.
        target: Joint position targets, written: (env, at least the joints that are moved) [rad].
    """
    env = wp.tid()
    count = chain.parent.shape[0]
    root = base_pose[env, base]
    place_joints(env, chain, work, joint_pos, joints)
    # Before the first step the simulation has no poses; then keep the joint positions.
    known = wp.length_sq(wp.transform_get_rotation(root)) > 0.0 and _is_finite(env, action) != 0
    here = wp.transformf(wp.transform_get_translation(root) - origin[env], wp.transform_get_rotation(root))
    to_base = wp.transform_inverse(here)
    for tip in range(chain.tip_joint.shape[0]):
        c = 7 * tip
        position = wp.vec3f(action[env, c], action[env, c + 1], action[env, c + 2])
        rotation = wp.quatf(action[env, c + 3], action[env, c + 4], action[env, c + 5], action[env, c + 6])
        size = wp.length_sq(rotation)
        turns = size >= 1.0e-12 and wp.isfinite(size)
        if not turns:
            rotation = wp.quat_identity()
        wanted = wp.transform_multiply(to_base, wp.transformf(position, wp.normalize(rotation)))
        linearize(env, tip, wanted, chain, work, most, turns)
    damped = eased(env, work, damping)
    for row in range(work.error.shape[1]):
        work.error[env, row] = gain * work.error[env, row]
    for j in range(count):
        work.free[env, j] = 0
        work.step[env, j] = 0.0
    attempts = int(0)  # noqa: UP018, RUF046
    if known:
        attempts = ATTEMPTS
        draw_to_posture(env, chain, work, joint_pos, joints)
        free_all(env, chain, work)
    while attempts > 0:
        factorize(env, chain, work, damped)
        solve_errors(env, chain, work)
        attempts = wp.where(stop_at_limits(env, chain, work, joint_pos, joints) > 0, attempts - 1, 0)
    for j in range(count):
        if columns[j] >= 0:
            q = joint_pos[env, joints[j]]
            change = float(0.0)  # noqa: UP018
            if known:
                change = joint_change(env, j, work)
            change = wp.clamp(change, -chain.largest_step[j], chain.largest_step[j])
            target[env, columns[j]] = wp.clamp(q + change, chain.limits[j][0], chain.limits[j][1])
