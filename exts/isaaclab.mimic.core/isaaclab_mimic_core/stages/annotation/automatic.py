# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find out by re-simulation where the subtasks of demonstrations end.

Every demonstration is played again from its initial state, several at once in parallel environments, of which each
takes the next one when it is free; what the generator needs to know of each step is taken from the running simulation.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...datasets import BackgroundWriter, DatasetReader, DatasetWriter, Episode, FrameSpool, digest, first_change
from ...datasets.layout import ACTIONS, INITIAL_STATE, START_SIGNALS, TERM_SIGNALS
from ...errors import MimicError, TaskError
from ...events import DemoSaved, EpisodeAnnotated, Event, Warned
from ...options import AnnotateOptions
from ..files.input_task import check_task
from ..files.output_check import as_written, check_output
from ..files.resume import earlier_annotation, file_attrs, manifest_of
from ..replay.playback import Playback
from ..replay.recorded import check_fits, misfit, usable_recordings
from ..sim_stage import SimStage, writing_mode

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_SETTLING = 10
"""A replay counts as successful if the task is fulfilled in one of its last so many steps: contacts never repeat
exactly, so that objects may come to rest a few steps later than they did."""


class Annotate(SimStage):
    """Plays demonstrations again and marks them; keeps those that succeed again and whose signals all rise."""

    name = "annotate"
    options: AnnotateOptions

    def __init__(self, options: AnnotateOptions, env: "BatchedEnv | None" = None):
        options = as_written(options, "output")
        super().__init__(options, env)
        self._mode: Any = writing_mode(options.overwrite, options.resume)
        with DatasetReader(options.input) as reader:
            check_task(reader, options.task, options.any_task)
            names, self._unusable = usable_recordings(reader)
            episodes = [reader.read(name, (ACTIONS, INITIAL_STATE)) for name in names]
            self._of = len(reader.episode_names)
        check_output(options.output, self._mode, options.input)
        self._manifest = manifest_of("annotate", options, {}, env=env)
        self._earlier_run = earlier_annotation(options.output, options.input) if options.resume else None
        self._compare_with_earlier(options.output)
        done = self._earlier_run.done if self._earlier_run else frozenset()
        self._episodes = [episode for episode in episodes if episode.name not in done]
        self._next = 0
        self._saved = len(done)
        self._judged: dict[int, tuple[EpisodeAnnotated, Episode | None]] = {}

    def snapshot(self) -> dict:
        return {
            **super().snapshot(),
            "annotated": self._of - len(self._episodes) + self._next,
            "saved": self._saved,
            "wanted": self._of,
        }

    def _end_at_once(self) -> list[Event] | None:
        # Resumed, and all are in the output.
        return None if self._episodes else [*self._skip(), *self._finish("done", self._summary())]

    def _skip(self) -> list[Event]:
        """Tell of the demonstrations that cannot be annotated at all."""
        return [EpisodeAnnotated(name, False, {}, reason) for name, reason in self._unusable.items()]

    @torch.inference_mode()
    def _begin(self) -> list[Event]:
        from ...datagen.plan import make_plan
        from ...envs.recorder import EpisodeRecorder

        env = self.env
        misfits = {episode.name: why for episode in self._episodes if (why := misfit(episode, env))}
        if len(misfits) == len(self._episodes):
            check_fits(self._episodes[0], env, self.options.input)
        self._unusable |= misfits
        self._episodes = [episode for episode in self._episodes if episode.name not in misfits]
        # With start signals segments begin where those say, which has to be possible as it is for planned ways.
        planned = self.options.start_signals or None
        self._plan = make_plan(env.cfg, env.object_names, torch.device("cpu"), planned)
        lengths = [episode.num_samples for episode in self._episodes]
        self._playback = Playback(env, lengths, self._episodes.__getitem__, self.options.seed)
        # After a reset, for a task's signals may come from observations; before a file is made or replaced.
        self._check_start_signals()
        attrs = file_attrs(self._manifest, self.options, env.info, self._earlier_run)
        self._writer = self._resources.enter_context(
            BackgroundWriter(DatasetWriter(self.options.output, env.env_args(), mode=self._mode, attrs=attrs))
        )
        self._recorder = EpisodeRecorder(env.num_envs, env.device, self._playback.longest, FrameSpool(self._writer))
        self._success = np.zeros(env.num_envs, dtype=bool)
        self._refill(range(env.num_envs))
        return [self._enter(f"Annotating {len(self._episodes)} demonstrations by re-simulation"), *self._skip()]

    @torch.inference_mode()
    def _tick(self) -> list[Event]:
        from ...envs.datagen_terms import datagen_terms
        from ...envs.episode_terms import after_step, before_step

        env, playback = self.env, self._playback
        if self._stopping:
            return self._close_file("stopped")
        action = playback.action()
        terms = {**before_step(env, action), **datagen_terms(env, action)}
        if self.options.start_signals:
            terms |= {f"{START_SIGNALS}/{name}": signal for name, signal in self._start_signals().items()}
        env.step(action)
        self._recorder.record({**terms, **after_step(env)})
        if len(self._idle):
            self._recorder.rewind(self._idle, torch.zeros_like(self._idle))
        over = playback.advance()
        success = env.success().to("cpu").numpy()
        self._success |= success & (playback.step >= playback.length - _SETTLING)
        for env_id in over:
            self._judge(env_id)
        events = self._tell_in_order() if over else []
        if over:
            self._refill(over)
        if playback.done:
            return events + self._close_file("done")
        return events + self._report_saved(self._writer.poll())

    def _refill(self, env_ids: Sequence[int]) -> None:
        """Give environments their next demonstrations."""
        from ...envs.episode_terms import initial_terms

        ids = list(env_ids)
        self._playback.refill(ids)
        self._recorder.begin(torch.tensor(ids, device=self.env.device), initial_terms(self.env))
        self._success[ids] = False
        # Those that nothing is left for are recorded over and over, without filling the buffer.
        self._idle = torch.as_tensor(np.flatnonzero(self._playback.current < 0), device=self.env.device)

    def _judge(self, env_id: int) -> None:
        """Keep one re-simulated demonstration, or say why not."""
        from ...datagen.source_bank import segment
        from ..generation.sources import source_demo

        index = int(self._playback.current[env_id])
        source = self._episodes[index]
        episode = Episode(self._recorder.take(env_id, source.num_samples), self._attrs(source), source.name)
        signals = episode.group(TERM_SIGNALS)
        marks = {name: rise for name, values in signals.items() if (rise := first_change(values)) is not None}
        reason = ""
        if not self._success[env_id]:
            reason = "the task is not fulfilled at its end when it is played again"
        else:
            try:
                for eef in range(len(self._plan.eef_names)):
                    segment(source_demo(episode), self._plan, eef)
            except MimicError as error:
                reason = error.what
        event = EpisodeAnnotated(source.name, not reason, marks, reason)
        if not reason:
            episode = replace(episode, streamed=self._recorder.take_large(env_id, source.num_samples))
        self._judged[index] = event, None if reason else episode

    def _tell_in_order(self) -> list[Event]:
        """Save and report what is ready, in the order of the input, whatever ended first."""
        events: list[Event] = []
        while self._next in self._judged:
            event, episode = self._judged.pop(self._next)
            if episode is not None:
                self._writer.submit(episode)
            events.append(event)
            self._next += 1
        return events

    def _check_start_signals(self) -> None:
        if self.options.start_signals:
            try:
                self._start_signals()
            except NotImplementedError as error:
                raise TaskError(
                    "this task does not tell when its subtasks start",
                    where="--start-signals",
                    remedy="Mark them by hand: add --manual.",
                ) from error

    def _start_signals(self) -> dict[str, torch.Tensor]:
        signals = self.env.env.get_subtask_start_signals()
        return {name: signal.reshape(self.env.num_envs).bool() for name, signal in signals.items()}

    def _attrs(self, source: Episode) -> dict:
        history = dict(source.attrs.get("mimic") or {})
        history["annotated"] = {"from": source.name, "sha256": digest([source]), **self.env.info}
        attrs: dict[str, Any] = {"success": True, "mimic": history}
        if source.seed is not None:
            attrs["seed"] = source.seed
        return attrs

    def _report_saved(self, saved: list) -> list[Event]:
        events: list[Event] = []
        for demo in saved:
            self._saved += 1
            path, wanted = str(self._writer.path), self._of
            events.append(DemoSaved(demo.name, path, demo.num_samples, self._saved, wanted))
        return events

    def _close_file(self, outcome: str) -> list[Event]:
        events = self._report_saved(self._writer.finish())
        if outcome == "done" and self._saved == 0:
            events.append(Warned("No demonstration could be annotated; the reasons are above."))
        return events + self._finish(outcome, self._summary())

    def _summary(self) -> dict:
        return {"output": self.options.output, "annotated": self._saved, "of": self._of}
