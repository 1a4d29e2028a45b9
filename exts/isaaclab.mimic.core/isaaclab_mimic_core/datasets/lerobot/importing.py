# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Import a LeRobot dataset (format v3.0) to a dataset file, without its images.

A dataset from `export_lerobot` with states is restored completely: the file can be replayed, annotated and generated
from. Any other dataset becomes a file to train on: `action` becomes `actions`, `observation.state` becomes `obs/state`,
and so on.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DatasetError, InputFileError
from ...flat_paths import nest
from .. import layout
from ..check import content
from ..episode import Episode
from ..importing import ImportReport, OnSaved, free_name, write_imported
from . import export, features, labels
from .features import Part
from .process import LeRobotError, LeRobotProcess, lerobot_process

_IMPLIED = ("timestamp", "frame_index", "episode_index", "index", "task_index", labels.DONE, labels.SUCCESS)
"""Columns whose contents a dataset file stores in another way."""
_DERIVED = (labels.TASK_TEXT, labels.SUBTASK_TEXT, "language_persistent", "language_events")
"""Columns that `export_lerobot` derived from other data; not needed to restore a file."""
_AGAIN = "Export it again, or remove the file meta/mimic.json: then only observations and actions are imported."


def import_lerobot(
    folder: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    task: str = "",
    overwrite: bool = False,
    on_saved: OnSaved | None = None,
) -> ImportReport:
    """Import a LeRobot dataset to a dataset file. The report's notes name what is left out.

    Args:
        folder: Folder of the LeRobot dataset.
        output: The file to write.
        task: Name of the task; if empty, that of the file from which it was exported, if any.
        overwrite: Whether an existing file may be replaced.
        on_saved: Called when a demonstration is on disk; if a file is replaced, only after the replacement.

    Raises:
        PlatformError: lerobot is not installed, or its process has died.
        InputFileError: The folder is not a dataset of this format, or its metadata are wrong.
        DatasetError: A value is not finite, or an episode does not agree with the metadata.
        OutputError: The file exists or cannot be written.
    """
    folder = Path(folder)
    _check_version(folder)
    about = _read_about(folder)
    parts = _parts_of(about, folder) if about else {}
    with lerobot_process() as process:
        try:
            process.send({"do": "read", "root": str(folder.absolute())})
            info = process.receive()[0]["info"]
        except LeRobotError as error:
            raise InputFileError(
                f"lerobot cannot read it: {error.message.strip().splitlines()[0]}", where=str(folder)
            ) from error
        parts = parts or _parts_of_foreign(info["features"])
        _check_parts(parts, info["features"], folder)
        if not info["episodes"]:
            raise InputFileError("holds no episodes", where=str(folder))
        if not all(isinstance(row.get(key), int) for row in info["episodes"] for key in ("episode_index", "length")):
            raise InputFileError("its table of episodes has no episode_index or length", where=str(folder))
        own = [labels.SUCCESS] if labels.SUCCESS in info["features"] else []
        process.send({"columns": [*parts, *own], "episodes": [row["episode_index"] for row in info["episodes"]]})
        env_args = {**(about.get(layout.ATTR_ENV_ARGS) or {}), **({"env_name": task} if task else {})}
        history = {**(about.get("history") or {}), "imported": {"format": "lerobot", "from": folder.name}}
        path, saved = write_imported(
            (_episode(process, row, parts, folder) for row in info["episodes"]),
            len(info["episodes"]),
            folder,
            output,
            env_args=env_args,
            history=history,
            overwrite=overwrite,
            on_saved=on_saved,
        )
        samples = sum(demo.num_samples for demo in saved)
        return ImportReport("lerobot", path, len(saved), samples, tuple(_left_out(info, parts, about)))


def _check_version(folder: Path) -> None:
    path = folder / "meta" / "info.json"
    if not path.is_file():
        raise InputFileError("is no LeRobot dataset: it has no meta/info.json", where=str(folder))
    version = _read_json(path).get("codebase_version")
    if version != "v3.0":
        raise InputFileError(
            f"is of LeRobot's format {version}, not v3.0",
            where=str(folder),
            remedy="Bring it up to date with lerobot's Python: -m lerobot.scripts.convert_dataset_v21_to_v30",
        )


def _read_about(folder: Path) -> dict[str, Any]:
    """Return the `meta/mimic.json` that `export_lerobot` has written; empty for any other dataset."""
    path = folder / "meta" / export.MIMIC_JSON
    if not path.is_file():
        return {}
    about = _read_json(path)
    if about.get("format") != export.FORMAT:
        raise InputFileError(f"has format {about.get('format')}, not {export.FORMAT}", where=str(path), remedy=_AGAIN)
    for key, kind in (("features", dict), (layout.ATTR_ENV_ARGS, dict), ("history", dict | None)):
        if not isinstance(about.get(key), kind):
            raise InputFileError(f"its {key} is no JSON object", where=str(path), remedy=_AGAIN)
    return about


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise InputFileError(f"cannot be read: {error}", where=str(path)) from error
    if not isinstance(found, dict):
        raise InputFileError("is no JSON object", where=str(path))
    return found


