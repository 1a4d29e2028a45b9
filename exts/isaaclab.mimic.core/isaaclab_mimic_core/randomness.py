# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Random numbers that depend on their purpose, not on the order in which they are drawn.

A draw depends only on its stream (a seed, a purpose and, say, an attempt's number) and on its position in that stream
(a step, a channel). So attempt k gets the same noise whether it runs among 1 or 1000 environments, and a resumed run
goes on as the first one would have.

The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014), written
with torch's wrapping int64 arithmetic so that it gives the same bits on every device.
"""

import math
import zlib
from functools import cache

import torch

_GAMMA = 0x9E3779B97F4A7C15 - (1 << 64)
_MIX_1 = 0xBF58476D1CE4E5B9 - (1 << 64)
_MIX_2 = 0x94D049BB133111EB - (1 << 64)


def _shift(x: torch.Tensor, count: int) -> torch.Tensor:
    """Logical right shift; torch's own is arithmetic."""
    return (x >> count) & ((1 << (64 - count)) - 1)


def _mix(x: torch.Tensor) -> torch.Tensor:
    x = (x ^ _shift(x, 30)) * _MIX_1
    x = (x ^ _shift(x, 27)) * _MIX_2
    return x ^ _shift(x, 31)


def _mixed(x: int) -> int:
    """Do what `_mix` does to one Python number, which costs no tensors."""
    mask = (1 << 64) - 1
    x &= mask
    x = ((x ^ (x >> 30)) * _MIX_1) & mask
    x = ((x ^ (x >> 27)) * _MIX_2) & mask
    return _signed(x ^ (x >> 31))


def _signed(x: int) -> int:
    """Wrap a whole number as int64 does."""
    return ((x + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def streams(seed: int, purpose: str, numbers: torch.Tensor) -> torch.Tensor:
    """Return one stream per number.

    Args:
        seed: The run's seed.
        purpose: What the draws are for; different purposes never share draws.
        numbers: Integer tensor of any shape, for example attempt numbers.

    Returns:
        int64 tensor of the same shape, to be given to the functions below.
    """
    base = _mixed((seed & ((1 << 63) - 1)) ^ (zlib.crc32(purpose.encode()) << 20))
    return _mix((numbers.long() + 1) * _GAMMA + base)


def generator(seed: int, purpose: str, number: int = 0) -> torch.Generator:
    """Return torch's own generator on the host, for what torch draws, such as permutations.

    Args:
        seed: The run's seed.
        purpose: What the draws are for; different purposes never share draws.
        number: Of the stream, for example an epoch's.
    """
    return torch.Generator().manual_seed(int(streams(seed, purpose, torch.tensor(number))))


def uniform(stream: torch.Tensor, position: torch.Tensor | int, channels: int) -> torch.Tensor:
    """Draw from the open interval (0, 1).

    Args:
        stream: (...,) streams.
        position: (...,) position in each stream, such as a step. Draws at different positions share nothing, whatever
            their `channels`.
        channels: Numbers per draw.

    Returns:
        (..., channels) float32.
    """
    here = _mix(stream + (_signed(position * _GAMMA) if isinstance(position, int) else position * _GAMMA))
    bits = _mix(here.unsqueeze(-1) + _channels(channels, stream.device))
    # 23 bits and a half are what float32 holds exactly, so neither 0 nor 1 comes out.
    return (_shift(bits, 41).float() + 0.5) * 2.0**-23


@cache
def _channels(count: int, device: torch.device) -> torch.Tensor:
    return torch.arange(1, count + 1, device=device) * _GAMMA


def normal(stream: torch.Tensor, position: torch.Tensor | int, channels: int) -> torch.Tensor:
    """Draw from the standard normal distribution (Box and Muller 1958). Arguments and shape as `uniform`."""
    half = (channels + 1) // 2
    radius, angle = uniform(stream, position, 2 * half).split(half, dim=-1)
    radius = (-2.0 * radius.log()).sqrt()
    angle = (2.0 * math.pi) * angle
    return torch.cat([radius * angle.cos(), radius * angle.sin()], dim=-1)[..., :channels]


def integers(stream: torch.Tensor, position: torch.Tensor | int, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    """Draw whole numbers from low to high, both included.

    Args:
        stream: (...,) streams.
        position: As in `uniform`.
        low: (channels,) or broadcastable to (..., channels).
        high: As `low`; not below it.

    Returns:
        (..., channels) int64.
    """
    span = (high - low + 1).float()
    draw = uniform(stream, position, low.shape[-1])
    return low + (draw * span).long().minimum(high - low)
