# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Numbers for the subtasks of all end effectors: a slot is `eef * max_subtasks + subtask`."""

from functools import reduce

import torch


class Slots:
    """Slots of a task.

    Args:
        num_eefs: Number of end effectors.
        max_subtasks: Largest number of subtasks of an end effector.
        device: Device of the tensors.
    """

    def __init__(self, num_eefs: int, max_subtasks: int, device: torch.device):
        self.count = num_eefs * max_subtasks
        self._max_subtasks = max_subtasks
        self._first = torch.arange(num_eefs, device=device) * max_subtasks
        self._none = torch.tensor(self.count, device=device)

    def of(self, eef: torch.Tensor | int, subtask: torch.Tensor) -> torch.Tensor:
        """Return the slots of subtasks."""
        return eef * self._max_subtasks + subtask

    def place(self, slot: int) -> tuple[int, int]:
        """Return end effector and subtask of a slot."""
        return divmod(slot, self._max_subtasks)

    def first(self, subtask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the first of the subtasks that are given per end effector.

        Args:
            subtask: (num_envs, num_eefs) int64, -1 for none.

        Returns:
            Whether there is one, and its slot: (num_envs,) each.
        """
        slots = torch.where(subtask >= 0, subtask + self._first, self._none)
        # For so few columns a chain of minima is faster than a reduction.
        first = reduce(torch.minimum, slots.unbind(1))
        return first < self._none, first
