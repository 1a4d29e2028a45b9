# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export to LeRobot's dataset format v3.0, by lerobot itself in a process of its own.

Beside what LeRobot knows, a dataset gets

- in the table of episodes: `success`, `seed`, and under `mimic/` the demonstration's name, its history and its initial
  state
- `meta/modality.json`, as NVIDIA's GR00T reads it
- `meta/mimic.json`: where it came from, which arrays are in which feature, and what was left out; with it
  `import_lerobot` makes a file of ours again
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ...errors import DatasetError, OptionError
from ...version import __version__
from .. import layout
from ..check import require
from ..check.validator import LEAVE_OUT
from ..export.result import ExportReport, OnExported, new_folder
from ..export.video import blocks
from ..opening import data_group, open_for_reading
from ..reader import DatasetReader
from ..tree import Unreadable, find
from . import features as f
from . import subtasks as s
from .process import LeRobotProcess, lerobot_process

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
    subtask_texts: Callable[[], s.SubtaskTexts | None] | None = None,
    states: bool = True,
    names: Sequence[str] | None = None,
    failed: bool = False,
    overwrite: bool = False,
    on_exported: OnExported | None = None,
) -> ExportReport:
    """Make a LeRobot dataset of a file. What is not exported is in the report's notes, and in `meta/mimic.json`.

    Args:
        path: The file.
        output: The folder to make.
        fps: Samples a second.
        task: What is done, as a sentence; LeRobot's policies may be conditioned on it.
        repo_id: Name of the dataset; the folder's name if empty.
        robot_type: Name of the robot.
        terms: Which observations go where; `lerobot_terms` decides if None.
        action_parts: Names and widths of the parts of an action, in order, for element names and `modality.json`.
        subtask_texts: Returns what the subtasks are, in words. It is asked only if there are marks, and once everything
            has been checked, for it may take seconds. By default, or if it returns None, the names of the signals.
        states: Whether simulation states, processed actions and annotations are exported, too: `import_lerobot` needs
            them to make a file that can be replayed or generated from.
        names: Demonstrations to export; all if None.
        failed: Whether to export those that are marked as not successful, too.
        overwrite: Whether an existing folder may be replaced.
        on_exported: Called after each demonstration.

    Raises:
        PlatformError: lerobot is not installed, or its process has died.
        OptionError: A term is no state, all demonstrations failed, or a number is out of its range.
        DatasetError: There are no observations, or the validator (`check.require`) finds a fault in what is exported.
        InputFileError: The file cannot be opened.
        OutputError: The folder exists or cannot be written.
    """
    if fps < 1:
        raise OptionError(f"at least one sample a second, not {fps}", where="--fps")
    with DatasetReader(path) as reader, open_for_reading(path) as file:
        chosen, notes = _choose(reader, names, failed)
        terms = terms or f.lerobot_terms(reader)
        f.check_terms(reader, terms)
        observed = [layout.join(layout.OBS, term) for term in (*terms.state, *terms.environment_state)]
        initial = [layout.INITIAL_STATE] if states and reader.has(chosen[0], layout.INITIAL_STATE) else []
        require(reader, [*observed, *(f.carried(reader, chosen[0]) if states else ()), *initial], chosen)
        marked = [name for name in chosen if reader.has(name, layout.TERM_SIGNALS)]
        require(reader, [layout.TERM_SIGNALS], marked)
        require(reader, [layout.join(layout.OBS, camera) for camera in terms.cameras], chosen, values=False)
        features = f.features_of(reader, chosen[0], terms, states)
        _check_action_parts(action_parts, features)
        f.require_float32(reader, chosen, features)
        notes = f.left_out(reader, terms) + notes
        texts = subtask_texts() if subtask_texts and marked else None
        texts = s.texts_of_signals(reader, chosen, task) if texts is None else texts
        timelines = [s.timeline(reader, name, texts) for name in chosen]
        if any(timelines) and not all(timelines):
            notes.append(f"without text of subtasks, as marks are missing: {timelines.count([])} demonstrations")
        spoken = list(dict.fromkeys([task, *(text for segments in timelines for _, text in segments)]))
        annotated = {f.TASK_TEXT: 1, **({f.SUBTASK_TEXT: 1} if any(timelines) else {})}
        success = [reader.attrs(name).get(layout.ATTR_SUCCESS) for name in chosen]
        flags = [f.DONE, *([] if None in success else [f.SUCCESS])]
        if None in success:
            notes.append(f"left out, as {success.count(None)} demonstrations do not say it: {f.SUCCESS}")
        with new_folder(output, overwrite) as folder, lerobot_process() as process:
            process.send(
                {
                    "do": "write",
                    "root": str(folder.absolute()),
                    "repo_id": repo_id or os.path.basename(os.path.abspath(output)),
                    "fps": fps,
                    "robot_type": robot_type,
                    "features": {
                        **f.declared(features, action_parts),
                        **{name: {"dtype": "bool", "shape": [1], "names": None} for name in flags},
                        **{name: {"dtype": "int64", "shape": [1], "names": None} for name in annotated},
                    },
                    "tasks": spoken,
                }
            )
            process.receive()
            samples = 0
            for number, (name, segments, succeeded) in enumerate(zip(chosen, timelines, success, strict=True), 1):
                paths = [*features.paths, *initial]
                episode = reader.read(name, paths)
                columns = features.columns(episode.data)
                count = episode.num_samples
                last = (np.arange(count) == count - 1)[:, None]
                columns |= {flag: last & (flag == f.DONE or bool(succeeded)) for flag in flags}
                columns |= {text: s.numbers(segments, count, spoken) for text in annotated}
                columns[f.TASK_TEXT] = np.zeros((count, 1), np.int64)
                history, start = episode.attrs.get(layout.ATTR_PROVENANCE), episode.group(layout.INITIAL_STATE)
                message = {
                    "episode": count,
                    "task": task,
                    "subtasks": segments,
                    "columns": {
                        "success": ["bool", succeeded],
                        "seed": ["int", episode.seed],
                        DEMO: ["text", name],
                        HISTORY: ["text", json.dumps(history) if history else None],
                        INITIAL_STATE: ["text", json.dumps(_plain(start)) if start else None],
                    },
                }
                process.send(message, columns)
                _send_pictures(process, file, name, features, reader.path)
                process.receive()
                samples += count
                if on_exported:
                    on_exported(name, number, len(chosen))
            process.send({"end": True})
            process.receive()
            about = {
                "format": FORMAT,
                "mimic": __version__,
                "input": reader.path.name,
                "fps": fps,
                layout.ATTR_ENV_ARGS: reader.env_args,
                "history": reader.data_attrs.get(layout.ATTR_PROVENANCE),
                "features": {name: [part.to_plain() for part in parts] for name, parts in features.numbers.items()},
                "left_out": notes,
            }
            _write_json(folder / "meta" / MIMIC_JSON, about)
            _write_json(folder / "meta" / "modality.json", f.modality(features, action_parts, list(annotated)))
    return ExportReport("lerobot", str(output), len(chosen), samples, notes=tuple(notes))


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


