# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Mimic environments in gymnasium's registry, also those without a `TaskSpec`."""

import difflib
import importlib.util
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import TaskError
from ..plugins import TaskSpec, load

if TYPE_CHECKING:
    from gymnasium.envs.registration import EnvSpec

_CONFIG = "env_cfg_entry_point"
_NO_MIMIC = ("isaaclab.envs", "isaaclab_tasks")
"""Packages whose environment classes are not Mimic environments."""


def stem(name: str) -> str:
    """Return the common part of a task's names, in lower case.

    Isaac Lab 3.0 renamed base tasks from `Isaac-...-v0` to `IsaacContrib-...`, but its tutorial still uses the old
    names. The id of the Mimic variant has `-Mimic` in it.
    """
    name = re.sub(r"^isaac(contrib|lab)?-", "", name.strip().lower())
    name = re.sub(r"-v\d+$", "", name)
    name = re.sub(r"-mimic$", "", name)
    # The one Mimic variant whose base task has more in its name.
    return name.removeprefix("pickplace-") if name == "pickplace-locomanipulation-g1-abs" else name


def entry_of(task_id: str) -> Any:
    """Return the entry of an Isaac Lab environment in gymnasium's registry; None if there is none."""
    entry = _registry().get(task_id)
    return entry if entry is not None and _CONFIG in entry.kwargs else None


def environment_of(spec: TaskSpec) -> str:
    """Return the id of a task's environment in gymnasium's registry, in which it need not be if it is the task's own.

    With a descriptor a plain environment comes before a Mimic environment of the same names.

    Raises:
        TaskError: There is no environment of the name that the task gives.
    """
    wanted = spec.environment or spec.id
    if not spec.environment or wanted in _registry():
        return wanted
    like = [name for name in _registry() if stem(name) == stem(wanted) and entry_of(name) is not None]
    if not like:
        near = difflib.get_close_matches(wanted, _registry(), n=3, cutoff=0.5)
        raise TaskError(
            f"there is no environment {wanted!r}",
            where=spec.descriptor or spec.id,
            remedy=f"Did you mean {' or '.join(near)}?" if near else "Have it registered: by --import MODULE.",
        )
    return min(like, key=lambda name: may_be_mimic(_registry()[name]))


def class_of(task_id: str) -> Any:
    """Import and return the class or function of an entry that makes the environment."""
    return _imported(_registry()[task_id].entry_point)


def config_of(task_id: str) -> Any:
    """Import and return the class of an entry's configuration."""
    return _imported(_registry()[task_id].kwargs[_CONFIG])


def may_be_mimic(entry: "EnvSpec") -> bool:
    """Return whether an entry's class may be a Mimic environment, judged by its name: an import would take seconds."""
    module = str(entry.entry_point).partition(":")[0]
    return not any(module == package or module.startswith(f"{package}.") for package in _NO_MIMIC)


def is_mimic(entry: "EnvSpec") -> bool:
    """Import an entry's class and return whether it is a Mimic environment; False if the import fails."""
    if not may_be_mimic(entry):
        return False
    try:
        from isaaclab.envs import ManagerBasedRLMimicEnv

        made = _imported(entry.entry_point)
        return isinstance(made, type) and issubclass(made, ManagerBasedRLMimicEnv)
    except Exception:
        return False


def registered_tasks(known: set[str], importing: bool) -> list[TaskSpec]:
    """Return specs for the Mimic environments in gymnasium's registry that have none.

    Args:
        known: Ids of tasks with a spec.
        importing: Whether to import each class to be sure, which takes seconds. Otherwise return those with "Mimic" in
            their id, as Isaac Lab's have.
    """
    load()
    if "gymnasium" not in sys.modules:  # Nothing has been registered.
        return []
    entries = [entry for name in list(_registry()) if name not in known and (entry := entry_of(name))]
    if importing:
        return [TaskSpec(entry.id) for entry in entries if is_mimic(entry)]
    return [TaskSpec(entry.id) for entry in entries if "mimic" in entry.id.lower() and may_be_mimic(entry)]


def plain_environments() -> Iterator[tuple[str, Any]]:
    """Yield the names of registered environments of Isaac Lab that are no Mimic environments, and their configurations.

    Those whose configuration cannot be made here are left out. Import each, which takes long.
    """
    for name in list(_registry()):
        entry = entry_of(name)
        if entry is None or may_be_mimic(entry):
            continue
        try:
            yield name, config_of(name)()
        except Exception:  # A configuration is code of others, which may raise anything.
            continue


def _imported(named: Any) -> Any:
    from isaaclab.utils.string import string_to_callable

    return string_to_callable(named) if isinstance(named, str) else named


def _registry() -> dict:
    if importlib.util.find_spec("gymnasium") is None:
        return {}
    import gymnasium

    return gymnasium.registry
