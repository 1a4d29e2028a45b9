# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Descriptions of a task's subtasks in words."""

import importlib.util
from collections.abc import Sequence

from ..datagen.config import Subtask, list_subtasks
from ..errors import MimicError, TaskError
from ..plugins import resolve
from ..sim.preparing import prepare
from .names import find_task
from .registered import config_of


def words(subtasks: Sequence[Subtask], index: int) -> str:
    """Return a description of a subtask: its own, else that announced by the one before, else its number and signal.

    Args:
        subtasks: The subtasks of an end effector (`datagen.config.list_subtasks`).
        index: Index of the subtask.
    """
    subtask = subtasks[index]
    # In most tasks a subtask's configuration describes the next subtask.
    announced = subtasks[index - 1].next_description if index else ""
    number = f"Subtask {index + 1} of {len(subtasks)}" + (f" ({subtask.signal})" if subtask.signal else "")
    return subtask.description or announced or number


def subtask_texts(name: str) -> dict[str, list[tuple[str | None, str]]]:
    """Return the subtasks of a task in words: end effector -> for each subtask the signal that ends it, and its text.

    Import Isaac Lab, which takes seconds. Open no simulation.

    Args:
        name: Any of the task's names.

    Raises:
        TaskError: The task is unknown, or its configuration cannot be loaded here.
    """
    spec = find_task(name)
    if importlib.util.find_spec("isaaclab") is None:
        raise TaskError("Isaac Lab is not installed here", where=spec.id)
    try:
        prepare()
        import isaaclab_mimic.envs  # noqa: F401  registers upstream's tasks

        if spec.register is not None:
            resolve(spec.register)()
        found = list_subtasks(config_of(spec.id)())
    except Exception as error:  # A task's configuration is code of others, which may raise anything.
        reason = error.what if isinstance(error, MimicError) else f"{type(error).__name__}: {error}".splitlines()[0]
        raise TaskError(f"its configuration cannot be loaded ({reason})", where=spec.id) from error
    return {
        eef: [(subtask.signal, words(subtasks, at)) for at, subtask in enumerate(subtasks)]
        for eef, subtasks in found.items()
    }
