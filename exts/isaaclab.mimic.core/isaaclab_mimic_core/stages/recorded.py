# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Recorded demonstrations between files and simulation: reading, checking, and showing their states."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..datasets import DatasetReader, Episode
from ..datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ..errors import DatasetError

if TYPE_CHECKING:
    from ..envs import BatchedEnv

_RECORD = "Record it again, or leave it out."


def check_recorded(reader: DatasetReader, name: str, states: bool = False) -> None:
    """Check that a demonstration has what it takes to be played again, without reading it.

    Args:
        reader: The file.
        name: The demonstration.
        states: Whether its states are needed too, one for every action.

    Raises:
        DatasetError: Something is missing.
    """
    shapes = reader.shapes(name)
    where = f"{reader.path}, {name}"
    if ACTIONS not in shapes or shapes[ACTIONS][0][0] == 0:
        raise DatasetError("has no actions", where=where, remedy=_RECORD)
    if not any(path.startswith(f"{INITIAL_STATE}/") for path in shapes):
        raise DatasetError("has no initial_state, so it cannot be played again", where=where, remedy=_RECORD)
    if not states:
        return
    steps = {path: shape[0] for path, (shape, _) in shapes.items() if path.startswith(f"{STATES}/")}
    if not steps:
        raise DatasetError(
            "has no states to be shown",
            where=where,
            remedy="Record it again with its states, or have it annotated automatically.",
        )
    for path, count in steps.items():
        if count != shapes[ACTIONS][0][0]:
            raise DatasetError(
                f"{path} has {count} rows but there are {shapes[ACTIONS][0][0]} actions", where=where, remedy=_RECORD
            )


def read_recorded(reader: DatasetReader, name: str, parts: Sequence[str] | None = (ACTIONS, INITIAL_STATE)) -> Episode:
    """Read a demonstration to be played again.

    Args:
        reader: The file.
        name: The demonstration.
        parts: What to read of it; None for everything.

    Raises:
        DatasetError: Something is missing, or a number is not finite.
    """
    check_recorded(reader, name, states=parts is None or STATES in parts)
    episode = reader.read(name, parts)
    for path, values in episode.data.items():
        if path != ACTIONS and not path.startswith((f"{INITIAL_STATE}/", f"{STATES}/")):
            continue
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            raise DatasetError(
                f"{path}, row {bad[0][0]} is {values[tuple(bad[0])]}",
                where=f"{reader.path}, {name}",
                remedy="Leave this demonstration out.",
            )
    return episode


def check_fits(episode: Episode, env: "BatchedEnv", path: str) -> None:
    """Check that a demonstration was made in a scene like this one.

    Raises:
        DatasetError: Its actions have another width, or it lacks the state of something in the scene.
    """
    where = f"{path}, {episode.name}"
    width = episode.data[ACTIONS].shape[1]
    remedy = "Was the file made for another task? See: mimic info FILE"
    if width != env.action_dim:
        raise DatasetError(f"has actions {width} wide, but the task's are {env.action_dim}", where=where, remedy=remedy)
    state = env.state()
    for group in (INITIAL_STATE, STATES):
        there = episode.group(group)
        if there and (missing := sorted(set(state) - set(there))):
            raise DatasetError(f"has no {group}/{missing[0]}", where=where, remedy=remedy)


class RecordedStates:
    """A demonstration's states on the device, to be put into environments: no physics, so nothing can diverge.

    Row 0 is the state before the first action, row t that before action t, the last one, `num_samples`, that after the
    last action.

    Args:
        episode: A demonstration of T actions with its states.
        env: The environments that shall show it.
    """

    def __init__(self, episode: Episode, env: "BatchedEnv"):
        first, after = episode.group(INITIAL_STATE), episode.group(STATES)
        self._env = env
        self._states = {
            path: torch.as_tensor(np.concatenate([first[path], after[path]]), dtype=torch.float32, device=env.device)
            for path in env.state()
        }
        self._everyone = torch.arange(env.num_envs, device=env.device)

    @torch.inference_mode()
    def show(self, rows: torch.Tensor) -> None:
        """Put a state into every environment. `rows`: (num_envs,) int64 which."""
        self._env.restore({path: values[rows] for path, values in self._states.items()}, self._everyone)
