# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which task a stage works in: the one that is given, else the one that its input was made in, else the default.

A task that is given for a file of another task is refused, unless that is asked for.
"""

from dataclasses import replace

from ...datasets import DatasetReader
from ...datasets.layout import ATTR_PROVENANCE
from ...datasets.tree import printable
from ...errors import DatasetError, InputFileError, MimicError, TaskError
from ...options import SimOptions
from ...run_manifest import stated_input
from ...tasks import DEFAULT_TASK, find_task
from ...tasks.names import described_by, described_in, same_task

_INSIST = "if robot, actions and objects are the same, insist: --any-task"


def with_task[T: SimOptions](options: T, source: str = "") -> T:
    """Return options with a task: the one given; else that of what is read; else the default.

    A descriptor counts as a task that is given (`SimOptions.descriptor`).

    Args:
        options: The options.
        source: A file of demonstrations; empty if nothing is read.

    Raises:
        InputFileError: The file cannot be read.
        DatasetError: It was made in a task that is not known here, or by a descriptor: none of them is guessed.
    """
    if options.task:
        return options
    if not source:
        return replace(options, task=DEFAULT_TASK)
    with DatasetReader(source, allow_empty=True) as reader:
        try:
            check_descriptor(descriptor_of(reader), source)
            task = task_of(reader)
        except DatasetError as error:
            if not getattr(options, "any_task", False):
                raise
            raise DatasetError(
                error.what, where=error.where, remedy="Give --task; --any-task allows another one than the file's."
            ) from error
    return replace(options, task=task)


def task_of(reader: DatasetReader) -> str:
    """Return the id of the task that a file was made in; the default one if it does not say.

    Its scene is that of the file. If a descriptor of the user's says what the subtasks are, they are others.

    Raises:
        DatasetError: That task is not known here.
    """
    described = described_in(reader.env_name, descriptor_of(reader))
    if described is not None:
        return described.id
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
    except MimicError as error:
        raise kind(
            f"is of the task {stated}, which is not known here: {error.where} {error.what}",
            where=where,
            remedy="Say where its descriptor is now: --descriptor FILE; or give another --task",
        ) from error


def check_descriptor(descriptor: str, where: str, kind: type[InputFileError] = DatasetError) -> None:
    """Check that the descriptor that something was made by is that of a task here: a file of the user's may have moved.

    Args:
        descriptor: The descriptor; empty if there was none.
        where: The file that was made.
        kind: The error's class.

    Raises:
        InputFileError: It is that of none.
    """
    if descriptor and described_by(descriptor) is None:
        raise kind(
            f"was made by the descriptor {printable(descriptor)}",
            where=where,
            remedy=f"Give it: --descriptor {printable(descriptor)}; or --task for another's subtasks and success.",
        )


def descriptor_of(reader: DatasetReader) -> str:
    """Return the descriptor that a file says it was made by; empty if it says none."""
    found = stated_input(reader.data_attrs.get(ATTR_PROVENANCE), "descriptor")
    return found.path if found is not None else ""


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
    except MimicError:
        remedy = "Give a file of this task"
    raise DatasetError(
        f"is of the task {stated}, not of {find_task(task).id}",
        where=str(reader.path),
        remedy=f"{remedy}; or, {otherwise}",
    )
