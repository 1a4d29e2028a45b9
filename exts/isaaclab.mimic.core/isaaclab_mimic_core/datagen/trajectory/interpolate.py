# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Interpolate from one pose to another."""

import torch

from ... import rotations

_NEGLIGIBLE_TURN = 0.05
"""Upstream does not interpolate a rotation smaller than this [rad], but jumps."""


def interpolate(
    start: torch.Tensor, end: torch.Tensor, count: torch.Tensor, length: int, exact_upstream: bool
) -> torch.Tensor:
    """Interpolate poses between `start` and `end`, both excluded: positions linearly, rotations about one axis.

    Waypoint j of a row is at the fraction (j + 1) / (count + 1) of the path, so `count` waypoints lie between the two.

    Args:
        start: (K, 4, 4).
        end: (K, 4, 4).
        count: (K,) int64 waypoints between them.
        length: Waypoints to compute, the same for all rows; those of a row from `count` on are meaningless.
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
    # Rodrigues' formula: the start plus three matrices per row, each times one number per waypoint.
    across, twice_across, shift = start.new_zeros(3, len(start), 4, 4)
    cross = rotations.cross_matrix(rotvec / angle.clamp_min(1e-9))
    across[:, :3, :3] = cross @ start[:, :3, :3]
    twice_across[:, :3, :3] = cross @ across[:, :3, :3]
    shift[:, :3, 3] = (end - start)[:, :3, 3]
    path = torch.addcmul(start[:, None], turned.sin(), across[:, None])
    path = torch.addcmul(path, 1.0 - turned.cos(), twice_across[:, None])
    return torch.addcmul(path, fraction[..., None, None], shift[:, None])
