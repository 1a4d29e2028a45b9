# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""All that decides how demonstrations are generated, read in one place.

A task's Mimic configuration (`MimicEnvCfg`, upstream's or our own) is read here and nowhere else. Whatever does not
make sense is refused here, once, by field and value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import torch

from ..errors import ConfigError
from .config_checks import SEQUENTIAL, STRATEGIES, check_constraints, check_frame, check_subtasks, place_of
from .contract import MimicEnv
from .settings import Settings
from .tables import COORDINATED, LATTER, ConstraintTable, SubtaskTable


@dataclass(frozen=True)
class GenerationConfig:
    """All settings that affect what is generated from given source demonstrations."""

    subtasks: SubtaskTable
    constraints: ConstraintTable
    settings: Settings
    seed: int
    """Seed of every choice and of the noise: together with an attempt's number it decides them all."""
    select_per_subtask: bool
    """Select a source for every subtask; False: keep an attempt's first one to its end."""
    select_per_arm: bool
    """Every end effector selects its own source; False: subtasks of the same number share one."""
    transform_first_robot_pose: bool
    """Put the source end effector's actual pose in front of every segment; False: only of the first one."""
    interpolate_from_last_target_pose: bool
    """Interpolate from the last target pose; False, and in the first subtask: from the pose that was reached."""
    navigates: bool = False
    """A robot walks to the waypoints of the end effector `body`, which wait for it."""


def read_config(env: MimicEnv, settings: Settings, seed: int, planned: bool | None = None) -> GenerationConfig:
    """Read an environment's configuration.

    Args:
        env: The environments.
        settings: Rules beyond the task's own configuration.
        seed: Seed of every choice and of the noise.
        planned: Whether paths between segments are planned; as `use_skillgen` says by default.

    Raises:
        ConfigError: A field contradicts another, or names what is not there; says which.
    """
    datagen = env.cfg.datagen_config
    if wants_navigation(env.cfg):
        _check_navigation(env, settings)
    subtasks = read_subtasks(env.cfg, env.object_names, env.device, planned)
    if settings.keep_clear and len(subtasks.eef_names) > 1:
        raise ConfigError(
            "what one end effector leaves alone another one may be there for, so pushes are no failures here",
            where="keep_clear",
            remedy="Leave it out: it is for tasks with one end effector.",
        )
    return GenerationConfig(
        subtasks=subtasks,
        constraints=read_constraints(env.cfg, env.device),
        settings=settings,
        seed=seed,
        select_per_subtask=datagen.generation_select_src_per_subtask and settings.per_subtask_selection,
        select_per_arm=datagen.generation_select_src_per_arm,
        transform_first_robot_pose=datagen.generation_transform_first_robot_pose,
        interpolate_from_last_target_pose=datagen.generation_interpolate_from_last_target_pose,
        navigates=wants_navigation(env.cfg),
    )


def _check_navigation(env: MimicEnv, settings: Settings) -> None:
    """Refuse a navigation controller where there is none, or none that does what is asked."""
    where = "datagen_config.use_navigation_controller"
    if not env.navigates:
        raise ConfigError("this robot does not walk", where=where, remedy="Leave it out.")
    if not callable(getattr(env, "is_behind", None)):
        raise ConfigError(
            f"{type(env).__name__} says `navigates`, but has no method `is_behind`",
            where=where,
            remedy="Add it (datagen.contract.WalkingEnv), or leave `navigates` out.",
        )
    if settings.exact_upstream:
        raise ConfigError(
            "upstream repeats the last command of a walk, and here each waypoint waits for the robot",
            where="mode upstream",
            remedy="Use another mode, or leave use_navigation_controller out.",
        )


def wants_navigation(cfg: Any) -> bool:
    """Return whether a `MimicEnvCfg` has a robot walk where the end effector `body` is to be."""
    return bool(getattr(cfg.datagen_config, "use_navigation_controller", False))


