# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find a learner by its name, or by a checkpoint. Only light modules are imported, because forms use this."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputFileError, PluginError
from ..plugins import LEARNERS, LearnerSpec, resolve

if TYPE_CHECKING:
    from .api import Learner

_OFFERS = ("require", "plan", "owns", "load", "export")


def names() -> tuple[str, ...]:
    """Return the values that `--learner` takes."""
    return tuple(LEARNERS.all())


def get_learner(name: str) -> "Learner":
    """Return a learner.

    Raises:
        OptionError: There is none of that name.
        PluginError: The code registered under that name cannot be loaded, or is not a learner.
    """
    return _made(LEARNERS.find(name, "--learner"))


def find_learner(name: str, checkpoint: str) -> "Learner":
    """Return the learner of a checkpoint.

    Args:
        name: Its name; empty: try all of them.
        checkpoint: The file.

    Raises:
        OptionError: There is no learner of that name.
        InputFileError: There is no such file, or no learner knows it.
    """
    if name:
        return get_learner(name)
    if not Path(checkpoint).is_file():
        raise InputFileError("there is no such file", where=checkpoint, remedy="Give a checkpoint or a run's folder.")
    specs = list(LEARNERS.all().values())
    # If there is one learner only, let its own error say what is wrong with the file.
    for spec in specs:
        if len(specs) == 1 or (learner := _made(spec)).owns(checkpoint):
            return learner if len(specs) > 1 else _made(spec)
    raise InputFileError(
        f"is no checkpoint of {', '.join(names())}", where=checkpoint, remedy="Give a file that mimic train wrote."
    )


def task_of_checkpoint(path: Path, learner: str = "") -> str:
    """Return the name of the task that a checkpoint says it is of; empty if it says none.

    Args:
        path: The file.
        learner: Its learner's name; empty: found from the file.

    Raises:
        OptionError: There is no learner of that name.
        InputFileError: There is no such file, or no learner knows it.
    """
    ask = getattr(find_learner(learner, str(path)), "task_of", None)
    return ask(str(path)) if ask is not None else ""


def _made(spec: LearnerSpec) -> "Learner":
    learner = resolve(spec.learner)()
    if missing := [name for name in _OFFERS if not callable(getattr(learner, name, None))]:
        raise PluginError(f"has no method {', '.join(missing)}", where=f"learner {spec.name}")
    return learner
