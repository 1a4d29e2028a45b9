# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Source demonstrations between files and the generator."""

from typing import TYPE_CHECKING

from ..datagen.source_bank import SourceDemo
from ..datasets import DatasetReader, Episode, validate_source
from ..datasets.layout import ACTIONS, DATAGEN_INFO, EEF_POSE, START_SIGNALS, TARGET_EEF_POSE
from .input_task import check_task

if TYPE_CHECKING:
    from ..datagen.plan import SubtaskPlan

_PARTS = (ACTIONS, DATAGEN_INFO)


def read_annotated(path: str, task: str, any_task: bool = False) -> list[Episode]:
    """Read what generation needs of all demonstrations, and check all that can be checked without opening the task.

    Args:
        path: The file.
        task: The task that they are sources for.
        any_task: Take demonstrations of other tasks, too.

    Raises:
        InputFileError: The file cannot be read.
        DatasetError: The file is of another task; or a demonstration was not annotated, lacks something, or holds
            impossible values.
    """
    episodes = []
    with DatasetReader(path) as reader:
        check_task(reader, task, any_task)
        for name in reader.episode_names:
            shapes = reader.shapes(name)
            parts = [part for part in _PARTS if any(p == part or p.startswith(f"{part}/") for p in shapes)]
            episode = reader.read(name, parts)
            validate_source(episode, set(episode.members(EEF_POSE) + episode.members(TARGET_EEF_POSE)), (), {}, path)
            episodes.append(episode)
    return episodes


def as_sources(episodes: list[Episode], plan: "SubtaskPlan", path: str) -> list[SourceDemo]:
    """Check that the generator can use demonstrations for a task, and take out of them what it needs.

    Args:
        episodes: What `read_annotated` has read.
        plan: The task's Mimic configuration.
        path: The file, to be named in errors.

    Raises:
        DatasetError: A demonstration does not fit the task.
    """
    objects = {name for names in plan.object_names for name in names if name is not None}
    signals = dict(zip(plan.eef_names, plan.signals, strict=True))
    for episode in episodes:
        validate_source(episode, plan.eef_names, sorted(objects), signals, path)
    return [source_demo(episode) for episode in episodes]


def source_demo(episode: Episode) -> SourceDemo:
    """Take out of an annotated episode what the generator needs."""
    return SourceDemo(
        name=episode.name,
        actions=episode.data[ACTIONS],
        eef_pose=episode.group(f"{DATAGEN_INFO}/eef_pose"),
        target_eef_pose=episode.group(f"{DATAGEN_INFO}/target_eef_pose"),
        object_pose=episode.group(f"{DATAGEN_INFO}/object_pose"),
        term_signals=episode.group(f"{DATAGEN_INFO}/subtask_term_signals"),
        start_signals=episode.group(START_SIGNALS),
    )
