# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How diverse generated demonstrations are: where objects stand, and which sources they use."""

import math
from collections.abc import Mapping, Sequence
from statistics import pstdev

import torch


def placement(pose: torch.Tensor) -> torch.Tensor:
    """Return poses seen from above: (..., 4, 4) -> (..., 3): x, y [m] and the heading of the x axis [rad]."""
    return torch.cat([pose[..., :2, 3], torch.atan2(pose[..., 1, 0], pose[..., 0, 0])[..., None]], dim=-1)


def evenness(used: Mapping[int, int], num_demos: int) -> float:
    """Return how evenly sources were used: entropy over its largest value, 0 for a single source, 1 for all alike.

    Args:
        used: How often each source was used.
        num_demos: Number of sources.
    """
    total = sum(used.values())
    if total == 0 or num_demos < 2:
        return 0.0
    shares = [count / total for count in used.values() if count]
    return -sum(share * math.log(share) for share in shares) / math.log(num_demos)


def spread(placements: Sequence[Sequence[float]]) -> list[float]:
    """Return the spread of one object's placements: standard deviations of x and y [m] and of yaw [rad].

    Args:
        placements: x, y and yaw of each, as `placement` gives them; empty: all zero.
    """
    if not placements:
        return [0.0, 0.0, 0.0]
    x, y, yaw = zip(*placements, strict=True)
    # Circular standard deviation: angles are averaged as vectors, and the shorter the mean, the larger the spread.
    mean = math.hypot(sum(map(math.cos, yaw)), sum(map(math.sin, yaw))) / len(yaw)
    return [pstdev(x), pstdev(y), math.sqrt(-2.0 * math.log(min(max(mean, 1e-9), 1.0)))]
