# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where a demonstration must not be disturbed: before the gripper closes or opens.

Noise makes demonstrations differ, so that a policy learns to find back. At the moment of a grip or a release, though,
what noise has done to the hand's place is done to the object for good: cubes are put down as far off as the hand is.
"""

import torch

_STILL, _FADING = 10, 20
"""Steps up to the gripper's act that are without noise, and those before them in which it fades. A hand under relative
control forgets a disturbance to a third in nine steps."""


def calm_before_grips(gripper: torch.Tensor) -> torch.Tensor:
    """Return what is left of the noise at each step, from 0 to 1.

    A gripper acts where one of its commands crosses the middle of the range that it has in all demonstrations.

    Args:
        gripper: (D, E, T, G) commands of D demonstrations.

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
