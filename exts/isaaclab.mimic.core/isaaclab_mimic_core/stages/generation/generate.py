# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Generate demonstrations from annotated ones."""

import time
from collections import Counter, defaultdict
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from ... import randomness
from ...datagen.outcome import evenness, spread
from ...datagen.planners import choice_of, planner_of, wants_planned
from ...datagen.settings import Settings
from ...datasets import BackgroundWriter, DatasetWriter, Episode, FrameSpool, digest
from ...errors import OptionError
from ...events import AttemptFinished, DemoSaved, Event, Warned
from ...options import GenerateOptions
from ...outcomes import AttemptOutcome
from ...run_manifest import InputFile
from ..files.output_check import as_written, check_output
from ..files.resume import earlier_generation, file_attrs, manifest_of
from ..sim_stage import SimStage, writing_mode
from ..watched import watched_ways
from .provenance import generated_from
from .sources import as_sources, read_annotated

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class Generate(SimStage):
    """Runs attempts in all environments until enough have succeeded."""

    name = "generate"
    options: GenerateOptions

    def __init__(self, options: GenerateOptions, env: "BatchedEnv | None" = None):
        options = as_written(options, "output")
        super().__init__(options, env)
        self._settings = self.check(options)
        output = Path(options.output)
        self._failed_path = str(output.with_name(f"{output.stem}_failed{output.suffix}")) if options.keep_failed else ""
        mode = writing_mode(options.overwrite, options.resume)
        # With --resume and no file there is nothing that could be gone on with.
        self._mode: Any = "create" if mode == "append" and not output.exists() else mode
        for path in filter(None, (options.output, self._failed_path)):
            check_output(path, self._mode, options.input)
        self._report = None
        if options.report:
            from .run_report import RunReport

            self._report = RunReport(options)
        self._episodes = read_annotated(options.input, options.task, options.any_task)
        self._manifest = manifest_of(
            "generate",
            options,
            {"input": InputFile(options.input, digest(self._episodes))},
            env=env,
            **asdict(self._settings),
            planner=None if options.planner == "task" else options.planner,
        )
        self._earlier_run = earlier_generation(options.output, self._failed_path) if options.resume else None
        self._compare_with_earlier(options.output)
        self._already = self._submitted = self._saved = self._earlier_run.saved if self._earlier_run else 0
        self._first = self._started_attempts = self._earlier_run.next_attempt if self._earlier_run else 0
        self._first_failed = 0
        self._finished = self._failed = 0
        self._failed_writer: BackgroundWriter | None = None
        self._steps = 0
        self._causes: Counter[str] = Counter()
        self._used: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._would_stop: Counter[bool] = Counter()
        self._starts: list[tuple[bool, dict[str, list[float]]]] = []
        self._generating_since = time.perf_counter()

    @staticmethod
    def check(options: GenerateOptions) -> Settings:
        """Check what can be checked without the input file, and return the mode's settings.

        Raises:
            OptionError: A value cannot be used.
        """
        if options.num_demos < 1:
            raise OptionError(f"at least one demonstration is wanted, not {options.num_demos}", where="--num-demos")
        for name in ("max_failures", "patience"):
            if getattr(options, name) < 0:
                raise OptionError("must not be negative", where=f"--{name.replace('_', '-')}")
        if options.max_retries is not None and options.max_retries < 0:
            raise OptionError("must not be negative", where="--max-retries")
        wants_planned(options.planner)
        # An option that is named like a setting decides it, unless it leaves it to the mode.
        names = [field.name for field in fields(Settings)]
        given = {name: value for name in names if (value := getattr(options, name, None)) is not None}
        return replace(Settings.of(options.mode), **given)

    def step(self) -> list[Event]:
        """Do the next piece of work, and write the report with the last one."""
        events = super().step()
        return self._report.follow(events) if self._report else events

    def snapshot(self) -> dict:
        now = time.perf_counter()
        running = now - self._generating_since
        made = self._submitted - self._already
        rate = made / running if running > 0 and self._steps else 0.0
        left = self.options.num_demos - self._submitted
        return {
            **super().snapshot(),
            "saved": self._saved,
            "wanted": self.options.num_demos,
            "attempts": self._finished,
            "success_rate": made / self._finished if self._finished else 0.0,
            "steps": self._steps,
            "steps_per_second": self._steps / running if running > 0 else 0.0,
            "demos_per_minute": 60.0 * rate,
            "eta_s": left / rate if rate > 0 else None,
            "causes": dict(self._causes),
            "subtasks": self._generator.progress.tolist() if self._steps else [],
        }

    def _seen_in(self, index: int) -> dict:
        seen = super()._seen_in(index)
        return seen | watched_ways(self._generator, self.env.eef_names, index) if self._steps else seen

    def _end_at_once(self) -> list[Event] | None:
        # Resumed, and as many as wanted are in the output.
        return None if self._already < self.options.num_demos else self._finish("done", self._summary())

    @torch.inference_mode()
    def _begin(self) -> list[Event]:
        from ...datagen.generator import Generator
        from ...datagen.plan import make_plan
        from ...datagen.source_bank import make_bank
        from ...envs.recorder import EpisodeRecorder

        env, options = self.env, self.options
        plan = make_plan(env.cfg, env.object_names, env.device, planned=wants_planned(options.planner))
        demos = as_sources(self._episodes, plan, options.input)
        self._bank = make_bank(demos, env, plan)
        chosen = planner_of(options.planner)
        self._generator = Generator(env, plan, self._bank, options.seed, self._settings, chosen)
        planner = self._generator.planner
        self._run = {
            "input": options.input,
            "seed": options.seed,
            "mode": options.mode,
            "settings": asdict(self._settings),
            "planner": type(planner).__name__ if planner else None,
            **env.info,
        }
        by_task = choice_of(type(planner).__name__ if planner else None) if options.planner == "task" else None
        manifest = self._manifest.with_options(planner=by_task)
        attrs = file_attrs(manifest, options, env.info, self._earlier_run, generated=self._run)
        self._writer = self._open_writer(options.output, attrs)
        if self._failed_path:
            self._failed_writer = self._open_writer(self._failed_path, attrs)
        longest = max(len(demo.actions) for demo in demos)
        self._recorder = EpisodeRecorder(env.num_envs, env.device, longest * 3 // 2, FrameSpool(self._writer))
        self._restart(torch.arange(env.num_envs, device=env.device))
        self._generating_since = time.perf_counter()
        return [self._enter(f"Generating from {len(demos)} demonstrations")]

    def _open_writer(self, path: str, attrs: dict) -> BackgroundWriter:
        writer = DatasetWriter(path, self.env.env_args(), mode=self._mode, attrs=attrs)
        return self._resources.enter_context(BackgroundWriter(writer))

    @torch.inference_mode()
    def _tick(self) -> list[Event]:
        from ...envs.episode_terms import after_step, before_step

        env = self.env
        if self._stopping:
            return self._close_file("stopped")
        action = self._generator.action()
        terms = before_step(env, action)
        env.step(action)
        self._recorder.record({**terms, **after_step(env)})
        self._steps += 1
        outcomes = self._generator.observe()
        for env_ids, length in self._generator.take_rewinds():
            self._recorder.rewind(env_ids, length)
        events = [event for outcome in outcomes for event in self._end_attempt(outcome)]
        events += self._report_saved(self._writer.poll())
        if self._submitted >= self.options.num_demos:
            return events + self._close_file("done")
        if 0 < self.options.max_failures <= self._failed:
            return events + self._close_file("gave_up")
        if 0 < self._patience <= self._first_failed and self._submitted == self._already:
            return [*events, Warned(self._advice()), *self._close_file("gave_up")]
        if outcomes:
            self._restart(torch.tensor([outcome.env for outcome in outcomes], device=env.device))
        return events

    def _restart(self, env_ids: torch.Tensor) -> None:
        """Reset environments to the initial states of the next attempts."""
        from ...envs.episode_terms import initial_terms

        attempts = torch.arange(self._started_attempts, self._started_attempts + len(env_ids), device=env_ids.device)
        self._started_attempts += len(env_ids)
        self.env.reset(env_ids, randomness.streams(self.options.seed, "reset", attempts))
        self._recorder.begin(env_ids, initial_terms(self.env))
        self._generator.begin(env_ids, attempts)

    def _end_attempt(self, outcome: AttemptOutcome) -> list[Event]:
        # Whatever ends in the same step as the last demonstration that was wanted, or failure allowed, is not counted.
        enough = self._submitted >= self.options.num_demos
        if enough or 0 < self.options.max_failures <= self._failed:
            return []
        self._finished += 1
        self._starts.append((outcome.success, outcome.placement))
        if outcome.flagged:
            self._would_stop[outcome.success] += 1
        if outcome.success:
            self._submitted += 1
            for eef, sources in outcome.sources.items():
                for subtask, source in enumerate(sources):
                    self._used[f"{eef}/{subtask}"][source] += 1
            self._writer.submit(self._episode(outcome))
        else:
            self._failed += 1
            # By number, not in the order in which they end: where many run at once, those that fail end first.
            self._first_failed += outcome.attempt < self._first + self._patience
            if self._failed_writer is not None:
                self._failed_writer.submit(self._episode(outcome))
            self._causes[f"{outcome.cause} {outcome.subtask}".strip()] += 1
        return [AttemptFinished.of(outcome)]

    @property
    def _patience(self) -> int:
        """How many of the first attempts may fail, if all of them do; 0: never mind."""
        patience = self.options.patience
        return max(patience, self.env.num_envs) if patience else 0

    def _advice(self) -> str:
        cause, count = self._causes.most_common(1)[0]
        return (
            f"None of the first {self._patience} attempts has succeeded; {count} of {self._failed} failed: {cause}. "
            f"Do the sources succeed here? mimic replay {self.options.input} --task {self.options.task} --validate. "
            "Watch some attempts: --num-envs 1 --viz viser. Go on all the same: --patience 0."
        )

    def _episode(self, outcome: AttemptOutcome) -> Episode:
        recorded = self._recorder.take(outcome.env, outcome.steps)
        large = self._recorder.take_large(outcome.env, outcome.steps)
        return Episode(recorded, self._attrs(outcome), streamed=large)

    def _attrs(self, outcome: AttemptOutcome) -> dict:
        """Say where a demonstration comes from: attributes of its group."""
        generated = generated_from(outcome, self._bank, self._run, self.env.num_envs)
        return {"success": outcome.success, "seed": self.options.seed, "mimic": {"generated": generated}}

    def _spread(self, only_saved: bool) -> dict[str, list[float]]:
        """Return how far apart the attempts began, by object: standard deviations of x and y [m] and yaw [rad]."""
        starts = [placement for success, placement in self._starts if success or not only_saved]
        names = starts[0] if starts else {}
        return {name: [round(value, 4) for value in spread([start[name] for start in starts])] for name in names}

    def _report_saved(self, saved: list) -> list[Event]:
        events: list[Event] = []
        for demo in saved:
            self._saved += 1
            path, wanted = str(self._writer.path), self.options.num_demos
            events.append(DemoSaved(demo.name, path, demo.num_samples, self._saved, wanted))
        return events

    def _close_file(self, outcome: str) -> list[Event]:
        events = self._report_saved(self._writer.finish())
        if self._failed_writer is not None:
            self._failed_writer.finish()
        return events + self._finish(outcome, self._summary())

    def _summary(self) -> dict:
        summary = {
            "output": self.options.output,
            "saved": self._saved,
            "attempts": self._finished,
            "failed": self._failed,
            "causes": dict(self._causes),
            "retries": {},
            "source_evenness": {},
            "start_spread": {"attempts": self._spread(False), "saved": self._spread(True)},
            "steps": self._steps,
            "seconds": round(time.perf_counter() - self._generating_since, 2),
        }
        if self._steps:
            summary |= {"output": str(self._writer.path), "retries": dict(self._generator.retries)}
            count = self._bank.num_demos
            summary["source_evenness"] = {where: round(evenness(used, count), 3) for where, used in self._used.items()}
            if not self._settings.early_stop:
                # How often an early stop would have been right: `succeeded` counts its false stops.
                summary["would_stop"] = {"attempts": self._would_stop.total(), "succeeded": self._would_stop[True]}
        if self._failed_writer is not None:
            summary["failed_output"] = str(self._failed_writer.path)
        return summary
