# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A descriptor's file as a task: its name is the file, or the file and an environment, `FILE@ENVIRONMENT`.

Descriptors are read only where there is one: names of tasks are asked for where no other package is installed, too.
"""

import importlib.util
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputFileError, TaskError
from ..files import file_hash
from ..plugins import TASKS, TaskSpec
from .registered import stem

if TYPE_CHECKING:
    from .descriptors import Descriptor

_NAME = re.compile(r"(?P<files>.+?\.ya?ml(,.+?\.ya?ml)?)(@(?P<env>.+))?", re.IGNORECASE | re.DOTALL)


def task_name(descriptor: str, task: str) -> str:
    """Return the name of the task that a descriptor and a task make together.

    Args:
        descriptor: The file; with an embodiment's after a comma, if it has one.
        task: Name of the environment, or of the whole; empty: the environment is the one that the descriptor names.
    """
    if not task or task == descriptor or task.startswith(f"{descriptor}@"):
        return task or descriptor
    return f"{descriptor}@{task}"


def described_task(name: str) -> TaskSpec | None:
    """Return the task that a name with a descriptor in it means; None if there is none in it.

    Args:
        name: Any name of a task.

    Raises:
        InputFileError: A file cannot be followed.
        TaskError: Neither file nor name say which environment it is for.
    """
    found = _NAME.fullmatch(name)
    if found is None or TASKS.get(name) is not None:
        return None
    _check_spaces(name)
    files = found["files"]
    descriptor = load(files)
    env = found["env"] or descriptor.env
    if not env:
        raise TaskError(
            "does not say which environment it is for", where=files, remedy="Give --task ENVIRONMENT, or add env to it."
        )
    like = environment_task(env)
    return replace(like, name=name, title=descriptor.description or descriptor.name, descriptor=files)


def check_file_name(path: str) -> None:
    """Check that a descriptor of this path can be named: `FILE` or `FILE@ENVIRONMENT`.

    Raises:
        TaskError: It would be taken for something else.
    """
    _check_spaces(path)
    found = _NAME.fullmatch(path)
    if found is None or found["env"] or "," in path:
        raise TaskError(
            "is no name for a descriptor: after a comma comes an embodiment, after .yaml@ an environment",
            where=path,
            remedy="Rename the file or its folder.",
        )


def _check_spaces(name: str) -> None:
    if any(map(str.isspace, name)):
        raise TaskError("has a space in its name", where=name, remedy="Rename the file or its folder.")


def environment_task(env: str) -> TaskSpec:
    """Return any environment of Isaac Lab as a task without subtasks.

    What is registered for a task of the same environment, such as local assets, is taken over from it.

    Args:
        env: Its name in gymnasium's registry, in which it need not be yet.
    """
    own = (task for task in TASKS.all().values() if stem(task.environment or task.id) == stem(env))
    return replace(next(own, TaskSpec(env)), name=env, title="", environment=env, descriptor="")


def load(files: str) -> "Descriptor":
    """Return the descriptor that a `TaskSpec` names.

    Raises:
        InputFileError: It cannot be followed.
    """
    from .descriptors import read_descriptor

    known = _LOADED.get(files)
    if known is None or known[0] != _stamps(files, known[1]):
        path, _, embodiment = files.partition(",")
        descriptor = read_descriptor(_path(path), _path(embodiment) if embodiment else "")
        known = _LOADED[files] = _stamps(files, descriptor), descriptor
    return known[1]


def content_hash(files: str) -> str:
    """Return the SHA-256 of a descriptor's file and of its embodiment's, wherever that is named."""
    return " ".join(map(file_hash, _paths(files, load(files))))


def overruled(files: str, options: Any) -> list[str]:
    """Return what a descriptor and its embodiment say and a run does not go by: a sentence for each of both."""
    from .descriptors.schema import RUN

    # Without an option, success is always guaranteed.
    given = {key: getattr(options, name) if name else True for key, name in RUN.items()}
    given["max_num_failures"] = given["max_num_failures"] or None
    descriptor = load(files)
    sentences = []
    if others := {key: value for key, value in descriptor.run.items() if value != given[key]}:
        said = ", ".join(f"{key} {json.dumps(value)}" for key, value in others.items())
        names = ", ".join(f"--{RUN[key].replace('_', '-')}" for key in others if RUN[key])
        sentences.append(f"{files} says {said}; a run goes by {names or 'its options'}.")
    if (robot := descriptor.embodiment) is not None and robot.unused:
        sentences.append(f"{robot.path}: {', '.join(robot.unused)} are for retargeting, which is not done here.")
    return sentences


_LOADED: dict[str, tuple[list[int], "Descriptor"]] = {}
"""Descriptors by their files, with the times at which these were changed: a task is looked up often."""


def _stamps(files: str, descriptor: "Descriptor") -> list[int]:
    return [Path(path).stat().st_mtime_ns if Path(path).exists() else 0 for path in _paths(files, descriptor)]


def _paths(files: str, descriptor: "Descriptor") -> list[str]:
    robot = descriptor.embodiment
    return [_path(files.partition(",")[0]), *([robot.path] if robot else [])]


def _path(named: str) -> str:
    """Return the path of a file that may be named `package:path/within/it`."""
    package, colon, within = named.partition(":")
    if not colon or not all(part.isidentifier() for part in package.split(".")):
        return named
    try:
        spec = importlib.util.find_spec(package)
    except ImportError:
        spec = None
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise InputFileError("there is no such package", where=named)
    return str(Path(next(iter(places))) / within)
