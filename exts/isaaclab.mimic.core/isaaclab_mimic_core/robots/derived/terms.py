# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read arms and hands from Isaac Lab's action terms (isaaclab.envs.mdp.actions 3.0.0).

Terms are recognised by the name of their class, because the modules of some import packages that are not installed
everywhere. A class derived from them counts as long as it takes actions in the same way.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from ... import rotations
from ...errors import TaskError
from .arm import Arm, Poses
from .matching import owner
from .reach import ALL, ArmReach

_ACTIONS = "isaaclab.envs.mdp.actions"
_OURS = f"{__name__.split('.')[0]}.sim.whole_arm_ik"


def read_arms(env: Any, task: str) -> list[Arm]:
    """Return the arms of an environment, with their hands.

    All numbers of an action that command no pose belong to an arm's hand: they are taken over from a source.

    Args:
        env: A `ManagerBasedEnv`.
        task: The task's name, for errors.

    Raises:
        TaskError: No action is a pose; or a term takes poses in a way of its own.
    """
    arms: list[Arm] = []
    others: list[tuple[tuple[str, str], str, int, int]] = []
    start = 0
    for name in env.action_manager.active_terms:
        term = env.action_manager.get_term(name)
        found, rest = _read(env, name, term, start, task)
        # Its joints may be without names, for example those of a policy that walks.
        joints = _hand_joints(term, len(rest))
        arms += found
        for joint, column in zip(joints, rest, strict=True):
            others.append(((name, joint), term.cfg.asset_name, column, len(arms)))
        start += term.action_dim
    if not arms:
        raise _no_poses(env, task)
    hands: list[list[int]] = [[] for _ in arms]
    for names, asset, column, arms_before in others:
        hands[owner(names, asset, arms_before - 1, arms)].append(column)
    return [replace(arm, hand=tuple(hand)) for arm, hand in zip(arms, hands, strict=True)]


def _read(env: Any, name: str, term: Any, start: int, task: str) -> tuple[list[Arm], Sequence[int]]:
    """Return the arms that a term moves, and the columns of its action that are no pose commands."""
    columns = range(start, start + term.action_dim)
    for kind in type(term).__mro__:
        if not kind.__module__.startswith((_ACTIONS, _OURS)) or (read := _READERS.get(kind.__name__)) is None:
            continue
        if type(term).process_actions is not kind.process_actions:
            raise TaskError(
                f"its action {name} ({type(term).__name__}) takes poses in a way of its own",
                where=task,
                remedy="Write a Mimic environment, or a robot with a BatchedEnv, for it: docs/plugins.md",
            )
        arms = read(env, name, term, start, task)
        taken = {column for arm in arms for column in range(arm.start, arm.start + arm.size)}
        return arms, [column for column in columns if column not in taken]
    return [], columns


def _no_poses(env: Any, task: str) -> TaskError:
    terms = [f"{name} ({type(env.action_manager.get_term(name)).__name__})" for name in env.action_manager.active_terms]
    return TaskError(
        f"none of its actions is a pose: {', '.join(terms)}",
        where=task,
        remedy="Use a variant of the task with inverse kinematics; mimic convert --actions turns recorded joint "
        "positions into its actions.",
    )


def _differential_ik(env: Any, name: str, term: Any, start: int, task: str) -> list[Arm]:
    controller = term.cfg.controller
    arm = _arm(env, name, term, start, relative=controller.use_relative_mode)
    arm = replace(arm, rotates=controller.command_type == "pose")
    scale, offset = _numbers(term.cfg.scale, arm.size), _numbers(term.cfg.offset, arm.size)
    arm = replace(arm, scale=scale, offset=offset, clip=_clip(term, arm.size), response=_response(env, term))
    if arm.rotates and arm.base is not None and len(term._joint_names) < ALL:
        arm = replace(arm, reach=ArmReach(env, term, arm.pose, arm.base))
    return [arm]


def _rmpflow(env: Any, name: str, term: Any, start: int, task: str) -> list[Arm]:
    arm = _arm(env, name, term, start, relative=term.cfg.use_relative_mode)
    return [replace(arm, scale=_numbers(term.cfg.scale, arm.size), clip=_clip(term, arm.size))]


def _operational_space(env: Any, name: str, term: Any, start: int, task: str) -> list[Arm]:
    cfg = term.cfg
    for target in cfg.controller_cfg.target_types:
        if target in ("pose_rel", "pose_abs"):
            arm = _arm(env, name, term, start, relative=target == "pose_rel")
            turn = arm.size - 3
            arm = replace(arm, scale=(float(cfg.position_scale),) * 3 + (float(cfg.orientation_scale),) * turn)
            if term._task_frame_transformer is not None:
                arm = replace(arm, base=_task_frame(env, term._task_frame_transformer), base_moves=True)
            return [arm]
        start += 6  # a wrench
    return []


