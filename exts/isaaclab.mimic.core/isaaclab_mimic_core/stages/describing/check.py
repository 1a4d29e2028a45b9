# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Check a descriptor: annotate demonstrations by it, make some attempts from them, and say what fails."""

import tempfile
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...datagen.config import list_subtasks
from ...events import AttemptFinished, EpisodeAnnotated, Event, Progress, StageFinished
from ...files import check_folder
from ...options import AnnotateOptions, GenerateOptions, TaskCheckOptions
from ...sim.engines.cameras import leave_out_cameras
from ..annotation.automatic import Annotate
from ..files.input_task import with_task
from ..files.output_check import check_output
from ..generation.generate import Generate
from ..sim_stage import SimStage
from ..stage import Steps
from .verdict import verdict

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_NO_END = 10**9
"""Demonstrations that no check makes: it ends by the number of attempts."""


class CheckTask(SimStage):
    """Runs annotation and a few attempts in one environment, and passes their events on."""

    name = "task_check"
    options: TaskCheckOptions

    def __init__(self, options: TaskCheckOptions, env: "BatchedEnv | None" = None):
        super().__init__(with_task(options, options.input), env)
        if options.output:
            check_folder(options.output, "Give another --output.")
            check_output(str(Path(options.output) / "annotated.hdf5"))
            self._folder = Path(options.output)
        else:
            self._folder = Path(self._resources.enter_context(tempfile.TemporaryDirectory()))
        # Make the first stage before anything is opened, so that a wrong input is found at once.
        with self._annotate() as stage:
            # The scene is opened with the sizes that the file says.
            self.options = replace(self.options, object_scale=stage.options.object_scale)
        self._stage: Annotate | Generate | None = None
        self._outcomes: list[AttemptFinished] = []

    @property
    def progress(self) -> Progress | None:
        if isinstance(self._stage, Generate):
            return Progress(len(self._outcomes), self.options.attempts, "attempts")
        return self._stage.progress if self._stage else None

    def snapshot(self) -> dict:
        inner = self._stage.snapshot() if self._stage else {}
        # When that many demonstrations were made is never.
        return {**inner, **super().snapshot(), "phase": inner.get("phase", self._phase), "eta_s": None}

    def run(self) -> Steps:
        yield self._started()
        yield from self._open(leave_out_cameras)
        annotated: list[EpisodeAnnotated] = []
        with self._annotate() as stage:
            for events in self._steps_of(stage):
                annotated += [event for event in events if isinstance(event, EpisodeAnnotated)]
                yield [event for event in events if not isinstance(event, StageFinished)]
        good = sum(event.ok for event in annotated)
        if self._stopping:
            return self._finish("stopped", {})
        lines = [f"{good} of {len(annotated)} demonstrations annotated", *_reasons(annotated)]
        if not good:
            lines.append("  Change the signals, or mark by hand: mimic annotate --manual")
            return self._end(lines, len(annotated), 0)
        yield from self._attempt()
        return self._end(lines, len(annotated), good)

    def _attempt(self) -> Generator[list[Event], None, None]:
        """Make attempts, and keep those asked for."""
        with self._generate() as stage:
            for events in self._steps_of(stage):
                self._outcomes += attempts_asked_for(events, self.options.attempts)
                if len(self._outcomes) == self.options.attempts:
                    stage.request("stop")
                yield [event for event in events if not isinstance(event, StageFinished)]

    def _steps_of(self, stage: Annotate | Generate) -> Generator[list[Event], None, None]:
        """Run a stage in the open environments."""
        self._stage = stage
        while not stage.done:
            if self._stopping:
                stage.request("stop")
            yield stage.step()
        self._stage = None

    def _end(self, lines: list[str], of: int, good: int) -> list[Event]:
        """Return the last event, with what the attempts say."""
        outcomes, figures = self._outcomes, {}
        succeeded = sum(outcome.success for outcome in outcomes)
        if outcomes:
            more, figures = verdict(list_subtasks(self.env.cfg), outcomes)
            lines += more
        complete = len(outcomes) == self.options.attempts
        summary = {
            "annotated": good,
            "of": of,
            "attempts": len(outcomes),
            "succeeded": succeeded,
            "subtasks": figures,
            "folder": self.options.output,
        }
        return self._finish(
            "done" if complete else "stopped" if self._stopping else "gave_up",
            summary,
            output=self.options.output,
            findings=of - good + len(outcomes) - succeeded,
            results=lines,
        )

    def _annotate(self) -> Annotate:
        o = self.options
        file = str(self._folder / "annotated.hdf5")
        return Annotate(AnnotateOptions(**self._common(), input=o.input, output=file), self._env)

    def _generate(self) -> Generate:
        return Generate(
            GenerateOptions(
                **self._common(),
                input=str(self._folder / "annotated.hdf5"),
                output=str(self._folder / "generated.hdf5"),
                num_demos=_NO_END,
                patience=0,
            ),
            self._env,
        )

    def _common(self) -> dict:
        o = self.options
        return {"task": o.task, "num_envs": o.num_envs, "any_task": o.any_task, **o.simulation}


def attempts_asked_for(events: list[Event], wanted: int) -> list[AttemptFinished]:
    """Return the attempts among events that are counted: the first ones.

    By number: where many run at once, those that fail end first.

    Args:
        events: Events of a step.
        wanted: Attempts asked for.
    """
    return [event for event in events if isinstance(event, AttemptFinished) and event.attempt < wanted]


def _reasons(annotated: list[EpisodeAnnotated]) -> list[str]:
    """Return why demonstrations could not be annotated, each reason once."""
    reasons: dict[str, list[str]] = {}
    for event in annotated:
        if not event.ok:
            reasons.setdefault(event.reason, []).append(event.name)
    return [f"  {', '.join(demos[:3])}{' and others' * (len(demos) > 3)}: {why}" for why, demos in reasons.items()]
