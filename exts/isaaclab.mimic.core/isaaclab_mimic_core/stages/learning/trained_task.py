# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which task policies are evaluated in: the one that is given, else the one that they were trained for."""

from dataclasses import replace
from pathlib import Path

from ...datasets.tree import printable
from ...errors import InputFileError, OptionError
from ...learning.learners import task_of_checkpoint
from ...learning.run_folder import manifest_of_run
from ...options import EvaluateOptions
from ...tasks.names import described_by
from ..files.input_task import check_descriptor, known_task, with_task
from .evaluation_folder import find_checkpoints


def with_trained_task[T: EvaluateOptions](options: T) -> T:
    """Return options with a task: the one given; else that of the policies; else the default.

    What a run's folder says counts before what a checkpoint says, which is the task of its demonstrations. A policy
    that states no task may be of any.

    Raises:
        InputFileError: There is no such checkpoint, or it is of a task that is not known here, or was trained with a
            descriptor: that says what success is.
        OptionError: The policies are of different tasks.
    """
    if options.task or not options.checkpoints:
        return with_task(options)
    found: dict[str, str] = {}
    """Id of a task -> the first policy of it."""
    seen: set[str] = set()
    for path in find_checkpoints(options.checkpoints)[1]:
        stated = printable(_stated_by_run(path) or task_of_checkpoint(path, options.learner))
        if stated and stated not in seen:
            seen.add(stated)
            found.setdefault(known_task(stated, str(path), InputFileError), str(path))
    if len(found) > 1:
        (task, path), (other, its_path) = list(found.items())[:2]
        raise OptionError(
            f"{path} is of the task {task}, {its_path} of {other}",
            where="--checkpoints",
            remedy="Evaluate them one after the other, or say in which task: --task",
        )
    return replace(options, task=next(iter(found))) if found else with_task(options)


def _stated_by_run(path: Path) -> str:
    """Return the name of the task that a checkpoint's run has trained for; empty if none is said.

    Raises:
        InputFileError: A descriptor says what its success is.
    """
    manifest = manifest_of_run(path)
    if manifest is None:
        return ""
    if (made_by := manifest.inputs.get("descriptor")) is not None:
        check_descriptor(made_by.path, str(path), InputFileError)
        if (described := described_by(made_by.path)) is not None:
            return described.id
    return str(manifest.options.get("task") or "")
