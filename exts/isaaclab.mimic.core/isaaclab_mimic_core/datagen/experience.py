# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Learn during a run which source segments succeed from how far away, and prefer those.

A segment that works where its object stood in the source may fail elsewhere: carried far, the arm comes near its
limits; taken from a hasty demonstration, the grip is loose. For every subtask, source and distance the generator counts
how often the segment's subtask succeeded; a source's weight is the expected success rate under a Beta prior, sharpened,
and mixed with equal weights so that no source dies out.
"""

import torch

from .plan import SubtaskPlan
from .selection import pose_distance
from .source_bank import SourceBank

_NEARNESS = 3
"""Distances are sorted into so many classes, each as frequent as the others between the sources themselves."""
_PRIOR = (3.0, 1.0)
"""Successes and failures that every segment is credited with before anything is known."""
_SHARPNESS = 4.0
"""Weights are expected success rates to this power."""
_EQUAL_SHARE = 0.2
"""Share of the choices that are made as if nothing was known."""


class Experience:
    """Counts of successes and failures, (num_eefs, max_subtasks, num_demos, nearness) each.

    Args:
        plan: The task's configuration.
        bank: The source demonstrations.
    """

    def __init__(self, plan: SubtaskPlan, bank: SourceBank):
        (e, s), d, device = plan.object_index.shape, bank.num_demos, bank.object_pose.device
        self._won = torch.full((e, s, d, _NEARNESS), _PRIOR[0], device=device)
        self._lost = torch.full((e, s, d, _NEARNESS), _PRIOR[1], device=device)
        self._edges = torch.zeros(e, s, _NEARNESS - 1, device=device)
        fractions = torch.arange(1, _NEARNESS, device=device) / _NEARNESS
        demos, one = torch.arange(d, device=device), torch.ones((), device=device)
        for eef in range(e):
            for subtask in range(int(plan.count[eef])):
                which = plan.object_index[eef, subtask].clamp_min(0)
                start = bank.object_pose[demos, which, bank.bounds[:, eef, subtask, 0]]
                gaps = pose_distance(start[:, None], start[None], one, one)
                apart = gaps[~torch.eye(d, dtype=torch.bool, device=device)]
                if len(apart):
                    self._edges[eef, subtask] = apart.quantile(fractions)

    def nearness(
        self, eef: int, subtask: torch.Tensor, object_now: torch.Tensor, object_then: torch.Tensor
    ) -> torch.Tensor:
        """Return in which class of distance each source's object lies from where it is now.

        Args:
            eef: Which end effector.
            subtask: (K,) its subtasks.
            object_now: (K, 4, 4).
            object_then: (K, D, 4, 4) at each source segment's start.

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

    def note(self, sources: torch.Tensor, nearness: torch.Tensor, counts: torch.Tensor, won: bool) -> None:
        """Count how subtasks ended.

        Args:
            sources: (K, num_eefs, max_subtasks) source that each followed.
            nearness: (K, num_eefs, max_subtasks) its class of distance when it was chosen.
            counts: (K, num_eefs, max_subtasks) bool: which to count.
            won: How they ended.
        """
        table = self._won if won else self._lost
        _, eef, subtask = counts.nonzero(as_tuple=True)
        index = (eef, subtask, sources[counts], nearness[counts])
        table.index_put_(index, torch.ones(len(eef), device=table.device), accumulate=True)
