# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Reset events of `envs.reset_sampling` with separate random numbers for each arm and object.

Those events all draw from the start of an environment's stream, so two arms would get the same joint offsets.
"""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from isaaclab.managers import SceneEntityCfg

from ... import randomness
from ...envs import reset_sampling

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedEnv


@contextlib.contextmanager
def _stream_of(env: "ManagerBasedEnv", purpose: str) -> Iterator[None]:
    """Use another random stream in this context, derived from the environment's stream and `purpose`."""
    keys = getattr(env, reset_sampling.RESET_KEYS, None)
    if keys is None:
        yield
        return
    setattr(env, reset_sampling.RESET_KEYS, randomness.streams(0, purpose, keys))
    try:
        yield
    finally:
        setattr(env, reset_sampling.RESET_KEYS, keys)


def randomize_arm(env: "ManagerBasedEnv", env_ids: torch.Tensor, std: float, asset_cfg: SceneEntityCfg) -> None:
    """Reset a robot to its default joint positions plus Gaussian offsets of standard deviation `std` [rad].

    The fingers are open.
    """
    with _stream_of(env, asset_cfg.name):
        reset_sampling.randomize_joint_by_gaussian_offset(env, env_ids, 0.0, std, asset_cfg)


def randomize_object(
    env: "ManagerBasedEnv", env_ids: torch.Tensor, asset_cfg: SceneEntityCfg, pose_range: dict[str, tuple[float, float]]
) -> None:
    """Place an object at random in a range of poses [m, rad], env frame."""
    with _stream_of(env, asset_cfg.name):
        reset_sampling.randomize_object_pose(env, env_ids, [asset_cfg], pose_range=pose_range)


def place_on(
    env: "ManagerBasedEnv", env_ids: torch.Tensor, asset_cfg: SceneEntityCfg, base_cfg: SceneEntityCfg, height: float
) -> None:
    """Place an object on another one that was placed before, with a random heading.

    Args:
        env: The environment.
        env_ids: Environments to reset: (K,).
        asset_cfg: The object to place.
        base_cfg: The object below it.
        height: Distance of their centers [m].
    """
    base = env.scene[base_cfg.name].data.root_pos_w.torch[env_ids].clone()
    randomize_object(env, env_ids, asset_cfg, {"yaw": (-0.5, 0.5)})
    asset = env.scene[asset_cfg.name]
    pose = asset.data.root_pose_w.torch[env_ids].clone()
    pose[:, :3] = base
    pose[:, 2] += height
    asset.write_root_pose_to_sim_index(root_pose=pose, env_ids=env_ids)
