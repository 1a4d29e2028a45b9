# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rollouts of a policy in all environments at once; each environment is reset as soon as its rollout has ended."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from .. import randomness
from ..datagen.config import read_subtasks
from ..datagen.failures.fall import fallen, lowest_height
from ..datagen.failures.signals import cause_of
from ..outcomes import AttemptOutcome, FailureCause
from ..sim.rendering.randomization import Take
from .api import Policy

if TYPE_CHECKING:
    from ..envs import BatchedEnv
    from ..sim.rendering.appearance import Appearance


@dataclass(frozen=True)
class Rollout(AttemptOutcome):
    """How one rollout ended.

    Its number and the seed determine the initial state. It is a success if the task was fulfilled for `hold` steps, or
    at the horizon.
    """

    ever: bool = field(kw_only=True)
    """Whether the task was fulfilled at any step."""

    def row(self) -> dict[str, Any]:
        """Return it as plain data, for a file of rollouts."""
        return {
            "number": self.attempt,
            "env": self.env,
            "success": self.success,
            "ever": self.ever,
            "steps": self.steps,
            "cause": self.cause,
            "subtask": self.subtask,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Rollout":
        """Return the rollout of a row, the inverse of `row`.

        Raises:
            KeyError: The row lacks a field.
        """
        return cls(
            attempt=row["number"],
            env=row["env"],
            success=row["success"],
            steps=row["steps"],
            cause=FailureCause(row["cause"]),
            subtask=row["subtask"],
            ever=row["ever"],
        )


@dataclass(frozen=True)
class Disturbance:
    """Perturbations of a policy's observations and actions."""

    observation_noise: float = 0.0
    """Standard deviation of the noise added to every observed number, in its unit (m, quaternion); not to images."""
    action_delay: int = 0
    """Steps by which an action is executed late."""


class _Disturbed:
    """Lets a policy see and act through a disturbance.

    Args:
        disturbance: What it is.
        policy: Who acts.
    """

    def __init__(self, disturbance: Disturbance, policy: Policy):
        self._disturbance, self._policy = disturbance, policy
        self._queue: list[torch.Tensor] = []

    def observe(
        self, seen: dict[str, torch.Tensor], stream: torch.Tensor, age: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Return observations with noise; each number's noise is a function of stream, step and place."""
        std = self._disturbance.observation_noise
        if std == 0.0:
            return seen
        noisy = {}
        for channel, key in enumerate(sorted(self._policy.spec.observations)):
            value = seen[key]
            if value.dtype == torch.uint8:
                # Bytes of an image have no unit; what else disturbs images is in `perturb`.
                noisy[key] = value
                continue
            flat = value.reshape(len(value), -1)
            position = 1_000_000 + 100 * age + channel
            noisy[key] = value + std * randomness.normal(stream, position, flat.shape[1]).reshape(value.shape)
        return noisy

    def delay(self, action: torch.Tensor, age: torch.Tensor) -> torch.Tensor:
        """Return the action of `action_delay` steps ago; at the start the first one is repeated."""
        if self._disturbance.action_delay == 0:
            return action
        if not self._queue:
            self._queue = [action.clone() for _ in range(self._disturbance.action_delay)]
        fresh = (age == 0)[:, None]
        self._queue = [torch.where(fresh, action, old) for old in self._queue] + [action]
        return self._queue.pop(0)


class _Signals:
    """Which subtasks' termination signals have been seen in each environment, to say which subtask failed."""

    def __init__(self, env: "BatchedEnv"):
        self._subtasks = subtasks = read_subtasks(env.cfg, env.object_names, env.device)
        self._signals = [
            (eef, index, name)
            for eef, names in enumerate(subtasks.signals)
            for index, name in enumerate(names[:-1])
            if name is not None
        ]
        self.raised = torch.zeros(env.num_envs, len(self._signals), dtype=torch.bool, device=env.device)
        """(num_envs, num_signals): whether each has been seen since its environment's rollout began."""

    def watch(self, env: "BatchedEnv") -> None:
        """Take note of the signals after a step."""
        if self._signals:
            now = env.term_signals()
            self.raised |= torch.stack([now[name] for *_, name in self._signals], dim=1)

    def explain(self, raised: list[int]) -> tuple[FailureCause, str]:
        """Return why a rollout failed that has seen these signals, and its subtask's label."""
        for (eef, index, _), seen in zip(self._signals, raised, strict=True):
            if not seen:
                return cause_of(self._subtasks, eef, index, ever=False, far=False), self._subtasks.label(eef, index)
        return FailureCause.MISPLACED, self._subtasks.label(0, int(self._subtasks.count[0]) - 1)


class Rollouts:
    """Runs rollouts of given numbers; `step` advances all environments once.

    Args:
        env: The environments.
        policy: The policy.
        numbers: Numbers of the rollouts; rollout k begins in the same initial state for every policy.
        seed: Seed of the initial states and of the policy's random numbers.
        horizon: Steps after which a rollout ends.
        hold: Steps for which the task must stay fulfilled before a rollout ends early.
        disturbance: Perturbation of observations and actions.
        look: Varies what cameras see, anew for each rollout.
    """

    def __init__(
        self,
        env: "BatchedEnv",
        policy: Policy,
        numbers: Iterable[int],
        seed: int,
        horizon: int,
        hold: int,
        disturbance: Disturbance | None = None,
        look: "Appearance | None" = None,
    ):
        self._env, self._policy, self._seed = env, policy, seed
        self._horizon, self._hold, self._look = horizon, hold, look
        self._disturbed = _Disturbed(disturbance or Disturbance(), policy)
        self._signals = _Signals(env)
        self._waiting = deque(numbers)
        n, device = env.num_envs, env.device
        self._number = torch.full((n,), -1, dtype=torch.long, device=device)
        self._stream = torch.zeros(n, dtype=torch.long, device=device)
        self._age = torch.zeros(n, dtype=torch.long, device=device)
        self._held = torch.zeros(n, dtype=torch.long, device=device)
        self._ever = torch.zeros(n, dtype=torch.bool, device=device)
        self._lowest = torch.zeros(n, device=device)
        self._bodies = len(env.object_names) - len(env.frame_names)
        self._idle: list[int] = []
        """Environments for which no rollout was left."""
        self._restart(list(range(n)))

    @property
    def done(self) -> bool:
        """Whether every rollout has ended."""
        return len(self._idle) == self._env.num_envs

    @property
    def numbers(self) -> torch.Tensor:
        """Number of each environment's current rollout, -1 for none: (num_envs,) int64."""
        return self._number

    @torch.inference_mode()
    def step(self) -> list[Rollout]:
        """Advance all environments by one step; return the rollouts that ended with it."""
        env = self._env
        seen = self._disturbed.observe(env.observations(), self._stream, self._age)
        action = self._disturbed.delay(self._policy.act(seen, self._stream), self._age)
        env.step(action)
        self._age += 1
        success = env.success()
        self._held = torch.where(success, self._held + 1, 0)
        self._ever |= success
        self._signals.watch(env)
        has_fallen = fallen(env.object_pose()[:, : self._bodies], self._lowest)
        over = (self._held >= self._hold) | (self._age >= self._horizon) | has_fallen
        over &= self._number >= 0
        table = torch.stack([over, success, self._ever, has_fallen], dim=1)
        raised = self._signals.raised.long()
        table = torch.cat([table.long(), raised, self._number[:, None], self._age[:, None]], dim=1).cpu()
        ended = [self._explain(i, table[i].tolist()) for i in table[:, 0].nonzero()[:, 0].tolist()]
        if ended:
            self._restart([rollout.env for rollout in ended])
        return ended

    def add(self, numbers: Iterable[int]) -> None:
        """Run more rollouts, too; environments that run idle begin with them at once."""
        self._waiting.extend(numbers)
        idle, self._idle = self._idle, []
        self._restart(idle)

    @torch.inference_mode()
    def _restart(self, free: Sequence[int]) -> None:
        """Start the next rollouts in environments; those for which none is left run on idle, without cameras."""
        count = min(len(free), len(self._waiting))
        ids = torch.tensor(free, dtype=torch.long, device=self._env.device)
        env_ids, rest = ids[:count], ids[count:]
        self._idle += free[count:]
        self._number[rest] = -1
        if len(rest):
            self._env.stop_drawing(rest)
        if count:
            numbers = torch.tensor([self._waiting.popleft() for _ in range(count)], device=env_ids.device)
            self._number[env_ids] = numbers
            self._stream[env_ids] = randomness.streams(self._seed, "policy", numbers)
            if self._look is not None:
                self._look.show(Take(self._seed, 0, numbers, torch.zeros_like(numbers)), env_ids)
            # Another name than in recording and generation, so that initial states differ from those in training data.
            self._env.reset(env_ids, randomness.streams(self._seed, "evaluation", numbers))
            self._policy.begin(env_ids, self._env.num_envs)
            self._age[env_ids] = 0
            self._held[env_ids] = 0
            self._ever[env_ids] = False
            self._signals.raised[env_ids] = False
            self._lowest[env_ids] = lowest_height(self._env.object_pose(env_ids)[:, : self._bodies])

    def _explain(self, env: int, row: list[int]) -> Rollout:
        _, success, ever, has_fallen, *rest = row
        *raised, number, steps = rest
        if success:
            return Rollout(number, env, True, steps, ever=True)
        cause, subtask = self._signals.explain(raised)
        cause = FailureCause.DROPPED if has_fallen else cause
        return Rollout(number, env, False, steps, cause, subtask, ever=bool(ever))
