# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export to LeRobot's dataset format v3.0, by lerobot itself in a process of its own.

Besides LeRobot's own contents, an exported dataset holds

- in the table of episodes: `success`, `seed`, and under `mimic/` the demonstration's name, history and initial state
- `meta/modality.json` for NVIDIA's GR00T
- `meta/mimic.json`: the source file, the arrays in each feature, and what was left out; `import_lerobot` restores the
  file with it
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ...errors import DatasetError, OptionError
from ...version import __version__
from .. import layout
from ..check import require
from ..check.validator import LEAVE_OUT
from ..episode import Episode
from ..export.result import ExportReport, OnExported, new_folder
from ..export.video import blocks
from ..opening import data_group, open_for_reading
from ..reader import DatasetReader
from ..tree import Unreadable, find
from . import features as f
from .labels import Labels, labels_of
from .process import LeRobotProcess, lerobot_process
from .subtasks import SubtaskTexts

MIMIC_JSON = "mimic.json"
FORMAT = 1
"""Version of `meta/mimic.json`."""
DEMO, HISTORY, INITIAL_STATE = "mimic/demo", "mimic/history", "mimic/initial_state"
"""Columns of the table of episodes."""


def export_lerobot(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    fps: int,
    task: str,
    repo_id: str = "",
    robot_type: str = "",
    terms: f.LeRobotTerms | None = None,
    action_parts: Sequence[tuple[str, int]] = (),
    subtask_texts: Callable[[], SubtaskTexts] | None = None,
    states: bool = True,
    names: Sequence[str] | None = None,
    failed: bool = False,
    overwrite: bool = False,
    on_exported: OnExported | None = None,
) -> ExportReport:
    """Export a file to a LeRobot dataset. The report's notes and `meta/mimic.json` name what is left out.

    Args:
        path: The dataset file.
        output: The folder to write.
        fps: Samples per second.
        task: Description of the task as a sentence; policies may be conditioned on it.
        repo_id: Name of the dataset; the folder's name if empty.
        robot_type: Name of the robot.
        terms: Observation terms to export; chosen by `lerobot_terms` if None.
        action_parts: Names and widths of the parts of an action, in order, for element names and `modality.json`.
        subtask_texts: Returns the subtasks' texts or raises `TaskError`; then, or if None, signals' names are used. May
            take seconds, so it is called only if there are signals, and after all checks.
        states: Whether to export simulation states, processed actions and annotations for `import_lerobot`, too.
        names: Demonstrations to export; all if None.
        failed: Whether to export demonstrations marked as not successful, too.
        overwrite: Whether an existing folder may be replaced.
        on_exported: Called after each demonstration.

    Raises:
        PlatformError: lerobot is not installed, or its process has died.
        OptionError: A term cannot be exported, no demonstration is left, or a number is out of range.
        DatasetError: There are no observations, or the validator (`check.require`) finds a fault in what is exported.
        InputFileError: The file cannot be opened.
        OutputError: The folder exists or cannot be written.
    """
    if fps < 1:
        raise OptionError(f"at least one sample a second, not {fps}", where="--fps")
    name = repo_id or os.path.basename(os.path.abspath(output))
    with DatasetReader(path) as reader, open_for_reading(path) as file:
        chosen, skipped = _choose(reader, names, failed)
        terms = terms or f.lerobot_terms(reader)
        features = _checked_features(reader, chosen, terms, states, action_parts)
        labels, missing = labels_of(reader, chosen, task, subtask_texts)
        notes = (*f.left_out(reader, terms), *skipped, *missing)
        export = _Export(reader, file, chosen, features, states, labels, action_parts, notes)
        with new_folder(output, overwrite) as folder:
            samples = _write(export, folder, {"fps": fps, "repo_id": name, "robot_type": robot_type}, on_exported)
    return ExportReport("lerobot", str(output), len(chosen), samples, notes=notes)


@dataclass(frozen=True)
class _Export:
    """What to export, checked."""

    reader: DatasetReader
    file: h5py.File
    names: Sequence[str]
    """Names of the demonstrations."""
    features: f.Features
    states: bool
    """Whether to export states, and with them the initial state."""
    labels: Labels
    action_parts: Sequence[tuple[str, int]]
    notes: Sequence[str]

    @property
    def paths(self) -> list[str]:
        """Flat paths of the arrays and groups to read, except images."""
        initial = self.states and self.reader.has(self.names[0], layout.INITIAL_STATE)
        return [*self.features.paths, *([layout.INITIAL_STATE] if initial else [])]


