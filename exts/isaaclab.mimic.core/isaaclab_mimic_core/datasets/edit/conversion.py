# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert a file: quaternions to xyzw, a renamed task, joint-space actions to task space."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import OptionError
from ..check.validator import require_storable
from ..episode import Episode
from ..reader import DatasetReader
from .output import EditReport, Item, OnSaved, write
from .quaternions import known_places, reorder
from .task_space import TaskSpace, to_task_space


@dataclass(frozen=True)
class Conversion:
    """What to convert. The quaternions of an older file are always converted to xyzw."""

    task: str = ""
    """New name of the task; empty to keep the old one."""
    task_space: TaskSpace | None = None
    """Task space to convert joint-space actions to; None to keep the actions."""
    quaternions: Mapping[str, Sequence[int]] | None = None
    """Further quaternions of an older file: flat path -> first column of each. Known ones need not be named."""


def convert(
    path: str | os.PathLike[str],
    conversion: Conversion,
    output: str | os.PathLike[str] | None = None,
    *,
    in_place: bool = False,
    overwrite: bool = False,
    on_saved: OnSaved | None = None,
) -> EditReport:
    """Convert a file.

    Args:
        path: The file.
        conversion: What to convert.
        output: The file to write; None with `in_place`.
        in_place: Replace the file itself, in one atomic step at the end.
        overwrite: Whether an existing output may be replaced.
        on_saved: Called when a demonstration is on disk.

    Raises:
        OptionError: There is nothing to convert, or a named array is not in the file.
        DatasetError: A demonstration lacks what the conversion needs.
        InputFileError: The file cannot be opened.
        OutputError: The output cannot be written.
    """
    with DatasetReader(path) as reader:
        old = reader.legacy_quaternions
        renamed = bool(conversion.task) and conversion.task != reader.env_name
        if conversion.quaternions and not old:
            raise OptionError("has its quaternions as xyzw already", where=str(path), remedy="Leave --quaternions out.")
        if not (old or renamed or conversion.task_space):
            raise OptionError(
                "there is nothing to convert: quaternions are xyzw and the task is named as today",
                where=str(path),
                remedy="Name what to change: --task NAME or --actions pose_rel",
            )
        require_storable(reader, reader.episode_names)
        env_args = {**reader.env_args, "env_name": conversion.task} if renamed else reader.env_args
        entry: dict[str, Any] = {"quaternions": "wxyz to xyzw"} if old else {}
        if renamed:
            entry |= {"task": conversion.task, "task_before": reader.env_name}
        if conversion.task_space:
            entry["actions"] = conversion.task_space.command
        notes: list[str] = []
        if old:
            places = _places(reader, conversion)
            named = ", ".join(f"{path} at {', '.join(map(str, columns))}" for path, columns in places.items())
            notes.append(f"quaternions turned to xyzw: root poses{', ' + named if named else ''}")

        def items() -> Iterator[Item]:
            for name in reader.episode_names:
                episode = reader.read(name)
                if old:
                    episode = reorder(episode, places)
                yield Item(str(path), _converted(episode, conversion), entry)

        target, kept = write(
            "convert",
            items(),
            len(reader),
            [path],
            output,
            env_args=env_args,
            data_attrs=reader.data_attrs,
            entry={"file": os.path.basename(path), **entry},
            in_place=in_place,
            overwrite=overwrite,
            on_saved=on_saved,
        )
    if renamed:
        notes.append(f"task {entry['task_before'] or '(none stated)'} is now {conversion.task}")
    if conversion.task_space:
        notes.append(f"joint-space actions turned to {conversion.task_space.command}")
    return EditReport("convert", target, kept, notes=tuple(notes))


def _places(reader: DatasetReader, conversion: Conversion) -> dict[str, list[int]]:
    """Return where quaternions are, from the first demonstration; the others have the same layout."""
    places = known_places(reader.read(reader.episode_names[0]), reader.env_name)
    for path, columns in (conversion.quaternions or {}).items():
        places[path] = sorted({*places.get(path, []), *columns})
    return places


def _converted(episode: Episode, conversion: Conversion) -> Episode:
    return to_task_space(episode, conversion.task_space) if conversion.task_space else episode
