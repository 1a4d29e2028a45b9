# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Transform a source segment to where its object is now."""

import torch


def transform(motion: torch.Tensor, poses: torch.Tensor) -> torch.Tensor:
    """Apply a rigid motion to all poses of a row: (K, 4, 4), (K, P, 4, 4) -> (K, P, 4, 4)."""
    # One matrix product per row of poses side by side is several times faster than one per pose.
    side_by_side = poses.transpose(1, 2).flatten(2)
    return (motion @ side_by_side).unflatten(2, (-1, 4)).transpose(1, 2)
