# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Action noise: its schedule within a segment, and its numbers, a function of the attempt and the step.

Noise makes demonstrations differ, so that a policy learns to recover. But an end effector that is displaced at the
moment of a grasp or a release displaces the object for good. So the noise fades out before the gripper acts.
"""

import torch

from ... import randomness

_STILL, _FADING = 10, 20
"""Steps before the gripper acts that are without noise, and steps before those in which it fades out. Under relative
control an end effector has lost two thirds of a disturbance after nine steps."""
_AHEAD = 16
"""Steps to draw at once: drawing takes some fifty operations, for few environments as long for sixteen steps as for
one."""


def noise_schedule(gripper: torch.Tensor) -> torch.Tensor:
    """Return the factor on the noise at each step, from 0 to 1.

    A gripper acts where one of its commands crosses the middle of the range that it has in all demonstrations.

    Args:
        gripper: (D, E, T, G) gripper actions of D demonstrations.

    Returns:
        (D, E, T).
    """
    low, high = gripper.amin(dim=(0, 2), keepdim=True), gripper.amax(dim=(0, 2), keepdim=True)
    above = gripper > (low + high) / 2
    acts = torch.zeros_like(above[..., 0])
    acts[..., 1:] = (above[:, :, 1:] != above[:, :, :-1]).any(dim=-1)
    step = torch.arange(acts.shape[-1], device=gripper.device)
    never = acts.shape[-1] + _STILL + _FADING
    coming = torch.where(acts, step, never).flip(-1).cummin(dim=-1).values.flip(-1)
    return ((coming - step - _STILL) / _FADING).clamp(0.0, 1.0)


class ActionNoise:
    """Standard normal numbers for the running attempt of each environment.

    Args:
        num_envs: Number of environments.
        channels: Numbers per step.
        device: Device of the numbers.
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
        """Return the noise of one step of each attempt: (num_envs,) int64, which may grow by at most one per call.

        Returns:
            (num_envs, channels).
        """
        if self._left == 0:
            self._left = _AHEAD
            self._first.copy_(step)
            self._drawn = randomness.normal(self._stream[:, None], step[:, None] + self._steps, self._channels)
        self._left -= 1
        return self._drawn.flatten(0, 1).index_select(0, step - self._first + self._first_row)
