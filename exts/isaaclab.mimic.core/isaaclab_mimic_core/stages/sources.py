# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Source demonstrations between files and the generator."""

from typing import TYPE_CHECKING

from ..datagen.source_bank import SourceDemo
from ..datasets import DatasetReader, Episode, validate_source
from ..datasets.layout import ACTIONS, DATAGEN_INFO

if TYPE_CHECKING:
    from ..datagen.plan import SubtaskPlan

_PARTS = (ACTIONS, DATAGEN_INFO)


def read_sources(path: str, plan: "SubtaskPlan") -> list[SourceDemo]:
    """Read all demonstrations of an annotated file and check that the generator can use them.

    Raises:
        InputFileError: The file cannot be read.
        DatasetError: A demonstration lacks something, or holds impossible values.
    """
    objects = {name for names in plan.object_names for name in names if name is not None}
    signals = dict(zip(plan.eef_names, plan.signals, strict=True))
    demos = []
    with DatasetReader(path) as reader:
        for name in reader.episode_names:
            shapes = reader.shapes(name)
            parts = [part for part in _PARTS if any(p == part or p.startswith(f"{part}/") for p in shapes)]
            episode = reader.read(name, parts)
            validate_source(episode, plan.eef_names, sorted(objects), signals, path)
            demos.append(source_demo(episode))
    return demos


def source_demo(episode: Episode) -> SourceDemo:
    """Take out of an annotated episode what the generator needs."""
    return SourceDemo(
        name=episode.name,
        actions=episode.data[ACTIONS],
        eef_pose=episode.group(f"{DATAGEN_INFO}/eef_pose"),
        target_eef_pose=episode.group(f"{DATAGEN_INFO}/target_eef_pose"),
        object_pose=episode.group(f"{DATAGEN_INFO}/object_pose"),
        term_signals=episode.group(f"{DATAGEN_INFO}/subtask_term_signals"),
    )
