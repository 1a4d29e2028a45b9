# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Generate demonstrations from annotated ones."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ... import randomness
from ...datagen.planners import choice_of, planner_of, wants_planned
from ...datagen.settings import Settings
from ...datasets import Episode, digest
from ...events import AttemptFinished, Event, Progress, StageFinished, Warned
from ...option import check_options
from ...options import GenerateOptions
from ...outcomes import AttemptOutcome
from ...run_manifest import InputFile
from ...sim.engines import choose_engine
from ...sim.engines.cameras import leave_out_cameras
from ..files.demo_file import DemoFile
from ..files.output_check import as_written, check_output, writing_mode
from ..files.resume import DatasetRun, earlier_generation, manifest_of
from ..sim_stage import SimStage
from ..stage import Steps
from ..watched import watched_paths
from .attempts import AttemptStatistics
from .provenance import generated_from
from .sources import as_sources, check_targets, read_annotated

if TYPE_CHECKING:
    from ...datagen.generator import Generator
    from ...envs import BatchedEnv


class Generate(SimStage):
    """Runs attempts in all environments until enough have succeeded. Each success is saved as a demonstration."""

    name = "generate"
    options: GenerateOptions

    def __init__(self, options: GenerateOptions, env: "BatchedEnv | None" = None):
        options = as_written(options, "output")
        super().__init__(options, env)
        self._settings = self.check(options)
        mode = writing_mode(options.overwrite, options.resume)
        outputs = [path for path in (options.output, self._failed_path) if path]
        # With --resume but without a file, there is nothing to resume.
        mode = "create" if mode == "append" and not any(Path(path).exists() for path in outputs) else mode
        for path in outputs:
            check_output(path, mode, options.input)
        self._report = None
        if options.report:
            # Imported only here, because it imports matplotlib.
            from .run_report import RunReport

            self._report = RunReport(options)
        self._episodes = read_annotated(options.input, options.task, options.any_task)
        manifest = manifest_of(
            "generate",
            options,
            {"input": InputFile(options.input, digest(self._episodes))},
            env=env,
            **asdict(self._settings),
            images="live" if self._sees else "later",
            planner=None if options.planner == "task" else options.planner,
        )
        earlier = earlier_generation(options.output, self._failed_path) if options.resume else None
        self._run = DatasetRun(manifest, options, mode, earlier)
        self._remarks += self._run.remarks
        self._next_attempt = self._run.next_attempt
        # At least one attempt in each environment.
        patience = max(options.patience, env.num_envs if env else options.num_envs) if options.patience else 0
        self._statistics = AttemptStatistics(self._run.next_attempt, patience)
        self._generator: Generator | None = None
        self._file: DemoFile | None = None
        self._failed_file: DemoFile | None = None
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
            fade_noise=options.fade_noise,
            keep_clear=options.keep_clear,
            per_subtask_selection=options.per_subtask_selection,
        )

    def step(self) -> list[Event]:
        """Step, and write the report after the last step."""
        events = super().step()
        return self._report.follow(events) if self._report else events

    @property
    def _failed_path(self) -> str:
        """The file of failed attempts; empty if they are not kept."""
        output = Path(self.options.output)
        return str(output.with_name(f"{output.stem}_failed{output.suffix}")) if self.options.keep_failed else ""

    @property
    def _made(self) -> int:
        """Attempts that have succeeded, those of the resumed run included."""
        return self._run.saved + self._statistics.succeeded

    @property
    def _saved(self) -> int:
        return self._file.saved if self._file else self._run.saved

    @property
    def progress(self) -> Progress:
        return Progress(self._saved, self.options.num_demos, "demonstrations")

    def snapshot(self) -> dict:
        running = time.perf_counter() - self._generating_since
        statistics, going = self._statistics, self._steps > 0 and running > 0
        rate = statistics.succeeded / running if going else 0.0
        return {
            **super().snapshot(),
            "attempts": statistics.attempts,
            "success_rate": statistics.success_rate,
            "steps": self._steps,
            "steps_per_second": self._steps / running if running > 0 else 0.0,
            "demos_per_minute": 60.0 * rate,
            "eta_s": (self.options.num_demos - self._made) / rate if rate > 0 else None,
            "causes": dict(statistics.causes),
            "subtasks": self._generator.attempts.subtask.tolist() if self._generator and self._steps else [],
        }

    def _seen_in(self, index: int) -> dict:
        seen = super()._seen_in(index)
        if self._generator is None or not self._steps:
            return seen
        return seen | watched_paths(self._generator, self.env.eef_names, index)

    def run(self) -> Steps:
        yield self._started()
        if self._made >= self.options.num_demos:  # resumed, and as many as wanted are in the output
            return self._end("done")
        yield from self._open(None if self._sees else leave_out_cameras)
        *events, ending = yield from self._generate()
        if self._report is not None and not self._stopping and self._report.wants_thumbnails(self.env):
            assert isinstance(ending, StageFinished)
            yield [*events, self._enter("Drawing thumbnails for the report")]
            events = self._report.draw(self.env, ending)
            self._phase = ending.outcome
        return [*events, ending]

    @property
    def _sees(self) -> bool:
        """Whether camera images are recorded during the run; images of Isaac Sim's renderer cannot be made later."""
        images = self.options.images
        return images == "live" or (images == "auto" and choose_engine(self.options.physics) == "isaacsim")

    @torch.inference_mode()
    def _generate(self) -> Steps:
        env = self.env
        generator = self._prepare()
        recorder, file = self._recorder, self._file
        assert file
        self._start_attempts(generator, torch.arange(env.num_envs, device=env.device))
        self._generating_since = time.perf_counter()
        yield [self._enter(f"Generating from {self._bank.num_demos} demonstrations")]
        while not self._stopping:
            self._play_step(generator.action())
            outcomes = generator.observe()
            for env_ids, length in generator.take_rewinds():
                recorder.rewind(env_ids, length)
            events = [event for outcome in outcomes for event in self._end_attempt(outcome)]
            events += file.poll()
            if self._is_complete:
                return events + self._close_files("done")
            if self._is_exhausted:
                return events + self._close_files("gave_up")
            if self._statistics.is_hopeless:
                return [*events, Warned(self._advice()), *self._close_files("gave_up")]
            if outcomes:
                self._start_attempts(generator, torch.tensor([outcome.env for outcome in outcomes], device=env.device))
            yield events
        return self._close_files("stopped")

    def _prepare(self) -> "Generator":
        """Make the generator, and open the files."""
        from ...datagen.config import read_config
        from ...datagen.generator import Generator
        from ...datagen.sources.bank import make_bank
        from ...envs.recorder import EpisodeRecorder

        env, options = self.env, self.options
        config = read_config(env, self._settings, options.seed, planned=wants_planned(options.planner))
        demos = as_sources(self._episodes, config.subtasks, options.input)
        check_targets(demos, env, options.input)
        self._bank = make_bank(demos, env, config.subtasks)
        chosen = planner_of(options.planner)
        generator = self._generator = Generator(env, config, self._bank, chosen)
        planner = type(generator.planner).__name__ if generator.planner else None
        self._open_files(planner)
        assert self._file
        longest = max(len(demo.actions) for demo in demos)
        self._recorder = EpisodeRecorder(env.num_envs, env.device, longest * 3 // 2, self._file.spool())
        return generator

    def _open_files(self, planner: str | None) -> None:
        """Open the files. `planner`: name of its class; None without one."""
        options = self.options
        self._made_by = {
            "input": options.input,
            "seed": options.seed,
            "mode": options.mode,
            "settings": asdict(self._settings),
            "planner": planner,
            **self.env.info,
        }
        decided = {"planner": choice_of(planner) if options.planner == "task" else None}

        def open_file(path: str) -> DemoFile:
            file = self._run.open_file(
                self.env, path, wanted=options.num_demos, decided=decided, generated=self._made_by
            )
            return self._resources.enter_context(file)

        self._file = open_file(options.output)
        self._failed_file = open_file(self._failed_path) if self._failed_path else None

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
        # Attempts that end in the same step as the last demonstration wanted, or failure allowed, are not counted.
        if self._is_complete or self._is_exhausted:
            return []
        self._statistics.add(outcome)
        if file := self._file if outcome.success else self._failed_file:
            file.submit(self._episode(outcome))
        return [AttemptFinished.of(outcome)]

    @property
    def _is_complete(self) -> bool:
        return self._made >= self.options.num_demos

    @property
    def _is_exhausted(self) -> bool:
        """Whether `max_failures` is reached."""
        return 0 < self.options.max_failures <= self._statistics.failed

    def _advice(self) -> str:
        statistics = self._statistics
        cause, count = statistics.causes.most_common(1)[0]
        return (
            f"None of the first {statistics.patience} attempts has succeeded; {count} of {statistics.failed} failed: "
            f"{cause}. Do the sources succeed here? mimic replay {self.options.input} --task {self.options.task} "
            "--validate. Watch some attempts: --num-envs 1 --viz viser. Go on all the same: --patience 0."
        )

    def _episode(self, outcome: AttemptOutcome) -> Episode:
        recorded = self._recorder.take(outcome.env, outcome.steps)
        large = self._recorder.take_large(outcome.env, outcome.steps)
        generated = generated_from(outcome, self._bank, self._made_by, self.env.num_envs)
        attrs = {"success": outcome.success, "seed": self.options.seed, "mimic": {"generated": generated}}
        return Episode(recorded, attrs, streamed=large)

    def _close_files(self, outcome: str) -> list[Event]:
        assert self._file
        events: list[Event] = [*self._file.finish()]
        if self._failed_file is not None:
            self._failed_file.finish()
            if self.options.overwrite and self._file.saved and not self._failed_file.saved:
                # It would be that of the run which has been replaced.
                Path(self._failed_file.path).unlink(missing_ok=True)
        return events + self._end(outcome)

    def _end(self, outcome: str) -> list[Event]:
        summary = self._summary()
        retries = sum(summary["retries"].values())
        line = f"{self._saved} demonstrations saved, {self._statistics.attempts} attempts"
        if self._statistics.attempts:
            line += f" ({self._statistics.success_rate:.0%} successful)"
        line += f", {retries} subtasks tried again" if retries else ""
        causes = [f"  {count} x {cause}" for cause, count in self._statistics.causes.most_common()]
        output = summary["output"] if self._saved else ""
        return self._finish(outcome, summary, output=output, results=[line, *causes])

    def _summary(self) -> dict:
        statistics = self._statistics
        summary = {
            "output": self.options.output,
            "saved": self._saved,
            "attempts": statistics.attempts,
            "failed": statistics.failed,
            "causes": dict(statistics.causes),
            "retries": {},
            "source_evenness": {},
            "start_spread": statistics.start_spread(),
            "steps": self._steps,
            "seconds": round(time.perf_counter() - self._generating_since, 2),
        }
        if self._steps and self._generator and self._file:
            summary |= {"output": self._file.path, "retries": dict(self._generator.retries.by_subtask)}
            summary["source_evenness"] = statistics.source_evenness(self._bank.num_demos)
            if not self._settings.early_stop:
                summary["would_stop"] = statistics.would_stop()
        if self._failed_file is not None and Path(self._failed_file.path).exists():
            summary["failed_output"] = self._failed_file.path
        return summary
