# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which source segment each end effector follows in each subtask of its attempt."""

from dataclasses import dataclass

import torch

from ... import randomness
from ..config import GenerationConfig
from ..contract import MimicEnv
from ..coordination.constraints import Constraints
from . import selection
from .bank import SourceBank, draw_bounds
from .statistics import SourceStatistics

_SAMPLES = 8
"""Poses of a segment that are looked at, to see whether the arm can take them."""
_SEGMENTS = 1 << 14
"""Segments that are looked at together, to bound the memory."""


@dataclass(frozen=True)
class Beginning:
    """K environments in which one end effector begins a subtask."""

    rows: torch.Tensor
    """(K,) int64: the environments."""
    eef: int
    """Index of the end effector."""
    subtask: torch.Tensor
    """(K,) int64: its subtasks."""
    tries: torch.Tensor
    """(K,) int64: how often each subtask was tried before."""


@dataclass(frozen=True)
class Choice:
    """The segments that K rows follow now."""

    source: torch.Tensor
    """(K,) int64: index of the source demonstration."""
    begin: torch.Tensor
    """(K,) int64: the segment's first step in it."""
    end: torch.Tensor
    """(K,) int64: its end (exclusive)."""
    coordinated: torch.Tensor | None = None
    """(K,) bool: whether the subtask runs in step with another end effector's; None without constraints."""
    motion: torch.Tensor | None = None
    """(K, 4, 4) the motion that both agreed on, in coordinated rows; None without constraints."""


