# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export to LeRobot's dataset format v3.0, by lerobot itself.

The state data: actions, what the robot knows of itself, what it knows of its surroundings. A row of LeRobot's is a
sample of ours: the observations before the step and the action taken in it.
"""

import importlib.util
import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import DatasetError, OptionError, PlatformError
from .. import layout
from ..reader import DatasetReader
from .result import ExportReport, OnExported, new_folder
from .video import cameras_of

_ACTION = "action"
_STATE = "observation.state"
_SURROUNDINGS = "observation.environment_state"
_NO_BARS = "HF_DATASETS_DISABLE_PROGRESS_BARS"
_WIDEST = 256
"""Wider terms are no state."""


@dataclass(frozen=True)
class LeRobotTerms:
    """Which observation terms go where, in this order."""

    state: tuple[str, ...]
    """To `observation.state`: the robot."""
    environment_state: tuple[str, ...]
    """To `observation.environment_state`: everything around it."""


def lerobot_terms(reader: DatasetReader) -> LeRobotTerms:
    """Sort the low-dimensional observation terms of a file's first demonstration.

    What is named after an object of the scene, or `object`, is of the surroundings. The term `actions` is left out: it
    is the action of the step before.
    """
    shapes = reader.shapes(reader.episode_names[0])
    start = layout.OBS + "/"
    objects = {path.split("/")[2] for path in shapes if path.startswith(layout.join(layout.STATES, "rigid_object", ""))}
    stems = {"object", *(re.sub(r"_?\d+$", "", name) for name in objects)}
    state, surroundings = [], []
    for path, (shape, _) in shapes.items():
        name = path.removeprefix(start)
        if not path.startswith(start) or path.startswith(layout.DATAGEN_INFO) or name == layout.ACTIONS:
            continue
        if len(shape) == 2 and shape[1] <= _WIDEST:
            (surroundings if any(stem in name for stem in stems) else state).append(name)
    return LeRobotTerms(tuple(state), tuple(surroundings))


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
    overwrite: bool = False,
    on_exported: OnExported | None = None,
) -> ExportReport:
    """Make a LeRobot dataset of a file.

    Args:
        path: The file.
        output: The folder to make.
        fps: Samples a second.
        task: What is done, as a sentence; LeRobot's policies may be conditioned on it.
        repo_id: Name of the dataset; the folder's name if empty.
        robot_type: Name of the robot.
        terms: Which observations go where; `lerobot_terms` decides if None.
        names: Demonstrations to export; all if None.
        overwrite: Whether an existing folder may be replaced.
        on_exported: Called after each demonstration.

    Raises:
        PlatformError: lerobot is not installed.
        OptionError: A term is not in the file.
        DatasetError: A demonstration has another layout than the first.
        InputFileError: The file cannot be opened.
        OutputError: The folder exists or cannot be written.
    """
    with DatasetReader(path) as reader, new_folder(output, overwrite) as folder, _quiet():
        names = list(reader.episode_names if names is None else names)
        terms = terms or lerobot_terms(reader)
        create = _lerobot()
        first = reader.read(names[0], _paths(terms))
        features = {
            key: {"dtype": "float32", "shape": values.shape[1:], "names": _element_names(key, terms, first.data)}
            for key, values in _columns(first.data, terms, str(path), names[0]).items()
        }
        dataset = create(
            repo_id=repo_id or os.path.basename(os.path.abspath(output)),
            fps=fps,
            features=features,
            root=folder,
            robot_type=robot_type or None,
            use_videos=False,
        )
        samples = 0
        for number, name in enumerate(names, 1):
            episode = reader.read(name, _paths(terms))
            columns = _columns(episode.data, terms, str(path), name)
            for key, values in columns.items():
                if values.shape[1:] != features[key]["shape"]:
                    raise DatasetError(
                        f"{key} would be {values.shape[1]} wide, and {features[key]['shape'][0]} of {names[0]}",
                        where=f"{path}, {name}",
                        remedy="Demonstrations of one layout can be exported together; see: mimic check FILE",
                    )
            count = episode.num_samples
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
                on_exported(name, number, len(names))
        dataset.finalize()
        cameras = cameras_of(reader)
    notes = [f"cameras are left out ({', '.join(cameras)}); videos of them: --format mp4"] if cameras else []
    return ExportReport("lerobot", str(output), len(names), samples, notes=tuple(notes))


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
    """No progress bars meanwhile, one a demonstration; and keep the root logger, which lerobot's import sets up."""
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


def _columns(data: dict[str, np.ndarray], terms: LeRobotTerms, path: str, demo: str) -> dict[str, np.ndarray]:
    """Return LeRobot's columns: (T, width) each."""
    columns = {_ACTION: data[layout.ACTIONS]}
    for key, names in _groups(terms).items():
        parts = [data[layout.join(layout.OBS, name)] for name in names]
        for name, part in zip(names, parts, strict=True):
            if part.ndim != 2 or len(part) != len(columns[_ACTION]):
                raise OptionError(
                    f"the term {name} is of shape {part.shape}, not ({len(columns[_ACTION])}, width)",
                    where=f"{path}, {demo}",
                    remedy="Name low-dimensional terms only: --state, --environment-state",
                )
        columns[key] = np.concatenate(parts, axis=1)
    return {key: values.astype(np.float32) for key, values in columns.items()}


def _element_names(key: str, terms: LeRobotTerms, data: dict[str, np.ndarray]) -> list[str]:
    """Say of every element which term it comes from: `eef_pos.0`."""
    names = _groups(terms).get(key)
    if names is None:
        return [f"{_ACTION}.{column}" for column in range(data[layout.ACTIONS].shape[1])]
    return [f"{name}.{column}" for name in names for column in range(data[layout.join(layout.OBS, name)].shape[1])]
