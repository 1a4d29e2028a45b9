# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What all failure checks have in common."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import torch

from ...outcomes import FailureCause
from ..attempts import Attempts
from ..config import GenerationConfig
from ..contract import MimicEnv
from ..coordination.constraints import Constraints
from ..slots import Slots
from ..sources.bank import SourceBank
from ..trajectory.buffer import TrajectoryBuffer


@dataclass(frozen=True)
class Parts:
    """Parts of the generator that checks may look at."""

    env: MimicEnv
    config: GenerationConfig
    bank: SourceBank
    slots: Slots
    attempts: Attempts
    trajectories: TrajectoryBuffer
    constraints: Constraints | None


@dataclass(frozen=True)
class Step:
    """What a step of all environments has brought about. Attempts are still in the subtasks that they made it in."""

    object_pose: torch.Tensor
    """(num_envs, num_objects, 4, 4) [m]."""
    eef_pose: torch.Tensor
    """(num_envs, num_eefs, 4, 4) [m]."""
    ended: torch.Tensor
    """(num_envs, num_eefs) bool: whose segment has ended."""
    over: torch.Tensor
    """(num_envs,) bool: attempts that have come to their end, whatever the checks say."""


@dataclass(frozen=True)
class Ending:
    """Where a failed attempt stood when it ended, in plain numbers. Lists are per end effector, then per subtask."""

    eef: int
    """End effector whose subtask failed, as far as a check says so."""
    subtask: int
    """Which of its subtasks."""
    reached: list[int]
    """Subtask that each end effector got to."""
    signal_at_end: list[list[bool]]
    """Whether the termination signal held at the segment's end."""
    signal_ever: list[list[bool]]
    """Whether it held at any step of the subtask."""
    far: list[list[bool]]
    """Whether the end effector was far from its target at the segment's end."""
    fulfilled_now: bool
    fulfilled_before: bool
    """The task was fulfilled at some step."""


class FailureCheck(ABC):
    """One kind of failure, looked for in all environments at every step."""

    final = False
    """Whether a retry is pointless: the attempt ends."""
    overrules_success = False
    """Whether an attempt fails even if the task is fulfilled."""
    early = False
    """Whether it ends attempts early: without `early_stop` they are only flagged."""

    @classmethod
    @abstractmethod
    def make(cls, parts: Parts) -> Self | None:
        """Return the check for a generator; None if there is nothing to look for."""

    @abstractmethod
    def observe(self, step: Step) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Look at a step.

        Returns:
            Where it failed, (num_envs,) bool, and the slot of the subtask that failed there, (num_envs,); None: the
            subtask that began last.
        """

    @abstractmethod
    def explain(self, ending: Ending) -> tuple[FailureCause, str]:
        """Return the cause of an attempt's failure, and the subtask's label, empty if it has to do with none."""

    def begin(self, env_ids: torch.Tensor, object_pose: torch.Tensor) -> None:  # noqa: B027 (few need it)
        """Start new attempts: (K,) environments and their objects (K, num_objects, 4, 4)."""

    def rewind(self, env_ids: torch.Tensor) -> None:  # noqa: B027 (few need it)
        """Forget what was pending in environments (K,) that were put back."""
