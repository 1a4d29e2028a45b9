# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where the attempt of every environment stands."""

import torch

from .columns import side_by_side
from .contract import MimicEnv
from .tables import SubtaskTable

_PATIENCE = 300
"""How long a waypoint waits [steps]: a robot that has fallen, or stands against something, does not come."""


class Attempts:
    """The running attempts, one per environment, in tensors.

    Args:
        env: The environments.
        subtasks: The task's subtasks.
    """

    def __init__(self, env: MimicEnv, subtasks: SubtaskTable):
        n, (e, s), device = env.num_envs, subtasks.object_index.shape, env.device
        self.number = torch.full((n,), -1, dtype=torch.long, device=device)
        """Number of each environment's attempt, -1 for none: (num_envs,) int64."""
        self.counters, columns = side_by_side(n, ((e,), (e,), (), (), (), ()), torch.long, device)
        """All counters of an attempt side by side; a snapshot keeps them."""
        self.cursor, self.subtask, self.held_steps, self.settling_steps, self.steps, self.waited = columns
        """`cursor`: steps made on the current trajectory, (num_envs, num_eefs); `subtask`: the current one, of the same
        shape. (num_envs,) each: `held_steps`: for how long the task has been fulfilled; `settling_steps`: for how long
        all end effectors have been done; `steps`: steps of the demonstration so far; `waited`: for how long a waypoint
        has waited for a robot that walks."""
        # What a step adds to them: one to all but the subtask and `waited`.
        self._one_step = torch.tensor([1] * e + [0] * e + [1, 1, 1, 0], device=device)
        self.flags, columns = side_by_side(n, ((e,), (e, s), (e, s), ()), torch.bool, device)
        """All flags of an attempt side by side; a snapshot keeps them."""
        self.arm_done, self.signal_at_end, self.signal_ever, self.fulfilled = columns
        """`arm_done`: the last subtask has ended, (num_envs, num_eefs); `signal_at_end`: the termination signal held at
        the segment's end, (num_envs, num_eefs, max_subtasks); `signal_ever`: it held at any step of the subtask, of the
        same shape; `fulfilled`: the task was fulfilled at any step, (num_envs,)."""
        self.ticks = torch.zeros(n, dtype=torch.long, device=device)
        """Steps made in each attempt, those included that retries took back: (num_envs,) int64."""
        self.ends = torch.zeros(n, e, s, dtype=torch.long, device=device)
        """Steps of the demonstration when each subtask had ended, 0 before that: (num_envs, num_eefs, max_subtasks)
        int64; a snapshot keeps them."""
        self.start = torch.eye(4, device=device).repeat(n, len(env.object_names), 1, 1)
        """Where the objects stood when the attempt began: (num_envs, num_objects, 4, 4) [m]."""
        self._last_subtask = subtasks.count - 1

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor, object_pose: torch.Tensor) -> None:
        """Start new attempts: (K,) environments, the attempts' numbers, and (K, num_objects, 4, 4) objects."""
        self.number[env_ids] = numbers
        self.counters[env_ids] = 0
        self.ticks[env_ids] = 0
        self.flags[env_ids] = False
        self.ends[env_ids] = 0
        self.start[env_ids] = object_pose

    def count_step(self) -> None:
        """Count one more step of everything."""
        self.counters += self._one_step
        self.ticks += 1

    def wait(self, behind: torch.Tensor) -> None:
        """Let waypoints wait for robots that are behind, (num_envs,) bool, but not for ever."""
        behind = behind & (self.number >= 0)
        self.waited.add_(1).mul_(behind)
        self.cursor -= (behind & (self.waited <= _PATIENCE))[:, None].long()

    def note_ends(self, ended: torch.Tensor) -> None:
        """Take note of when subtasks have ended: (num_envs, num_eefs) bool, whose current one has."""
        rows, eefs = ended.nonzero(as_tuple=True)
        self.ends[rows, eefs, self.subtask[rows, eefs]] = self.steps[rows]

    def note_step(self, ended: torch.Tensor, success: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Take note of what a step has brought about; the current subtasks stay as they are.

        Args:
            ended: (num_envs, num_eefs) bool: whose segment has ended.
            success: (num_envs,) bool: whether the task is fulfilled now.

        Returns:
            Who goes on to its next subtask, (num_envs, num_eefs) bool, and whether all end effectors are done,
            (num_envs,) bool.
        """
        last = self.subtask == self._last_subtask
        self.arm_done |= ended & last
        self.held_steps *= success
        self.fulfilled |= success
        complete = self.arm_done.all(dim=1)
        self.settling_steps *= complete
        return ended & ~last, complete
