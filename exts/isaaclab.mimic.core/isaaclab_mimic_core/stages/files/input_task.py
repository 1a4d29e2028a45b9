# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which task a stage works in: the one that is given, else the one that its input was made in, else the default.

A task that is given for a file of another task is refused, unless that is asked for.
"""

from dataclasses import replace

from ...datasets import DatasetReader
from ...errors import DatasetError, InputFileError, TaskError
from ...options import SimOptions
from ...tasks import DEFAULT_TASK, find_task
from ...tasks.names import same_task

_INSIST = "if robot, actions and objects are the same, insist: --any-task"


def with_task[T: SimOptions](options: T, source: str = "") -> T:
    """Return options with a task: the one given; else that of what is read; else the default.

    A descriptor counts as a task that is given (`SimOptions.descriptor`).

    Args:
        options: The options.
        source: A file of demonstrations; empty if nothing is read.

    Raises:
        InputFileError: The file cannot be read.
        DatasetError: It was made in a task that is not known here, and other tasks are not allowed.
    """
    if options.task:
        return options
    task = DEFAULT_TASK
    if source:
        with DatasetReader(source, allow_empty=True) as reader:
            try:
                task = task_of(reader)
            except DatasetError:
                if not getattr(options, "any_task", False):
                    raise
    return replace(options, task=task)


def task_of(reader: DatasetReader) -> str:
    """Return the id of the task that a file was made in; the default one if it does not say.

    Raises:
        DatasetError: That task is not known here.
    """
    return known_task(reader.env_name, str(reader.path)) if reader.env_name else DEFAULT_TASK


def known_task(stated: str, where: str, kind: type[InputFileError] = DatasetError) -> str:
    """Return the id of the task that a file states.

    Args:
        stated: Any of the task's names.
        where: The file.
        kind: The error's class.

    Raises:
        InputFileError: That task is not known here.
    """
    try:
        return find_task(stated).id
    except TaskError as error:
        raise kind(f"is of the task {stated}, which is not known here", where=where, remedy=error.remedy) from error


def check_task(reader: DatasetReader, task: str, any_task: bool = False, otherwise: str = _INSIST) -> None:
    """Check that a file was made in a task; a file that does not state its task is accepted.

    Args:
        reader: The file.
        task: The task for which its demonstrations are used.
        any_task: Accept other tasks, too.
        otherwise: Remedy in the error, besides giving the file's task.

    Raises:
        DatasetError: The file was made in another task.
    """
    stated = reader.env_name
    if any_task or not stated or same_task(stated, task):
        return
    try:
        remedy = f"Give --task {find_task(stated).id}, or none"
    except TaskError:
        remedy = "Give a file of this task"
    raise DatasetError(
        f"is of the task {stated}, not of {find_task(task).id}",
        where=str(reader.path),
        remedy=f"{remedy}; or, {otherwise}",
    )