def read_subtasks(
    cfg: Any, object_names: tuple[str, ...], device: torch.device, planned: bool | None = None
) -> SubtaskTable:
    """Read the subtasks of a `MimicEnvCfg`.

    Args:
        cfg: Upstream's or our own configuration.
        object_names: The environment's objects, in the order of its `object_pose`.
        device: Device of the tensors.
        planned: Whether paths between segments are planned; as `use_skillgen` says by default.

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

    return SubtaskTable(
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
        first_offset=torch.tensor(
            [list(configs[0].first_subtask_start_offset_range) for configs in subtasks.values()], device=device
        ),
        max_interpolation=max(c.num_interpolation_steps for configs in subtasks.values() for c in configs),
        all_have_objects=all(c.object_ref is not None for configs in subtasks.values() for c in configs),
        planned=bool(getattr(cfg.datagen_config, "use_skillgen", False)) if planned is None else planned,
    )


def read_constraints(cfg: Any, device: torch.device) -> ConstraintTable:
    """Read the constraints between subtasks of a `MimicEnvCfg`.

    Semantics of isaaclab.envs.mimic_env_cfg.SubTaskConstraintConfig (Isaac Lab 3.0.0): SEQUENTIAL lets a subtask of one
    end effector wait for one of another; COORDINATION lets two subtasks run in step, from one source and one transform.

    Args:
        cfg: Upstream's or our own configuration.
        device: Device of the tensors.

    Raises:
        ConfigError: A constraint names what is not there, contradicts another, or can never be fulfilled.
    """
    counts = {eef: len(configs) for eef, configs in cfg.subtask_configs.items()}
    table = ConstraintTable.without_any(len(counts), max(counts.values()))
    check_constraints(cfg.subtask_configs, cfg.task_constraint_configs)
    pairs = 0
    for constraint in cfg.task_constraint_configs:
        first, second = (place_of(place, counts) for place in constraint.eef_subtask_constraint_tuple)
        if constraint.constraint_type == SEQUENTIAL:
            table.kind[second] = LATTER
            table.partner_eef[second], table.partner_subtask[second] = first
            table.min_time_diff[second] = constraint.sequential_min_time_diff
            table.unlocks[(*first, *second)] = True
        else:
            for place, partner in ((first, second), (second, first)):
                _coordinate(table, place, partner, pairs, constraint)
            pairs += 1
    tensors = {each.name: getattr(table, each.name).to(device) for each in fields(table) if each.name != "num_pairs"}
    return ConstraintTable(**tensors, num_pairs=pairs)


def check_objects(cfg: Any, object_names: Sequence[str]) -> None:
    """Refuse subtasks of a `MimicEnvCfg` that are about objects which are not in the scene.

    Args:
        cfg: Upstream's or our own configuration.
        object_names: The scene's objects.

    Raises:
        ConfigError: Names subtask and object.
    """
    check_subtasks(cfg.subtask_configs, object_names)


@dataclass(frozen=True)
class Frame:
    """A place that has a name, and that motions can refer to as to an object."""

    name: str
    parent: str | None
    """Name in the scene of the asset that it is fixed to; None: it is fixed in the environment."""
    pos: tuple[float, float, float]
    """Its origin in the parent's frame [m]."""
    rot: tuple[float, float, float, float]
    """Its orientation in the parent's frame: quaternion (xyzw)."""


def read_frames(cfg: Any) -> tuple[Frame, ...]:
    """Read the frames of an environment's configuration; one that has no `frame_configs` has none.

    Raises:
        ConfigError: A frame is no place; says which.
    """
    frames = []
    for name, config in (getattr(cfg, "frame_configs", None) or {}).items():
        check_frame(config, name, f"frame_configs[{name!r}]")
        x, y, z, w = map(float, config.rot)
        px, py, pz = map(float, config.pos)
        frames.append(Frame(name, config.parent, (px, py, pz), (x, y, z, w)))
    return tuple(frames)


@dataclass(frozen=True)
class Subtask:
    """What marks and instructions need to know of a subtask."""

    signal: str | None
    """Termination signal; None: it runs to the end of the demonstration."""
    description: str
    """What to do in it, for people; empty if the configuration does not say."""
    next_description: str
    """What to do after it."""
    start_offset: tuple[int, int]
    """Least and largest random offset of its segment's start [steps]; of the first one without a start mark, see
    `first_offset`."""
    term_offset: tuple[int, int]
    """The same of its segment's end [steps]."""
    first_offset: tuple[int, int]
    """The same of its start, if it is the first and starts are not marked [steps]."""
    object_ref: str | None = None
    """The object that it is about; None: none."""


def eef_names(cfg: Any) -> tuple[str, ...]:
    """Return the end effectors of a `MimicEnvCfg`, in the order of its subtasks' configurations."""
    return tuple(cfg.subtask_configs)


def leave_out_subtasks(cfg: Any, eefs: Sequence[str]) -> None:
    """Give a configuration, which need not have been a `MimicEnvCfg` before, end effectors without subtasks."""
    cfg.subtask_configs, cfg.frame_configs = {eef: [] for eef in eefs}, {}


def list_subtasks(cfg: Any) -> dict[str, tuple[Subtask, ...]]:
    """Return the subtasks of a `MimicEnvCfg` in order, by end effector."""
    return {eef: tuple(map(_subtask, configs)) for eef, configs in cfg.subtask_configs.items()}


def config_values(cfg: Any) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]], list[dict[str, Any]]]:
    """Return a `MimicEnvCfg` as plain data.

    Returns:
        The fields of `datagen_config`, those of each subtask by end effector, and those of each constraint.
    """
    subtasks = {eef: [dict(vars(config)) for config in configs] for eef, configs in cfg.subtask_configs.items()}
    return dict(vars(cfg.datagen_config)), subtasks, [dict(vars(each)) for each in cfg.task_constraint_configs]


def _subtask(config: Any) -> Subtask:
    def offset(name: str) -> tuple[int, int]:
        low, high = getattr(config, name)
        return int(low), int(high)

    return Subtask(
        signal=config.subtask_term_signal,
        description=config.description or "",
        next_description=config.next_subtask_description or "",
        start_offset=offset("subtask_start_offset_range"),
        term_offset=offset("subtask_term_offset_range"),
        first_offset=offset("first_subtask_start_offset_range"),
        object_ref=config.object_ref,
    )


def _coordinate(
    table: ConstraintTable,
    place: tuple[int, int],
    partner: tuple[int, int],
    pair: int,
    constraint: Any,
) -> None:
    """Write one of the two subtasks of a coordination into a table."""
    scheme = int(constraint.coordination_scheme)
    table.kind[place], table.scheme[place], table.pair[place] = COORDINATED, scheme, pair
    table.partner_eef[place], table.partner_subtask[place] = partner
    table.synchronize_start[place] = bool(constraint.coordination_synchronize_start)
    table.pos_noise[place] = constraint.coordination_scheme_pos_noise_scale
    table.rot_noise[place] = constraint.coordination_scheme_rot_noise_scale
