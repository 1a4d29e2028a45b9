# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which demonstrations are held out of the encoders' training, and on which frames errors are measured."""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
import torch

from ... import randomness
from .images import FrameReader

MAX_FRAMES = 1024
"""Most frames on which errors are measured."""
_MAX_DEMOS = 64
"""Most demonstrations that these are of: images of a demonstration are read together."""


def equal_demonstrations(reader: FrameReader, rows: torch.Tensor) -> list[int]:
    """Number demonstrations from 0 on, with one number for those that are equal: renderings of one demonstration.

    Args:
        reader: Knows which rows are those of a demonstration.
        rows: (N, D) what images do not decide: actions and positions.
    """
    values, numbers = rows.cpu().numpy(), {}
    digests = [hashlib.sha256(values[reader.rows(index)].tobytes()).digest() for index in range(len(reader.names))]
    return [numbers.setdefault(each, len(numbers)) for each in digests]


def hold_out(alike: Sequence[int], part: float, seed: int) -> tuple[list[int], list[int]]:
    """Return the indices of the demonstrations to train encoders on, and of those held out; one at least of each.

    Args:
        alike: Number of each demonstration; those with the same number are held out together, for the encoders would
            know them.
        part: How many of these numbers are held out, from 0 to 1.
        seed: The training's seed.
    """
    count = max(alike) + 1
    generator = randomness.generator(seed, "held out of the encoders' training")
    order = torch.randperm(count, generator=generator).tolist()
    out = set(order[: min(count - 1, max(1, round(part * count)))])
    return (
        [index for index, number in enumerate(alike) if number not in out],
        [index for index, number in enumerate(alike) if number in out],
    )


def sample_demonstrations(indices: list[int], seed: int) -> list[int]:
    """Return at most `_MAX_DEMOS` of these demonstrations, drawn by the seed."""
    generator = randomness.generator(seed, "frames on which encoders are measured")
    order = torch.randperm(len(indices), generator=generator).tolist()
    return sorted(indices[each] for each in order[:_MAX_DEMOS])


def frames_to_measure(reader: FrameReader, indices: list[int]) -> dict[int, np.ndarray]:
    """Return at most `MAX_FRAMES` row numbers, by demonstration, at equal distances through all of them."""
    rows = {index: reader.rows(index) for index in indices}
    every = max(1, math.ceil(sum(map(len, rows.values())) / MAX_FRAMES))
    chosen, passed = {}, 0
    for index, numbers in rows.items():
        chosen[index] = numbers[-passed % every :: every]
        passed += len(numbers)
    return {index: numbers for index, numbers in chosen.items() if len(numbers)}
