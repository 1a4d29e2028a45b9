# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read source demonstrations from a file for the generator."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...datagen.sources.source_demo import SourceDemo
from ...datasets import DatasetReader, Episode, validate_source
from ...datasets.check import require
from ...datasets.digest import parts_to_generate
from ...datasets.layout import ACTIONS, DATAGEN_INFO, EEF_POSE, START_SIGNALS, TARGET_EEF_POSE
from ...errors import DatasetError, Remedy
from ...sim.object_scale import read_scales
from ...sim.object_sizes import read_corners
from ..files.input_task import check_task
from ..files.made_with import made_with

if TYPE_CHECKING:
    from ...datagen.contract import MimicEnv
    from ...datagen.tables import SubtaskTable
    from ...envs import BatchedEnv


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
        parts = parts_to_generate(reader, name)
        # Demonstrations without annotation are reported below.
        require(reader, parts, [name], values=False)
        episode = reader.read(name, parts)
        validate_source(episode, set(episode.members(EEF_POSE) + episode.members(TARGET_EEF_POSE)), (), {}, path)
        return episode

    with DatasetReader(path) as reader:
        check_task(reader, task, any_task)
        return _all_of(read, reader.episode_names)


def as_sources(
    episodes: list[Episode], subtasks: "SubtaskTable", path: str, boxes: dict[str, np.ndarray]
) -> list[SourceDemo]:
    """Check that the generator can use demonstrations for a task, and return them as sources.

    Args:
        episodes: Result of `read_annotated`.
        subtasks: The task's subtasks.
        path: The file, for errors.
        boxes: Boxes of the objects in files that do not say them (`SourceDemo.object_box`).

    Raises:
        DatasetError: A demonstration does not fit the task.
    """
    objects = {name for names in subtasks.object_names for name in names if name is not None}
    signals = dict(zip(subtasks.eef_names, subtasks.signals, strict=True))

    def check(episode: Episode) -> SourceDemo:
        validate_source(episode, subtasks.eef_names, sorted(objects), signals, path)
        demo = source_demo(episode, path)
        return replace(demo, object_box={**boxes, **demo.object_box})

    return _all_of(check, episodes)


def boxes_of(env: "BatchedEnv") -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the boxes of an environment's objects (`SourceDemo.object_box`): as they are, and as the task has them."""
    here = read_corners(env.info.get("object_boxes"), env.info["task"])
    scales = read_scales(env.info.get("object_scale", ""))
    return here, {name: corners / scales.get(name, (1.0, 1.0))[0] for name, corners in here.items()}


def check_targets(demos: list[SourceDemo], env: "MimicEnv", path: str) -> None:
    """Refuse target poses that another robot made of the actions; see `robots.derived.batched.DerivedEnv`.

    Args:
        demos: The sources.
        env: The environments that they are for; only a `TaskSpaceEnv` can tell.
        path: The file, for errors.

    Raises:
        DatasetError: The target poses of a demonstration are not those of its actions here.
    """
    from ...robots.derived.batched import TaskSpaceEnv

    if not isinstance(env, TaskSpaceEnv):
        return
    for demo in demos:
        eef, stored = (
            torch.stack([torch.as_tensor(poses[name]) for name in env.eef_names], dim=1).to(env.device)
            for poses in (demo.eef_pose, demo.target_eef_pose)
        )
        targets = env.recorded_targets(torch.as_tensor(demo.actions, device=env.device), eef)
        if targets is None:
            return
        way, missed = ((stored - other)[..., :3, 3].norm(dim=-1).mean().item() for other in (eef, targets))
        if missed > 0.1 * way + 1e-4:
            raise DatasetError(
                f"its target poses are not those of its actions in this task: they are {1000 * missed:.1f} mm apart",
                where=f"{path}, {demo.name}",
                remedy="It was annotated in another environment of the task; annotate the recorded demonstrations "
                "again in this one.",
            )


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
    raise DatasetError(
        first.what,
        where=first.where,
        remedy=Remedy(f"{first.remedy} Nor can these be sources: {others}.", first.verb, first.file),
        about=first.about,
    )


def source_demo(episode: Episode, path: str = "") -> SourceDemo:
    """Return an annotated episode as a source demonstration.

    Args:
        episode: The episode.
        path: Its file, for errors.

    Raises:
        DatasetError: What the file says of its objects' sizes cannot be read.
    """
    boxes = made_with(episode.attrs.get("mimic")).get("object_boxes")
    return SourceDemo(
        name=episode.name,
        actions=episode.data[ACTIONS],
        eef_pose=episode.group(f"{DATAGEN_INFO}/eef_pose"),
        target_eef_pose=episode.group(f"{DATAGEN_INFO}/target_eef_pose"),
        object_pose=episode.group(f"{DATAGEN_INFO}/object_pose"),
        term_signals=episode.group(f"{DATAGEN_INFO}/subtask_term_signals"),
        start_signals=episode.group(START_SIGNALS),
        object_box=read_corners(boxes, f"{path}, {episode.name}"),
    )
