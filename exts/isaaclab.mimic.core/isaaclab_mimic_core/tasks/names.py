# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find a task by the names people know it by."""

import difflib
import re

from ..errors import TaskError
from .catalog import TASKS, Task


def stem(name: str) -> str:
    """Return what a task's names have in common.

    Base tasks were renamed from `Isaac-...-v0` to `IsaacContrib-...` in Isaac Lab 3.0, and the tutorial still calls for
    the former; the Mimic variant is the same task with `-Mimic` in its id.
    """
    name = re.sub(r"^isaac(contrib|lab)?-", "", name.strip().lower())
    name = re.sub(r"-v\d+$", "", name)
    return re.sub(r"-mimic$", "", name)


_BY_STEM = {stem(task_id): task for task_id, task in TASKS.items()}


def find_task(name: str) -> Task:
    """Return the task of that id, or whose base task or old name that is; letter case does not matter.

    Raises:
        TaskError: No such task; lists the nearest names.
    """
    if found := _BY_STEM.get(stem(name)):
        return found
    near = difflib.get_close_matches(stem(name), _BY_STEM, n=3, cutoff=0.4)
    ids = [_BY_STEM[key].id for key in near] or list(TASKS)[:2]
    raise TaskError(
        f"there is no task {name!r}", where="--task", remedy=f"Did you mean {' or '.join(ids)}? All: mimic tasks"
    )
