# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task's constraints between end effectors as tensors, checked once.

Semantics of isaaclab.envs.mimic_env_cfg.SubTaskConstraintConfig (Isaac Lab 3.0.0): SEQUENTIAL lets a subtask of one
end effector wait for one of another; COORDINATION lets two subtasks run in step, from one source and one transform.
"""

from dataclasses import dataclass
from typing import Any

import torch

from ..errors import ConfigError
from .config_checks import SCHEMES, SEQUENTIAL, check_constraint

NONE, LATTER, COORDINATED = range(3)
REPLAY, TRANSFORM, TRANSLATE = range(len(SCHEMES))
"""Values of upstream's SubTaskConstraintCoordinationScheme."""


@dataclass(frozen=True)
class ConstraintPlan:
    """Per end effector and subtask; tensors are (num_eefs, max_subtasks) unless said otherwise."""

    kind: torch.Tensor
    """int64: NONE, LATTER (waits for its partner) or COORDINATED (runs in step with its partner)."""
    partner_eef: torch.Tensor
    partner_subtask: torch.Tensor
    min_time_diff: torch.Tensor
    """int64: LATTER goes on until so many steps are left, then waits; -1: it waits at its start."""
    scheme: torch.Tensor
    """int64: REPLAY, TRANSFORM or TRANSLATE."""
    synchronize_start: torch.Tensor
    """bool."""
    pos_noise: torch.Tensor
    """float [m]."""
    rot_noise: torch.Tensor
    """float [rad]."""
    unlocks: torch.Tensor
    """(num_eefs, max_subtasks, num_eefs, max_subtasks) bool: finishing the former lets the latter go on."""
    pair: torch.Tensor
    """int64: which coordination a subtask belongs to, -1 for none."""
    num_pairs: int

    @property
    def empty(self) -> bool:
        return not bool((self.kind != NONE).any())


def make_constraint_plan(cfg: Any, counts: dict[str, int], device: torch.device) -> ConstraintPlan:
    """Read `task_constraint_configs`.

    Args:
        cfg: A `MimicEnvCfg`.
        counts: Number of subtasks of each end effector, in order.
        device: Where the tensors shall be.

    Raises:
        ConfigError: A constraint names what is not there, contradicts another, or can never be fulfilled.
    """
    names, shape = list(counts), (len(counts), max(counts.values()))
    whole = {key: torch.zeros(shape, dtype=torch.long) for key in ("kind", "eef", "subtask", "diff", "scheme", "pair")}
    whole["pair"] -= 1
    noise = torch.zeros(2, *shape)
    start = torch.zeros(shape, dtype=torch.bool)
    unlocks = torch.zeros(*shape, *shape, dtype=torch.bool)
    pairs, edges = 0, []
    for number, constraint in enumerate(cfg.task_constraint_configs):
        where = f"task_constraint_configs[{number}]"
        check_constraint(constraint, where)
        (first, second) = [_place(place, names, counts, where) for place in constraint.eef_subtask_constraint_tuple]
        constrained = [second] if constraint.constraint_type == SEQUENTIAL else [first, second]
        for place in constrained:
            if whole["kind"][place] != NONE:
                raise ConfigError(
                    f"subtask {place[1]} of {names[place[0]]} has a constraint already", where=where, remedy="Keep one."
                )
        if constraint.constraint_type == SEQUENTIAL:
            whole["kind"][second] = LATTER
            whole["eef"][second], whole["subtask"][second] = first
            whole["diff"][second] = constraint.sequential_min_time_diff
            unlocks[(*first, *second)] = True
            edges.append((first, second))
        else:
            scheme = int(constraint.coordination_scheme)
            for place, other in ((first, second), (second, first)):
                if scheme != REPLAY and cfg.subtask_configs[names[place[0]]][place[1]].object_ref is None:
                    raise ConfigError(
                        f"needs an object_ref at subtask {place[1]} of {names[place[0]]}",
                        where=where,
                        remedy="Name the object, or use the scheme REPLAY.",
                    )
                whole["kind"][place] = COORDINATED
                whole["eef"][place], whole["subtask"][place] = other
                whole["scheme"][place], whole["pair"][place] = scheme, pairs
                start[place] = bool(constraint.coordination_synchronize_start)
                noise[0][place] = constraint.coordination_scheme_pos_noise_scale
                noise[1][place] = constraint.coordination_scheme_rot_noise_scale
            pairs += 1
            edges += [(first, second), (second, first)]
    _check_possible(edges, whole["pair"], counts, names)
    return ConstraintPlan(
        kind=whole["kind"].to(device),
        partner_eef=whole["eef"].to(device),
        partner_subtask=whole["subtask"].to(device),
        min_time_diff=whole["diff"].to(device),
        scheme=whole["scheme"].to(device),
        synchronize_start=start.to(device),
        pos_noise=noise[0].to(device),
        rot_noise=noise[1].to(device),
        unlocks=unlocks.to(device),
        pair=whole["pair"].to(device),
        num_pairs=pairs,
    )


def _place(place: Any, names: list[str], counts: dict[str, int], where: str) -> tuple[int, int]:
    eef, subtask = place
    if eef not in counts:
        raise ConfigError(f"there is no end effector {eef!r}", where=where, remedy=f"There are {', '.join(names)}.")
    if not 0 <= subtask < counts[eef]:
        raise ConfigError(f"{eef} has no subtask {subtask}, only 0 to {counts[eef] - 1}", where=where)
    return names.index(eef), subtask


def _check_possible(edges: list, pair: torch.Tensor, counts: dict[str, int], names: list[str]) -> None:
    """Refuse constraints that wait for one another in a circle.

    Subtasks are nodes, coordinated ones share theirs; a subtask comes after the one before it and after what it waits
    for. A circle in that graph can never be worked off.
    """

    def node(place: tuple[int, int]) -> tuple:
        number = int(pair[place])
        return ("pair", number) if number >= 0 else place

    after: dict[tuple, set] = {}
    for eef, count in enumerate(counts.values()):
        for subtask in range(1, count):
            after.setdefault(node((eef, subtask - 1)), set()).add(node((eef, subtask)))
    for first, second in edges:
        if node(first) != node(second):
            after.setdefault(node(first), set()).add(node(second))
    state: dict[tuple, int] = {}

    def visit(place: tuple) -> None:
        if state.get(place) == 1:
            raise ConfigError(
                "the constraints wait for one another in a circle",
                where="task_constraint_configs",
                remedy=f"Look at those of {', '.join(names)}.",
            )
        if state.get(place) is None:
            state[place] = 1
            for following in after.get(place, ()):
                visit(following)
            state[place] = 2

    for place in list(after):
        visit(place)
