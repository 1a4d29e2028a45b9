# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export to LeRobot's dataset format v3.0, by lerobot itself.

Exported are actions, observations of the robot and observations of its surroundings. A row of LeRobot's dataset is a
sample of ours: the observations before a step and the action of the step. Arrays of more dimensions are flattened: a
(4, 4) pose becomes 16 numbers.
"""

import importlib.util
import logging
import math
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import DatasetError, OptionError, PlatformError
from .. import layout
from ..check import require
from ..check.validator import LEAVE_OUT
from ..reader import DatasetReader
from ..tree import Shape
from .result import ExportReport, OnExported, new_folder
from .video import is_picture

_ACTION = "action"
_STATE = "observation.state"
_SURROUNDINGS = "observation.environment_state"
_NO_BARS = "HF_DATASETS_DISABLE_PROGRESS_BARS"
_WIDEST = 256
"""Largest width of a term that counts as state."""


@dataclass(frozen=True)
class LeRobotTerms:
    """Which observation terms go where, in this order."""

    state: tuple[str, ...]
    """To `observation.state`: the robot."""
    environment_state: tuple[str, ...]
    """To `observation.environment_state`: everything around it."""


def lerobot_terms(reader: DatasetReader) -> LeRobotTerms:
    """Sort the low-dimensional observation terms of a file's demonstrations.

    Terms named after an object of the scene, or `object`, belong to the surroundings. `left_out` lists other terms.
    """
    shapes = reader.shapes(reader.example)
    objects = {path.split("/")[2] for path in shapes if path.startswith(layout.join(layout.STATES, "rigid_object", ""))}
    stems = {"object", *filter(None, (re.sub(r"_?\d+$", "", name) for name in objects))}
    state, surroundings = [], []
    for name, (shape, dtype) in _observations(reader).items():
        if not _why_not(name, shape, dtype):
            (surroundings if any(stem in name for stem in stems) else state).append(name)
    return LeRobotTerms(tuple(state), tuple(surroundings))


def left_out(reader: DatasetReader, terms: LeRobotTerms) -> list[str]:
    """Return sentences that name the observations that are not exported, and why."""
    reasons: dict[str, list[str]] = {}
    for name, (shape, dtype) in _observations(reader).items():
        if name not in (*terms.state, *terms.environment_state):
            reasons.setdefault(_why_not(name, shape, dtype) or "not asked for", []).append(name)
    return [f"left out, as {reason}: {', '.join(names)}" for reason, names in reasons.items()]


def _observations(reader: DatasetReader) -> dict[str, tuple[Shape, np.dtype]]:
    """Return shape and type of the observations of a file's demonstrations, without annotations."""
    start, annotations = f"{layout.OBS}/", f"{layout.DATAGEN_INFO}/"
    shapes = reader.shapes(reader.example)
    return {
        path.removeprefix(start): found
        for path, found in shapes.items()
        if path.startswith(start) and not path.startswith(annotations)
    }


def _why_not(name: str, shape: Shape, dtype: np.dtype) -> str:
    """Return why a term is no state; empty if it is one."""
    if dtype.kind not in "biuf":
        return f"it holds {layout.kind_name(dtype.kind)}"
    if is_picture(shape):
        return "pictures go to videos (--format mp4)"
    if not 0 < math.prod(shape[1:]) <= _WIDEST:
        return f"a sample is {math.prod(shape[1:])} numbers wide, and at most {_WIDEST} make a state"
    return "it is the action of the step before" if name == layout.ACTIONS else ""


def export_lerobot(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    fps: int,
    task: str,
    repo_id: str = "",
    robot_type: str = "",
    terms: LeRobotTerms | None = None,
    names: Sequence[str] | None = None,
    failed: bool = False,
    overwrite: bool = False,
    on_exported: OnExported | None = None,
) -> ExportReport:
    """Make a LeRobot dataset of a file. What is not exported is in the report's notes.

    Args:
        path: The file.
        output: The folder to make.
        fps: Samples a second.
        task: What is done, as a sentence; LeRobot's policies may be conditioned on it.
        repo_id: Name of the dataset; the folder's name if empty.
        robot_type: Name of the robot.
        terms: Which observations go where; `lerobot_terms` decides if None.
        names: Demonstrations to export; all if None.
        failed: Whether to export those that are marked as not successful, too.
        overwrite: Whether an existing folder may be replaced.
        on_exported: Called after each demonstration.

    Raises:
        PlatformError: lerobot is not installed.
        OptionError: A term is no state, or all demonstrations failed.
        DatasetError: There are no observations, or the validator (`check.require`) finds a fault in what is exported.
        InputFileError: The file cannot be opened.
        OutputError: The folder exists or cannot be written.
    """
    if fps < 1:
        raise OptionError(f"at least one sample a second, not {fps}", where="--fps")
    with DatasetReader(path) as reader:
        wanted = list(reader.episode_names if names is None else names)
        chosen = [name for name in wanted if failed or reader.attrs(name).get(layout.ATTR_SUCCESS, True)]
        if not chosen:
            raise OptionError(
                "every demonstration asked for is marked as not successful",
                where=str(path),
                remedy="Export them all the same: --failed",
            )
        terms = terms or lerobot_terms(reader)
        _check_terms(reader, terms)
        require(reader, _paths(terms), chosen)
        notes = left_out(reader, terms)
        if missing := len(wanted) - len(chosen):
            notes.append(f"left out, as marked not successful: {missing} of {len(wanted)} demonstrations (or --failed)")
        first = _columns(reader, chosen[0], terms)
        features = {
            key: {
                "dtype": "float32",
                "shape": values.shape[1:],
                "names": _element_names(key, reader.shapes(chosen[0]), terms),
            }
            for key, values in first.items()
        }
        with new_folder(output, overwrite) as folder, _quiet():
            dataset = _lerobot()(
                repo_id=repo_id or os.path.basename(os.path.abspath(output)),
                fps=fps,
                features=features,
                root=folder,
                robot_type=robot_type or None,
                use_videos=False,
            )
            samples = 0
            for number, name in enumerate(chosen, 1):
                columns = _columns(reader, name, terms)
                count = len(columns[_ACTION])
                frames = np.arange(count)
                # A whole episode at once; adding frame by frame takes a hundred times as long.
                dataset.save_episode(
                    {
                        "size": count,
                        "task": [task] * count,
                        "episode_index": number - 1,
                        "frame_index": frames,
                        "timestamp": (frames / fps).astype(np.float32),
                        # Asked for, and replaced by the numbers within the whole dataset.
                        "index": frames,
                        "task_index": np.zeros_like(frames),
                        # LeRobot stores what is one wide as plain numbers.
                        **{key: values[:, 0] if values.shape[1] == 1 else values for key, values in columns.items()},
                    }
                )
                samples += count
                if on_exported:
                    on_exported(name, number, len(chosen))
            dataset.finalize()
    return ExportReport("lerobot", str(output), len(chosen), samples, notes=tuple(notes))


