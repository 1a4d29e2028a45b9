# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Step a task with zero or random actions in real time, with a live view: Isaac Lab's zero_agent and random_agent."""

import time
from collections import deque
from typing import TYPE_CHECKING

import torch

from .. import randomness
from ..events import Event
from ..options import ViewOptions
from .sim_stage import SimStage
from .stage import Steps

if TYPE_CHECKING:
    from ..envs import BatchedEnv


class View(SimStage):
    """Steps environments with zero or random actions."""

    name = "view"
    options: ViewOptions

    def __init__(self, options: ViewOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        self._steps = self._resets = 0
        self._next_due = 0.0
        self._recent: deque[float] = deque(maxlen=41)

    @property
    def due(self) -> float:
        return super().due if self.paused else self._next_due

    def snapshot(self) -> dict:
        rate = (len(self._recent) - 1) / (self._recent[-1] - self._recent[0]) if len(self._recent) > 1 else 0.0
        return {
            **super().snapshot(),
            "steps": self._steps,
            "steps_per_second": rate,
        }

    def run(self) -> Steps:
        yield self._started()
        yield from self._open()
        return (yield from self._view())

    @torch.inference_mode()
    def _view(self) -> Steps:
        env, options = self.env, self.options
        self._streams = randomness.streams(options.seed, "view actions", torch.arange(env.num_envs, device=env.device))
        episode_length = int(env.env.max_episode_length)
        self._reset()
        yield [self._enter(f"Stepping with {options.actions} actions")]
        while not (self._stopping or env.live.closed):
            if env.live.take_reset() or self._steps - self._episode_start >= episode_length:
                self._reset()
            env.step(self._action())
            self._steps += 1
            # Keep real time, but do not catch up after slow steps, which would make the view race.
            now = time.monotonic()
            self._recent.append(now)
            self._next_due = max(self._next_due + env.step_dt, now)
            if self._steps == options.num_steps:
                return self._end("done")
            yield []
        return self._end("stopped")

    def _action(self) -> torch.Tensor:
        env = self.env
        if self.options.actions == "zero":
            return torch.zeros(env.num_envs, env.action_dim, device=env.device)
        return 2 * randomness.uniform(self._streams, self._steps, env.action_dim) - 1

    def _reset(self) -> None:
        env_ids = torch.arange(self.env.num_envs, device=self.env.device)
        numbers = self._resets * self.env.num_envs + env_ids
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", numbers))
        self._resets += 1
        self._episode_start = self._steps

    def _end(self, outcome: str) -> list[Event]:
        rate = self.snapshot()["steps_per_second"]
        return self._finish(outcome, {"steps": self._steps, "steps_per_second": round(rate, 1)})
