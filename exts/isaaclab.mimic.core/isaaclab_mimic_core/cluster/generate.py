# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Generate demonstrations with several workers.

Attempts count in the order of their numbers: the run is over with the attempt whose success is the last one wanted, and
what workers have made beyond it is thrown away. So the demonstrations do not depend on the number of workers.
"""

import time
from dataclasses import replace
from typing import Any

from ..datasets.attributes import encode_attrs
from ..datasets.layout import ATTR_NUM_SAMPLES
from ..errors import MimicError, OptionError
from ..events import Event, StageFinished, Warned
from ..options import GenerateOptions
from ..stages.asked import read_episode
from ..stages.files.input_task import with_task
from ..stages.files.output_check import as_written
from ..stages.generation.begin import begin_run, sees
from ..stages.generation.generate import Generate
from ..stages.generation.generating import Generating
from ..stages.generation.result import GenerationResult, patience_of
from .hand_out import HandOut
from .shared_work import Arrived, SharedWork

_DRAWING_ENVS = 16
"""Environments that draw the thumbnails of a report."""


class GenerateShared(Generating, SharedWork):
    """Hands attempts out to workers until enough of the first ones have succeeded."""

    name = "generate"
    share = "isaaclab_mimic_core.stages.generation.share:start"
    options: GenerateOptions

    def __init__(self, options: GenerateOptions):
        options = with_task(as_written(options, "output"), options.input)
        settings = Generate.check(options)
        if settings.learn_sources:
            raise OptionError(
                "an attempt then depends on those before it, which other workers make",
                where="--learn-sources",
                remedy="Leave out --learn-sources, or --workers.",
            )
        super().__init__(options, options.output)
        begun = begin_run(options, settings, "live" if sees(options) else "later")
        self._run, self._report = begun.run, begun.report
        # Failures after the last success are made again: they may not be in a file.
        self._result = GenerationResult(
            options, settings, begun.run, begun.run.after_saved, patience_of(options, options.num_envs)
        )
        self._num_sources = 0
        self._steps = self._retries = 0
        self._generating_since = 0.0

    def snapshot(self) -> dict:
        workers = self._crew.workers if self._crew else []
        subtasks = [row for each in workers for row in each.snapshot.get("subtasks", [])]
        return {**super().snapshot(), **self._result.rates(self._running), "subtasks": subtasks}

    @property
    def _running(self) -> float:
        """Time since the first attempts were handed out [s]."""
        return time.perf_counter() - self._generating_since if self._generating_since else 0.0

    @property
    def _first(self) -> int:
        return self._run.after_saved

    def _beginning(self) -> list[Event]:
        return [Warned(remark) for remark in self._run.remarks]

    def _is_over_already(self) -> bool:
        return self._result.is_complete

    def _hand_out(self) -> HandOut:
        return HandOut(self._first, lanes=self.options.num_envs)

    def _alike(self) -> tuple[str, ...]:
        return "physics", "assets", "ik", "num_envs", "planner", "sources"

    def _needs_more(self) -> bool:
        """Whether what is being made will probably not be enough, by the success rate so far."""
        statistics = self._result.statistics
        rate = (statistics.succeeded + 1) / (statistics.attempts + 2)
        waiting = self._handed.outstanding + self._arrived.waiting
        return self._result.made + rate * waiting < self.options.num_demos

    def _merge(self, piece: Arrived) -> list[Event]:
        if self._result.verdict()[0]:
            return []
        about = piece.about
        made_by = self._result.made_by(about["planner"], about["info"])
        if not self._num_sources:
            self._num_sources = len(about["sources"])
            self._result.open(self._resources, made_by, about["info"], about["env_args"])
        outcome, episode = read_episode(piece.path)
        self._retries += outcome.retries
        self._steps += outcome.steps

        def whole() -> Any:
            assert episode is not None, "the episode of an attempt that is kept"
            attrs = self._result.attrs(outcome, about["sources"], made_by, about["num_envs"])
            return replace(episode, attrs=encode_attrs({**attrs, ATTR_NUM_SAMPLES: episode.num_samples}))

        return self._result.add(outcome, whole)

    def _entry(self, piece: Arrived) -> dict[str, Any]:
        return {"attempt": piece.number}

    def _poll(self) -> tuple[str, list[Event]]:
        if self._handed.outstanding and not self._generating_since:
            self._generating_since = time.perf_counter()
            return "", [self._enter("Generating")]
        if not self._num_sources:
            return "", []
        events: list[Event] = [*self._result.file.poll()]
        ending, warnings = self._result.verdict()
        return ending, [*events, *warnings]

    def _close(self, outcome: str) -> list[Event]:
        events = self._result.close()
        retries = {"all": self._retries} if self._retries else {}
        summary = self._result.summary(self._running, self._steps, self._num_sources, retries)
        output = summary["output"] if self._result.saved else ""
        self._phase = outcome
        ending = StageFinished(self.name, outcome, summary, output=output, results=self._result.lines(self._retries))
        if self._report is not None and outcome != "stopped" and self._num_sources and self.options.thumbnails:
            events += self._draw(ending)
        return [*events, ending]

    def _draw(self, ending: StageFinished) -> list[Event]:
        """Draw the report's thumbnails, in environments that are opened for it."""
        from ..tasks.open_env import open_env

        assert self._report is not None
        o, num_envs = self.options, min(self.options.num_envs, _DRAWING_ENVS)
        try:
            with open_env(o.task, num_envs, **o.simulation) as env:
                return self._report.draw(env, ending) if self._report.wants_thumbnails(env) else []
        except MimicError as error:
            return [Warned(f"The report has no thumbnails: {error}")]
