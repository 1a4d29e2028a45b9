# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An attempt has come to its end, and the task is not fulfilled."""

from typing import Self

import torch

from ...outcomes import FailureCause
from ..tables import SubtaskTable
from .check import Ending, FailureCheck, Parts, Step
from .signals import cause_of


class TimeoutCheck(FailureCheck):
    """Looks for attempts that have come to their end.

    Args:
        subtasks: The task's subtasks.
    """

    def __init__(self, subtasks: SubtaskTable):
        self._subtasks = subtasks

    @classmethod
    def make(cls, parts: Parts) -> Self:
        return cls(parts.config.subtasks)

    def observe(self, step: Step) -> tuple[torch.Tensor, None]:
        return step.over, None

    def explain(self, ending: Ending) -> tuple[FailureCause, str]:
        """Blame the first subtask whose signal did not hold at its segment's end; if all held, the last subtask."""
        subtasks = self._subtasks
        for eef, names in enumerate(subtasks.signals):
            for index in range(len(names) - 1):
                if index < ending.reached[eef] and not ending.signal_at_end[eef][index]:
                    cause = cause_of(subtasks, eef, index, ending.signal_ever[eef][index], ending.far[eef][index])
                    return cause, subtasks.label(eef, index)
        ends = [len(names) - 1 for names in subtasks.signals]
        # Nothing says which end effector the task waits for; one that is not where it should be is the likeliest.
        eef = next((eef for eef, last in enumerate(ends) if ending.far[eef][last]), 0)
        if ending.fulfilled_now:
            cause = FailureCause.TIME
        elif ending.fulfilled_before:
            cause = FailureCause.DROPPED
        else:
            cause = FailureCause.OUT_OF_REACH if ending.far[eef][ends[eef]] else FailureCause.MISPLACED
        return cause, subtasks.label(eef, ends[eef])
