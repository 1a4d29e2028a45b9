# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Learn during a run which source segments succeed from which distance, and prefer those.

A segment that works where its object stood in the source may fail elsewhere: far away the arm comes near its limits,
and the grip of a hasty demonstration is loose. So successes and failures are counted for every subtask, source and
class of distance. A source's weight is its expected success rate under a Beta prior, sharpened, and mixed with equal
weights so that no source dies out.
"""

import torch

from ..tables import SubtaskTable
from .bank import SourceBank
from .selection import pose_distance

_NEARNESS = 3
"""Classes of distance. Between the sources themselves each class is equally frequent."""
_PRIOR = (3.0, 1.0)
"""Successes and failures that every segment begins with."""
_SHARPNESS = 4.0
"""Weights are the expected success rates to this power."""
_EQUAL_SHARE = 0.2
"""Share of the choices that are made with equal weights."""


class SourceStatistics:
    """Counts of successes and failures: (num_eefs, max_subtasks, num_demos, nearness) each.

    Args:
        subtasks: The task's subtasks.
        bank: The source demonstrations.
    """

    def __init__(self, subtasks: SubtaskTable, bank: SourceBank):
        (e, s), d, device = subtasks.object_index.shape, bank.num_demos, bank.object_pose.device
        self._won = torch.full((e, s, d, _NEARNESS), _PRIOR[0], device=device)
        self._lost = torch.full((e, s, d, _NEARNESS), _PRIOR[1], device=device)
        self._edges = torch.zeros(e, s, _NEARNESS - 1, device=device)
        fractions = torch.arange(1, _NEARNESS, device=device) / _NEARNESS
        demos, one = torch.arange(d, device=device), torch.ones((), device=device)
        for eef in range(e):
            for subtask in range(int(subtasks.count[eef])):
                which = subtasks.object_index[eef, subtask].clamp_min(0)
                start = bank.object_pose[demos, which, bank.bounds[:, eef, subtask, 0]]
                gaps = pose_distance(start[:, None], start[None], one, one)
                apart = gaps[~torch.eye(d, dtype=torch.bool, device=device)]
                if len(apart):
                    self._edges[eef, subtask] = apart.quantile(fractions)

    def nearness(
        self, eef: int, subtask: torch.Tensor, object_now: torch.Tensor, object_then: torch.Tensor
    ) -> torch.Tensor:
        """Return the class of the distance between each source's object and where that object is now.

        Args:
            eef: Index of the end effector.
            subtask: (K,) its subtasks.
            object_now: (K, 4, 4) the reference object.
            object_then: (K, D, 4, 4) that object at each source segment's start.

        Returns:
            (K, D) int64, 0 the nearest.
        """
        one = torch.ones((), device=object_now.device)
        gap = pose_distance(object_then, object_now[:, None], one, one)
        return (gap[..., None] > self._edges[eef, subtask][:, None]).sum(dim=-1)

    def preference(self, eef: int, subtask: torch.Tensor, nearness: torch.Tensor) -> torch.Tensor:
        """Return weights of the sources: (K,) subtasks and (K, D) nearness -> (K, D)."""
        demos = torch.arange(nearness.shape[1], device=nearness.device)
        index = (eef, subtask[:, None], demos, nearness)
        rate = self._won[index] / (self._won[index] + self._lost[index])
        weight = rate**_SHARPNESS
        return weight / weight.sum(dim=1, keepdim=True) + _EQUAL_SHARE / (1.0 - _EQUAL_SHARE) / nearness.shape[1]

    def record(
        self,
        sources: torch.Tensor,
        nearness: torch.Tensor,
        won: torch.Tensor,
        failed: torch.Tensor,
        slot: torch.Tensor,
    ) -> None:
        """Count all segments of successful attempts as successes, and the one at which an attempt failed as a failure.

        Args:
            sources: (num_envs, num_eefs, max_subtasks) source of each subtask, -1 for those not begun.
            nearness: (num_envs, num_eefs, max_subtasks) its class of distance when it was selected.
            won: (num_envs,) bool: attempts that succeeded in this step.
            failed: (num_envs,) bool: attempts in which a subtask failed in this step.
            slot: (num_envs,) the subtask that failed, as `eef * max_subtasks + subtask`.
        """
        begun = sources >= 0
        self.count(sources, nearness, begun & won[:, None, None], won=True)
        here = torch.nn.functional.one_hot(slot, begun[0].numel()).bool().reshape(begun.shape)
        self.count(sources, nearness, begun & here & failed[:, None, None], won=False)

    def count(self, sources: torch.Tensor, nearness: torch.Tensor, which: torch.Tensor, won: bool) -> None:
        """Count how subtasks ended.

        Args:
            sources: (K, num_eefs, max_subtasks) source of each subtask.
            nearness: (K, num_eefs, max_subtasks) its class of distance when it was selected.
            which: (K, num_eefs, max_subtasks) bool: which subtasks to count.
            won: Whether they succeeded.
        """
        table = self._won if won else self._lost
        _, eef, subtask = which.nonzero(as_tuple=True)
        index = (eef, subtask, sources[which], nearness[which])
        table.index_put_(index, torch.ones(len(eef), device=table.device), accumulate=True)