def _pink(env: Any, name: str, term: Any, start: int, task: str) -> list[Arm]:
    """Read the frame tasks of a Pink controller; their poses are in the environment's frame."""
    asset_name = term.cfg.controller.articulation_name
    asset = env.scene[asset_name]
    # Tasks for a posture, or to damp motions, have no frame.
    frames = [task.frame for task in term.cfg.controller.variable_input_tasks if hasattr(task, "frame")]
    arms = []
    for index, frame in enumerate(frames):
        # Frames of a converted URDF have the robot's name in front.
        body = max((body for body in asset.body_names if frame.endswith(body)), key=len, default="")
        if not body:
            raise TaskError(
                f"its action {name} moves the frame {frame}, which is no body of the simulated robot",
                where=task,
                remedy="Write a Mimic environment, or a robot with a BatchedEnv, for it: docs/plugins.md",
            )
        place = asset.body_names.index(body)
        pose = _body_pose(env, asset, place, None)
        arms.append(Arm(f"{name} {body}", start + 7 * index, pose, relative=False, asset=asset_name, body=place))
    return arms


_READERS: dict[str, Callable[[Any, str, Any, int, str], list[Arm]]] = {
    "DifferentialInverseKinematicsAction": _differential_ik,
    "RMPFlowAction": _rmpflow,
    "OperationalSpaceControllerAction": _operational_space,
    "PinkInverseKinematicsAction": _pink,
    "WholeArmIK": _pink,
}
"""Class of an action term -> `(env, name, term, start, task) -> arms`."""


def _arm(env: Any, name: str, term: Any, start: int, relative: bool) -> Arm:
    """Return what the terms for one body have in common: commands in the frame of the robot's root."""
    asset = env.scene[term.cfg.asset_name]
    bodies, names = asset.find_bodies(term.cfg.body_name)
    return Arm(
        f"{name} {term.cfg.asset_name} {names[0]}",
        start,
        _body_pose(env, asset, bodies[0], term.cfg.body_offset),
        _root_pose(env, asset),
        not asset.is_fixed_base,
        relative,
        clamps=False,
        asset=term.cfg.asset_name,
        body=bodies[0],
    )


def _clip(term: Any, size: int) -> tuple[tuple[float, float], ...]:
    if term.cfg.clip is None:
        return ()
    return tuple((float(low), float(high)) for low, high in term._clip[0, :size].tolist())


def _numbers(value: float | Sequence[float], size: int) -> tuple[float, ...]:
    return tuple(map(float, value)) if isinstance(value, Sequence) else (float(value),) * size


def _response(env: Any, term: Any) -> float:
    """Return the fraction of the way that implicit drives of stiffness k and damping d make in a step.

    The IK sets joint targets anew in each physics step. A drive whose damping outweighs its inertia approaches a target
    at the rate k/d, so it makes 1 - exp(-k/d dt) of the way.
    """
    asset = env.scene[term.cfg.asset_name]
    joints = asset.find_joints(term.cfg.joint_names)[0]
    stiffness, damping = (gain.torch[0, joints] for gain in (asset.data.joint_stiffness, asset.data.joint_damping))
    rate = (stiffness / damping.clamp_min(1e-6)).mean().item()
    return 1.0 - math.exp(-rate * env.step_dt) if rate > 0.0 else 1.0


def _hand_joints(term: Any, count: int) -> Sequence[str]:
    """Return the names of the joints that the last numbers of a term's action command; empty ones where unknown."""
    names = getattr(term, "_hand_joint_names", None) or getattr(term, "_joint_names", None) or ()
    if len(names) == count:
        return names
    # One number for all of them.
    return [" ".join(names)] * count if count == 1 else [""] * count


def _body_pose(env: Any, asset: Any, body: int, offset: Any) -> Poses:
    device = env.device
    shift = turn = None
    if offset is not None and any(offset.pos):
        shift = torch.tensor(offset.pos, device=device)
    if offset is not None and tuple(offset.rot) != (0.0, 0.0, 0.0, 1.0):
        turn = rotations.pose_from_quat(torch.zeros(3, device=device), torch.tensor(offset.rot, device=device))[:3, :3]

    def pose() -> torch.Tensor:
        position = asset.data.body_pos_w.torch[:, body] - env.scene.env_origins
        found = rotations.pose_from_quat(position, asset.data.body_quat_w.torch[:, body])
        if shift is not None:
            found[:, :3, 3] += (found[:, :3, :3] * shift).sum(dim=-1)
        if turn is not None:
            found[:, :3, :3] = found[:, :3, :3] @ turn
        return found

    return pose


def _root_pose(env: Any, asset: Any) -> Poses:
    def pose() -> torch.Tensor:
        data = asset.data
        return rotations.pose_from_quat(data.root_pos_w.torch - env.scene.env_origins, data.root_quat_w.torch)

    return pose


def _task_frame(env: Any, transformer: Any) -> Poses:
    def pose() -> torch.Tensor:
        # The term brings it up to date when it takes an action, which is after this is asked.
        transformer.update(0.0)
        data = transformer.data
        position = data.target_pos_w.torch[:, 0] - env.scene.env_origins
        return rotations.pose_from_quat(position, data.target_quat_w.torch[:, 0])

    return pose
