# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Fit a segment to objects of another size than the source's.

MimicGen keeps an end effector's pose in the object's frame. On an object of another size its top face, say, is then
elsewhere than where the segment puts something. So target poses move with the faces of the box around the object: what
is beyond a face moves as far as that face, what is between two faces moves in proportion. Where an object is carried,
this is done to that object's origin, and the box is grown by the carried one's: a point on its surface is where the two
touch. The box of a sum of shapes is the sum of their boxes (Minkowski), as in motion planning.
"""

import torch

_FLAT = 1e-6
"""Least distance between two faces [m]."""


def size_shift(points: torch.Tensor, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return how far points move with the faces of a box.

    Args:
        points: (K, P, 3) in the object's frame [m].
        source: (K, 2, 3) lower and upper corner of its box in the source [m].
        target: (K, 2, 3) the same of the object at hand.

    Returns:
        (K, P, 3) [m].
    """
    (low, high), (to_low, to_high) = source[:, None].unbind(2), (target - source)[:, None].unbind(2)
    between = ((points - low) / (high - low).clamp_min(_FLAT)).clamp(0, 1)
    return torch.lerp(to_low.expand_as(points), to_high.expand_as(points), between)


def grown(box: torch.Tensor, carried: torch.Tensor, rotation: torch.Tensor) -> torch.Tensor:
    """Return where the origin of a carried object is when it touches or overlaps another object's box.

    Args:
        box: (K, 2, 3) lower and upper corner of the other object's box, in its frame [m].
        carried: (K, 2, 3) the same of the carried object, in its own frame.
        rotation: (K, 3, 3) from the carried object's frame into the other one's.

    Returns:
        (K, 2, 3) the corners of that region's box [m].
    """
    middle, half = carried.mean(dim=1), (carried[:, 1] - carried[:, 0]) / 2
    middle, half = (rotation @ middle[..., None])[..., 0], (rotation.abs() @ half[..., None])[..., 0]
    return box - middle[:, None] + torch.stack([-half, half], dim=1)
