# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read source demonstrations from a file for the generator."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ...datagen.sources.source_demo import SourceDemo
from ...datasets import DatasetReader, Episode, validate_source
from ...datasets.check import require
from ...datasets.layout import ACTIONS, DATAGEN_INFO, EEF_POSE, START_SIGNALS, TARGET_EEF_POSE
from ...errors import DatasetError
from ..files.input_task import check_task

if TYPE_CHECKING:
    from ...datagen.tables import SubtaskTable

_PARTS = (ACTIONS, DATAGEN_INFO)


def read_annotated(path: str, task: str, any_task: bool = False) -> list[Episode]:
    """Read the terms that generation needs of all demonstrations, and check them as far as possible without the task.

    Args:
        path: The file.
        task: The task to generate in.
        any_task: Accept demonstrations of other tasks, too.

    Raises:
        InputFileError: The file cannot be read.
        DatasetError: The file is of another task; or a demonstration was not annotated, lacks something, or holds
            impossible values.
    """

    def read(name: str) -> Episode:
        shapes = reader.shapes(name)
        parts = [part for part in _PARTS if any(p == part or p.startswith(f"{part}/") for p in shapes)]
        # Demonstrations without annotation are reported below.
        require(reader, parts, [name], values=False)
        episode = reader.read(name, parts)
        validate_source(episode, set(episode.members(EEF_POSE) + episode.members(TARGET_EEF_POSE)), (), {}, path)
        return episode

    with DatasetReader(path) as reader:
        check_task(reader, task, any_task)
        return _all_of(read, reader.episode_names)


def as_sources(episodes: list[Episode], subtasks: "SubtaskTable", path: str) -> list[SourceDemo]:
    """Check that the generator can use demonstrations for a task, and return them as sources.

    Args:
        episodes: Result of `read_annotated`.
        subtasks: The task's subtasks.
        path: The file, for errors.

    Raises:
        DatasetError: A demonstration does not fit the task.
    """
    objects = {name for names in subtasks.object_names for name in names if name is not None}
    signals = dict(zip(subtasks.eef_names, subtasks.signals, strict=True))

    def check(episode: Episode) -> SourceDemo:
        validate_source(episode, subtasks.eef_names, sorted(objects), signals, path)
        return source_demo(episode)

    return _all_of(check, episodes)


def _all_of(make: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Convert each demonstration; the error names all that cannot be converted, so that a user can drop them at once.

    A bad source is an error, not skipped, because sources affect every demonstration that is generated.
    """
    made, errors = [], []
    for item in items:
        try:
            made.append(make(item))
        except DatasetError as error:
            errors.append(error)
    if not errors:
        return made
    first = errors[0]
    if len(errors) == 1:
        raise first
    others = ", ".join(str(error.where).rpartition(", ")[2] for error in errors[1:])
    raise DatasetError(first.what, where=first.where, remedy=f"{first.remedy} Nor can these be sources: {others}.")


def source_demo(episode: Episode) -> SourceDemo:
    """Return an annotated episode as a source demonstration."""
    return SourceDemo(
        name=episode.name,
        actions=episode.data[ACTIONS],
        eef_pose=episode.group(f"{DATAGEN_INFO}/eef_pose"),
        target_eef_pose=episode.group(f"{DATAGEN_INFO}/target_eef_pose"),
        object_pose=episode.group(f"{DATAGEN_INFO}/object_pose"),
        term_signals=episode.group(f"{DATAGEN_INFO}/subtask_term_signals"),
        start_signals=episode.group(START_SIGNALS),
    )
