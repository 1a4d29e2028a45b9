# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Compose a trajectory from an interpolation, a segment and, if one was planned, a path in front of them."""

import torch

from .interpolate import interpolate


def compose(
    segment: torch.Tensor,
    controls: torch.Tensor,
    segment_length: torch.Tensor,
    start: torch.Tensor,
    num_interpolation: torch.Tensor,
    num_fixed: torch.Tensor,
    noise_before: torch.Tensor,
    max_interpolation: int,
    exact_upstream: bool,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Compose trajectories: interpolation from `start`, the segment's first pose repeated, then the segment.

    Args:
        segment: (K, P, 4, 4) transformed poses, of which the first `segment_length` of each row are used. P is large
            enough for the whole trajectory.
        controls: (K, P, G + 1) gripper action and noise amplitude of each pose.
        segment_length: (K,) int64.
        start: (K, 4, 4) where the interpolation starts; not a waypoint itself.
        num_interpolation: (K,) int64 waypoints of the interpolation.
        num_fixed: (K,) int64 waypoints that repeat the first pose.
        noise_before: (K,) noise amplitude before the segment.
        max_interpolation: Largest possible `num_interpolation`, as a number of the host.
        exact_upstream: See `interpolate`.

    Returns:
        Poses (K, P, 4, 4), controls (K, P, G + 1) and the rows' lengths (K,). Beyond a row's length its last waypoint
        is repeated.
    """
    count = segment.shape[1]
    index = torch.arange(count, device=segment.device)[None]
    before = (num_interpolation + num_fixed)[:, None]
    inside = (index - before).clamp_min(0).minimum(segment_length[:, None] - 1)
    # Taking rows of one long table is the fastest gather.
    inside = (inside + torch.arange(len(segment), device=segment.device)[:, None] * count).flatten()
    poses = segment.reshape(-1, 16).index_select(0, inside).reshape(segment.shape)
    controls = controls.flatten(0, 1).index_select(0, inside).reshape(controls.shape)
    if max_interpolation:
        ramp = interpolate(start, segment[:, 0], num_interpolation, max_interpolation, exact_upstream)
        in_ramp = (index[:, :max_interpolation] < num_interpolation[:, None])[..., None, None]
        poses[:, :max_interpolation] = torch.where(in_ramp, ramp, poses[:, :max_interpolation])
    controls[..., -1] = torch.where(index < before, noise_before[:, None], controls[..., -1])
    return poses, controls, before[:, 0] + segment_length


def prepend(
    path: torch.Tensor,
    path_length: torch.Tensor,
    path_noise: torch.Tensor,
    composed: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Put planned paths in front of trajectories. On a path the gripper does what the trajectory begins with.

    Args:
        path: (K, W, 4, 4), of which the first `path_length` poses of each row are used.
        path_length: (K,) int64.
        path_noise: (K,) noise amplitude on the path.
        composed: What `compose` returns.

    Returns:
        The same, W waypoints wider.
    """
    poses, controls, length = composed
    count, ahead = poses.shape[1], path.shape[1]
    rows = torch.arange(len(poses), device=poses.device)[:, None]
    index = torch.arange(count + ahead, device=poses.device)[None] - path_length[:, None]
    on_path, inside = index < 0, index.clamp(0, count - 1)
    poses, controls = poses[rows, inside], controls[rows, inside]
    poses[:, :ahead] = torch.where(on_path[:, :ahead, None, None], path, poses[:, :ahead])
    controls[..., -1] = torch.where(on_path, path_noise[:, None], controls[..., -1])
    return poses, controls, length + path_length