def _lerobot() -> Callable[..., Any]:
    """Return LeRobot's function that makes a dataset."""
    if importlib.util.find_spec("lerobot") is None:
        raise PlatformError(
            "lerobot is not installed",
            where="--format lerobot",
            remedy="Install it: ./mimic.sh setup lerobot; or as docs/datasets.md says",
        )
    from lerobot.datasets.lerobot_dataset import LeRobotDataset  # pyright: ignore[reportMissingImports]

    return LeRobotDataset.create


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide progress bars, of which there is one a demonstration, and restore the root logger, which lerobot changes."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    bars = os.environ.get(_NO_BARS)
    os.environ[_NO_BARS] = "1"
    try:
        yield
    finally:
        os.environ.pop(_NO_BARS) if bars is None else os.environ.update({_NO_BARS: bars})
        root.setLevel(level)
        root.handlers[:] = handlers


def _paths(terms: LeRobotTerms) -> list[str]:
    return [layout.ACTIONS, *(layout.join(layout.OBS, name) for name in (*terms.state, *terms.environment_state))]


def _groups(terms: LeRobotTerms) -> dict[str, tuple[str, ...]]:
    return {key: names for key, names in ((_STATE, terms.state), (_SURROUNDINGS, terms.environment_state)) if names}


def _check_terms(reader: DatasetReader, terms: LeRobotTerms) -> None:
    """Check that the terms can be a state; the validator checks that they are there."""
    there = _observations(reader)
    if not (terms.state or terms.environment_state):
        raise DatasetError(
            "has no observations that make a state, so a policy would have nothing to go by",
            where=str(reader.path),
            remedy=f"It has {', '.join(there) or 'none at all'}.",
        )
    for name in (*terms.state, *terms.environment_state):
        shape, dtype = there.get(name, ((0, 1), np.dtype(np.float32)))
        reason = _why_not(name, shape, dtype)
        if any(path.startswith(f"{name}/") for path in there):
            reason = "it is a group: name what is in it"
        if reason and name != layout.ACTIONS:
            raise OptionError(
                f"the term {name} cannot be exported: {reason}",
                where=str(reader.path),
                remedy="Name low-dimensional terms only: --state, --environment-state",
            )


def _columns(reader: DatasetReader, name: str, terms: LeRobotTerms) -> dict[str, np.ndarray]:
    """Read LeRobot's columns: (T, width) each, float32.

    Raises:
        DatasetError: A number is too large.
    """
    data = reader.read(name, _paths(terms)).data
    columns = {_ACTION: _numbers(data[layout.ACTIONS])}
    for key, names in _groups(terms).items():
        columns[key] = np.concatenate([_numbers(data[layout.join(layout.OBS, term)]) for term in names], axis=1)
    for key, values in columns.items():
        if not np.isfinite(values).all():
            raise DatasetError(
                f"a number of {key} is too large for float32", where=f"{reader.path}, {name}", remedy=LEAVE_OUT
            )
    return columns


def _numbers(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # What becomes infinite is found afterwards.
        return values.reshape(len(values), -1).astype(np.float32)


def _element_names(key: str, shapes: dict[str, tuple[Shape, np.dtype]], terms: LeRobotTerms) -> list[str]:
    """Return a name for every element, from its term and place in it: `eef_pos.0`, `eef_pose.2.3`."""
    names = _groups(terms).get(key)
    paths = [layout.ACTIONS] if names is None else [layout.join(layout.OBS, name) for name in names]
    titles = [_ACTION] if names is None else names
    return [
        f"{title}.{'.'.join(map(str, place))}"
        for title, path in zip(titles, paths, strict=True)
        for place in np.ndindex(shapes[path][0][1:] or (1,))
    ]
