# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find a task by its id or another of its names."""

import difflib

from ..errors import MimicError, TaskError
from ..plugins import TASKS, TaskSpec
from .described import described_task
from .registered import entry_of, may_be_mimic, registered_tasks, stem


def all_tasks(importing: bool = False) -> dict[str, TaskSpec]:
    """Return all tasks by id: those with a spec, then other Mimic environments in gymnasium's registry.

    Args:
        importing: Whether to import classes from gymnasium's registry to be sure (see `registered.registered_tasks`).
    """
    tasks = TASKS.all()
    return tasks | {task.id: task for task in registered_tasks(set(tasks), importing)}


def same_task(one: str, other: str) -> bool:
    """Return whether two names mean the same task: its id, its base task's id, or an old name.

    The task need not be known here.
    """
    return _meant(one) == _meant(other)


def _meant(name: str) -> str:
    """Return what a task's names have in common: the stem of its environment's name."""
    try:
        found = find_task(name)
    except MimicError:
        return stem(name)
    return stem(found.environment or found.id)


def stated_name(name: str) -> str:
    """Return the name by which a file states its task: the id, or with a descriptor's file the environment's.

    That file may lie elsewhere, or be another one, where the dataset is read.

    Raises:
        TaskError: There is no such task.
        InputFileError: A descriptor cannot be followed.
    """
    described = described_task(name.strip())
    return described.environment if described is not None else find_task(name).id


def described_by(descriptor: str) -> TaskSpec | None:
    """Return the task that a plug-in has registered with a descriptor; None if there is none."""
    return next((task for task in TASKS.all().values() if descriptor and task.descriptor == descriptor), None)


def described_in(stated: str, descriptor: str) -> TaskSpec | None:
    """Return the task that a plug-in has registered with a descriptor, if its scene is that of a stated task.

    It may have been given another one since a file was made by it.

    Args:
        stated: Any name of the task that the file states.
        descriptor: The descriptor that it was made by; empty if there is none.
    """
    described = described_by(descriptor)
    return described if described is not None and same_task(described.id, stated) else None


def find_task(name: str) -> TaskSpec:
    """Return a task by its id, its base task's id, or an old name. Ignore upper and lower case.

    Mimic environments that are only in gymnasium's registry are found by their id, too, and the file of a descriptor
    is the name of a task (`described`).

    Raises:
        TaskError: There is no such task; names similar ones.
        InputFileError: A descriptor cannot be followed.
    """
    name = name.strip()
    if (described := described_task(name)) is not None:
        return described
    if found := TASKS.get(name):
        return found
    entry = entry_of(name)
    if entry is not None and may_be_mimic(entry):
        return TaskSpec(entry.id)
    by_stem: dict[str, TaskSpec] = {}
    for task in all_tasks().values():
        by_stem.setdefault(stem(task.id), task)
    if found := by_stem.get(stem(name)):
        return found
    if entry is not None:
        raise TaskError(
            "this environment is no ManagerBasedRLMimicEnv",
            where=name,
            remedy="Say what its subtasks are in a descriptor: --descriptor FILE; the ready-made ones: mimic tasks",
        )
    near = difflib.get_close_matches(stem(name), by_stem, n=3, cutoff=0.4)
    ids = [by_stem[key].id for key in near] or [task.id for task in by_stem.values()][:2]
    raise TaskError(
        f"there is no task {name!r}",
        where="--task",
        remedy=f"Did you mean {' or '.join(ids)}? All: mimic tasks. Your own: --import MODULE",
    )
