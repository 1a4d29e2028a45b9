# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The planner found no path to where a subtask begins."""

from typing import Self

import torch

from ...outcomes import FailureCause
from .check import Ending, FailureCheck, Parts, Step


class NoPathCheck(FailureCheck):
    """Looks at the planner's results for the current subtasks.

    Args:
        parts: Parts of the generator.
    """

    def __init__(self, parts: Parts):
        self._subtasks, self._slots = parts.config.subtasks, parts.slots
        self._attempts, self._trajectories = parts.attempts, parts.trajectories

    @classmethod
    def make(cls, parts: Parts) -> Self | None:
        return cls(parts) if parts.config.subtasks.planned else None

    def observe(self, step: Step) -> tuple[torch.Tensor, torch.Tensor]:
        return self._slots.first(torch.where(self._trajectories.no_path, self._attempts.subtask, -1))

    def explain(self, ending: Ending) -> tuple[FailureCause, str]:
        return FailureCause.NO_PATH, self._subtasks.label(ending.eef, ending.subtask)
