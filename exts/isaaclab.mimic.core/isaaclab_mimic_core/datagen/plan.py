# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task's Mimic configuration as tensors, checked once, so that stepping looks nothing up in dictionaries."""

from dataclasses import dataclass
from typing import Any

import torch

from .config_checks import STRATEGIES, check_subtasks


@dataclass(frozen=True)
class SubtaskPlan:
    """All subtasks of all end effectors; every tensor is (num_eefs, max_subtasks), padded with zeros."""

    eef_names: tuple[str, ...]
    signals: tuple[tuple[str | None, ...], ...]
    """Termination signal of each end effector's subtasks; the last one's is not used."""
    object_names: tuple[tuple[str | None, ...], ...]
    count: torch.Tensor
    """(num_eefs,) int64: subtasks of each end effector."""
    object_index: torch.Tensor
    """int64: the reference object among the environment's objects, -1 for none."""
    strategy: torch.Tensor
    """int64: index into `STRATEGIES`."""
    nn_k: torch.Tensor
    pos_weight: torch.Tensor
    rot_weight: torch.Tensor
    noise: torch.Tensor
    """Standard deviation of action noise, in action units."""
    noise_in_interpolation: torch.Tensor
    """Factor on the noise before the segment: 0 or 1."""
    num_interpolation: torch.Tensor
    num_fixed: torch.Tensor
    term_offset: torch.Tensor
    """(num_eefs, max_subtasks, 2) int64: least and largest offset of a segment's end [steps]."""
    start_offset: torch.Tensor
    """(num_eefs, max_subtasks, 2) int64: the same of a segment's start, if ways are planned."""
    planned: bool
    """A motion planner makes the ways between segments (`use_skillgen`)."""
    first_offset: torch.Tensor
    """(num_eefs, 2) int64: least and largest offset of the first segment's start [steps]."""

    @property
    def max_subtasks(self) -> int:
        return self.object_index.shape[1]


def make_plan(
    cfg: Any, object_names: tuple[str, ...], device: torch.device, planned: bool | None = None
) -> SubtaskPlan:
    """Read a `MimicEnvCfg`.

    Args:
        cfg: Upstream's or our own configuration.
        object_names: The environment's objects, in the order of its `object_pose`.
        device: Where the tensors shall be.
        planned: Whether ways between segments are planned; as `use_skillgen` says by default.

    Raises:
        ConfigError: A field contradicts another, or names what is not there; says which.
    """
    subtasks = {eef: list(configs) for eef, configs in cfg.subtask_configs.items()}
    check_subtasks(subtasks, object_names)
    width = max(map(len, subtasks.values()))

    def table(read: Any, dtype: torch.dtype = torch.long) -> torch.Tensor:
        rows = [[read(c) for c in configs] for configs in subtasks.values()]
        filler = [0] * len(rows[0][0]) if isinstance(rows[0][0], (list, tuple)) else 0
        return torch.tensor([row + [filler] * (width - len(row)) for row in rows], dtype=dtype, device=device)

    def kwarg(name: str, default: float) -> Any:
        return lambda c: (c.selection_strategy_kwargs or {}).get(name, default)

    return SubtaskPlan(
        eef_names=tuple(subtasks),
        signals=tuple(tuple(c.subtask_term_signal for c in configs) for configs in subtasks.values()),
        object_names=tuple(tuple(c.object_ref for c in configs) for configs in subtasks.values()),
        count=torch.tensor([len(configs) for configs in subtasks.values()], device=device),
        object_index=table(lambda c: -1 if c.object_ref is None else object_names.index(c.object_ref)),
        strategy=table(lambda c: STRATEGIES.index(c.selection_strategy)),
        nn_k=table(kwarg("nn_k", 3)),
        pos_weight=table(kwarg("pos_weight", 1.0), torch.float32),
        rot_weight=table(kwarg("rot_weight", 1.0), torch.float32),
        noise=table(lambda c: c.action_noise, torch.float32),
        noise_in_interpolation=table(lambda c: float(c.apply_noise_during_interpolation), torch.float32),
        num_interpolation=table(lambda c: c.num_interpolation_steps),
        num_fixed=table(lambda c: c.num_fixed_steps),
        term_offset=table(lambda c: list(c.subtask_term_offset_range)),
        start_offset=table(lambda c: list(c.subtask_start_offset_range)),
        planned=bool(getattr(cfg.datagen_config, "use_skillgen", False)) if planned is None else planned,
        first_offset=torch.tensor(
            [list(configs[0].first_subtask_start_offset_range) for configs in subtasks.values()], device=device
        ),
    )
