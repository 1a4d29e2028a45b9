# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find the object that an end effector carries in a subtask, from the source demonstrations."""

import torch

from ..tables import SubtaskTable

_MOVED = 0.03
"""A carried object moves at least this far from where it is at the segment's start [m]."""
_SLIPPED = 0.02
"""A carried object moves no farther than this in the end effector's frame [m]."""
_REACH = 0.15
"""A carried object's origin is no farther than this from the end effector's frame [m]."""


def find_held_objects(
    subtasks: SubtaskTable, eef_pose: torch.Tensor, object_pose: torch.Tensor, bounds: torch.Tensor
) -> torch.Tensor:
    """Find the object that is carried at the start of each subtask, by the majority of the demonstrations.

    Args:
        subtasks: The task's subtasks. A subtask's own reference object does not count as carried.
        eef_pose: (D, E, T, 4, 4).
        object_pose: (D, O, T, 4, 4) of bodies; frames are not carried.
        bounds: (D, E, S, 2) segments.

    Returns:
        (E, S) int64, on the CPU: index of the object, -1 for none.
    """
    num_demos, num_eefs, num_subtasks = bounds.shape[:3]
    held = torch.full((num_eefs, num_subtasks), -1, dtype=torch.long)
    for eef in range(num_eefs):
        for subtask in range(int(subtasks.count[eef])):
            votes = torch.zeros(object_pose.shape[1])
            for demo in range(num_demos):
                begin, end = bounds[demo, eef, subtask].tolist()
                votes += _carried(eef_pose[demo, eef, begin:end], object_pose[demo, :, begin:end]).float().cpu()
            reference = int(subtasks.object_index[eef, subtask])
            if 0 <= reference < len(votes):
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
