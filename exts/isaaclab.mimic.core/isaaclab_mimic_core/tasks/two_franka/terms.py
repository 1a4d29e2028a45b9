# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Terms of observations, subtask signals and success. All functions are batched over environments."""

from typing import TYPE_CHECKING, Any

import isaaclab.utils.math as math_utils
import torch
from isaaclab.managers import SceneEntityCfg

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

_OPEN = 0.037
"""Minimum position of the finger joints at which the gripper counts as open [m]."""


def eef_pos(
    env: "ManagerBasedRLEnv", robot_cfg: SceneEntityCfg, offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> torch.Tensor:
    """Return the position of a point of the hand: (num_envs, 3) [m], env frame.

    Args:
        env: The environment.
        robot_cfg: The robot, with its hand as body.
        offset: The point in the hand's frame [m].
    """
    hand = _hand(robot_cfg)
    data = env.scene[robot_cfg.name].data
    local = torch.tensor(offset, device=env.device).expand(env.num_envs, 3)
    return (
        data.body_pos_w.torch[:, hand]
        + math_utils.quat_apply(data.body_quat_w.torch[:, hand], local)
        - env.scene.env_origins
    )


def eef_quat(env: "ManagerBasedRLEnv", robot_cfg: SceneEntityCfg) -> torch.Tensor:
    """Return the hand's orientation as quaternion xyzw: (num_envs, 4), world frame."""
    return env.scene[robot_cfg.name].data.body_quat_w.torch[:, _hand(robot_cfg)].clone()


def _hand(robot_cfg: Any) -> int:
    return robot_cfg.body_ids[0]


def fingers(env: "ManagerBasedRLEnv", robot_cfg: SceneEntityCfg) -> torch.Tensor:
    """Return the positions of both finger joints: (num_envs, 2) [m], 0 is closed."""
    return env.scene[robot_cfg.name].data.joint_pos.torch[:, robot_cfg.joint_ids].clone()


def object_poses(env: "ManagerBasedRLEnv", names: list[str]) -> torch.Tensor:
    """Return position [m], env frame, and quaternion xyzw of objects: (num_envs, 7 * objects)."""
    poses = []
    for name in names:
        pose = env.scene[name].data.root_pose_w.torch
        poses += [pose[:, :3] - env.scene.env_origins, pose[:, 3:7]]
    return torch.cat(poses, dim=-1)


def grasped(
    env: "ManagerBasedRLEnv",
    robot_cfg: SceneEntityCfg,
    object_cfg: SceneEntityCfg,
    fingertip: tuple[float, float, float],
    thickness: float,
    grip: tuple[float, float, float] = (0.0, 0.0, 0.0),
    reach: float = 0.03,
) -> torch.Tensor:
    """Return whether a gripper is closed around an object: (num_envs,) bool.

    Args:
        env: The environment.
        robot_cfg: The robot, with hand and fingers.
        object_cfg: The object.
        fingertip: Point between the fingertips in the hand's frame [m].
        thickness: Thickness of the object between the fingers [m].
        grip: Grasp point in the object's frame [m].
        reach: Maximum distance of the fingertips from the grasp point [m].
    """
    data = env.scene[object_cfg.name].data
    local = torch.tensor(grip, device=env.device).expand(env.num_envs, 3)
    point = data.root_pos_w.torch + math_utils.quat_apply(data.root_quat_w.torch, local) - env.scene.env_origins
    near = (eef_pos(env, robot_cfg, fingertip) - point).norm(dim=-1) < reach
    gap = fingers(env, robot_cfg).sum(dim=-1)
    return near & ((gap - thickness).abs() < 0.006)


def taken(
    env: "ManagerBasedRLEnv",
    robot_cfg: SceneEntityCfg,
    object_cfg: SceneEntityCfg,
    fingertip: tuple[float, float, float],
    thickness: float,
    height: float,
) -> torch.Tensor:
    """Return whether a gripper holds an object higher than `height` [m] over the table: (num_envs,) bool.

    Args:
        env, robot_cfg, object_cfg, fingertip, thickness: As for `grasped`.
        height: Minimum height of the object's center [m].
    """
    above = env.scene[object_cfg.name].data.root_pos_w.torch[:, 2] - env.scene.env_origins[:, 2]
    return grasped(env, robot_cfg, object_cfg, fingertip, thickness) & (above > height)


def released(env: "ManagerBasedRLEnv", robot_cfg: SceneEntityCfg) -> torch.Tensor:
    """Return whether a gripper is open: (num_envs,) bool."""
    return (fingers(env, robot_cfg) > _OPEN).all(dim=-1)


def away_from(
    env: "ManagerBasedRLEnv",
    robot_cfg: SceneEntityCfg,
    object_cfg: SceneEntityCfg,
    base_cfg: SceneEntityCfg,
    distance: float,
) -> torch.Tensor:
    """Return whether an object was put down, farther than `distance` [m] from another: (num_envs,) bool."""
    shift = env.scene[object_cfg.name].data.root_pos_w.torch - env.scene[base_cfg.name].data.root_pos_w.torch
    down = shift[:, 2].abs() < 0.03
    return down & (shift[:, :2].norm(dim=-1) > distance) & released(env, robot_cfg)


def resting_on(
    env: "ManagerBasedRLEnv",
    robot_cfg: SceneEntityCfg,
    object_cfg: SceneEntityCfg,
    base_cfg: SceneEntityCfg,
    height: float,
    max_shift: float,
) -> torch.Tensor:
    """Return whether an object was released on another one and is at rest: (num_envs,) bool.

    Args:
        env: The environment.
        robot_cfg: The robot, whose gripper must be open.
        object_cfg: The upper object.
        base_cfg: The lower object.
        height: Vertical distance of their centers [m].
        max_shift: Maximum horizontal distance of their centers [m].
    """
    data = env.scene[object_cfg.name].data
    shift = data.root_pos_w.torch - env.scene[base_cfg.name].data.root_pos_w.torch
    lies = (shift[:, :2].norm(dim=-1) < max_shift) & ((shift[:, 2] - height).abs() < 0.01)
    return lies & (data.root_lin_vel_w.torch.norm(dim=-1) < 0.05) & released(env, robot_cfg)


def placed_after_clearing(
    env: "ManagerBasedRLEnv",
    left_cfg: SceneEntityCfg,
    right_cfg: SceneEntityCfg,
    object_cfg: SceneEntityCfg,
    blocker_cfg: SceneEntityCfg,
    base_cfg: SceneEntityCfg,
    height: float,
    max_shift: float,
    distance: float,
) -> torch.Tensor:
    """Return whether the blocker is away from the base, and the object rests on the base: (num_envs,) bool.

    Args:
        env: The environment.
        left_cfg: The robot that places the object.
        right_cfg: The robot that moves the blocker.
        object_cfg: The object.
        blocker_cfg: The blocker.
        base_cfg: The base.
        height: As for `resting_on` [m].
        max_shift: As for `resting_on` [m].
        distance: As for `away_from` [m].
    """
    clear = away_from(env, right_cfg, blocker_cfg, base_cfg, distance)
    return clear & resting_on(env, left_cfg, object_cfg, base_cfg, height, max_shift)


def lifted_with(
    env: "ManagerBasedRLEnv",
    object_cfg: SceneEntityCfg,
    cargo_cfg: SceneEntityCfg,
    height: float,
    max_tilt: float,
    cargo_height: float,
    max_shift: float,
) -> torch.Tensor:
    """Return whether an object is lifted and level, and the cargo on it has not slipped: (num_envs,) bool.

    Args:
        env: The environment.
        object_cfg: The object.
        cargo_cfg: The cargo on the object's center.
        height: Minimum height of the object's center over the table [m].
        max_tilt: Maximum angle between the object's z axis and the vertical [rad].
        cargo_height: Distance of the centers of object and cargo [m].
        max_shift: Maximum displacement of the cargo from its place on the object [m].
    """
    data = env.scene[object_cfg.name].data
    high = data.root_pos_w.torch[:, 2] - env.scene.env_origins[:, 2] > height
    up = math_utils.matrix_from_quat(data.root_quat_w.torch)[:, :, 2]
    level = up[:, 2].clamp(-1.0, 1.0).acos() < max_tilt
    slipped = env.scene[cargo_cfg.name].data.root_pos_w.torch - data.root_pos_w.torch - cargo_height * up
    return high & level & (slipped.norm(dim=-1) < max_shift)
