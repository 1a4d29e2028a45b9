# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a run of `generate` makes, wherever its attempts are made."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...datagen.planners import choice_of
from ...datagen.settings import Settings
from ...datasets import Episode
from ...datasets.encoding import EncodedEpisode
from ...events import AttemptFinished, Event, Progress, Warned
from ...options import GenerateOptions
from ...outcomes import AttemptOutcome
from ..files.demo_file import DemoFile
from ..files.resume import DatasetRun
from .attempts import AttemptStatistics
from .provenance import generated_from


class GenerationResult:
    """Counts attempts as they end, saves demonstrations, and says when there is an end.

    Args:
        options: The run's options.
        settings: Its rules.
        run: Its manifest, and the run that it resumes.
        first: Number of its first attempt.
        patience: Number of first attempts that may all fail.
    """

    def __init__(self, options: GenerateOptions, settings: Settings, run: DatasetRun, first: int, patience: int):
        self._options, self._settings, self._run = options, settings, run
        self.statistics = AttemptStatistics(first, patience)
        self._file: DemoFile | None = None
        self._failed_file: DemoFile | None = None

    @property
    def file(self) -> DemoFile:
        """The file of demonstrations."""
        assert self._file is not None, "the files have not been opened yet"
        return self._file

    @property
    def made(self) -> int:
        """Attempts that have succeeded, those of the resumed run included."""
        return self._run.saved + self.statistics.succeeded

    @property
    def saved(self) -> int:
        """Demonstrations on disk, those of the resumed run included."""
        return self._file.saved if self._file else self._run.saved

    @property
    def progress(self) -> Progress:
        return Progress(self.saved, self._options.num_demos, "demonstrations")

    @property
    def is_complete(self) -> bool:
        return self.made >= self._options.num_demos

    @property
    def is_exhausted(self) -> bool:
        """Whether `max_failures` is reached."""
        return 0 < self._options.max_failures <= self.statistics.failed

    def rates(self, seconds: float) -> dict[str, Any]:
        """Return entries of a snapshot. `seconds`: since the first attempt began; 0 before that."""
        statistics = self.statistics
        rate = statistics.succeeded / seconds if seconds > 0 else 0.0
        return {
            "attempts": statistics.attempts,
            "success_rate": statistics.success_rate,
            "demos_per_minute": 60.0 * rate,
            "eta_s": (self._options.num_demos - self.made) / rate if rate > 0 else None,
            "causes": dict(statistics.causes),
        }

    def made_by(self, planner: str | None, info: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is written with every attempt.

        Args:
            planner: Name of the planner's class; None without one.
            info: Of the environments (`BatchedEnv.info`).
        """
        options = self._options
        return {
            "input": options.input,
            "seed": options.seed,
            "mode": options.mode,
            "settings": asdict(self._settings),
            "planner": planner,
            **info,
        }

    def open(self, resources: ExitStack, made_by: Mapping[str, Any], info: Mapping[str, Any], env_args: dict) -> None:
        """Open the files, to be closed with `resources`.

        Args:
            resources: What closes them.
            made_by: Result of `made_by`.
            info: Of the environments.
            env_args: Their metadata for robomimic.

        Raises:
            OptionError: The resumed run used other assets, or another engine.
            OutputError: A file cannot be written.
        """
        options = self._options
        decided = {"planner": choice_of(made_by["planner"]) if options.planner == "task" else None}

        def open_file(path: str) -> DemoFile:
            file = self._run.open_file(
                info, env_args, path, wanted=options.num_demos, decided=decided, generated=dict(made_by)
            )
            return resources.enter_context(file)

        self._file = open_file(options.output)
        self._failed_file = open_file(failed) if (failed := failed_path(options)) else None

    def add(self, outcome: AttemptOutcome, episode: Callable[[], Episode | EncodedEpisode]) -> list[Event]:
        """Count an attempt that has ended, and hand its episode over to be written.

        Attempts that end after the last demonstration wanted, or failure allowed, are not counted.

        Args:
            outcome: Its outcome.
            episode: Makes its episode, if that is kept.
        """
        if self.is_complete or self.is_exhausted:
            return []
        self.statistics.add(outcome)
        file = self._file if outcome.success else self._failed_file
        # A failure before that number is in its file already.
        if file and (outcome.success or outcome.attempt >= self._run.next_attempt):
            file.submit(episode())
        return [AttemptFinished.of(outcome)]

    def attrs(self, outcome: AttemptOutcome, names: Sequence[str], made_by: Mapping[str, Any], num_envs: int) -> dict:
        """Return the attributes of an attempt's episode. `names`: of the source demonstrations."""
        generated = generated_from(outcome, names, dict(made_by), num_envs)
        return {"success": outcome.success, "seed": self._options.seed, "mimic": {"generated": generated}}

    def verdict(self) -> tuple[str, list[Event]]:
        """Return how the run ends now, with warnings; empty if it goes on."""
        if self.is_complete:
            return "done", []
        if self.is_exhausted:
            return "gave_up", []
        if self.statistics.is_hopeless:
            return "gave_up", [Warned(self._advice())]
        return "", []

    def close(self) -> list[Event]:
        """Wait until all is on disk, and close the files; return the remaining events."""
        if self._file is None:
            return []
        events: list[Event] = [*self._file.finish()]
        if self._failed_file is not None:
            self._failed_file.finish()
            if self._options.overwrite and self._file.saved and not self._failed_file.saved:
                # It would be that of the run which has been replaced.
                Path(self._failed_file.path).unlink(missing_ok=True)
        return events

    def summary(self, seconds: float, steps: int, num_sources: int, retries: Mapping[str, int]) -> dict[str, Any]:
        """Return the figures of the whole run.

        Args:
            seconds: Since the first attempt began.
            steps: Environment steps that were made.
            num_sources: Number of source demonstrations; 0 if none was used.
            retries: How often each subtask was tried again.
        """
        statistics = self.statistics
        summary = {
            "output": self._file.path if self._file and steps else self._options.output,
            "saved": self.saved,
            "attempts": statistics.attempts,
            "failed": statistics.failed,
            "causes": dict(statistics.causes),
            "retries": dict(retries),
            "source_evenness": statistics.source_evenness(num_sources) if num_sources else {},
            "start_spread": statistics.start_spread(),
            "steps": steps,
            "seconds": round(seconds, 2),
        }
        if misses := statistics.misses():
            summary["misses"] = misses
        if num_sources and not self._settings.early_stop:
            summary["would_stop"] = statistics.would_stop()
        if self._failed_file is not None and Path(self._failed_file.path).exists():
            summary["failed_output"] = self._failed_file.path
        return summary

    def lines(self, retries: int) -> list[str]:
        """Return the result as text. `retries`: how often a subtask was tried again."""
        statistics = self.statistics
        line = f"{self.saved} demonstrations saved, {statistics.attempts} attempts"
        if statistics.attempts:
            line += f" ({statistics.success_rate:.0%} successful)"
        line += f", {retries} subtasks tried again" if retries else ""
        lines = [line, *(f"  {count} x {cause}" for cause, count in statistics.causes.most_common())]
        for where, off in statistics.misses().items():
            (gap, turn), (most, most_turned) = off["median"], off["largest"]
            lines.append(
                f"  {where}: poses that the arm cannot take are missed by {gap:.1f} mm and {turn:.0f} deg "
                f"(at most {most:.1f} mm and {most_turned:.0f} deg)"
            )
        return lines

    def _advice(self) -> str:
        statistics, options = self.statistics, self._options
        cause, count = statistics.causes.most_common(1)[0]
        return (
            f"None of the first {statistics.patience} attempts has succeeded; {count} of {statistics.failed} failed: "
            f"{cause}. Do the sources succeed here? mimic replay {options.input} --task {options.task} "
            "--validate. Watch some attempts: --num-envs 1 --viz viser. Go on all the same: --patience 0."
        )


def failed_path(options: GenerateOptions) -> str:
    """Return the file of failed attempts; empty if they are not kept."""
    output = Path(options.output)
    return str(output.with_name(f"{output.stem}_failed{output.suffix}")) if options.keep_failed else ""


def patience_of(options: GenerateOptions, num_envs: int) -> int:
    """Return how many first attempts may all fail: at least one in each environment; 0: any number."""
    return max(options.patience, num_envs) if options.patience else 0
