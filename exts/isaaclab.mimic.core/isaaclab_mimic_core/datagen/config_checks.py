# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Values that a task's Mimic configuration may hold.

Our own configuration classes check themselves with this when they are made. `config.py` checks whatever it reads,
upstream's instances too. Every error names field and value.
"""

import graphlib
import math
import re
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

from ..errors import ConfigError

STRATEGIES = ("random", "nearest_neighbor_object", "nearest_neighbor_robot_distance")

SEQUENTIAL, COORDINATION = range(2)
"""Values of upstream's SubTaskConstraintType that a user may set."""
SCHEMES = ("REPLAY", "TRANSFORM", "TRANSLATE")
"""Upstream's SubTaskConstraintCoordinationScheme, in the order of its values."""

_LARGEST = 2**31 - 1
"""Largest whole number: steps and seeds are counted in 32 bits by what they are handed to."""
_FARTHEST = 1000.0
"""How far from its parent a frame may be, along each axis [m]; float32 tells tenths of a millimeter apart there."""
_NAME = re.compile(r"[A-Za-z0-9_]{1,100}")
"""Names that a file can keep poses by."""
_UNIT = 1e-3
"""How far from 1 the length of a quaternion may be."""
_FLAGS = (
    "generation_guarantee",
    "generation_keep_failed",
    "generation_select_src_per_subtask",
    "generation_select_src_per_arm",
    "generation_transform_first_robot_pose",
    "generation_interpolate_from_last_target_pose",
    "use_skillgen",
    "use_navigation_controller",
)


def check_datagen(config: Any, where: str) -> None:
    """Refuse a `DataGenConfig` with values that mean nothing.

    Args:
        config: Upstream's or our own.
        where: What to call it.

    Raises:
        ConfigError: Names field and value.
    """
    if not isinstance(config.name, str) or not config.name:
        raise ConfigError(f"name is {config.name!r}, but must be a text that is not empty", where=where)
    for field in _FLAGS:
        _flag(config, field, where)
    _whole(config, "seed", 0, where)
    _whole(config, "generation_num_trials", 1, where)
    if config.max_num_failures is not None:
        _whole(config, "max_num_failures", 1, where)


def check_subtask(config: Any, where: str) -> None:
    """Refuse a `SubTaskConfig` that cannot be followed, whichever place it has among the others.

    Args:
        config: Upstream's or our own.
        where: What to call it.

    Raises:
        ConfigError: Names field and value.
    """
    for field in ("object_ref", "subtask_term_signal"):
        value = getattr(config, field)
        if value is not None and (not isinstance(value, str) or not value):
            raise ConfigError(f"{field} is {value!r}, but must be a name or None", where=where)
    signal = config.subtask_term_signal or ""
    if not signal.isprintable() or "/" in signal or signal.startswith("."):
        raise ConfigError(
            f"subtask_term_signal {signal!r:.80} is no name for a signal",
            where=where,
            remedy="Use letters, digits and _.",
        )
    strategy, kwargs = config.selection_strategy, config.selection_strategy_kwargs or {}
    if strategy not in STRATEGIES:
        raise ConfigError(
            f"selection_strategy {strategy!r} is unknown", where=where, remedy=f"Use {', '.join(STRATEGIES)}."
        )
    if config.object_ref is None and strategy != "random":
        raise ConfigError(
            f"object_ref is None, but selection_strategy {strategy!r} needs one", where=where, remedy="Use random."
        )
    if not isinstance(kwargs, Mapping):
        raise ConfigError(f"selection_strategy_kwargs is {kwargs!r}, but must be a dictionary", where=where)
    unknown = set(kwargs) - {"nn_k", "pos_weight", "rot_weight"}
    if unknown:
        raise ConfigError(f"selection_strategy_kwargs has unknown {', '.join(sorted(unknown))}", where=where)
    _whole(kwargs, "nn_k", 1, where)
    for field in ("pos_weight", "rot_weight"):
        _amount(kwargs, field, where)
    for field in ("num_interpolation_steps", "num_fixed_steps"):
        _whole(config, field, 0, where)
    _amount(config, "action_noise", where)
    _flag(config, "apply_noise_during_interpolation", where)
    for field in ("first_subtask_start_offset_range", "subtask_start_offset_range", "subtask_term_offset_range"):
        _range(config, field, where)


