# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Generate demonstrations from annotated ones."""

import time
from typing import TYPE_CHECKING

import torch

from ... import randomness
from ...datagen.planners import wants_planned
from ...datagen.settings import Settings
from ...datasets import Episode
from ...events import Event, StageFinished
from ...option import check_options
from ...options import GenerateOptions
from ...outcomes import AttemptOutcome
from ...sim.engines.cameras import leave_out_cameras
from ..files.input_task import with_task
from ..files.output_check import as_written
from ..sim_stage import SimStage
from ..stage import Steps
from ..watched import watched_paths
from .begin import begin_run, longest_recording, make_generator, sees
from .generating import Generating
from .result import GenerationResult, patience_of

if TYPE_CHECKING:
    from ...datagen.generator import Generator
    from ...envs import BatchedEnv


class Generate(Generating, SimStage):
    """Runs attempts in all environments until enough have succeeded. Each success is saved as a demonstration."""

    name = "generate"
    options: GenerateOptions

    def __init__(self, options: GenerateOptions, env: "BatchedEnv | None" = None):
        options = with_task(as_written(options, "output"), options.input)
        super().__init__(options, env)
        self._settings = self.check(options)
        begun = begin_run(options, self._settings, "live" if sees(options) else "later", env)
        self._episodes, self._run, self._report = begun.episodes, begun.run, begun.report
        self._remarks += self._run.remarks
        self._next_attempt = self._run.next_attempt
        patience = patience_of(options, env.num_envs if env else options.num_envs)
        self._result = GenerationResult(options, self._settings, self._run, self._next_attempt, patience)
        self._generator: Generator | None = None
        self._steps = 0
        self._generating_since = time.perf_counter()

    @staticmethod
    def check(options: GenerateOptions) -> Settings:
        """Check what can be checked without the input file, and return the mode's settings.

        Raises:
            OptionError: A value cannot be used.
        """
        check_options(options)
        wants_planned(options.planner)
        return Settings.of(
            options.mode,
            early_stop=options.early_stop,
            max_retries=options.max_retries,
            learn_sources=options.learn_sources,
            correct_grasp=options.correct_grasp,
            fit_sizes=options.fit_sizes,
            fade_noise=options.fade_noise,
            keep_clear=options.keep_clear,
            per_subtask_selection=options.per_subtask_selection,
        )

    def snapshot(self) -> dict:
        running = time.perf_counter() - self._generating_since
        return {
            **super().snapshot(),
            **self._result.rates(running if self._steps else 0.0),
            "steps": self._steps,
            "steps_per_second": self._steps / running if running > 0 else 0.0,
            "subtasks": self._generator.attempts.subtask.tolist() if self._generator and self._steps else [],
        }

    def _seen_in(self, index: int) -> dict:
        seen = super()._seen_in(index)
        if self._generator is None or not self._steps:
            return seen
        return seen | watched_paths(self._generator, self.env.eef_names, index)

    def run(self) -> Steps:
        yield self._started()
        if self._result.is_complete:  # resumed, and as many as wanted are in the output
            return self._end("done")
        yield from self._open(None if sees(self.options) else leave_out_cameras)
        *events, ending = yield from self._generate()
        if self._report is not None and not self._stopping and self._report.wants_thumbnails(self.env):
            assert isinstance(ending, StageFinished)
            yield [*events, self._enter("Drawing thumbnails for the report")]
            events = self._report.draw(self.env, ending)
            self._phase = ending.outcome
        return [*events, ending]

    @torch.inference_mode()
    def _generate(self) -> Steps:
        env = self.env
        generator = self._prepare()
        recorder, result = self._recorder, self._result
        self._start_attempts(generator, torch.arange(env.num_envs, device=env.device))
        self._generating_since = time.perf_counter()
        yield [self._enter(f"Generating from {self._bank.num_demos} demonstrations")]
        while not self._stopping:
            self._play_step(generator.action())
            outcomes = generator.observe()
            for env_ids, length in generator.take_rewinds():
                recorder.rewind(env_ids, length)
            events = [event for outcome in outcomes for event in self._end_attempt(outcome)]
            events += result.file.poll()
            ending, warnings = result.verdict()
            if ending:
                return [*events, *warnings, *self._close_files(ending)]
            if outcomes:
                self._start_attempts(generator, torch.tensor([outcome.env for outcome in outcomes], device=env.device))
            yield events
        return self._close_files("stopped")

    def _prepare(self) -> "Generator":
        """Make the generator, and open the files."""
        from ...envs.recorder import EpisodeRecorder

        env, options = self.env, self.options
        generator, self._bank = make_generator(env, options, self._settings, self._episodes)
        self._generator = generator
        planner = type(generator.planner).__name__ if generator.planner else None
        self._made_by = self._result.made_by(planner, env.info)
        self._result.open(self._resources, self._made_by, env.info, env.env_args())
        expected = longest_recording(self._episodes)
        self._recorder = EpisodeRecorder(env.num_envs, env.device, expected, self._result.file.spool())
        return generator

    def _play_step(self, action: torch.Tensor) -> None:
        """Make one environment step, and record it."""
        from ...envs.episode_terms import after_step, before_step

        terms = before_step(self.env, action)
        self.env.step(action)
        self._recorder.record({**terms, **after_step(self.env)})
        self._steps += 1

    def _start_attempts(self, generator: "Generator", env_ids: torch.Tensor) -> None:
        """Reset environments to the initial states of the next attempts."""
        from ...envs.episode_terms import initial_terms

        attempts = torch.arange(self._next_attempt, self._next_attempt + len(env_ids), device=env_ids.device)
        self._next_attempt += len(env_ids)
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", attempts))
        self._recorder.begin(env_ids, initial_terms(self.env))
        generator.begin(env_ids, attempts)

    def _end_attempt(self, outcome: AttemptOutcome) -> list[Event]:
        """Count an attempt that has ended, and hand its episode over to be written."""
        return self._result.add(outcome, lambda: self._episode(outcome))

    def _episode(self, outcome: AttemptOutcome) -> Episode:
        recorded = self._recorder.take(outcome.env, outcome.steps)
        large = self._recorder.take_large(outcome.env, outcome.steps)
        attrs = self._result.attrs(outcome, self._bank.names, self._made_by, self.env.num_envs)
        return Episode(recorded, attrs, streamed=large)

    def _close_files(self, outcome: str) -> list[Event]:
        return [*self._result.close(), *self._end(outcome)]

    def _end(self, outcome: str) -> list[Event]:
        generator = self._generator if self._steps else None
        retries = dict(generator.retries.by_subtask) if generator else {}
        sources = self._bank.num_demos if generator else 0
        summary = self._result.summary(time.perf_counter() - self._generating_since, self._steps, sources, retries)
        output = summary["output"] if self._result.saved else ""
        return self._finish(outcome, summary, output=output, results=self._result.lines(sum(retries.values())))
