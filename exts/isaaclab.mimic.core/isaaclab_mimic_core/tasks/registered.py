# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Mimic environments that are in gymnasium's registry, whoever has registered them."""

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from ..plugins import TaskSpec, load

if TYPE_CHECKING:
    from gymnasium.envs.registration import EnvSpec

_CONFIG = "env_cfg_entry_point"
_NO_MIMIC = ("isaaclab.envs", "isaaclab_tasks")
"""Packages whose own environment classes are no Mimic environments."""


def entry_of(task_id: str) -> Any:
    """Return an Isaac Lab environment's entry in gymnasium's registry; None if there is none of that id."""
    entry = _registry().get(task_id)
    return entry if entry is not None and _CONFIG in entry.kwargs else None


def class_of(task_id: str) -> Any:
    """Return the class of an entry, or what else makes the environment; imports it."""
    return _imported(_registry()[task_id].entry_point)


def config_of(task_id: str) -> Any:
    """Return the class of an entry's configuration; imports it."""
    return _imported(_registry()[task_id].kwargs[_CONFIG])


def may_be_mimic(entry: "EnvSpec") -> bool:
    """Return whether an entry's class can be a Mimic environment, by its name alone: importing it takes seconds."""
    module = str(entry.entry_point).partition(":")[0]
    return not any(module == package or module.startswith(f"{package}.") for package in _NO_MIMIC)


def is_mimic(entry: "EnvSpec") -> bool:
    """Return whether an entry's class is a Mimic environment; imports it. One that fails to import is none."""
    if not may_be_mimic(entry):
        return False
    try:
        from isaaclab.envs import ManagerBasedRLMimicEnv

        made = _imported(entry.entry_point)
        return isinstance(made, type) and issubclass(made, ManagerBasedRLMimicEnv)
    except Exception:
        return False


def registered_tasks(known: set[str], importing: bool) -> list[TaskSpec]:
    """Return the Mimic environments in gymnasium's registry that no spec describes.

    Args:
        known: Ids that are described.
        importing: Import each class to be sure, which takes seconds; else those are taken whose id has the word Mimic
            in it, as Isaac Lab's have.
    """
    load()
    if "gymnasium" not in sys.modules:  # then nobody has registered anything
        return []
    entries = [entry for name in list(_registry()) if name not in known and (entry := entry_of(name))]
    if importing:
        return [TaskSpec(entry.id) for entry in entries if is_mimic(entry)]
    return [TaskSpec(entry.id) for entry in entries if "mimic" in entry.id.lower() and may_be_mimic(entry)]


def _imported(named: Any) -> Any:
    from isaaclab.utils.string import string_to_callable

    return string_to_callable(named) if isinstance(named, str) else named


def _registry() -> dict:
    if importlib.util.find_spec("gymnasium") is None:
        return {}
    import gymnasium

    return gymnasium.registry
