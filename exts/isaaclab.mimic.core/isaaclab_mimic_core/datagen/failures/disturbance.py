# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A subtask has pushed an object that it has nothing to do with.

A source segment takes account of its own object only. Transformed to where another object is near, it may run into that
one, push it aside and still succeed. Which objects a subtask leaves alone shows in the sources: they stand still there.
"""

from typing import Self

import torch

from ...outcomes import FailureCause
from ..sources.bank import SourceBank
from ..tables import SubtaskTable
from .check import Ending, FailureCheck, Parts, Step

_PUSHED = 0.005
"""An object this far from where it was has been pushed [m]."""
_SETTLING = 5
"""Steps at the beginning of a subtask in which objects may still come to rest from the subtask before."""


def undisturbed_objects(subtasks: SubtaskTable, bank: SourceBank) -> torch.Tensor:
    """Find the objects that stand still in each subtask of most demonstrations.

    Args:
        subtasks: The task's subtasks, of one end effector: what another one does to objects is its own affair.
        bank: The source demonstrations.

    Returns:
        (S, O) bool. A subtask's reference object and the object that it carries are not among them.
    """
    steps = torch.arange(bank.object_pose.shape[2], device=bank.object_pose.device)
    position = bank.object_pose[..., :3, 3]
    found = torch.zeros(subtasks.max_subtasks, position.shape[1], dtype=torch.bool, device=position.device)
    for subtask in range(int(subtasks.count[0])):
        begin, end = bank.bounds[:, 0, subtask].unbind(-1)
        begin = torch.minimum(begin + _SETTLING, end - 1)
        rest = position.take_along_dim(begin[:, None, None, None], dim=2)
        within = (steps >= begin[:, None]) & (steps < end[:, None])
        moved = ((position - rest).norm(dim=-1) * within[:, None]).amax(dim=-1)
        found[subtask] = (moved < _PUSHED).float().mean(dim=0) > 0.5
        for item in (int(subtasks.object_index[0, subtask]), int(bank.held[0, subtask])):
            if item >= 0:
                found[subtask, item] = False
    found[:, bank.num_bodies :] = False
    return found


class DisturbanceCheck(FailureCheck):
    """Looks for objects that are pushed by the subtasks of one end effector.

    Args:
        parts: Parts of the generator.
    """

    def __init__(self, parts: Parts):
        self._subtasks, self._attempts = parts.config.subtasks, parts.attempts
        self._undisturbed = undisturbed_objects(self._subtasks, parts.bank)
        object_pose = parts.bank.object_pose
        self._rest = object_pose.new_zeros(parts.env.num_envs, object_pose.shape[1], 3)

    @classmethod
    def make(cls, parts: Parts) -> Self | None:
        return cls(parts) if parts.config.settings.keep_clear else None

    def observe(self, step: Step) -> tuple[torch.Tensor, torch.Tensor]:
        subtask, cursor = self._attempts.subtask[:, 0], self._attempts.cursor[:, 0]
        position = step.object_pose[..., :3, 3]
        self._rest = torch.where((cursor <= _SETTLING)[:, None, None], position, self._rest)
        moved = (position - self._rest).square().sum(dim=-1) > _PUSHED**2
        # With one end effector a subtask's slot is its number.
        return (moved & self._undisturbed[subtask]).any(dim=1), subtask

    def explain(self, ending: Ending) -> tuple[FailureCause, str]:
        return FailureCause.PUSHED, self._subtasks.label(ending.eef, ending.subtask)
