# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task's configuration without a simulation, and its subtasks in words."""

import importlib.util
from collections.abc import Sequence
from typing import Any

from ..datagen.config import Subtask, list_subtasks
from ..errors import MimicError, TaskError
from ..plugins import resolve
from ..sim.preparing import prepare
from .described import load
from .descriptors import apply, format_descriptor
from .names import find_task
from .registered import config_of, environment_of


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


def task_config(name: str) -> Any:
    """Return the configuration of a task, with its subtasks.

    Import Isaac Lab, which takes seconds. Open no simulation.

    Args:
        name: Any of the task's names.

    Raises:
        TaskError: The task is unknown, or its configuration cannot be loaded here.
        InputFileError: Its descriptor cannot be followed.
    """
    spec = find_task(name)
    if importlib.util.find_spec("isaaclab") is None:
        raise TaskError("Isaac Lab is not installed here", where=spec.id)
    descriptor = load(spec.descriptor) if spec.descriptor else None
    try:
        prepare()
        import isaaclab_mimic.envs  # noqa: F401  registers upstream's tasks

        if spec.register is not None:
            resolve(spec.register)()
        cfg = config_of(environment_of(spec))()
        if descriptor is not None:
            apply(descriptor, cfg)
        list_subtasks(cfg)
        return cfg
    except Exception as error:  # A task's configuration is code of others, which may raise anything.
        reason = error.what if isinstance(error, MimicError) else f"{type(error).__name__}: {error}".splitlines()[0]
        raise TaskError(f"its configuration cannot be loaded ({reason})", where=spec.id) from error


def show_task(name: str) -> str:
    """Return any task as a descriptor in YAML; see `task_config`."""
    cfg, spec = task_config(name), find_task(name)
    if spec.descriptor:
        descriptor = load(spec.descriptor)
        return format_descriptor(cfg, spec.environment, descriptor.name, descriptor.description, descriptor.stated)
    return format_descriptor(cfg, spec.id, title=spec.title)


def texts_of(cfg: Any) -> dict[str, list[tuple[str | None, str]]]:
    """Return the subtasks of a `MimicEnvCfg` in words: end effector -> for each the signal that ends it, and its text.

    Args:
        cfg: An environment's configuration; one without subtasks has none.
    """
    if not hasattr(cfg, "subtask_configs"):
        return {}
    return {
        eef: [(subtask.signal, words(subtasks, at)) for at, subtask in enumerate(subtasks)]
        for eef, subtasks in list_subtasks(cfg).items()
    }


def subtask_texts(name: str) -> dict[str, list[tuple[str | None, str]]]:
    """Return the subtasks of a task in words: end effector -> for each subtask the signal that ends it, and its text.

    Import Isaac Lab, which takes seconds. Open no simulation.

    Args:
        name: Any of the task's names.

    Raises:
        TaskError: The task is unknown, or its configuration cannot be loaded here.
    """
    return texts_of(task_config(name))
