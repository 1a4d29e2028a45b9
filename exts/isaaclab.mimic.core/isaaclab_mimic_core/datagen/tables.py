# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task's subtasks and constraints as tensors, so that a step looks nothing up in dictionaries."""

from dataclasses import dataclass

import torch

REPLAY, TRANSFORM, TRANSLATE = range(3)
"""Values of upstream's SubTaskConstraintCoordinationScheme."""
NONE, LATTER, COORDINATED = range(3)
"""What a constraint asks of a subtask: nothing, to wait for its partner, or to run in step with its partner."""


@dataclass(frozen=True)
class SubtaskTable:
    """All subtasks of all end effectors.

    Tensors are (num_eefs, max_subtasks), padded with zeros, unless said otherwise.
    """

    eef_names: tuple[str, ...]
    signals: tuple[tuple[str | None, ...], ...]
    """Termination signal of each end effector's subtasks; the last one's is not used."""
    object_names: tuple[tuple[str | None, ...], ...]
    """Reference object of each end effector's subtasks."""
    count: torch.Tensor
    """(num_eefs,) int64: number of subtasks of each end effector."""
    object_index: torch.Tensor
    """int64: the reference object's index among the environment's objects, -1 for none."""
    strategy: torch.Tensor
    """int64: how a source is selected, an index into `config_checks.STRATEGIES`."""
    nn_k: torch.Tensor
    """int64: how many nearest sources to select among."""
    pos_weight: torch.Tensor
    """Weight of metres in the distance between poses."""
    rot_weight: torch.Tensor
    """Weight of radians in the distance between poses."""
    noise: torch.Tensor
    """Standard deviation of the action noise, in action units."""
    noise_in_interpolation: torch.Tensor
    """Factor on the noise before the segment: 0 or 1."""
    num_interpolation: torch.Tensor
    """int64: waypoints of the interpolation to the segment."""
    num_fixed: torch.Tensor
    """int64: waypoints that repeat the segment's first pose."""
    term_offset: torch.Tensor
    """(num_eefs, max_subtasks, 2) int64: least and largest random offset of a segment's end [steps]."""
    start_offset: torch.Tensor
    """(num_eefs, max_subtasks, 2) int64: the same for a segment's start, if paths between segments are planned."""
    first_offset: torch.Tensor
    """(num_eefs, 2) int64: least and largest random offset of the first segment's start [steps]."""
    max_interpolation: int
    """The largest `num_interpolation`."""
    all_have_objects: bool
    """Whether every subtask has a reference object."""
    planned: bool
    """Whether a motion planner makes the paths between segments (SkillGen)."""

    @property
    def max_subtasks(self) -> int:
        """The largest number of subtasks of an end effector."""
        return self.object_index.shape[1]

    def label(self, eef: int, subtask: int) -> str:
        """Return a subtask's name in files and events: `<eef>/<subtask index>`."""
        return f"{self.eef_names[eef]}/{subtask}"


@dataclass(frozen=True)
class ConstraintTable:
    """What subtasks of different end effectors have to do with each other.

    Tensors are (num_eefs, max_subtasks) unless said otherwise.
    """

    kind: torch.Tensor
    """int64: NONE, LATTER (waits for its partner) or COORDINATED (runs in step with its partner)."""
    partner_eef: torch.Tensor
    """int64: end effector of the partner."""
    partner_subtask: torch.Tensor
    """int64: subtask of the partner."""
    min_time_diff: torch.Tensor
    """int64: LATTER goes on until this many steps are left, then waits; -1: it waits at its start."""
    scheme: torch.Tensor
    """int64: REPLAY, TRANSFORM or TRANSLATE."""
    synchronize_start: torch.Tensor
    """bool: whether COORDINATED ones begin in the same step."""
    pos_noise: torch.Tensor
    """Largest random shift of a coordinated motion along each axis [m]."""
    rot_noise: torch.Tensor
    """Largest random turn of a coordinated motion about each axis [rad]."""
    unlocks: torch.Tensor
    """(num_eefs, max_subtasks, num_eefs, max_subtasks) bool: whether finishing the former lets the latter go on."""
    pair: torch.Tensor
    """int64: number of the coordination that a subtask belongs to, -1 for none."""
    num_pairs: int
    """Number of coordinations."""

    @classmethod
    def without_any(cls, num_eefs: int, max_subtasks: int) -> "ConstraintTable":
        """Return a table of no constraints, on the CPU."""
        shape = (num_eefs, max_subtasks)
        kind, partner_eef, partner_subtask, min_time_diff, scheme = torch.zeros(5, *shape, dtype=torch.long)
        pos_noise, rot_noise = torch.zeros(2, *shape)
        return cls(
            kind=kind,
            partner_eef=partner_eef,
            partner_subtask=partner_subtask,
            min_time_diff=min_time_diff,
            scheme=scheme,
            synchronize_start=torch.zeros(shape, dtype=torch.bool),
            pos_noise=pos_noise,
            rot_noise=rot_noise,
            unlocks=torch.zeros(*shape, *shape, dtype=torch.bool),
            pair=torch.full(shape, -1),
            num_pairs=0,
        )

    @property
    def empty(self) -> bool:
        """Whether there are no constraints."""
        return not bool((self.kind != NONE).any())
