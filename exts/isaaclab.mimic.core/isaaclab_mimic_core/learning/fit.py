# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Check that a policy's inputs and outputs fit a task."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..errors import InputFileError
from .api import PolicySpec

if TYPE_CHECKING:
    from ..envs import BatchedEnv

IMAGE = 3
"""Dimensions of an observation that is an image: height, width, channels."""
_REMEDY = "Give the --task that its demonstrations were made in."


def check_terms(spec: PolicySpec, checkpoint: str, cfg: Any, task: str) -> None:
    """Check that a task's configuration has the observation terms of a policy, before the scene is built.

    Shapes are known only once it is built: see `check_fit`.

    Args:
        spec: Inputs and outputs of the policy.
        checkpoint: The policy's file, for the error.
        cfg: The task's configuration, an isaaclab `ManagerBasedEnvCfg`.
        task: The task's id, for the error.

    Raises:
        InputFileError: Terms are missing; names all of them.
    """
    from isaaclab.managers import ObservationTermCfg

    given = {name for name, term in vars(cfg.observations.policy).items() if isinstance(term, ObservationTermCfg)}
    if wrong := [_unobserved(name, task) for name in spec.observations if name not in given]:
        raise InputFileError("; ".join(wrong), where=checkpoint, remedy=_REMEDY)


def fit_cameras(specs: Iterable[PolicySpec], cfg: Any) -> None:
    """Give a task's cameras the size of the images that policies take, before the scene is built.

    Demonstrations may have been rendered in another size than the task's. If policies differ, the last one decides.

    Args:
        specs: Inputs and outputs of the policies.
        cfg: The task's configuration, an isaaclab `ManagerBasedEnvCfg`; changed in place.
    """
    from ..sim.engines.cameras import camera_terms

    cameras = camera_terms(cfg)
    for spec in specs:
        for term in cameras.keys() & spec.observations.keys():
            if len(shape := spec.observations[term]) == IMAGE:
                camera = getattr(cfg.scene, cameras[term])
                camera.height, camera.width = shape[:2]


def check_fit(spec: PolicySpec, checkpoint: str, env: "BatchedEnv", task: str) -> None:
    """Check that a task's observations and actions have the shapes that a policy takes and returns.

    Args:
        spec: Inputs and outputs of the policy.
        checkpoint: The policy's file, for the error.
        env: The task's environments, not stepped yet.
        task: The task's id, for the error.

    Raises:
        InputFileError: They differ; lists all differences.
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
