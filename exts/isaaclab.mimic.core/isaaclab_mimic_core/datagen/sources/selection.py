# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Select one source segment for each environment, by its strategy.

Strategies of isaaclab_mimic.datagen.selection_strategy (Isaac Lab 3.0.0), for all environments at once: `random`;
`nearest_neighbor_object`, by the distance between where the object is and where it was at the segment's start; and
`nearest_neighbor_robot_distance`, by the distance between the end effector and the transformed segment's first pose.
"""

import isaaclab.utils.math as math_utils
import torch

from ..config_checks import STRATEGIES

_RANDOM = STRATEGIES.index("random")
ROBOT = STRATEGIES.index("nearest_neighbor_robot_distance")

_LEVER = 0.02
"""By how many metres a position is missed as badly as a rotation is by 1 rad."""
_BEARABLE = 0.005
"""Up to this an arm may miss a segment on average [m]; if it misses all of them by more, the best one is taken."""
_LAST = 1e4
"""Farther [m] than any source can be."""


def pose_distance(a: torch.Tensor, b: torch.Tensor, pos_weight: torch.Tensor, rot_weight: torch.Tensor) -> torch.Tensor:
    """Return weighted distances between poses: metres times `pos_weight` plus radians times `rot_weight`.

    Args:
        a: (..., 4, 4).
        b: Broadcastable to a.
        pos_weight: Broadcastable to the result.
        rot_weight: Broadcastable to the result.
    """
    shift = (a[..., :3, 3] - b[..., :3, 3]).norm(dim=-1)
    # trace(Ra Rb^T) is the sum of the elementwise product; it is 1 + 2 cos(angle).
    cosine = ((a[..., :3, :3] * b[..., :3, :3]).sum(dim=(-1, -2)) - 1.0) / 2.0
    return pos_weight * shift + rot_weight * cosine.clamp(-1.0, 1.0).acos()


def select(
    strategy: torch.Tensor,
    nn_k: torch.Tensor,
    pos_weight: torch.Tensor,
    rot_weight: torch.Tensor,
    object_now: torch.Tensor,
    object_then: torch.Tensor,
    eef_now: torch.Tensor | None,
    eef_then: torch.Tensor | None,
    draw: torch.Tensor,
    skip: torch.Tensor | int = 0,
    preference: torch.Tensor | None = None,
    miss: torch.Tensor | None = None,
) -> torch.Tensor:
    """Select one of D sources for each of K rows.

    Args:
        strategy: (K,) index into `STRATEGIES`.
        nn_k: (K,) number of nearest sources that the nearest-neighbour strategies select among.
        pos_weight: (K,) weight of metres.
        rot_weight: (K,) weight of radians.
        object_now: (K, 4, 4) the reference object.
        object_then: (K, D, 4, 4) that object at each source segment's start.
        eef_now: (K, 4, 4) the end effector; None if no row's strategy is the robot's distance.
        eef_then: (K, D, 4, 4) the end effector at each source segment's start; None as above.
        draw: (K,) random numbers, uniform in (0, 1).
        skip: (K,) how many places to go on from the selected source, in order of distance and cyclically among the
            allowed ones: a retry takes another source than the tries before it.
        preference: (K, D) positive weights for drawing among the allowed sources; None: equal weights.
        miss: (K, D, P, 2) by how much the arm would miss poses of each transformed segment [m], [rad]. Those that it
            misses by much are selected only by retries; None: it can take them all.

    Returns:
        (K,) int64.
    """
    count = object_then.shape[1]
    here, there = object_now[:, None], object_then
    if eef_now is not None and eef_then is not None:
        moved = object_now[:, None] @ math_utils.pose_inv(object_then) @ eef_then
        robot = (strategy == ROBOT)[:, None, None, None]
        here, there = torch.where(robot, eef_now[:, None], here), torch.where(robot, moved, there)
    distance = pose_distance(there, here, pos_weight[:, None], rot_weight[:, None])
    among = torch.where(strategy == _RANDOM, count, nn_k.clamp_max(count))
    first = among
    if miss is not None:
        off = (miss[..., 0] + _LEVER * miss[..., 1]).mean(dim=-1)
        bearable = off <= off.amin(dim=1, keepdim=True).clamp_min(_BEARABLE)
        distance = torch.where(bearable, distance, _LAST * (1.0 + off))
        first = among.minimum(bearable.sum(dim=1))
    order = distance.argsort(dim=1, stable=True)
    if preference is None:
        rank = (draw * first).long()
    else:
        weights = preference.gather(1, order)
        weights = torch.where(torch.arange(count, device=weights.device) < first[:, None], weights, 0.0).cumsum(dim=1)
        # Rounding may leave the draw a little beyond the last one.
        rank = (weights <= draw[:, None] * weights[:, -1:]).sum(dim=1)
    rank = (rank.minimum(first - 1) + skip) % among
    return order.gather(1, rank[:, None])[:, 0]
