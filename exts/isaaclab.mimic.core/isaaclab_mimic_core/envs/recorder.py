# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Record all environments until their episodes end, without a loop over environments.

All small terms of a step are stored side by side in one row of a preallocated buffer. So recording takes the same
number of operations for any number of terms and environments: one concatenation and one scatter. Large terms, such as
camera images, would not fit; they go to a spool at every step, in their own type.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch

LARGE_BYTES = 16 << 10
"""A term that is larger in one step of one environment goes to the spool [bytes]."""


class Spool[Streamed](Protocol):
    """Storage of large terms while episodes run; see `datasets.FrameSpool`."""

    def keep(self, tick: int, terms: Mapping[str, np.ndarray]) -> None: ...

    def claim(self, env_id: int, ticks: Sequence[int]) -> dict[str, Streamed]: ...

    def drop(self, env_ids: Sequence[int], since: Sequence[int] | None = None) -> None: ...


class EpisodeRecorder[Streamed]:
    """Preallocated per-environment buffers of named terms.

    Memory is `num_envs * capacity * row` floats, where a row holds all small terms of one step. The capacity doubles
    when an episode outgrows it. Large terms are not stored here.

    Args:
        num_envs: Number of environments.
        device: Where the buffers live.
        capacity: Expected length of an episode [steps].
        spool: Stores large terms; None if there are none.
    """

    def __init__(self, num_envs: int, device: torch.device, capacity: int, spool: Spool[Streamed] | None = None):
        self._spool = spool
        self._large: list[str] = []
        self._tick = 0
        # When each row was recorded: rows go when episodes are rewound, ticks only grow.
        self._ticks = torch.empty(0, dtype=torch.long, device=device)
        self._num_envs = num_envs
        self._device = device
        self._capacity = max(capacity, 1)
        self._rows = torch.arange(num_envs, device=device)
        self._steps = Terms()
        self._initial = Terms()
        self._buffer = torch.empty(0, device=device)
        self._first = torch.empty(0, device=device)
        self._used = 0
        self.length = torch.zeros(num_envs, dtype=torch.long, device=device)
        """Steps recorded since `begin`: (num_envs,) int64."""

    @property
    def num_bytes(self) -> int:
        """Memory that the buffers take."""
        return 4 * (self._buffer.numel() + self._first.numel())

    def begin(self, env_ids: torch.Tensor, initial: Mapping[str, torch.Tensor]) -> None:
        """Start new episodes.

        Args:
            env_ids: (K,) environments that begin one; their earlier records are discarded.
            initial: Terms before the first step, by path: (num_envs, ...), of all environments.
        """
        if not self._initial:
            self._initial = Terms(initial)
            self._first = torch.zeros(self._num_envs, self._initial.size, device=self._device)
        self._first[env_ids] = self._initial.pack(initial)[env_ids]
        self.length[env_ids] = 0
        if self._spool and self._large:
            self._spool.drop(env_ids.tolist())

    def record(self, terms: Mapping[str, torch.Tensor]) -> None:
        """Append one step of every environment; `terms` are (num_envs, ...) by path, with the same paths every time."""
        if not self._steps:
            self._large = [path for path, value in terms.items() if value[0].nbytes > LARGE_BYTES]
            if self._large and self._spool is None:
                raise ValueError(f"{self._large[0]} is too large to be recorded without a spool")
            self._steps = Terms({path: value for path, value in terms.items() if path not in self._large})
            self._buffer = torch.empty(self._num_envs, self._capacity, self._steps.size, device=self._device)
            self._ticks = self._ticks.new_empty(self._num_envs, self._capacity if self._large else 0)
        # Lengths grow by one a step, so the largest need not be read from the device at every step.
        self._used += 1
        if self._used > self._capacity:
            self._used = int(self.length.max()) + 1
            if self._used > self._capacity:
                self._grow()
        self._buffer[self._rows, self.length] = self._steps.pack(terms)
        if self._spool and self._large:
            self._ticks[self._rows, self.length] = self._tick
            large = {path: terms[path].to("cpu", copy=True).numpy() for path in self._large}
            self._spool.keep(self._tick, large)
            self._tick += 1
        self.length += 1

    def rewind(self, env_ids: torch.Tensor, length: torch.Tensor) -> None:
        """Discard the last steps of some episodes: (K,) environments, and the steps that each keeps."""
        if self._spool and self._large:
            # An episode that keeps all its steps has no row at its new length.
            first = self._ticks[env_ids, length.clamp_max(self._capacity - 1)]
            first = torch.where(length < self.length[env_ids], first, self._tick)
            self._spool.drop(env_ids.tolist(), first.tolist())
        self.length[env_ids] = length

    def take(self, env_id: int, num_steps: int | None = None) -> dict[str, np.ndarray]:
        """Copy one environment's episode to the host.

        Args:
            env_id: Which environment.
            num_steps: Only the first so many steps; all by default.

        Returns:
            By path: small terms as (steps, ...) and initial ones as (1, ...); float32, or the type they were given in
            where that is bool or an integer (whose values float32 holds up to 2**24).
        """
        count = int(self.length[env_id]) if num_steps is None else num_steps
        steps = self._buffer[env_id, :count].to("cpu", copy=True).numpy()
        first = self._first[env_id : env_id + 1].to("cpu", copy=True).numpy()
        return {**self._initial.unpack(first), **self._steps.unpack(steps)}

    def take_large(self, env_id: int, num_steps: int | None = None) -> dict[str, Streamed]:
        """Return one environment's large terms, by path; call it once, when the episode has ended.

        Args:
            env_id: Which environment.
            num_steps: Only the first so many steps; all by default.
        """
        if not (self._spool and self._large):
            return {}
        count = int(self.length[env_id]) if num_steps is None else num_steps
        return self._spool.claim(env_id, self._ticks[env_id, :count].tolist())

    def _grow(self) -> None:
        self._capacity *= 2
        larger = torch.empty(self._num_envs, self._capacity, self._steps.size, device=self._device)
        larger[:, : self._buffer.shape[1]] = self._buffer
        self._buffer = larger
        if self._large:
            # Doubled, as the capacity was.
            self._ticks = torch.cat([self._ticks, torch.zeros_like(self._ticks)], dim=1)


