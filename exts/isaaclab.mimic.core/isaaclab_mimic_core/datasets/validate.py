# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Check that a demonstration can be a source demonstration for generation."""

import os
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..errors import ANNOTATE, ANNOTATE_BY_HAND, LOOK_INTO, DatasetError, Remedy
from . import layout
from .episode import Episode
from .signals import first_change

_ANNOTATE = Remedy("Annotate the file first: mimic annotate --input F --output G", ANNOTATE)
_OTHER_TASK = Remedy("Was the file made for another task? See: mimic info F", LOOK_INTO)
_OTHER_OBJECTS = Remedy(f"Annotate again if the task names it only since then. {_OTHER_TASK}", LOOK_INTO)
_RECORD = Remedy("Drop this demonstration (mimic drop), or record it again.", LOOK_INTO)
_MARK = Remedy(
    "Mark the subtask by hand (mimic annotate --manual), or drop this demonstration (mimic drop).", ANNOTATE_BY_HAND
)
_MARK_AGAIN = Remedy("Mark the subtasks again: mimic annotate --manual", ANNOTATE_BY_HAND)


def validate_source(
    episode: Episode,
    eef_names: Iterable[str],
    object_names: Iterable[str],
    signals: Mapping[str, Sequence[str | None]],
    path: str | os.PathLike[str],
) -> None:
    """Check everything that generation needs of a source demonstration.

    Args:
        episode: The demonstration, with at least `actions` and `obs/datagen_info`.
        eef_names: The task's end effectors; the file must have these and no others.
        object_names: The reference objects of the task's subtasks; the file may have more objects.
        signals: End effector -> termination signal of each subtask, in order. The last one is ignored, because the last
            subtask runs to the end.
        path: The file, for error messages.

    Raises:
        DatasetError: The first array that is missing or wrong.
    """
    where = f"{path}, {episode.name}" if episode.name else str(path)
    eef_names = list(eef_names)
    _check_actions(episode, where)
    if not episode.has(layout.DATAGEN_INFO):
        raise DatasetError(f"has no {layout.DATAGEN_INFO}, which generation needs", where=where, remedy=_ANNOTATE)
    for group in (layout.EEF_POSE, layout.TARGET_EEF_POSE):
        _check_eefs(episode, group, eef_names, where)
    for name in object_names:
        if not episode.has(layout.join(layout.OBJECT_POSE, name)):
            there = _listed(episode.members(layout.OBJECT_POSE))
            raise DatasetError(f"has no poses of the object {name!r}, only {there}", where=where, remedy=_OTHER_OBJECTS)
    _check_poses(episode, where)
    for eef_name, names in signals.items():
        _check_signals(episode, eef_name, names[:-1], where)


def _check_actions(episode: Episode, where: str) -> None:
    actions = episode.data.get(layout.ACTIONS)
    if actions is None:
        raise DatasetError("has no actions", where=where, remedy=_RECORD)
    if len(actions) == 0:
        raise DatasetError("is empty: it has 0 samples", where=where, remedy=_RECORD)
    if actions.ndim != 2:
        raise DatasetError(f"has actions of shape {actions.shape}, not (samples, width)", where=where, remedy=_RECORD)
    _check_finite(actions, layout.ACTIONS, where)


def _check_eefs(episode: Episode, group: str, eef_names: list[str], where: str) -> None:
    there = episode.members(group)
    for name in eef_names:
        if name not in there:
            raise DatasetError(
                f"has no {group} of the end effector {name!r}, only {_listed(there)}", where=where, remedy=_OTHER_TASK
            )
    for name in there:
        if name not in eef_names:
            raise DatasetError(
                f"has poses of the end effector {name!r}, unknown to the task (it has {_listed(eef_names)})",
                where=where,
                remedy=_OTHER_TASK,
            )


def _check_poses(episode: Episode, where: str) -> None:
    """Check all poses in the episode: those of `datagen_info`, and root poses of states if they were read."""
    for path, values in episode.data.items():
        if path.startswith((layout.EEF_POSE + "/", layout.TARGET_EEF_POSE + "/", layout.OBJECT_POSE + "/")):
            if values.shape[1:] != (4, 4):
                raise DatasetError(
                    f"has {path} of shape {values.shape}, not (samples, 4, 4)", where=where, remedy=_ANNOTATE
                )
            _check_length(episode, values, path, where)
        elif not layout.is_root_pose(path):
            continue
        _check_finite(values, path, where)


def _check_signals(episode: Episode, eef_name: str, names: Sequence[str | None], where: str) -> None:
    previous: tuple[str, int] | None = None
    for index, name in enumerate(names):
        if name is None:
            continue
        about = f"subtask_configs[{eef_name!r}][{index}]"
        path = layout.join(layout.TERM_SIGNALS, name)
        signal = episode.data.get(path)
        if signal is None:
            there = _listed(episode.members(layout.TERM_SIGNALS))
            raise DatasetError(
                f"has no termination signal {name!r} of {eef_name!r}, only {there}",
                where=where,
                remedy=_ANNOTATE,
                about=about,
            )
        _check_length(episode, signal, path, where)
        _check_finite(signal, path, where)
        changes = first_change(signal)
        if changes is None:
            raise DatasetError(
                f"the termination signal {name!r} of {eef_name!r} never rises",
                where=where,
                remedy=_MARK,
                about=about,
            )
        if previous is not None and changes <= previous[1]:
            raise DatasetError(
                f"the signal {name!r} (sample {changes}) does not come after {previous[0]!r} (sample {previous[1]})",
                where=where,
                remedy=_MARK_AGAIN,
                about=about,
            )
        previous = name, changes


def _check_length(episode: Episode, values: np.ndarray, path: str, where: str) -> None:
    if values.ndim == 0 or len(values) != episode.num_samples:
        length = len(values) if values.ndim else 0
        raise DatasetError(
            f"{path} has {length} rows but there are {episode.num_samples} actions", where=where, remedy=_ANNOTATE
        )


def _check_finite(values: np.ndarray, path: str, where: str) -> None:
    if values.dtype.kind not in "fc" or np.isfinite(values).all():
        return
    row, *rest = np.argwhere(~np.isfinite(values))[0].tolist()
    column = f", column {rest[0]}" if len(rest) == 1 else ""
    value = values[(row, *rest)]
    raise DatasetError(f"{path}, row {row}{column} is {value}", where=where, remedy=_RECORD)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"
