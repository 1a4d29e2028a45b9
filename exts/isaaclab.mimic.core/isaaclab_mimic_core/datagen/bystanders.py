# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Objects that a subtask has nothing to do with, and whether it pushes them.

A source segment knows its own object only. Moved to where another object is near, its hand may run into that one, push
it aside and still succeed. What a subtask leaves alone is seen in the sources: it stands still there.
"""

import torch

from .plan import SubtaskPlan
from .source_bank import SourceBank

_PUSHED = 0.005
"""An object that is so far [m] from where it was has been pushed."""
_SETTLING = 5
"""Steps after a subtask's begin in which objects may still come to rest from the one before."""


def bystanders(plan: SubtaskPlan, bank: SourceBank) -> torch.Tensor:
    """Find the objects that stand still in each subtask of most demonstrations.

    Args:
        plan: The task's configuration, with one end effector: what another one does to objects is its own affair.
        bank: The source demonstrations.

    Returns:
        (S, O) bool; a subtask's own object and the one that it carries are none.
    """
    steps = torch.arange(bank.object_pose.shape[2], device=bank.object_pose.device)
    position = bank.object_pose[..., :3, 3]
    found = torch.zeros(plan.max_subtasks, position.shape[1], dtype=torch.bool, device=position.device)
    for subtask in range(int(plan.count[0])):
        begin, end = bank.bounds[:, 0, subtask].unbind(-1)
        begin = torch.minimum(begin + _SETTLING, end - 1)
        rest = position.take_along_dim(begin[:, None, None, None], dim=2)
        within = (steps >= begin[:, None]) & (steps < end[:, None])
        moved = ((position - rest).norm(dim=-1) * within[:, None]).amax(dim=-1)
        found[subtask] = (moved < _PUSHED).float().mean(dim=0) > 0.5
        for item in (int(plan.object_index[0, subtask]), int(bank.held[0, subtask])):
            if item >= 0:
                found[subtask, item] = False
    return found


class Bystanders:
    """Watches them in all environments.

    Args:
        plan: The task's configuration, with one end effector.
        bank: The source demonstrations.
        num_envs: How many environments.
    """

    def __init__(self, plan: SubtaskPlan, bank: SourceBank, num_envs: int):
        self._theirs = bystanders(plan, bank)
        self._rest = bank.object_pose.new_zeros(num_envs, bank.object_pose.shape[1], 3)

    def pushed(self, cursor: torch.Tensor, subtask: torch.Tensor, object_pose: torch.Tensor) -> torch.Tensor:
        """Return where one of them has been pushed.

        Args:
            cursor: (num_envs,) int64: steps since the subtask began.
            subtask: (num_envs,) int64.
            object_pose: (num_envs, O, 4, 4) now, environment frame [m].

        Returns:
            (num_envs,) bool.
        """
        position = object_pose[..., :3, 3]
        self._rest = torch.where((cursor <= _SETTLING)[:, None, None], position, self._rest)
        moved = (position - self._rest).square().sum(dim=-1) > _PUSHED**2
        return (moved & self._theirs[subtask]).any(dim=1)
