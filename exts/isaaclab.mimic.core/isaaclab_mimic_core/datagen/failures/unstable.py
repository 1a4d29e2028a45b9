# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The simulation has become unstable: poses are not finite."""

from typing import Self

import torch

from ...outcomes import FailureCause
from .check import Ending, FailureCheck, Parts, Step


class UnstableCheck(FailureCheck):
    """Looks for poses that are not finite."""

    final = True
    overrules_success = True

    @classmethod
    def make(cls, parts: Parts) -> Self:
        return cls()

    def observe(self, step: Step) -> tuple[torch.Tensor, None]:
        return ~torch.isfinite(step.object_pose.sum(dim=(1, 2, 3)) + step.eef_pose.sum(dim=(1, 2, 3))), None

    def explain(self, ending: Ending) -> tuple[FailureCause, str]:
        return FailureCause.UNSTABLE, ""