def _parts_of(about: Mapping[str, Any], folder: Path) -> dict[str, tuple[Part, ...]]:
    """Return the arrays in each column, from `meta/mimic.json`."""
    found: dict[str, tuple[Part, ...]] = {}
    try:
        for name, parts in about["features"].items():
            made = tuple(Part(str(path), tuple(map(int, shape)), np.dtype(dtype).str) for path, shape, dtype in parts)
            if any(np.dtype(part.dtype).kind not in "biuf" or min((1, *part.shape)) < 1 for part in made):
                raise ValueError("an array that holds no numbers")
            found[name] = made
        nest({part.path: None for parts in found.values() for part in parts})
    except (TypeError, ValueError) as error:
        where = str(folder / "meta" / export.MIMIC_JSON)
        raise InputFileError(f"its features cannot be used: {error}", where=where, remedy=_AGAIN) from error
    return found


def _parts_of_foreign(there: Mapping[str, Any]) -> dict[str, tuple[Part, ...]]:
    """Return the arrays that the columns of a dataset without `meta/mimic.json` become."""
    found: dict[str, tuple[Part, ...]] = {}
    taken: set[str] = set()
    for name, feature in there.items():
        if not _is_numeric(feature):
            continue
        # LeRobot declares a scalar as an array of shape (1,).
        shape = tuple(feature["shape"])
        if name == features.ACTION:
            found[name] = (Part(layout.ACTIONS, shape, np.dtype(feature["dtype"]).str),)
        elif name.startswith("observation."):
            term = free_name(name.removeprefix("observation.").replace(".", "_"), taken)
            taken.add(term)
            found[name] = (Part(layout.join(layout.OBS, term), shape, np.dtype(feature["dtype"]).str),)
    return found


def _check_parts(parts: Mapping[str, Sequence[Part]], there: Mapping[str, Any], folder: Path) -> None:
    """Check that the columns exist and are as wide as the arrays in them together."""
    if layout.ACTIONS not in (part.path for each in parts.values() for part in each):
        raise InputFileError("has no actions", where=str(folder), remedy=f"It has {', '.join(there)}.")
    for name, each in parts.items():
        if name not in there or not _is_numeric(there[name]):
            raise InputFileError(f"has no numbers of {name}", where=str(folder), remedy=_AGAIN)
        width, wanted = int(np.prod(there[name]["shape"])), sum(part.width for part in each)
        if width != wanted:
            raise InputFileError(
                f"{name} is {width} numbers wide, and its arrays are {wanted}", where=str(folder), remedy=_AGAIN
            )


def _left_out(info: Mapping[str, Any], parts: Mapping[str, Any], about: Mapping[str, Any]) -> Iterator[str]:
    """Yield sentences that name what is not imported."""
    there = info["features"]
    others = [name for name in there if name not in parts and name not in (*_IMPLIED, *(_DERIVED if about else ()))]
    images = [name for name in others if there[name]["dtype"] in ("video", "image")]
    if images:
        yield f"left out, as images are not imported (mimic render draws them again): {', '.join(images)}"
    if rest := [name for name in others if name not in images]:
        yield f"left out, as a file has no place for them: {', '.join(rest)}"
    yield from (f"when it was exported: {note}" for note in about.get("left_out") or [])
    if about and any(row.get(export.INITIAL_STATE) is None for row in info["episodes"]):
        yield "some have no initial state, so that they cannot be replayed or generated from"


def _is_numeric(feature: Mapping[str, Any]) -> bool:
    try:
        return np.dtype(feature["dtype"]).kind in "biuf"
    except TypeError:
        return False


def _episode(
    process: LeRobotProcess, row: Mapping[str, Any], parts: Mapping[str, Sequence[Part]], folder: Path
) -> Episode:
    """Receive the next episode and check it."""
    where = f"{folder}, episode {row['episode_index']}"
    try:
        _, columns = process.receive()
    except LeRobotError as error:
        raise DatasetError(f"cannot be read: {error.message.strip()}", where=where) from error
    data: dict[str, np.ndarray] = {}
    for name, each in parts.items():
        count = len(columns[name])
        if count != row["length"] or not count:
            raise DatasetError(f"has {count} rows of {name}, and should have {row['length']}", where=where)
        joined, start = columns[name].reshape(count, -1), 0
        for part in each:
            values = joined[:, start : start + part.width].astype(part.dtype).reshape(count, *part.shape)
            start += part.width
            data[part.path] = values
    data |= _initial_state(row.get(export.INITIAL_STATE), where)
    for path, values in data.items():
        for finding in content.finite("", path, values):
            raise DatasetError(finding.message, where=where)
    success, seed = row.get("success"), row.get("seed")
    if not isinstance(success, bool):
        success = bool(columns[labels.SUCCESS].any()) if labels.SUCCESS in columns else None
    attrs: dict[str, Any] = {layout.ATTR_SUCCESS: success, layout.ATTR_SEED: seed if isinstance(seed, int) else None}
    origin = {"from": folder.name, "episode": row["episode_index"], "tasks": row.get("tasks")}
    attrs[layout.ATTR_PROVENANCE] = {**_history(row.get(export.HISTORY)), "imported": origin}
    return Episode(data, {name: value for name, value in attrs.items() if value is not None})


def _history(text: Any) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _initial_state(text: Any, where: str) -> dict[str, np.ndarray]:
    try:
        found = {
            layout.join(layout.INITIAL_STATE, path): np.array(values, np.dtype(dtype)).reshape(1, *shape)
            for path, (dtype, shape, values) in json.loads(text or "{}").items()
        }
        if any(values.dtype.kind not in "biuf" for values in found.values()):
            raise ValueError("it holds no numbers")
        nest(found)
    except (AttributeError, TypeError, ValueError) as error:
        raise DatasetError(f"its initial state cannot be read: {error}", where=where, remedy=_AGAIN) from error
    return found
