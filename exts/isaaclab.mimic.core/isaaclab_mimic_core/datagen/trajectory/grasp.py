# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Allow for how differently a carried object is held than in the source.

A segment is transformed with its reference object. If the robot carries another object there, that object has to arrive
where it arrived in the source, not the end effector: no two grasps are the same, least of all with action noise. So the
target poses of such a segment are shifted, in the end effector's frame, by the difference between the two grasps.
"""

import torch

_MAX_SHIFT = 0.03
"""With a larger difference than this [m] the object is not held as in the source at all, and nothing is shifted."""


def correct_grasp(poses: torch.Tensor, source: torch.Tensor, now: torch.Tensor) -> None:
    """Shift target poses, in place, so that the held object goes where it went in the source.

    Args:
        poses: (K, P, 4, 4) transformed target poses.
        source: (K, 3) position of the held object in the end effector's frame at the source segment's start [m].
        now: (K, 3) its position there now [m].
    """
    shift = source - now
    shift = torch.where(shift.norm(dim=-1, keepdim=True) > _MAX_SHIFT, 0.0, shift)
    poses[..., :3, 3] += (poses[..., :3, :3] * shift[:, None, None, :]).sum(dim=-1)
