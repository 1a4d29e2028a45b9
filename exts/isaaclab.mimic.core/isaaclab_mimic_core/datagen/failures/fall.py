# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An object has fallen off what it stood on."""

from typing import Self

import torch

from ...outcomes import FailureCause
from .check import Ending, FailureCheck, Parts, Step
from .signals import explain_subtask

_FALL = 0.05
"""An object this far below where the lowest one began has fallen off [m]."""


def lowest_height(object_pose: torch.Tensor) -> torch.Tensor:
    """Return the height below which an object has fallen off: (K, num_objects, 4, 4) at the beginning -> (K,) [m]."""
    height = object_pose[..., 2, 3]
    return height.amin(dim=1) - _FALL if height.shape[1] else height.new_full(height.shape[:1], -torch.inf)


def fallen(object_pose: torch.Tensor, lowest: torch.Tensor) -> torch.Tensor:
    """Return whether an object has fallen off: (N, num_objects, 4, 4) now, and `lowest_height` (N,) -> (N,) bool."""
    return (object_pose[..., 2, 3] < lowest[:, None]).any(dim=1)


class FallCheck(FailureCheck):
    """Looks for objects that have fallen off.

    Args:
        parts: Parts of the generator.
    """

    early = True

    def __init__(self, parts: Parts):
        self._subtasks = parts.config.subtasks
        self._lowest = torch.zeros(parts.env.num_envs, device=parts.env.device)
        self._bodies = parts.bank.num_bodies

    @classmethod
    def make(cls, parts: Parts) -> Self:
        return cls(parts)

    def begin(self, env_ids: torch.Tensor, object_pose: torch.Tensor) -> None:
        self._lowest[env_ids] = lowest_height(object_pose[:, : self._bodies])

    def observe(self, step: Step) -> tuple[torch.Tensor, None]:
        return fallen(step.object_pose[:, : self._bodies], self._lowest), None

    def explain(self, ending: Ending) -> tuple[FailureCause, str]:
        return explain_subtask(self._subtasks, ending)
