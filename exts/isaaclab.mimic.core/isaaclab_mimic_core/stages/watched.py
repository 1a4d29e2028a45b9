# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Poses, paths and pictures of one environment, for viewers outside the simulation."""

import base64
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from ..datagen.generator import Generator
    from ..envs import BatchedEnv

_FINEST = 4
"""Digits behind the point: a tenth of a millimetre."""
_POINTS = 40
"""About this many points of a path are enough to draw it."""
_LARGEST = 256
"""[pixels] Larger pictures are reduced to every second, third, ... row and column."""


@torch.inference_mode()
def watched_poses(env: "BatchedEnv", index: int) -> dict:
    """Return the poses of an environment's end effectors and objects, in its own frame, as plain data.

    Returns:
        `env`; `origin`: its frame's position in the world [m]; `facing`: where the robot looks, angle about z from +x
        [rad] (`BatchedEnv.facing`); `eefs` and `objects`: name -> (4, 4) pose, row by row
        [m]; `openings`: end effector -> distance between its fingers [m], as far as the observations tell it.
    """
    hands, objects = env.eef_pose()[index], env.object_pose()[index]
    rows = _rounded(torch.cat([hands, objects]))
    return {
        "env": index,
        "origin": env.env.scene.env_origins[index].tolist(),
        "facing": round(env.facing()[index].item(), _FINEST),
        "eefs": dict(zip(env.eef_names, rows[: len(hands)], strict=True)),
        "objects": dict(zip(env.object_names, rows[len(hands) :], strict=True)),
        "openings": _openings(env, index),
    }


def _openings(env: "BatchedEnv", index: int) -> dict[str, float]:
    """Return the distance between the fingers of each hand; they are observed by names that end with `gripper_pos`."""
    observed = env.env.obs_buf.get("policy")
    seen = {
        name: values[index].abs().sum()
        for name, values in (observed.items() if isinstance(observed, dict) else ())
        if name.endswith("gripper_pos")
    }
    # One copy to the host for all hands.
    found = dict(zip(seen, _rounded(torch.stack([*seen.values()])), strict=True)) if seen else {}
    if len(env.eef_names) == 1 and len(found) == 1:
        return {env.eef_names[0]: found.popitem()[1]}
    # With several hands, the observations have their names.
    return {eef: opening for eef in env.eef_names for name, opening in found.items() if eef in name}


@torch.inference_mode()
def watched_paths(generator: "Generator", eef_names: tuple[str, ...], index: int) -> dict:
    """Return the paths that the end effectors of an environment follow, as plain data; points in its own frame [m].

    Returns:
        `attempt`: number of the current attempt. Per end effector: `planned`: the remaining points of the current
        trajectory; `joint`: the index of the point at which the source segment begins, None once it has begun;
        `subtask`: its number; `source`: the source demonstration's name (empty if there is none); `source_path`: points
        of its segment as recorded, in the source's frame.
    """
    from ..datagen.paths import remaining_path, source_path

    subtasks = generator.attempts.subtask[index].tolist()
    shown: dict[str, dict] = {name: {} for name in ("planned", "joint", "subtask", "source", "source_path")}
    for eef, name in enumerate(eef_names):
        left = remaining_path(generator, index, eef)[:, :3, 3]
        source, recorded = source_path(generator, index, eef)
        before = len(left) - len(recorded)
        shown["planned"][name] = _thinned(left)
        shown["joint"][name] = _rounded(left[before]) if 0 < before < len(left) else None
        shown["subtask"][name] = subtasks[eef]
        shown["source"][name] = source
        shown["source_path"][name] = _thinned(recorded[:, :3, 3])
    return {"attempt": int(generator.attempts.number[index]), **shown}


@torch.inference_mode()
def watched_pictures(env: "BatchedEnv", index: int) -> dict[str, dict]:
    """Return the last camera images among an environment's observations, as plain data; nothing is rendered.

    Returns:
        Name of the observation -> `width`, `height` [pixels] and `rgb`: rows from the top, three bytes per pixel,
        compressed by zlib, in base64.
    """
    return {name: _packed(picture[index]) for name, picture in _pictures(env)}


def _pictures(env: "BatchedEnv") -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the observations that are pictures: (num_envs, height, width, 3 or 4), bytes."""
    for group in env.env.obs_buf.values():
        for name, values in group.items() if isinstance(group, dict) else ():
            if values.dtype == torch.uint8 and values.dim() == 4 and values.shape[-1] in (3, 4):
                yield name, values


def _packed(picture: torch.Tensor) -> dict:
    every = -(-max(picture.shape[:2]) // _LARGEST)
    rgb = picture[::every, ::every, :3].contiguous().cpu()
    # At most ten pictures a second: prefer speed over size.
    data = base64.b64encode(zlib.compress(rgb.numpy().tobytes(), level=1)).decode("ascii")
    return {"width": rgb.shape[1], "height": rgb.shape[0], "rgb": data}


def watched_points(paths: Mapping[str, np.ndarray]) -> dict[str, list[list[float]]]:
    """Return some points of each path, always with the last one, as plain data.

    Args:
        paths: Name -> (N, 3) points [m].
    """
    return {name: _thinned(torch.as_tensor(points)) for name, points in paths.items()}


def _thinned(points: torch.Tensor) -> list[list[float]]:
    """Return some of (steps, 3) points, always with the last one."""
    every = max(1, len(points) // _POINTS)
    return _rounded(torch.cat([points[:-1:every], points[-1:]]))


def _rounded(points: torch.Tensor) -> list:
    return points.to("cpu", torch.float64).mul(10**_FINEST).round().div(10**_FINEST).tolist()