def check_subtasks(subtask_configs: Mapping[str, Sequence[Any]], object_names: Sequence[str] | None = None) -> None:
    """Refuse subtasks that do not make a task.

    Args:
        subtask_configs: End effector -> its `SubTaskConfig`s in order, upstream's or our own.
        object_names: The scene's objects; None if they are not known yet.

    Raises:
        ConfigError: Names end effector, subtask, field and value.
    """
    if not subtask_configs or not all(subtask_configs.values()):
        counts = {eef: len(configs) for eef, configs in subtask_configs.items()}
        raise ConfigError(
            f"every end effector needs at least one subtask, but their numbers are {counts}", where="subtask_configs"
        )
    for eef, configs in subtask_configs.items():
        for index, config in enumerate(configs):
            where = f"subtask_configs[{eef!r}][{index}]"
            if object_names is not None and config.object_ref is not None and config.object_ref not in object_names:
                raise ConfigError(
                    f"object_ref {config.object_ref!r} is not in the scene",
                    where=where,
                    remedy=f"Objects: {', '.join(object_names) or 'none'}",
                )
            check_subtask(config, where)
            last = index == len(configs) - 1
            if last and tuple(config.subtask_term_offset_range) != (0, 0):
                raise ConfigError(
                    f"subtask_term_offset_range is {tuple(config.subtask_term_offset_range)}, but must be (0, 0):"
                    " the last subtask runs to the end",
                    where=where,
                )
            if not last and config.subtask_term_signal is None:
                raise ConfigError("subtask_term_signal is None, but every subtask but the last needs one", where=where)


