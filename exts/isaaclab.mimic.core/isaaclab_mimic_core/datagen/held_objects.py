# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which object an end effector carries in a subtask, found in the source demonstrations; and how it is held now.

A segment is moved with its reference object. Where the robot carries another object to it, what has to arrive is that
object, not the hand: two grasps are never quite the same, least of all with action noise. So the target poses of such a
segment are shifted, in the hand's frame, by how differently the object is held now.
"""

import torch

from .plan import SubtaskPlan

_MOVED = 0.03
"""An object that is carried moves at least so far [m] from where it is at the segment's start,"""
_SLIPPED = 0.02
"""and in the hand's frame no further than this [m]."""
_REACH = 0.15
"""A held object's middle is no further from the end effector's frame than this [m]."""
_MAX_SHIFT = 0.03
"""A larger difference [m] means that the object is not in the hand as in the source; then nothing is shifted."""


def held_objects(
    plan: SubtaskPlan, eef_pose: torch.Tensor, object_pose: torch.Tensor, bounds: torch.Tensor
) -> torch.Tensor:
    """Find the object that is carried at the start of each subtask, by the majority of the demonstrations.

    Args:
        plan: The task's configuration; a subtask's own reference object is not looked at.
        eef_pose: (D, E, T, 4, 4).
        object_pose: (D, O, T, 4, 4).
        bounds: (D, E, S, 2) segments.

    Returns:
        (E, S) int64, on the CPU: index of the object, -1 for none.
    """
    num_demos, num_eefs, num_subtasks = bounds.shape[:3]
    held = torch.full((num_eefs, num_subtasks), -1, dtype=torch.long)
    for eef in range(num_eefs):
        for subtask in range(int(plan.count[eef])):
            votes = torch.zeros(object_pose.shape[1])
            for demo in range(num_demos):
                begin, end = bounds[demo, eef, subtask].tolist()
                votes += _carried(eef_pose[demo, eef, begin:end], object_pose[demo, :, begin:end]).float().cpu()
            reference = int(plan.object_index[eef, subtask])
            if reference >= 0:
                votes[reference] = 0.0
            if votes.numel() and votes.max() > num_demos / 2:
                held[eef, subtask] = int(votes.argmax())
    return held


def _carried(eef_pose: torch.Tensor, object_pose: torch.Tensor) -> torch.Tensor:
    """Return for each object whether the first half of a segment carries it: (T, 4, 4), (O, T, 4, 4) -> (O,)."""
    half = slice(0, max(2, eef_pose.shape[0] // 2))
    relative = offset_in_hand(eef_pose[None, half], object_pose[:, half])
    moved = (object_pose[:, half, :3, 3] - object_pose[:, :1, :3, 3]).norm(dim=-1).amax(dim=1)
    slipped = (relative - relative[:, :1]).norm(dim=-1).amax(dim=1)
    return (moved > _MOVED) & (slipped < _SLIPPED) & (relative[:, 0].norm(dim=-1) < _REACH)


def offset_in_hand(eef_pose: torch.Tensor, object_pose: torch.Tensor) -> torch.Tensor:
    """Return an object's position in the end effector's frame: (..., 4, 4) each -> (..., 3) [m]."""
    gap = object_pose[..., :3, 3] - eef_pose[..., :3, 3]
    return (eef_pose[..., :3, :3].transpose(-1, -2) @ gap[..., None])[..., 0]


def shift_for_grasp(poses: torch.Tensor, then: torch.Tensor, now: torch.Tensor) -> None:
    """Shift target poses, in place, so that the held object goes where it went in the source.

    Args:
        poses: (K, P, 4, 4) transformed target poses.
        then: (K, 3) the held object in the hand's frame at the source segment's start [m].
        now: (K, 3) the same now.
    """
    shift = then - now
    shift = torch.where(shift.norm(dim=-1, keepdim=True) > _MAX_SHIFT, 0.0, shift)
    poses[..., :3, 3] += (poses[..., :3, :3] * shift[:, None, None, :]).sum(dim=-1)
