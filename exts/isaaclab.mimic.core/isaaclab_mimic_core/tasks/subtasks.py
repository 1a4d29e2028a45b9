# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a task's subtasks are, in words."""

import importlib.util
from collections.abc import Sequence

from ..datagen.config import Subtask, list_subtasks
from ..errors import TaskError
from ..plugins import resolve
from ..sim.preparing import prepare
from .names import find_task
from .registered import config_of


def words(subtasks: Sequence[Subtask], index: int) -> str:
    """Say what a subtask is: as it describes itself, or as the one before announces it, or by number and signal.

    Args:
        subtasks: The subtasks of an end effector (`datagen.config.list_subtasks`).
        index: Which of them.
    """
    subtask = subtasks[index]
    # Most tasks describe what comes next with the subtask before it.
    announced = subtasks[index - 1].next_description if index else ""
    number = f"Subtask {index + 1} of {len(subtasks)}" + (f" ({subtask.signal})" if subtask.signal else "")
    return subtask.description or announced or number


def subtask_texts(name: str) -> dict[str, list[tuple[str | None, str]]] | None:
    """Return the subtasks of a task: end effector -> the signal that ends each, and what it is, in words.

    Imports Isaac Lab, which takes seconds; opens no simulation.

    Args:
        name: Any of the task's names.

    Returns:
        None if the task's configuration cannot be had here.
    """
    if importlib.util.find_spec("isaaclab") is None:
        return None
    try:
        spec = find_task(name)
    except TaskError:
        return None
    try:
        prepare()
        import isaaclab_mimic.envs  # noqa: F401  registers upstream's tasks

        if spec.register is not None:
            resolve(spec.register)()
        found = list_subtasks(config_of(spec.id)())
    except Exception:  # It is another's code, and the text is a convenience.
        return None
    return {
        eef: [(subtask.signal, words(subtasks, at)) for at, subtask in enumerate(subtasks)]
        for eef, subtasks in found.items()
    }