def check_frame(config: Any, name: Any, where: str) -> None:
    """Refuse a `FrameConfig` that is no place, or a name that no file could keep its poses by.

    Args:
        config: The frame.
        name: Its name.
        where: What to call it.

    Raises:
        ConfigError: Names field and value.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        remedy = "Use letters, digits and _, at most 100 of them."
        raise ConfigError(f"{name!r:.80} is no name for a frame", where=where, remedy=remedy)
    parent = config.parent
    if parent is not None and (not isinstance(parent, str) or not parent):
        raise ConfigError(f"parent is {parent!r}, but must be the name of an asset or None", where=where)
    for field, size in (("pos", 3), ("rot", 4)):
        value = getattr(config, field)
        if not isinstance(value, (list, tuple)) or len(value) != size or not all(map(is_finite, value)):
            raise ConfigError(f"{field} is {value!r}, but must be {size} finite numbers", where=where)
    if max(map(abs, config.pos)) > _FARTHEST:
        raise ConfigError(f"pos is {config.pos!r}, but must be within {_FARTHEST:g} m", where=where)
    if abs(math.hypot(*config.rot) - 1.0) > _UNIT:
        raise ConfigError(
            f"rot is {tuple(config.rot)}, but must be a quaternion (x, y, z, w) of length 1",
            where=where,
            remedy="(0, 0, 0, 1) is no rotation.",
        )


def check_constraint(constraint: Any, where: str) -> None:
    """Refuse a `SubTaskConstraintConfig` that no task could fulfil.

    Args:
        constraint: Upstream's or our own.
        where: What to call it.

    Raises:
        ConfigError: Names field and value.
    """
    kind, places = constraint.constraint_type, constraint.eef_subtask_constraint_tuple
    if kind not in (SEQUENTIAL, COORDINATION):
        raise ConfigError(f"constraint_type is {kind!r}, but must be SEQUENTIAL or COORDINATION", where=where)
    if len(places) != 2 or any(
        len(place) != 2 or not isinstance(place[0], str) or not _is_whole(place[1]) for place in places
    ):
        raise ConfigError(
            f"eef_subtask_constraint_tuple is {places!r}, but must be two pairs of end effector and subtask number",
            where=where,
        )
    if places[0][0] == places[1][0]:
        raise ConfigError(
            f"eef_subtask_constraint_tuple is {places!r}: it constrains an end effector by itself", where=where
        )
    _whole(constraint, "sequential_min_time_diff", -1, where)
    if constraint.coordination_scheme not in range(len(SCHEMES)):
        raise ConfigError(
            f"coordination_scheme is {constraint.coordination_scheme!r}, but must be one of {', '.join(SCHEMES)}",
            where=where,
        )
    for field in ("coordination_scheme_pos_noise_scale", "coordination_scheme_rot_noise_scale"):
        _amount(constraint, field, where)
    _flag(constraint, "coordination_synchronize_start", where)


def check_constraints(subtask_configs: Mapping[str, Sequence[Any]], constraints: Sequence[Any]) -> None:
    """Refuse constraints that name what is not there, contradict one another, or can never be fulfilled.

    Args:
        subtask_configs: End effector -> its `SubTaskConfig`s in order, upstream's or our own.
        constraints: The `SubTaskConstraintConfig`s.

    Raises:
        ConfigError: Says which.
    """
    counts = {eef: len(configs) for eef, configs in subtask_configs.items()}
    taken: set[tuple[int, int]] = set()
    waits: list[tuple[tuple[int, int], tuple[int, int]]] = []
    pairs: dict[tuple[int, int], int] = {}
    for number, constraint in enumerate(constraints):
        where = f"task_constraint_configs[{number}]"
        check_constraint(constraint, where)
        first, second = (place_of(place, counts, where) for place in constraint.eef_subtask_constraint_tuple)
        sequential = constraint.constraint_type == SEQUENTIAL
        for eef, subtask in [second] if sequential else [first, second]:
            name = list(counts)[eef]
            if (eef, subtask) in taken:
                raise ConfigError(
                    f"subtask {subtask} of {name} has a constraint already", where=where, remedy="Keep one."
                )
            taken.add((eef, subtask))
            moves = not sequential and SCHEMES[int(constraint.coordination_scheme)] != "REPLAY"
            if moves and subtask_configs[name][subtask].object_ref is None:
                raise ConfigError(
                    f"needs an object_ref at subtask {subtask} of {name}",
                    where=where,
                    remedy="Name the object, or use the scheme REPLAY.",
                )
        if sequential:
            waits.append((first, second))
        else:
            pairs |= {first: number, second: number}
    _check_possible(waits, pairs, counts)


def place_of(place: Any, counts: Mapping[str, int], where: str = "") -> tuple[int, int]:
    """Return a named subtask as indices of end effector and subtask.

    Args:
        place: Name of the end effector and index of its subtask.
        counts: Number of subtasks of each end effector, in order.
        where: What to call what names it.

    Raises:
        ConfigError: There is none.
    """
    eef, subtask = place
    names = list(counts)
    if eef not in counts:
        raise ConfigError(f"there is no end effector {eef!r}", where=where, remedy=f"There are {', '.join(names)}.")
    if not 0 <= subtask < counts[eef]:
        raise ConfigError(f"{eef} has no subtask {subtask}, only 0 to {counts[eef] - 1}", where=where)
    return names.index(eef), subtask


def _check_possible(
    waits: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    pairs: Mapping[tuple[int, int], int],
    counts: Mapping[str, int],
) -> None:
    """Refuse constraints that wait for one another in a circle.

    Args:
        waits: Pairs of subtasks (eef, subtask), of which the second waits for the first.
        pairs: Subtask -> number of the coordination that it belongs to.
        counts: Number of subtasks of each end effector, in order.
    """

    def node(place: tuple[int, int]) -> tuple:
        # Coordinated subtasks run in step: they are one node.
        return ("pair", pairs[place]) if place in pairs else place

    order = [((eef, i - 1), (eef, i)) for eef, count in enumerate(counts.values()) for i in range(1, count)]
    sorter: graphlib.TopologicalSorter = graphlib.TopologicalSorter()
    for first, second in [*order, *waits]:
        sorter.add(node(second), node(first))
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        raise ConfigError(
            "the constraints wait for one another in a circle",
            where="task_constraint_configs",
            remedy=f"Look at those of {', '.join(counts)}.",
        ) from error


def is_finite(value: Any) -> bool:
    """Return whether a value is a number, no truth value, that a float can hold."""
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _value(config: Any, field: str, default: Any) -> Any:
    return config.get(field, default) if isinstance(config, Mapping) else getattr(config, field)


def _flag(config: Any, field: str, where: str) -> None:
    value = getattr(config, field)
    if not isinstance(value, bool):
        raise ConfigError(f"{field} is {value!r}, but must be True or False", where=where)


def _whole(config: Any, field: str, least: int, where: str) -> None:
    value = _value(config, field, least)
    if not _is_whole(value) or not least <= value <= _LARGEST:
        raise ConfigError(f"{field} is {value!r}, but must be a whole number from {least} to {_LARGEST}", where=where)


def _amount(config: Any, field: str, where: str) -> None:
    value = _value(config, field, 0.0)
    if not is_finite(value) or value < 0:
        raise ConfigError(f"{field} is {value!r}, but must be a finite number, not negative", where=where)


def _range(config: Any, field: str, where: str) -> None:
    value = getattr(config, field)
    good = isinstance(value, (list, tuple)) and len(value) == 2 and all(map(_is_whole, value))
    if not good or max(map(abs, value)) > _LARGEST:
        raise ConfigError(f"{field} is {value!r}, but must be two whole numbers", where=where)
    if value[0] > value[1]:
        raise ConfigError(f"{field} is {tuple(value)}: the lower bound comes first", where=where)
