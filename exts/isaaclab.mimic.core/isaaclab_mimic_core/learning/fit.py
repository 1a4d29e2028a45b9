# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether a policy can act in a task at all."""

from typing import TYPE_CHECKING, Any

from ..errors import InputFileError
from .api import PolicySpec

if TYPE_CHECKING:
    from ..envs import BatchedEnv

_REMEDY = "Give the --task that its demonstrations were made in."


def check_terms(spec: PolicySpec, checkpoint: str, cfg: Any, task: str) -> None:
    """Check that a task is configured to observe what a policy sees, before its scene is built.

    Sizes are known only once it is built: see `check_fit`.

    Args:
        spec: What the policy takes and gives.
        checkpoint: Its file, to be named in errors.
        cfg: The task's configuration, an isaaclab `ManagerBasedEnvCfg`.
        task: The task's id, to be named in errors.

    Raises:
        InputFileError: It is not; names all terms that are missing.
    """
    from isaaclab.managers import ObservationTermCfg

    given = {name for name, term in vars(cfg.observations.policy).items() if isinstance(term, ObservationTermCfg)}
    if wrong := [_unobserved(name, task) for name in spec.observations if name not in given]:
        raise InputFileError("; ".join(wrong), where=checkpoint, remedy=_REMEDY)


def check_fit(spec: PolicySpec, checkpoint: str, env: "BatchedEnv", task: str) -> None:
    """Check that a task gives what a policy sees, and takes what it puts out.

    Args:
        spec: What the policy takes and gives.
        checkpoint: Its file, to be named in errors.
        env: The task's environments, not stepped yet.
        task: The task's id, to be named in errors.

    Raises:
        InputFileError: It does not; says all that differs.
    """
    given = env.observation_shapes()
    if given is None:
        raise InputFileError(
            f"sees observations by name; {task} gives them as one vector",
            where=checkpoint,
            remedy="Set concatenate_terms of the task's observation group 'policy' to False.",
        )
    wrong = []
    for name, wanted in spec.observations.items():
        if name not in given:
            wrong.append(_unobserved(name, task))
        elif (there := given[name]) != wanted:
            wrong.append(f"sees {name!r} of {_size(wanted)}, where {task} has {_size(there)}")
    if spec.action_dim != env.action_dim:
        wrong.append(f"puts out actions of {spec.action_dim} numbers, where {task} takes {env.action_dim}")
    if wrong:
        raise InputFileError("; ".join(wrong), where=checkpoint, remedy=_REMEDY)


def _unobserved(name: str, task: str) -> str:
    return f"sees {name!r}, which {task} does not observe"


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} numbers" if len(shape) == 1 else f"shape {' x '.join(map(str, shape)) or '()'}"
