# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Turn source segments into waypoints for the scene at hand.

The steps are those of isaaclab_mimic.datagen (Isaac Lab 3.0.0), after MimicGen (Mandlekar et al., CoRL 2023): move the
segment rigidly with its object, lead up to it by interpolation, optionally dwell on its first pose.
"""

import torch

from .. import rotations

_NEGLIGIBLE_TURN = 0.05
"""Upstream does not interpolate a rotation smaller than this [rad] but jumps."""


def moved(motion: torch.Tensor, poses: torch.Tensor) -> torch.Tensor:
    """Apply a rigid motion to all poses of a row: (K, 4, 4), (K, P, 4, 4) -> (K, P, 4, 4)."""
    # Side by side they take one product a row, several times faster than one a pose.
    side_by_side = poses.transpose(1, 2).flatten(2)
    return (motion @ side_by_side).unflatten(2, (-1, 4)).transpose(1, 2)


def lead_up(
    start: torch.Tensor, end: torch.Tensor, count: torch.Tensor, length: int, exact_upstream: bool
) -> torch.Tensor:
    """Interpolate poses on the way from `start` to `end`, both excluded.

    Waypoint j of a row is at the fraction (j + 1) / (count + 1) of the way, so `count` waypoints lie between the two.

    Args:
        start: (K, 4, 4).
        end: (K, 4, 4).
        count: (K,) int64 waypoints between them.
        length: How many waypoints to compute; those from `count` on are meaningless.
        exact_upstream: Take the end's rotation at once if it is less than 0.05 rad away, as upstream does.

    Returns:
        (K, length, 4, 4).
    """
    fraction = (torch.arange(1, length + 1, device=start.device) / (count[:, None] + 1)).clamp_max(1.0)
    rotvec = rotations.vector_from_matrix(end[:, :3, :3] @ start[:, :3, :3].transpose(-1, -2))
    angle = rotvec.norm(dim=-1, keepdim=True)
    turned = fraction
    if exact_upstream:
        turned = torch.where(angle < _NEGLIGIBLE_TURN, 1.0, fraction)
    turned = (turned * angle)[..., None, None]
    # Rodrigues' formula, and the way: the start plus three matrices a row, each times a number a waypoint.
    across, twice_across, shift = start.new_zeros(3, len(start), 4, 4)
    cross = rotations.cross_matrix(rotvec / angle.clamp_min(1e-9))
    across[:, :3, :3] = cross @ start[:, :3, :3]
    twice_across[:, :3, :3] = cross @ across[:, :3, :3]
    shift[:, :3, 3] = (end - start)[:, :3, 3]
    way = torch.addcmul(start[:, None], turned.sin(), across[:, None])
    way = torch.addcmul(way, 1.0 - turned.cos(), twice_across[:, None])
    return torch.addcmul(way, fraction[..., None, None], shift[:, None])


def lay_out(
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
    """Compose trajectories: interpolation from `start`, dwelling on the segment's first pose, then the segment.

    Args:
        segment: (K, P, 4, 4) transformed poses; row k's first `segment_length[k]` count, and with what comes before
            them they are no more than P.
        controls: (K, P, G + 1) gripper actions that go with them, and noise amplitudes.
        segment_length: (K,) int64.
        start: (K, 4, 4) where the interpolation starts; not a waypoint itself.
        num_interpolation: (K,) int64 waypoints on the way.
        num_fixed: (K,) int64 waypoints that repeat the first pose.
        noise_before: (K,) noise amplitude before the segment.
        max_interpolation: Largest `num_interpolation` there can be, known without asking the device.
        exact_upstream: See `lead_up`.

    Returns:
        Poses (K, P, 4, 4), controls (K, P, G + 1) and the rows' lengths (K,). Beyond a row's length its last waypoint
        is repeated.
    """
    count = segment.shape[1]
    index = torch.arange(count, device=segment.device)[None]
    before = (num_interpolation + num_fixed)[:, None]
    inside = (index - before).clamp_min(0).minimum(segment_length[:, None] - 1)
    # Rows of one long table: the quickest way to take many.
    inside = (inside + torch.arange(len(segment), device=segment.device)[:, None] * count).flatten()
    poses = segment.reshape(-1, 16).index_select(0, inside).reshape(segment.shape)
    controls = controls.flatten(0, 1).index_select(0, inside).reshape(controls.shape)
    if max_interpolation:
        ramp = lead_up(start, segment[:, 0], num_interpolation, max_interpolation, exact_upstream)
        on_the_way = (index[:, :max_interpolation] < num_interpolation[:, None])[..., None, None]
        poses[:, :max_interpolation] = torch.where(on_the_way, ramp, poses[:, :max_interpolation])
    controls[..., -1] = torch.where(index < before, noise_before[:, None], controls[..., -1])
    return poses, controls, before[:, 0] + segment_length


def put_behind(
    way: torch.Tensor,
    way_length: torch.Tensor,
    way_noise: torch.Tensor,
    laid: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Put trajectories behind planned ways; the gripper does on a way what the trajectory begins with.

    Args:
        way: (K, W, 4, 4).
        way_length: (K,) int64: so many waypoints of each count.
        way_noise: (K,) noise amplitude on the way.
        laid: What `lay_out` returns.

    Returns:
        The same, W waypoints wider.
    """
    poses, controls, length = laid
    count, ahead = poses.shape[1], way.shape[1]
    rows = torch.arange(len(poses), device=poses.device)[:, None]
    index = torch.arange(count + ahead, device=poses.device)[None] - way_length[:, None]
    on_the_way, inside = index < 0, index.clamp(0, count - 1)
    poses, controls = poses[rows, inside], controls[rows, inside]
    poses[:, :ahead] = torch.where(on_the_way[:, :ahead, None, None], way, poses[:, :ahead])
    controls[..., -1] = torch.where(on_the_way, way_noise[:, None], controls[..., -1])
    return poses, controls, length + way_length
