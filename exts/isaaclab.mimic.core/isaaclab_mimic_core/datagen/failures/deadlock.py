# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""End effectors wait for each other."""

from typing import Self

import torch

from ...outcomes import FailureCause
from ..coordination.constraints import Constraints
from .check import Ending, FailureCheck, Parts, Step


class DeadlockCheck(FailureCheck):
    """Looks for attempts in which all end effectors wait for good.

    Args:
        constraints: The constraints between end effectors.
    """

    final = True

    def __init__(self, constraints: Constraints):
        self._constraints = constraints

    @classmethod
    def make(cls, parts: Parts) -> Self | None:
        return cls(parts.constraints) if parts.constraints is not None else None

    def observe(self, step: Step) -> tuple[torch.Tensor, None]:
        return self._constraints.deadlocked, None

    def explain(self, ending: Ending) -> tuple[FailureCause, str]:
        return FailureCause.DEADLOCK, ""
