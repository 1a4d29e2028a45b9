# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find a task by the names people know it by."""

import difflib
import re

from ..errors import TaskError
from ..plugins import TASKS, TaskSpec
from .registered import entry_of, may_be_mimic, registered_tasks


def stem(name: str) -> str:
    """Return what a task's names have in common.

    Base tasks were renamed from `Isaac-...-v0` to `IsaacContrib-...` in Isaac Lab 3.0, and the tutorial still calls for
    the former; the Mimic variant is the same task with `-Mimic` in its id.
    """
    name = re.sub(r"^isaac(contrib|lab)?-", "", name.strip().lower())
    name = re.sub(r"-v\d+$", "", name)
    return re.sub(r"-mimic$", "", name)


def all_tasks(importing: bool = False) -> dict[str, TaskSpec]:
    """Return every task by its id: those that are registered, then what else is in gymnasium's registry.

    Args:
        importing: Import what is in gymnasium's registry to see what it is (`registered.registered_tasks`).
    """
    tasks = TASKS.all()
    return tasks | {task.id: task for task in registered_tasks(set(tasks), importing)}


def same_task(one: str, other: str) -> bool:
    """Whether two names are those of one task: its id, that of its base task, or an old one; known here or not."""
    try:
        return find_task(one).id == find_task(other).id
    except TaskError:
        return stem(one) == stem(other)


def find_task(name: str) -> TaskSpec:
    """Return the task of that id, or whose base task or old name that is; letter case does not matter.

    Ids of gymnasium's registry are found too, if a Mimic environment is registered there.

    Raises:
        TaskError: No such task; lists the nearest names.
    """
    name = name.strip()
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
            remedy="Derive its class from that; the ready-made ones: mimic tasks",
        )
    near = difflib.get_close_matches(stem(name), by_stem, n=3, cutoff=0.4)
    ids = [by_stem[key].id for key in near] or [task.id for task in by_stem.values()][:2]
    raise TaskError(
        f"there is no task {name!r}",
        where="--task",
        remedy=f"Did you mean {' or '.join(ids)}? All: mimic tasks. Your own: --import MODULE",
    )
