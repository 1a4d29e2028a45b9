# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Retry failed subtasks from where they began."""

from collections import Counter
from collections.abc import Sequence
from typing import cast

import numpy as np
import torch

from .config import GenerationConfig
from .contract import MimicEnv, RestorableEnv
from .slots import Slots
from .snapshots import Snapshots


class Retries:
    """Counts how often each subtask was tried, and puts environments back to where one began.

    Args:
        env: The environments.
        config: How to generate.
        slots: Numbers of the subtasks.
        fields: Tensors that say where an attempt stands; a snapshot keeps them.
    """

    def __init__(self, env: MimicEnv, config: GenerationConfig, slots: Slots, fields: Sequence[torch.Tensor]):
        n, num_eefs = env.num_envs, len(config.subtasks.eef_names)
        self._env, self._config, self._slots = env, config, slots
        self.counts = torch.zeros(n, slots.count, dtype=torch.long, device=env.device)
        """How often each subtask of the running attempts was retried: (num_envs, slots) int64."""
        self.latest = torch.zeros(n, dtype=torch.long, device=env.device)
        """Slot of the subtask that began last: (num_envs,) int64."""
        self._beginning = np.zeros((n, slots.count, num_eefs), dtype=bool)
        """End effectors that began a subtask in the step of each snapshot."""
        self._snapshots: Snapshots | None = None
        if config.settings.max_retries > 0:
            self._snapshots = Snapshots(cast(RestorableEnv, env), slots.count, fields)
        self._rewinds: list[tuple[torch.Tensor, torch.Tensor]] = []
        self.by_subtask: Counter[str] = Counter()
        """How often each subtask (`<eef>/<subtask index>`) was retried, in all attempts."""

    def begin(self, env_ids: torch.Tensor) -> None:
        """Start new attempts in environments (K,)."""
        self.counts[env_ids] = 0

    def save(self, beginning: np.ndarray, subtask: torch.Tensor) -> None:
        """Save a snapshot wherever an end effector begins a subtask.

        Args:
            beginning: (num_envs, num_eefs) bool: who begins one.
            subtask: (num_envs, num_eefs) the current subtasks.
        """
        rows, eefs = beginning.nonzero()
        which = torch.as_tensor(rows, device=self._env.device)
        eef = torch.as_tensor(eefs, device=self._env.device)
        slots = self._slots.of(eef, subtask[which, eef])
        self.latest[which] = slots
        if self._snapshots is not None:
            self._snapshots.save(which, slots, cast(RestorableEnv, self._env).state())
            self._beginning[rows, slots.cpu().numpy()] = beginning[rows]

    def left(self, slot: torch.Tensor) -> torch.Tensor:
        """Return whether each environment may retry the subtask of a slot: (num_envs,) -> (num_envs,) bool."""
        return self.counts.gather(1, slot[:, None])[:, 0] < self._config.settings.max_retries

    def rewind(self, rows: np.ndarray, slot: torch.Tensor, steps: torch.Tensor) -> tuple[torch.Tensor, np.ndarray]:
        """Put environments back to where a subtask began.

        Args:
            rows: (K,) environments.
            slot: (num_envs,) which subtask, for these environments.
            steps: (num_envs,) steps of the attempts, which are put back too.

        Returns:
            The environments as a tensor (K,), and which of their end effectors begin a subtask (K, num_eefs) bool.
        """
        assert self._snapshots is not None
        which = torch.as_tensor(rows, device=self._env.device)
        slots = slot[which]
        self.counts[which, slots] += 1
        self._snapshots.restore(which, slots)
        self._rewinds.append((which, steps[which]))
        numbers = slots.cpu().numpy()
        for number in numbers.tolist():
            self.by_subtask[self._config.subtasks.label(*self._slots.place(number))] += 1
        return which, self._beginning[rows, numbers]

    def take(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return which environments were put back since the last call: (K,) which, (K,) steps their attempts keep."""
        rewinds, self._rewinds = self._rewinds, []
        return rewinds