class SourceSelector:
    """Selects a source for every subtask that begins.

    Args:
        env: Says by how much its arms would miss a segment.
        config: How to generate.
        bank: The source demonstrations.
        constraints: The constraints between end effectors; None if there are none.
        statistics: What this run has learned of the sources; None if it does not learn.
        sources: (num_envs, num_eefs, max_subtasks) int64: where the selected sources are kept, -1 before a subtask
            begins.
        nearness: (num_envs, num_eefs, max_subtasks) int64: where their classes of distance are kept.
    """

    def __init__(
        self,
        env: MimicEnv,
        config: GenerationConfig,
        bank: SourceBank,
        constraints: Constraints | None,
        statistics: SourceStatistics | None,
        sources: torch.Tensor,
        nearness: torch.Tensor,
    ):
        subtasks, device, (n, e, s) = config.subtasks, sources.device, sources.shape
        self._env, self._config, self._bank = env, config, bank
        self._constraints, self._statistics = constraints, statistics
        self._by_robot = bool((subtasks.strategy == selection.ROBOT).any())
        self._eefs = torch.arange(e, device=device)
        self._slots = torch.arange(e * s, device=device)
        self._demos = torch.arange(bank.num_demos, device=device)[None]
        self.sources, self.nearness = sources, nearness
        self.bounds = bank.bounds.repeat(n, 1, 1, 1, 1)
        """(num_envs, num_demos, num_eefs, max_subtasks, 2) segments with the random offsets of each attempt."""
        self.misses: torch.Tensor | None = None
        """(num_envs, num_eefs, max_subtasks, 2) by how much the arm misses each segment begun, at most [m], [rad]; None
        if no arm is known to miss any."""
        self._fractions = torch.linspace(0.0, 1.0, _SAMPLES, device=device)
        self._stream = torch.zeros(n, dtype=torch.long, device=device)
        self._draws = torch.zeros(n, e * s, device=device)

    def begin(self, env_ids: torch.Tensor, attempts: torch.Tensor) -> None:
        """Start new attempts: (K,) environments and the attempts' numbers."""
        config = self._config
        stream = randomness.streams(config.seed, "choice", attempts)
        self._stream[env_ids] = stream
        self._draws[env_ids] = randomness.uniform(stream[:, None], self._slots, 1)[..., 0]
        stream = randomness.streams(config.seed, "bounds", attempts)
        self.bounds[env_ids] = draw_bounds(self._bank, config.subtasks, stream, config.settings.exact_upstream)
        self.sources[env_ids] = -1

    def choose(
        self, beginning: Beginning, item: torch.Tensor, object_now: torch.Tensor, eef_now: torch.Tensor
    ) -> Choice:
        """Select segments where one end effector begins a subtask.

        Args:
            beginning: Who begins which subtasks.
            item: (K,) index of the subtask's reference object; any object where it has none.
            object_now: (K, 4, 4) that object [m].
            eef_now: (K, 4, 4) the end effector [m].
        """
        bank, stats = self._bank, self._statistics
        rows, eef, subtask = beginning.rows, beginning.eef, beginning.subtask
        starts = self.bounds[rows, :, eef, subtask, 0]
        then = bank.object_pose[self._demos, item[:, None], starts]
        eefs = (eef_now, bank.eef_pose[self._demos, eef, starts]) if self._by_robot else (None, None)
        nearness = preference = None
        if stats is not None:
            nearness = stats.nearness(eef, subtask, object_now, then)
            preference = stats.preference(eef, subtask, nearness)
        miss = self._miss(beginning, item, object_now, starts)
        source = self._select(beginning, object_now, then, *eefs, preference, miss)
        coordinated = motion = None
        if self._constraints is not None:
            coordinated, source, motion = self._constraints.coordinate(
                rows, eef, subtask, source, object_now, then, self.bounds[rows], self._stream[rows]
            )
        self.sources[rows, eef, subtask] = source
        if miss is not None:
            if self.misses is None:
                self.misses = miss.new_zeros(*self.sources.shape, 2)
            which = torch.arange(len(rows), device=rows.device)
            self.misses[rows, eef, subtask] = miss[which, source].amax(dim=1)
        if nearness is not None:
            self.nearness[rows, eef, subtask] = nearness.gather(1, source[:, None])[:, 0]
        begin, end = self.bounds[rows, source, eef, subtask].unbind(-1)
        return Choice(source, begin, end, coordinated, motion)

    def segments(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the segments of each subtask begun, first step and end (exclusive), in environments (K,).

        Returns:
            (K, num_eefs, max_subtasks, 2) int64.
        """
        source = self.sources[rows].clamp_min(0)[:, None, ..., None]
        return self.bounds[rows].take_along_dim(source, dim=1)[:, 0]

    def _miss(
        self, beginning: Beginning, item: torch.Tensor, object_now: torch.Tensor, starts: torch.Tensor
    ) -> torch.Tensor | None:
        """Return by how much the arm would miss poses of each transformed segment: (K, D, _SAMPLES, 2) [m], [rad].

        None for an arm that can take any pose within its reach. Arguments as for `choose`; `starts` (K, D) are the
        segments' first steps.
        """
        bank, eef = self._bank, beginning.eef
        if not self._env.limited[eef]:
            return None
        found = []
        for part in torch.arange(len(starts), device=starts.device).split(max(1, _SEGMENTS // starts.shape[1])):
            rows, subtask, first = beginning.rows[part], beginning.subtask[part], starts[part]
            last = self.bounds[rows, :, eef, subtask, 1] - 1
            steps = first[..., None] + (self._fractions * (last - first)[..., None]).round().long()
            motion = object_now[part, None] @ bank.object_inverse[self._demos, item[part, None], first]
            fixed = (self._config.subtasks.object_index[eef, subtask] < 0)[:, None, None, None]
            motion = torch.where(fixed, torch.eye(4, device=motion.device), motion)
            paths = motion[:, :, None] @ bank.target_pose[self._demos[..., None], eef, steps]
            found.append(self._env.miss(eef, rows, paths))
        return torch.cat(found)

    def _select(
        self,
        beginning: Beginning,
        object_now: torch.Tensor,
        object_then: torch.Tensor,
        eef_now: torch.Tensor | None,
        eef_then: torch.Tensor | None,
        preference: torch.Tensor | None,
        miss: torch.Tensor | None,
    ) -> torch.Tensor:
        """Return the source of each row: (K,) int64. Arguments as in `selection.select`."""
        config, subtasks = self._config, self._config.subtasks
        rows, eef, subtask = beginning.rows, beginning.eef, beginning.subtask
        selected = selection.select(
            subtasks.strategy[eef, subtask],
            subtasks.nn_k[eef, subtask],
            subtasks.pos_weight[eef, subtask],
            subtasks.rot_weight[eef, subtask],
            object_now,
            object_then,
            eef_now,
            eef_then,
            self._draws[rows, eef * subtasks.max_subtasks + subtask],
            skip=beginning.tries,
            preference=preference,
            miss=None if config.settings.exact_upstream else miss,
        )
        alone = len(self._eefs) == 1 and not config.settings.exact_upstream
        if config.select_per_subtask and (config.select_per_arm or alone):
            return selected
        keeps, kept = self._kept_source(rows, eef, subtask)
        return torch.where(keeps, kept, selected)

    def _kept_source(self, rows: torch.Tensor, eef: int, subtask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return which rows keep a source that was selected before, (K,) bool, and that source, (K,) int64.

        End effectors that do not select for themselves share a source. Upstream then never selects again within an
        attempt, whatever is asked for per subtask. By default only subtasks of the same number share a source.
        """
        own = self.sources[rows, eef, (subtask - 1).clamp_min(0)]
        goes_on = (subtask > 0) & (not self._config.select_per_subtask)
        if self._config.select_per_arm:
            return goes_on, own
        if self._config.settings.exact_upstream:
            # All end effectors hold the same source: the one that was selected first.
            earliest = self.sources[rows].flatten(1).amax(dim=1)
            return earliest >= 0, earliest
        shared = self.sources[rows, :, subtask]
        # An end effector that waited selects again; its own earlier selection must not decide that.
        shared = torch.where(self._eefs == eef, -1, shared).amax(dim=1)
        return goes_on | (shared >= 0), torch.where(shared >= 0, shared, own)