def _write(export: _Export, folder: Path, info: dict[str, Any], on_exported: OnExported | None) -> int:
    """Write the dataset; return its number of samples.

    Args:
        export: What to export.
        folder: The folder to make.
        info: `fps`, `repo_id` and `robot_type`.
        on_exported: Called after each demonstration.
    """
    features, labels, samples = export.features, export.labels, 0
    paths = export.paths
    columns = {**f.lerobot_features(features, export.action_parts), **labels.features}
    with lerobot_process() as process:
        order = {"do": "write", "root": str(folder.absolute()), **info, "features": columns, "tasks": labels.texts}
        process.send(order)
        process.receive()
        for number, name in enumerate(export.names, 1):
            episode = export.reader.read(name, paths)
            process.send(*_message(episode, features, labels))
            _send_images(process, export.file, name, features, export.reader.path)
            process.receive()
            samples += episode.num_samples
            if on_exported:
                on_exported(name, number, len(export.names))
        process.send({"end": True})
        process.receive()
    _write_json(folder / "meta" / MIMIC_JSON, _about(export, info["fps"]))
    modality = f.modality(features, export.action_parts, labels.annotations)
    _write_json(folder / "meta" / "modality.json", modality)
    return samples


def _choose(reader: DatasetReader, names: Sequence[str] | None, failed: bool) -> tuple[list[str], list[str]]:
    """Return the demonstrations to export, and notes on the others."""
    wanted = list(reader.episode_names if names is None else names)
    chosen = [name for name in wanted if failed or reader.attrs(name).get(layout.ATTR_SUCCESS, True)]
    if not chosen:
        raise OptionError(
            "every demonstration asked for is marked as not successful",
            where=str(reader.path),
            remedy="Export them all the same: --failed",
        )
    missing = len(wanted) - len(chosen)
    text = f"left out, as marked not successful: {missing} of {len(wanted)} demonstrations (or --failed)"
    return chosen, [text] if missing else []


def _checked_features(
    reader: DatasetReader,
    names: Sequence[str],
    terms: f.LeRobotTerms,
    states: bool,
    action_parts: Sequence[tuple[str, int]],
) -> f.Features:
    """Check everything that is exported of the demonstrations, and return the features."""
    f.check_terms(reader, terms)
    arrays = [layout.join(layout.OBS, term) for term in (*terms.state, *terms.environment_state)]
    if states:
        arrays += f.paths_in_states(reader, names[0])
        arrays += [layout.INITIAL_STATE] if reader.has(names[0], layout.INITIAL_STATE) else []
    require(reader, arrays, names)
    require(reader, [layout.TERM_SIGNALS], [name for name in names if reader.has(name, layout.TERM_SIGNALS)])
    require(reader, [layout.join(layout.OBS, camera) for camera in terms.cameras], names, values=False)
    features = f.features_of(reader, names[0], terms, states)
    width, parts = features.numbers[f.ACTION][0].width, sum(part for _, part in action_parts)
    if action_parts and parts != width:
        raise OptionError(
            f"the parts are {parts} numbers wide together, and an action is {width}", where="--action-parts"
        )
    f.require_float32(reader, names, features)
    return features


def _message(episode: Episode, features: f.Features, labels: Labels) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the message and the arrays of an episode for `worker.write`."""
    count, history = episode.num_samples, episode.attrs.get(layout.ATTR_PROVENANCE)
    start = episode.group(layout.INITIAL_STATE)
    table = {
        "success": ["bool", labels.success[episode.name]],
        "seed": ["int", episode.seed],
        DEMO: ["text", episode.name],
        HISTORY: ["text", json.dumps(history) if history else None],
        INITIAL_STATE: ["text", json.dumps(_plain(start)) if start else None],
    }
    message = {
        "episode": count,
        "task": labels.task,
        "subtasks": labels.timelines[episode.name],
        "columns": table,
    }
    return message, {**features.columns(episode.data), **labels.columns(episode.name, count)}


def _about(export: _Export, fps: int) -> dict[str, Any]:
    """Return the contents of `meta/mimic.json`."""
    reader, numbers = export.reader, export.features.numbers
    return {
        "format": FORMAT,
        "mimic": __version__,
        "input": reader.path.name,
        "fps": fps,
        layout.ATTR_ENV_ARGS: reader.env_args,
        "history": reader.data_attrs.get(layout.ATTR_PROVENANCE),
        "features": {name: [part.to_plain() for part in parts] for name, parts in numbers.items()},
        "left_out": list(export.notes),
    }


def _send_images(process: LeRobotProcess, file: h5py.File, name: str, features: f.Features, path: Path) -> None:
    """Send a demonstration's images, in blocks of all cameras."""
    streams: dict[str, Iterator[np.ndarray]] = {}
    for camera, part in features.cameras.items():
        frames = find(data_group(file), layout.join(name, part.path))
        assert isinstance(frames, h5py.Dataset)
        streams[camera] = blocks(frames)
    try:
        for together in zip(*streams.values(), strict=True):
            ready = {
                camera: f.images(block, f.is_depth(features.cameras[camera]))
                for camera, block in zip(streams, together, strict=True)
            }
            process.send({}, ready)
    except Unreadable as error:
        raise DatasetError(f"a camera's image {error}", where=f"{path}, {name}", remedy=LEAVE_OUT) from error


def _plain(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return arrays with one row in a form for JSON: path -> type, shape of the row, values."""
    return {path: [values.dtype.str, values.shape[1:], values.ravel().tolist()] for path, values in arrays.items()}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")
