# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find the script of a task. It imports nothing heavy by itself."""

from typing import TYPE_CHECKING

from ...errors import DeviceError
from ...plugins import Reference, resolve
from ..listing import Listed

if TYPE_CHECKING:
    from ...envs import BatchedEnv
    from ..device import TeleopDevice
    from . import ScriptSettings

_TASKS = f"{__name__.partition('.')[0]}.tasks"
"""By name, because tasks are built upon this package."""
_FIND = f"{_TASKS}.names:find_task"
_LOAD = f"{_TASKS}.described:load"
_PICKER = f"{_TASKS}.scripted_picker:ScriptedPicker"


def check(settings: "ScriptSettings", task_id: str) -> None:
    """Check that a task has a script.

    Raises:
        DeviceError: It has none, and more arms than the general one moves.
    """
    script_of(task_id)


def make(env: "BatchedEnv", settings: "ScriptSettings") -> "TeleopDevice":
    """Return the script of the task that is open."""
    return resolve(script_of(env.info["task"]))(env, settings.seed)


def probe() -> list[Listed]:
    """Say that scripts are always available."""
    return [Listed("scripted", True, "always here")]


def script_of(task_id: str) -> Reference:
    """Return the function that makes a task's scripted demonstrator from the environments and a seed.

    For a descriptor without one it is a general script, which follows the subtasks of one arm.

    Raises:
        DeviceError: The task has none, or for a general one too many arms.
    """
    task = resolve(_FIND)(task_id)
    if task.script is None and task.descriptor:
        if len(resolve(_LOAD)(task.descriptor).subtasks) > 1:
            raise DeviceError(
                "it has several arms, and the general script moves one",
                where=task_id,
                remedy="Drive it by hand (--teleop-device keyboard), or register the task with a script.",
            )
        return _PICKER
    if task.script is None:
        raise DeviceError(
            "the task has no scripted demonstrator",
            where=task_id,
            remedy="Drive it by hand (--teleop-device keyboard), or register the task with a script.",
        )
    return task.script
