# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One worker's share of the attempts of a run of `generate`."""

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from ... import randomness
from ...datasets import Episode
from ...events import ShareReady
from ...options import GenerateOptions
from ...outcomes import AttemptOutcome
from ...sim.engines.cameras import leave_out_cameras
from ..asked import AskedStage, EpisodePieces, told_of
from ..sim_stage import SimStage
from ..stage import Steps
from ..watched import watched_paths
from .begin import longest_recording, make_generator, sees
from .generate import Generate
from .sources import read_annotated

if TYPE_CHECKING:
    from ...datagen.generator import Generator
    from ...envs import BatchedEnv


@dataclass(frozen=True)
class ShareOptions(GenerateOptions):
    """What a share is; see `GenerateOptions`."""

    folder: str = ""
    """Where its pieces go."""


def start(**options: Any) -> "Share":
    """Build the stage from plain data, as a worker process gets it."""
    return Share(ShareOptions(**options))


class Share(AskedStage, SimStage):
    """Makes the attempts that it is asked for, attempt `k` in environment `k % num_envs`, and writes each as a piece.

    An environment that has nothing to do stands still; with none to make, nothing is simulated.
    """

    name = "generate_share"
    options: ShareOptions

    def __init__(self, options: ShareOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        self._settings = Generate.check(options)
        self._episodes = read_annotated(options.input, options.task, options.any_task)
        self._queues: dict[int, deque[int]] = {}
        self._running: dict[int, int] = {}
        """Environment -> the attempt in it."""
        self._generator: Generator | None = None
        self._steps = 0

    def snapshot(self) -> dict:
        running = self._generator is not None and self._running
        subtasks = self._generator.attempts.subtask.tolist() if running and self._generator else []
        return {**super().snapshot(), "steps": self._steps, "subtasks": subtasks}

    def _seen_in(self, index: int) -> dict:
        seen = super()._seen_in(index)
        if self._generator is None or index not in self._running:
            return seen
        return seen | watched_paths(self._generator, self.env.eef_names, index)

    def _request(self, name: str, **arguments: Any) -> None:
        """Offer `work(numbers)`: attempts to make, besides those asked for before."""
        if name == "work":
            num_envs = self.env.num_envs
            for number in arguments["numbers"]:
                self._queues.setdefault(int(number) % num_envs, deque()).append(int(number))
        else:
            super()._request(name, **arguments)

    @property
    def _is_idle(self) -> bool:
        return self._generator is not None and not self._running and not any(self._queues.values())

    def run(self) -> Steps:
        yield self._started()
        yield from self._open(None if sees(self.options) else leave_out_cameras)
        return (yield from self._generate())

    @torch.inference_mode()
    def _generate(self) -> Steps:
        generator = self._prepare()
        yield [self._enter(f"Generating from {self._bank.num_demos} demonstrations"), ShareReady(self._about())]
        while not self._stopping:
            self._start_attempts(generator)
            if not self._running:
                yield self._pieces.take()
                continue
            self._play_step(generator.action())
            outcomes = generator.observe()
            for env_ids, length in generator.take_rewinds():
                self._recorder.rewind(env_ids, length)
            for outcome in outcomes:
                self._end_attempt(outcome)
            if outcomes:
                generator.release(torch.tensor([outcome.env for outcome in outcomes], device=self.env.device))
            yield self._pieces.take()
        return self._finish("stopped", {})

    def _prepare(self) -> "Generator":
        """Make the generator, and what records and writes."""
        from ...envs.recorder import EpisodeRecorder

        env, options = self.env, self.options
        generator, self._bank = make_generator(env, options, self._settings, self._episodes)
        self._generator = generator
        self._pieces = EpisodePieces(self._resources, options.folder, env.env_args())
        spool, expected = self._pieces.spool(), longest_recording(self._episodes)
        self._recorder = EpisodeRecorder(env.num_envs, env.device, expected, spool)
        return generator

    def _about(self) -> dict[str, Any]:
        """Return what the driver has to know of the environments."""
        assert self._generator is not None
        planner = type(self._generator.planner).__name__ if self._generator.planner else None
        return {**told_of(self.env), "sources": list(self._bank.names), "planner": planner}

    def _start_attempts(self, generator: "Generator") -> None:
        """Reset environments to the initial states of their next attempts."""
        from ...envs.episode_terms import initial_terms

        free = [env for env, queue in self._queues.items() if queue and env not in self._running]
        if not free:
            return
        if not self._steps and not self._running:
            # The generator moves all environments; those without work begin an attempt that is not told of.
            free = list(range(self.env.num_envs))
        started = {env: self._queues[env].popleft() if self._queues.get(env) else -1 for env in free}
        self._running |= {env: number for env, number in started.items() if number >= 0}
        env_ids = torch.tensor(free, device=self.env.device)
        numbers = torch.tensor([max(started[env], 0) for env in free], device=self.env.device)
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", numbers))
        self._recorder.begin(env_ids, initial_terms(self.env))
        generator.begin(env_ids, numbers)

    def _play_step(self, action: torch.Tensor) -> None:
        """Make one environment step, and record it."""
        from ...envs.episode_terms import after_step, before_step

        terms = before_step(self.env, action)
        self.env.step(action)
        self._recorder.record({**terms, **after_step(self.env)})
        self._steps += 1
        idle = [env for env in range(self.env.num_envs) if env not in self._running]
        if idle:
            # So that the recording of an environment that stands still does not grow.
            ids = torch.tensor(idle, device=self.env.device)
            self._recorder.rewind(ids, torch.zeros_like(ids))

    def _end_attempt(self, outcome: AttemptOutcome) -> None:
        """Hand an attempt that has ended over to be written; one that nobody has asked for is forgotten."""
        if self._running.pop(outcome.env, None) is None:
            return
        episode = None
        if outcome.success or self.options.keep_failed:
            data = self._recorder.take(outcome.env, outcome.steps)
            episode = Episode(data, {}, streamed=self._recorder.take_large(outcome.env, outcome.steps))
        self._pieces.put(outcome.attempt, outcome, episode)
