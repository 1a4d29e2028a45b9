# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Several values of each environment as columns of one tensor, kept, put back and cleared in one operation."""

import math

import torch


def side_by_side(
    num_envs: int, shapes: tuple[tuple[int, ...], ...], dtype: torch.dtype, device: torch.device
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return zeros for values of given shapes: (num_envs, columns), and of each value a view (num_envs, *shape)."""
    sizes = [math.prod(shape) for shape in shapes]
    block = torch.zeros(num_envs, sum(sizes), dtype=dtype, device=device)
    parts = block.split(sizes, dim=1)
    return block, [part.unflatten(1, shape) if shape else part[:, 0] for part, shape in zip(parts, shapes, strict=True)]
