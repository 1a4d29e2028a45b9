# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Play back many demonstrations in parallel: each environment takes its next one as soon as it is free.

The assignment follows from the demonstrations' lengths alone, so that it is the same in each run.
"""

import heapq
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from ... import randomness
from ...datasets import Episode
from ...datasets.layout import ACTIONS, INITIAL_STATE

if TYPE_CHECKING:
    from ...envs import BatchedEnv


def assign(lengths: Sequence[int], num_envs: int, places: Sequence[int] = ()) -> list[list[int]]:
    """Decide which environment plays which demonstrations, in which order.

    Args:
        lengths: Steps of each demonstration.
        num_envs: How many environments there are.
        places: The environment that each demonstration has to be played in; if it is empty, each is played in the
            one that is free first.

    Returns:
        Per environment the indices of its demonstrations.
    """
    queues: list[list[int]] = [[] for _ in range(num_envs)]
    free = [(0, env_id) for env_id in range(num_envs)]
    for index, length in enumerate(lengths):
        if places:
            queues[places[index]].append(index)
            continue
        at, env_id = heapq.heappop(free)
        queues[env_id].append(index)
        heapq.heappush(free, (at + length, env_id))
    return queues


class Playback:
    """Tracks which demonstration each environment plays and at which step; returns the next actions.

    After its demonstration an environment holds its end effectors still, with the last gripper command.

    Args:
        env: Open environments.
        lengths: Steps of each demonstration.
        load: Reads a demonstration, with its actions and its initial state, when its turn comes.
        seed: Seed of what is not restored.
        rest_steps: How long an environment rests after its demonstration's last action [steps].
        queues: Per environment the demonstrations that it plays, as `assign` returns them; None: as follows from the
            lengths. More may be added.
    """

    def __init__(
        self,
        env: "BatchedEnv",
        lengths: Sequence[int],
        load: Callable[[int], Episode],
        seed: int,
        rest_steps: int = 0,
        queues: list[list[int]] | None = None,
    ):
        self._env, self._load, self._rest_steps = env, load, rest_steps
        self._queues = queues or assign([length + rest_steps for length in lengths], env.num_envs)
        self.longest = max(lengths)
        """Steps of the longest demonstration."""
        self._everyone = torch.arange(env.num_envs, device=env.device)
        self.current = np.full(env.num_envs, -1)
        """Per environment the demonstration that it is busy with, -1 for none."""
        self.length = np.zeros(env.num_envs, dtype=int)
        """Per environment how many actions that demonstration has."""
        self.step = np.zeros(env.num_envs, dtype=int)
        """Per environment how many steps of it have been made, those of rest included."""
        self.step_on_device = torch.zeros(env.num_envs, dtype=torch.long, device=env.device)
        """The same: (num_envs,) int64."""
        self._actions = torch.zeros(env.num_envs, self.longest, env.action_dim, device=env.device)
        self.playing_on_device = torch.zeros(env.num_envs, dtype=torch.bool, device=env.device)
        """The same as `playing`: (num_envs,) bool."""
        # A copy: what is returned may be a view of the actions.
        self._gripper = env.action_to_gripper(self._actions[:, 0]).clone()
        env.reset(self._everyone, randomness.streams(seed, "reset", self._everyone))
        self._hold = env.eef_pose().clone()

    def add(self, env_id: int, index: int) -> None:
        """Let an environment play one more demonstration, after those that it has; `refill` begins it if it is idle."""
        self._queues[env_id].append(index)

    @property
    def waiting(self) -> list[int]:
        """Environments that are idle and have a demonstration to play."""
        return [env_id for env_id in np.flatnonzero(self.current < 0).tolist() if self._queues[env_id]]

    @property
    def playing(self) -> np.ndarray:
        """Per environment, whether an action of its demonstration is next; otherwise it rests or is done."""
        return (self.current >= 0) & (self.step < self.length)

    @property
    def done(self) -> bool:
        return not any(self._queues) and bool((self.current < 0).all())

    def action(self) -> torch.Tensor:
        """Return the next actions: (num_envs, action_dim)."""
        row = self.step_on_device.clamp(max=self._actions.shape[1] - 1)
        action = self._actions[self._everyone, row]
        if self.playing.all():
            return action
        return torch.where(
            self.playing_on_device[:, None], action, self._env.target_to_action(self._hold, self._gripper).to(action)
        )

    def advance(self) -> list[int]:
        """Count a step.

        Returns:
            Environments whose demonstration and rest are over; pass them to `refill`.
        """
        busy = self.current >= 0
        ended = busy & (self.step == self.length - 1)
        self.step += busy
        self.step_on_device += 1
        if ended.any():
            self.hold(np.flatnonzero(ended))
        return np.flatnonzero(busy & (self.step >= self.length + self._rest_steps)).tolist()

    def hold(self, env_ids: np.ndarray) -> None:
        """Hold the end effectors of some environments at their current poses."""
        ids = torch.as_tensor(env_ids, device=self._env.device)
        self.playing_on_device[ids] = False
        self._hold[ids] = self._env.eef_pose()[ids]

    def refill(self, env_ids: Sequence[int]) -> dict[int, Episode]:
        """Start the next demonstration of each environment's queue: restore its initial state.

        Returns:
            Environment -> demonstration; environments with an empty queue are not in it.
        """
        begun: dict[int, Episode] = {}
        for env_id in env_ids:
            self.current[env_id] = self._queues[env_id].pop(0) if self._queues[env_id] else -1
            if self.current[env_id] >= 0:
                begun[env_id] = self._load(self.current[env_id])
        if not begun:
            return begun
        env = self._env
        ids = torch.tensor(list(begun), device=env.device)
        episodes = list(begun.values())
        for env_id, episode in begun.items():
            count = episode.num_samples
            self.length[env_id], self.step[env_id] = count, 0
            self._actions[env_id, :count] = torch.as_tensor(episode.data[ACTIONS], device=env.device)
        last = torch.as_tensor(np.stack([episode.data[ACTIONS][-1] for episode in episodes]), device=env.device)
        everyone = torch.zeros(env.num_envs, env.action_dim, device=env.device)
        everyone[ids] = last.to(everyone)
        self._gripper[ids] = env.action_to_gripper(everyone)[ids]
        self.step_on_device[ids] = 0
        self.playing_on_device[ids] = True
        env.restore(stacked_states(episodes, INITIAL_STATE, 0, env.device), ids)
        return begun


def stacked_states(episodes: Sequence[Episode], group: str, row: int, device: torch.device) -> dict[str, torch.Tensor]:
    """Return one state of each demonstration, as `BatchedEnv.restore` wants them: (len(episodes), size) by path."""
    return {
        path: torch.as_tensor(
            np.stack([episode.group(group)[path][row] for episode in episodes]), dtype=torch.float32, device=device
        )
        for path in episodes[0].group(group)
    }