def _check_action_parts(parts: Sequence[tuple[str, int]], features: f.Features) -> None:
    width = features.numbers[f.ACTION][0].width
    if parts and sum(each for _, each in parts) != width:
        raise OptionError(
            f"the parts are {sum(each for _, each in parts)} numbers wide together, and an action is {width}",
            where="--action-parts",
        )


def _send_pictures(process: LeRobotProcess, file: h5py.File, name: str, features: f.Features, path: Path) -> None:
    """Send a demonstration's pictures, of all cameras block by block."""
    streams: dict[str, Iterator[np.ndarray]] = {}
    for camera, part in features.cameras.items():
        frames = find(data_group(file), layout.join(name, part.path))
        assert isinstance(frames, h5py.Dataset)
        streams[camera] = blocks(frames)
    try:
        for together in zip(*streams.values(), strict=True):
            ready = {
                camera: f.pictures(block, f.is_depth(features.cameras[camera]))
                for camera, block in zip(streams, together, strict=True)
            }
            process.send({}, ready)
    except Unreadable as error:
        raise DatasetError(f"a camera's picture {error}", where=f"{path}, {name}", remedy=LEAVE_OUT) from error


def _plain(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return arrays of one row as JSON has them: float64 holds every float32."""
    return {path: [values.dtype.str, values.shape[1:], values.ravel().tolist()] for path, values in arrays.items()}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")
