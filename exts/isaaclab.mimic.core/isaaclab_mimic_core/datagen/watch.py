# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Notice as soon as an attempt is lost, instead of playing it to its end.

A subtask has failed if its signal does not hold a few steps after its segment's end; an attempt is also lost when an
object falls off what it stood on.
"""

import torch

from .contract import MimicEnv
from .plan import SubtaskPlan

_FALL = 0.05
"""An object that is so far [m] below where the lowest one began has fallen off."""


class Watch:
    """Follows the termination signals of all subtasks in all environments.

    Args:
        env: The environments.
        plan: Their configuration.
        grace: Steps after a segment's end at which its signal has to hold.
    """

    def __init__(self, env: MimicEnv, plan: SubtaskPlan, grace: int):
        n, (e, s), device = env.num_envs, plan.object_index.shape, env.device
        self._env, self._plan, self._grace = env, plan, grace
        self._signals = torch.ones(n, e, s, dtype=torch.bool, device=device)
        self._watched = torch.zeros(e, s, dtype=torch.bool, device=device)
        for eef, names in enumerate(plan.signals):
            for subtask, name in enumerate(names[:-1]):
                # With a negative offset the segment may end before the signal is due.
                self._watched[eef, subtask] = name is not None and int(plan.term_offset[eef, subtask, 0]) >= 0
        self._eefs = torch.arange(e, device=device)
        self._countdown = torch.zeros(n, e, dtype=torch.long, device=device)
        self._subtask = torch.zeros(n, e, dtype=torch.long, device=device)
        self._floor = torch.zeros(n, device=device)
        self.failed = torch.full((n, e), -1, dtype=torch.long, device=device)
        """Subtask that was found to have failed in the last step, -1 for none: (num_envs, num_eefs) int64."""

    @property
    def signals(self) -> torch.Tensor:
        """Signals after the last step, true where a subtask has none: (num_envs, num_eefs, max_subtasks) bool."""
        return self._signals

    def begin(self, env_ids: torch.Tensor, object_pose: torch.Tensor) -> None:
        """Start watching new attempts: `object_pose` (K, num_objects, 4, 4) in the freshly reset environments."""
        self._countdown[env_ids] = 0
        self._floor[env_ids] = object_pose[..., 2, 3].amin(dim=1) - _FALL

    def rewind(self, env_ids: torch.Tensor) -> None:
        """Forget what was pending in environments that were put back."""
        self._countdown[env_ids] = 0

    def observe(self, ended: torch.Tensor, subtask: torch.Tensor, object_pose: torch.Tensor) -> torch.Tensor:
        """Take note of a step.

        Args:
            ended: (num_envs, num_eefs) bool: whose segment ended with this step.
            subtask: (num_envs, num_eefs) int64: the subtask of that segment.
            object_pose: (num_envs, num_objects, 4, 4) now.

        Returns:
            (num_envs,) bool: an object has fallen off.
        """
        raised = self._env.term_signals()
        for eef, names in enumerate(self._plan.signals):
            for index, name in enumerate(names[:-1]):
                if name in raised:
                    self._signals[:, eef, index] = raised[name]
        watched = self._watched[self._eefs, self._subtask]
        due = self._countdown == 1
        holds = self._signals.gather(2, self._subtask.unsqueeze(-1)).squeeze(-1)
        self.failed = torch.where(due & watched & ~holds, self._subtask, -1)
        self._countdown = (self._countdown - 1).clamp_min(0)
        self._countdown = torch.where(ended, self._grace, self._countdown)
        self._subtask = torch.where(ended, subtask, self._subtask)
        return (object_pose[..., 2, 3] < self._floor[:, None]).any(dim=1)
