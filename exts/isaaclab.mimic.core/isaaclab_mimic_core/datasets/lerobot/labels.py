# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Labels of the frames of a LeRobot dataset: texts of task and subtask, end of the episode, success."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...errors import MimicError
from .. import layout
from ..reader import DatasetReader
from . import subtasks as s

DONE = "next.done"
SUCCESS = "next.success"
TASK_TEXT = "annotation.human.task_description"
SUBTASK_TEXT = "annotation.human.subtask_description"


@dataclass(frozen=True)
class Labels:
    """Labels of all exported demonstrations."""

    task: str
    """Description of the task."""
    timelines: Mapping[str, list[tuple[int, str]]]
    """Demonstration -> first sample and text of each subtask; empty where signals are missing."""
    success: Mapping[str, bool | None]
    """Demonstration -> whether it was successful; None if unknown."""

    @cached_property
    def texts(self) -> list[str]:
        """All texts, each once; the columns of texts hold indices into this list."""
        return list(dict.fromkeys([self.task, *(text for each in self.timelines.values() for _, text in each)]))

    @cached_property
    def flags(self) -> list[str]:
        """Names of the boolean features. Success is left out if it is unknown for any demonstration."""
        return [DONE, *([] if None in self.success.values() else [SUCCESS])]

    @cached_property
    def annotations(self) -> list[str]:
        """Names of the features that hold the index of a text."""
        return [TASK_TEXT, *([SUBTASK_TEXT] if any(self.timelines.values()) else [])]

    @property
    def features(self) -> dict[str, dict[str, Any]]:
        """The features in the form of lerobot's `LeRobotDataset.create`."""
        kinds = {**dict.fromkeys(self.flags, "bool"), **dict.fromkeys(self.annotations, "int64")}
        return {name: {"dtype": kind, "shape": [1], "names": None} for name, kind in kinds.items()}

    def columns(self, name: str, count: int) -> dict[str, np.ndarray]:
        """Return the features of a demonstration: name -> (count, 1).

        Args:
            name: The demonstration.
            count: Its number of samples.
        """
        last = (np.arange(count) == count - 1)[:, None]
        found = {flag: last & (flag == DONE or bool(self.success[name])) for flag in self.flags}
        found[TASK_TEXT] = np.zeros((count, 1), np.int64)
        if SUBTASK_TEXT in self.annotations:
            found[SUBTASK_TEXT] = s.numbers(self.timelines[name], count, self.texts)
        return found


def labels_of(
    reader: DatasetReader, names: Sequence[str], task: str, subtask_texts: Callable[[], s.SubtaskTexts] | None
) -> tuple[Labels, list[str]]:
    """Return the labels of demonstrations, and notes on what is missing.

    Args:
        reader: The file.
        names: The demonstrations.
        task: Description of the task.
        subtask_texts: Returns the texts of the subtasks, or raises a `MimicError`. Called only if there are signals.
    """
    notes = []
    texts = None
    if subtask_texts and any(reader.has(name, layout.TERM_SIGNALS) for name in names):
        try:
            texts = subtask_texts()
        except MimicError as error:
            notes.append(f"subtasks are named after their signals, as the task does not describe them: {error.what}")
    texts = s.texts_of_signals(reader, names, task) if texts is None else texts
    labels = Labels(
        task,
        {name: s.timeline(reader, name, texts) for name in names},
        {name: reader.attrs(name).get(layout.ATTR_SUCCESS) for name in names},
    )
    timelines, success = list(labels.timelines.values()), list(labels.success.values())
    if any(timelines) and not all(timelines):
        notes.append(f"without text of subtasks, as marks are missing: {timelines.count([])} demonstrations")
    if None in success:
        notes.append(f"left out, as {success.count(None)} demonstrations do not say it: {SUCCESS}")
    return labels, notes
