# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Check that a file was made in the task that it is used for."""

from ...datasets import DatasetReader
from ...errors import DatasetError, TaskError
from ...tasks import find_task
from ...tasks.names import same_task

_INSIST = "if robot, actions and objects are the same, insist: --any-task"


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
        remedy = f"Give --task {find_task(stated).id}"
    except TaskError:
        remedy = "Give a file of this task"
    raise DatasetError(
        f"is of the task {stated}, not of {find_task(task).id}",
        where=str(reader.path),
        remedy=f"{remedy}; or, {otherwise}",
    )
