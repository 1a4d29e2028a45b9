# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Check recorded demonstrations against a scene, and show their states in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...datasets import DatasetReader, Episode
from ...datasets.check import as_error, usable
from ...datasets.layout import ACTIONS, INITIAL_STATE, ROOT_POSE, STATES
from ...errors import LOOK_INTO, DatasetError, Remedy

if TYPE_CHECKING:
    from ...envs import BatchedEnv


def usable_recordings(
    reader: DatasetReader, names: Sequence[str] | None = None, states: bool = False
) -> tuple[list[str], dict[str, str]]:
    """Separate the demonstrations that can be replayed from the others.

    Args:
        reader: The file.
        names: The demonstrations; all if None.
        states: Whether their states are needed too, one for every action.

    Returns:
        The names of those that can, and of each of the others why it cannot.

    Raises:
        DatasetError: There are none that can.
    """
    good, faulty = usable(reader, (INITIAL_STATE, *((STATES,) if states else ())), names)
    if not good:
        raise as_error(next(iter(faulty.values())), reader)
    return good, {name: faulty[name].message for name in names or reader.episode_names if name in faulty}


def misfit(episode: Episode, env: "BatchedEnv") -> str:
    """Return why a demonstration does not fit this scene; empty if it does."""
    width = episode.data[ACTIONS].shape[1]
    if width != env.action_dim:
        return f"has actions {width} wide, but the task's are {env.action_dim}"
    state = env.state()
    for group in (INITIAL_STATE, STATES):
        there = episode.group(group)
        if there and (missing := sorted(set(state) - set(there))):
            return f"has no {group}/{missing[0]}"
        for path in state if there else ():
            own, wanted = there[path].shape[1:], tuple(state[path].shape[1:])
            if own != wanted:
                return f"has {group}/{path} of shape {own}, but the scene's is {wanted}"
    return ""


def turned_bases(episode: Episode, env: "BatchedEnv") -> list[str]:
    """Return the robots whose bases begin turned by more than 10 degrees from how they stand in the scene."""
    first, turned = episode.group(INITIAL_STATE), []
    for path, poses in env.state().items():
        kind, name, *rest = path.split("/")
        if kind == "articulation" and rest == [ROOT_POSE] and path in first:
            here = poses[0, 3:7].to("cpu").numpy()
            if abs(float(here @ first[path][0, 3:7])) < np.cos(np.radians(5.0)):
                turned.append(name)
    return turned


def check_fits(episode: Episode, env: "BatchedEnv", path: str) -> None:
    """Check that a demonstration fits this scene.

    Raises:
        DatasetError: Its actions have another width, or it lacks the state of something in the scene, or that has
            another width.
    """
    if what := misfit(episode, env):
        raise DatasetError(
            what,
            where=f"{path}, {episode.name}",
            remedy=Remedy("Was the file made for another task? See: mimic info FILE", LOOK_INTO),
        )


def states_of(episode: Episode, env: "BatchedEnv") -> dict[str, np.ndarray]:
    """Return a demonstration's states by path as `BatchedEnv.restore` takes them: before each action, then the last."""
    first, after = episode.group(INITIAL_STATE), episode.group(STATES)
    return {path: np.concatenate([first[path], after[path]]) for path in env.state()}


class RecordedStates:
    """A demonstration's states on the device, to be written into environments. No physics, so nothing can diverge.

    Row t is the state before action t; the last row, `num_samples`, is the state after the last action.

    Args:
        episode: A demonstration of T actions with its states.
        env: The environments that shall show it.
    """

    def __init__(self, episode: Episode, env: "BatchedEnv"):
        self._env = env
        self._states = {
            path: torch.as_tensor(values, dtype=torch.float32, device=env.device)
            for path, values in states_of(episode, env).items()
        }
        self._everyone = torch.arange(env.num_envs, device=env.device)

    @torch.inference_mode()
    def show(self, rows: torch.Tensor) -> None:
        """Write a state into every environment. `rows`: (num_envs,) int64."""
        self._env.restore({path: values[rows] for path, values in self._states.items()}, self._everyone)
