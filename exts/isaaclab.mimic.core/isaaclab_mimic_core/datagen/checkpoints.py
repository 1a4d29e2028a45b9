# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Go back to the start of a subtask and try again.

A checkpoint is one environment's whole row: the scene's state and every tensor that says where its attempt stands. One
is kept per end effector and subtask.
"""

from collections.abc import Mapping, Sequence

import torch

from .contract import RestorableEnv


class Checkpoints:
    """Checkpoints of all environments, one slot per end effector and subtask.

    Memory is `num_envs * num_slots` rows; a row is the scene's state and the given fields.

    Args:
        env: The environments.
        num_slots: End effectors times subtasks.
        fields: Tensors with the environment as first dimension that say where an attempt stands; restored in place.
    """

    def __init__(self, env: RestorableEnv, num_slots: int, fields: Sequence[torch.Tensor]):
        self._env = env
        self._fields = list(fields)
        self._num_slots = num_slots
        self._kept = [f.new_zeros((f.shape[0], num_slots, *f.shape[1:])) for f in self._fields]
        self._state: dict[torch.dtype, torch.Tensor] = {}
        self._shapes: dict[str, torch.Size] = {}
        self._paths: dict[torch.dtype, list[str]] = {}

    def save(self, rows: torch.Tensor, slots: torch.Tensor, state: Mapping[str, torch.Tensor]) -> None:
        """Keep how things stand in some environments.

        Args:
            rows: (K,) environments.
            slots: (K,) which slot of each.
            state: The scene's state by path, (num_envs, ...), as the environment gives it.
        """
        if not self._shapes:
            self._shapes = {path: value.shape[1:] for path, value in state.items()}
            for path, value in state.items():
                self._paths.setdefault(value.dtype, []).append(path)
        # All values of one type lie side by side, so that their number makes no difference.
        for dtype, paths in self._paths.items():
            value = torch.cat([state[path].flatten(1) for path in paths], dim=1)
            if dtype not in self._state:
                self._state[dtype] = value.new_zeros(len(value), self._num_slots, value.shape[1])
            self._state[dtype][rows, slots] = value[rows]
        for kept, field in zip(self._kept, self._fields, strict=True):
            kept[rows, slots] = field[rows]

    def restore(self, rows: torch.Tensor, slots: torch.Tensor) -> None:
        """Put environments, and where their attempts stand, back to a checkpoint that was saved."""
        for kept, field in zip(self._kept, self._fields, strict=True):
            field[rows] = kept[rows, slots]
        state: dict[str, torch.Tensor] = {}
        for dtype, paths in self._paths.items():
            sizes = [self._shapes[path].numel() for path in paths]
            for path, value in zip(paths, self._state[dtype][rows, slots].split(sizes, dim=1), strict=True):
                state[path] = value.reshape(len(rows), *self._shapes[path])
        self._env.restore(state, rows)
