# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A subtask's termination signal does not hold a few steps after its segment's end."""

from typing import Self

import numpy as np
import torch

from ...outcomes import FailureCause
from ..tables import SubtaskTable
from .check import Ending, FailureCheck, Parts, Step


def cause_of(subtasks: SubtaskTable, eef: int, subtask: int, ever: bool, far: bool) -> FailureCause:
    """Return the cause of failure when a subtask's signal does not hold.

    Args:
        subtasks: The task's subtasks.
        eef: Index of the end effector.
        subtask: Which of its subtasks.
        ever: Whether the signal held before.
        far: Whether the end effector was far from its target at the segment's end.
    """
    if far and not ever:
        return FailureCause.OUT_OF_REACH
    # Only the name of a signal tells its meaning.
    if "grasp" in (subtasks.signals[eef][subtask] or ""):
        return FailureCause.DROPPED if ever else FailureCause.NOT_GRASPED
    return FailureCause.MISPLACED


def explain_subtask(subtasks: SubtaskTable, ending: Ending) -> tuple[FailureCause, str]:
    """Return the cause of the failure of the subtask that an ending names, and that subtask's label."""
    eef, index = ending.eef, ending.subtask
    cause = cause_of(subtasks, eef, index, ending.signal_ever[eef][index], ending.far[eef][index])
    return cause, subtasks.label(eef, index)


def lateness(num_interpolation: torch.Tensor) -> torch.Tensor:
    """Return by how many steps others may be later than an end effector that has come to the end of a subtask.

    A signal may be about what another end effector does: one waits until the other has poured. That one is later than
    in the source by the interpolations that it has had.

    Args:
        num_interpolation: (num_eefs, max_subtasks) int64 steps of the interpolation to each subtask.

    Returns:
        (num_eefs, max_subtasks) int64; 0 with one end effector.
    """
    had = num_interpolation.cumsum(dim=1)
    alone = torch.eye(len(had), dtype=torch.bool, device=had.device)
    most = had[:, -1].expand(len(had), -1).masked_fill(alone, 0).amax(dim=1)
    return (most[:, None] - had).clamp_min(0)


class SignalCheck(FailureCheck):
    """Looks at the termination signals of all subtasks.

    Args:
        parts: Parts of the generator.
    """

    early = True

    def __init__(self, parts: Parts):
        self._parts, subtasks = parts, parts.config.subtasks
        n, (e, s), device = parts.env.num_envs, subtasks.object_index.shape, parts.env.device
        self._signals = torch.ones(n, e, s, dtype=torch.bool, device=device)
        self._watched = torch.zeros(e, s, dtype=torch.bool, device=device)
        for eef, names in enumerate(subtasks.signals):
            for subtask, name in enumerate(names[:-1]):
                # With a negative offset the segment may end before the signal is due.
                self._watched[eef, subtask] = name is not None and int(subtasks.term_offset[eef, subtask, 0]) >= 0
        self._grace = parts.config.settings.grace_steps + lateness(subtasks.num_interpolation)
        self._eefs = torch.arange(e, device=device)
        self._one_hot = torch.eye(s, dtype=torch.bool, device=device)
        self._countdown = torch.zeros(n, e, dtype=torch.long, device=device)
        self._subtask = torch.zeros(n, e, dtype=torch.long, device=device)
        self.far = torch.zeros(n, e, s, dtype=torch.bool, device=device)
        """Whether the end effector was far from its target at the segment's end: (num_envs, num_eefs, max_subtasks)."""

    @classmethod
    def make(cls, parts: Parts) -> Self:
        return cls(parts)

    def begin(self, env_ids: torch.Tensor, object_pose: torch.Tensor) -> None:
        self._countdown[env_ids] = 0
        self.far[env_ids] = False

    def rewind(self, env_ids: torch.Tensor) -> None:
        self._countdown[env_ids] = 0

    def observe(self, step: Step) -> tuple[torch.Tensor, torch.Tensor]:
        attempts = self._parts.attempts
        raised = self._parts.env.term_signals()
        for eef, names in enumerate(self._parts.config.subtasks.signals):
            for index, name in enumerate(names[:-1]):
                if name in raised:
                    self._signals[:, eef, index] = raised[name]
        watched = self._watched[self._eefs, self._subtask]
        due = self._countdown == 1
        holds = self._signals.gather(2, self._subtask.unsqueeze(-1)).squeeze(-1)
        failed = torch.where(due & watched & ~holds, self._subtask, -1)
        self._countdown = (self._countdown - 1).clamp_min(0)
        self._subtask = torch.where(step.ended, attempts.subtask, self._subtask)
        self._countdown = torch.where(step.ended, self._grace[self._eefs, self._subtask], self._countdown)
        # Of the current subtasks only.
        current = self._signals & self._one_hot[attempts.subtask]
        attempts.signal_ever |= current
        current &= step.ended.unsqueeze(-1)
        attempts.signal_at_end |= current
        return self._parts.slots.first(failed)

    def note_distance(self, ended: np.ndarray, eef_pose: torch.Tensor) -> None:
        """Note which of the end effectors whose segments have ended are far from their targets.

        Args:
            ended: (num_envs, num_eefs) bool.
            eef_pose: (num_envs, num_eefs, 4, 4) [m].
        """
        rows, eefs = (torch.as_tensor(index, device=eef_pose.device) for index in ended.nonzero())
        far = self._parts.trajectories.far_from_end(rows, eefs, eef_pose[rows, eefs])
        self.far[rows, eefs, self._parts.attempts.subtask[rows, eefs]] = far

    def explain(self, ending: Ending) -> tuple[FailureCause, str]:
        return explain_subtask(self._parts.config.subtasks, ending)
