# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Snapshots: all that says where one environment's attempt stands, the scene's state included."""

from collections.abc import Mapping, Sequence

import torch

from .contract import RestorableEnv


class Snapshots:
    """Snapshots of all environments, some slots for each: `num_envs * num_slots` rows of memory.

    Args:
        env: The environments.
        num_slots: Snapshots that one environment can have at a time.
        fields: Tensors with the environment as first dimension that say where an attempt stands. They are restored in
            place.
    """

    def __init__(self, env: RestorableEnv, num_slots: int, fields: Sequence[torch.Tensor]):
        self._env = env
        self._fields, self._memory = list(fields), list(env.memory())
        self._num_slots = num_slots
        both = [*self._fields, *self._memory]
        self._kept = [f.new_zeros((f.shape[0], num_slots, *f.shape[1:])) for f in both]
        self._state: dict[torch.dtype, torch.Tensor] = {}
        self._shapes: dict[str, torch.Size] = {}
        self._paths: dict[torch.dtype, list[str]] = {}

    def save(self, rows: torch.Tensor, slots: torch.Tensor, state: Mapping[str, torch.Tensor]) -> None:
        """Save a snapshot of some environments.

        Args:
            rows: (K,) environments.
            slots: (K,) slot of each.
            state: The scene's state by path, (num_envs, ...), as the environment gives it.
        """
        if not self._shapes:
            self._shapes = {path: value.shape[1:] for path, value in state.items()}
            for path, value in state.items():
                self._paths.setdefault(value.dtype, []).append(path)
        # All values of one type lie side by side, so that it takes as many operations for many as for few.
        for dtype, paths in self._paths.items():
            value = torch.cat([state[path].flatten(1) for path in paths], dim=1)
            if dtype not in self._state:
                self._state[dtype] = value.new_zeros(len(value), self._num_slots, value.shape[1])
            self._state[dtype][rows, slots] = value[rows]
        for kept, field in zip(self._kept, [*self._fields, *self._memory], strict=True):
            kept[rows, slots] = field[rows]

    def restore(self, rows: torch.Tensor, slots: torch.Tensor) -> None:
        """Restore saved snapshots: (K,) environments and the slot of each."""
        state: dict[str, torch.Tensor] = {}
        for dtype, paths in self._paths.items():
            sizes = [self._shapes[path].numel() for path in paths]
            for path, value in zip(paths, self._state[dtype][rows, slots].split(sizes, dim=1), strict=True):
                state[path] = value.reshape(len(rows), *self._shapes[path])
        self._env.restore(state, rows)
        # Last, for restoring resets the controllers.
        for kept, field in zip(self._kept, [*self._fields, *self._memory], strict=True):
            field[rows] = kept[rows, slots]
