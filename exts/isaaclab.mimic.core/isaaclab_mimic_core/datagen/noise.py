# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Noise of actions: a function of the attempt and the step, drawn for many steps at once."""

import torch

from .. import randomness

_AHEAD = 16
"""Steps. Drawing takes some fifty operations, and for few environments as long for sixteen steps as for one."""


class ActionNoise:
    """Standard normal numbers for the running attempt of each environment.

    Args:
        num_envs: Number of environments.
        channels: Numbers per step.
        device: Where they are drawn.
    """

    def __init__(self, num_envs: int, channels: int, device: torch.device):
        self._channels = channels
        self._first_row = torch.arange(num_envs, device=device) * _AHEAD
        self._steps = torch.arange(_AHEAD, device=device)
        self._stream = torch.zeros(num_envs, dtype=torch.long, device=device)
        self._drawn = torch.zeros(num_envs, _AHEAD, channels, device=device)
        self._first = torch.zeros_like(self._stream)
        self._left = 0

    def begin(self, env_ids: torch.Tensor, stream: torch.Tensor) -> None:
        """Start new attempts: (K,) environments and their streams (`randomness.streams`)."""
        self._stream[env_ids] = stream
        self._first[env_ids] = 0
        self._drawn[env_ids] = randomness.normal(stream[:, None], self._steps, self._channels)

    def at(self, step: torch.Tensor) -> torch.Tensor:
        """Return the noise of a step of each attempt: (num_envs,) int64, counted up by at most one a call.

        Returns:
            (num_envs, channels).
        """
        if self._left == 0:
            self._left = _AHEAD
            self._first.copy_(step)
            self._drawn = randomness.normal(self._stream[:, None], step[:, None] + self._steps, self._channels)
        self._left -= 1
        return self._drawn.flatten(0, 1).index_select(0, step - self._first + self._first_row)
