# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Initial states drawn for all environments at once, each from its own stream of random numbers.

Upstream's reset events (isaaclab_tasks.contrib.stack.mdp.stack_events) loop over environments and draw from Python's
global generator, so an initial state depends on how many environments there are and on what was drawn before. The
functions here draw from the same distributions, in whole tensors, from streams that the caller sets per environment.
"""

from typing import TYPE_CHECKING, Any

import isaaclab.utils.math as math_utils
import torch
from isaaclab.managers import SceneEntityCfg

from .. import randomness

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedEnv, ManagerBasedRLEnvCfg

RESET_KEYS = "mimic_reset_keys"
"""Attribute of the environment that holds (num_envs,) int64 streams for the next reset."""

_ROBOT = SceneEntityCfg("robot")
_TRIES_AT_ONCE = 8
_AXES = ("x", "y", "z", "roll", "pitch", "yaw")


def use_keyed_resets(cfg: "ManagerBasedRLEnvCfg") -> None:
    """Replace upstream's reset events in a configuration by those of this module, with the same parameters."""
    from isaaclab_tasks.contrib.stack.mdp import stack_events

    keyed = {
        stack_events.randomize_joint_by_gaussian_offset: randomize_joint_by_gaussian_offset,
        stack_events.randomize_object_pose: randomize_object_pose,
    }
    for name, term in vars(cfg.events).items():
        function = getattr(term, "func", None)
        if function in keyed:
            getattr(cfg.events, name).func = keyed[function]


def attach_keys(env: "ManagerBasedEnv") -> None:
    """Attach reset streams to an environment, with arbitrary values at first."""
    setattr(env, RESET_KEYS, torch.arange(env.num_envs, device=env.device))


def _keys(env: "ManagerBasedEnv", env_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.arange(env.num_envs, device=env.device)[env_ids]
    # Isaac Lab resets once while it builds the environment, before keys can be attached.
    keys = getattr(env, RESET_KEYS, None)
    return ids, ids if keys is None else keys[ids]


def randomize_joint_by_gaussian_offset(
    env: Any, env_ids: torch.Tensor, mean: float, std: float, asset_cfg: SceneEntityCfg = _ROBOT
) -> None:
    """Reset a robot to its default pose plus Gaussian joint offsets [rad]; the gripper keeps its default pose."""
    ids, keys = _keys(env, env_ids)
    asset = env.scene[asset_cfg.name]
    default = asset.data.default_joint_pos.torch[ids]
    offset = mean + std * randomness.normal(keys, 0, default.shape[-1])
    limits = asset.data.soft_joint_pos_limits.torch[ids]
    position = (default + offset).clamp(limits[..., 0], limits[..., 1])
    held, _ = asset.find_joints(env.cfg.gripper_joint_names)
    position[:, held] = default[:, held]
    velocity = torch.zeros_like(position)
    asset.set_joint_position_target_index(target=position, env_ids=ids)
    asset.set_joint_velocity_target_index(target=velocity, env_ids=ids)
    asset.write_joint_position_to_sim_index(position=position, env_ids=ids)
    asset.write_joint_velocity_to_sim_index(velocity=velocity, env_ids=ids)


def randomize_object_pose(
    env: "ManagerBasedEnv",
    env_ids: torch.Tensor,
    asset_cfgs: list[SceneEntityCfg],
    min_separation: float = 0.0,
    pose_range: dict[str, tuple[float, float]] | None = None,
    max_sample_tries: int = 5000,
) -> None:
    """Place objects at random, at least `min_separation` [m] apart; ranges in m and rad, Euler angles xyz."""
    ids, keys = _keys(env, env_ids)
    poses = sample_separated_poses(keys, len(asset_cfgs), min_separation, pose_range or {}, max_sample_tries)
    origins = env.scene.env_origins[ids]
    for index, asset_cfg in enumerate(asset_cfgs):
        asset = env.scene[asset_cfg.name]
        pose = poses[:, index]
        rotation = math_utils.quat_from_euler_xyz(pose[:, 3], pose[:, 4], pose[:, 5])
        asset.write_root_pose_to_sim_index(root_pose=torch.cat([pose[:, :3] + origins, rotation], dim=-1), env_ids=ids)
        asset.write_root_velocity_to_sim_index(root_velocity=torch.zeros(len(ids), 6, device=pose.device), env_ids=ids)


def sample_separated_poses(
    keys: torch.Tensor,
    num_objects: int,
    min_separation: float,
    pose_range: dict[str, tuple[float, float]],
    max_tries: int,
) -> torch.Tensor:
    """Draw poses object by object, each until it is far enough from those before it (rejection sampling).

    Args:
        keys: (K,) streams.
        num_objects: Objects per environment.
        min_separation: Least distance between any two [m].
        pose_range: Lower and upper bound for x, y, z [m], roll, pitch, yaw [rad]; missing ones are 0.
        max_tries: Number of draws after which the last one is taken anyway.

    Returns:
        (K, num_objects, 6).
    """
    # Upstream's visuomotor tasks write a third number, (-1.0, 1, 0), and upstream reads the first two.
    bounds = torch.tensor([pose_range.get(axis, (0.0, 0.0))[:2] for axis in _AXES], device=keys.device)
    poses = torch.zeros(len(keys), num_objects, len(_AXES), device=keys.device)
    for index in range(num_objects):
        pending = torch.arange(len(keys), device=keys.device)
        # The loop is over tries, not environments; on the stack task's table each try accepts half of the rest.
        for first in range(0, max_tries, _TRIES_AT_ONCE):
            tries = torch.arange(first, min(first + _TRIES_AT_ONCE, max_tries), device=keys.device)
            draw = randomness.uniform(keys[pending, None], 1 + index * max_tries + tries, len(_AXES))
            candidates = bounds[:, 0] + draw * (bounds[:, 1] - bounds[:, 0])
            gaps = (poses[pending, None, :index, :3] - candidates[:, :, None, :3]).norm(dim=-1)
            free = (gaps > min_separation).all(dim=-1)
            found = free.any(dim=1)
            # The first draw that is far enough, else the last one.
            chosen = torch.where(found, free.long().argmax(dim=1), len(tries) - 1)
            poses[pending, index] = candidates.take_along_dim(chosen[:, None, None], dim=1)[:, 0]
            pending = pending[~found]
            if len(pending) == 0:
                break
    return poses