class Terms:
    """The layout of named terms of different shapes in one row. An empty layout is falsy."""

    def __init__(self, example: Mapping[str, torch.Tensor] | None = None):
        self._shapes = {path: tuple(value.shape[1:]) for path, value in (example or {}).items()}
        self._sizes = {path: math.prod(shape) for path, shape in self._shapes.items()}
        self._types = {path: _exact_type(value) for path, value in (example or {}).items()}
        self.size = sum(self._sizes.values())

    def __bool__(self) -> bool:
        return bool(self._shapes)

    def pack(self, terms: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """(N, ...) terms -> (N, size) float32."""
        return torch.cat([_flat(terms[path], size) for path, size in self._sizes.items()], dim=-1)

    def unpack(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """(T, size) -> (T, ...) terms, each contiguous and of the type it was given in."""
        terms, start = {}, 0
        for path, size in self._sizes.items():
            part = np.ascontiguousarray(rows[:, start : start + size]).astype(self._types[path], copy=False)
            terms[path] = part.reshape(len(rows), *self._shapes[path])
            start += size
        return terms


def _flat(value: torch.Tensor, size: int) -> torch.Tensor:
    """Reshape (N, ...) to (N, size) float32; the checks avoid calls of torch, as most terms have this form."""
    if value.ndim != 2:
        value = value.reshape(-1, size)
    return value if value.dtype is torch.float32 else value.float()


def _exact_type(value: torch.Tensor) -> np.dtype:
    """Return the type of a term on the host: float32 for floats, otherwise its own."""
    return np.dtype(np.float32) if value.is_floating_point() else value.new_empty(0, device="cpu").numpy().dtype
