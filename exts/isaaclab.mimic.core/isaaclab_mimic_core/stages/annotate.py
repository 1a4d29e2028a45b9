# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find out by re-simulation where the subtasks of demonstrations end.

Every demonstration is played again from its initial state, several at once in parallel environments; what the
generator needs to know of each step is taken from the running simulation.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .. import randomness
from ..datasets import BackgroundWriter, DatasetReader, DatasetWriter, Episode, FrameSpool, first_change
from ..datasets.layout import ACTIONS, TERM_SIGNALS
from ..errors import DatasetError, MimicError
from ..events import DemoSaved, EpisodeAnnotated, Event, Warned
from .options import AnnotateOptions
from .output_check import check_output
from .sim_stage import SimStage, writing_mode

if TYPE_CHECKING:
    from ..envs import BatchedEnv

_INITIAL = "initial_state"
_SETTLING = 10
"""A replay counts as successful if the task is fulfilled in one of its last so many steps: contacts never repeat
exactly, so that objects may come to rest a few steps later than they did."""


class Annotate(SimStage):
    """Plays demonstrations again and marks them; keeps those that succeed again and whose signals all rise."""

    name = "annotate"
    options: AnnotateOptions

    def __init__(self, options: AnnotateOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        self._mode: Any = writing_mode(options.overwrite)
        with DatasetReader(options.input) as reader:
            self._episodes = [_readable(reader, name) for name in reader.episode_names]
        check_output(options.output, self._mode, options.input)
        self._next = self._kept = self._saved = 0

    def snapshot(self) -> dict:
        return {
            **super().snapshot(),
            "annotated": self._next,
            "saved": self._saved,
            "wanted": len(self._episodes),
        }

    @torch.inference_mode()
    def _begin(self) -> list[Event]:
        from ..datagen.plan import make_plan
        from ..envs.recorder import EpisodeRecorder

        env = self.env
        for episode in self._episodes:
            _check_fits(episode, env, self.options.input)
        self._plan = make_plan(env.cfg, env.object_names, torch.device("cpu"))
        self._writer = self._resources.enter_context(
            BackgroundWriter(DatasetWriter(self.options.output, env.env_args(), mode=self._mode))
        )
        longest = max(episode.num_samples for episode in self._episodes)
        self._recorder = EpisodeRecorder(env.num_envs, env.device, longest, FrameSpool(self._writer))
        self._load_batch()
        return [self._enter(f"Annotating {len(self._episodes)} demonstrations by re-simulation")]

    @torch.inference_mode()
    def _tick(self) -> list[Event]:
        from ..envs.datagen_terms import datagen_terms
        from ..envs.episode_terms import after_step, before_step

        env = self.env
        if self._stopping:
            return self._close_file("stopped")
        action = self._actions[:, min(self._step, self._actions.shape[1] - 1)]
        terms = {**before_step(env, action), **datagen_terms(env, action)}
        env.step(action)
        self._recorder.record({**terms, **after_step(env)})
        self._step += 1
        success = env.success().to("cpu").numpy()
        self._success |= success & (self._step >= self._lengths - _SETTLING)
        if self._step < self._actions.shape[1]:
            return self._report_saved(self._writer.poll())
        events = [event for row in range(len(self._batch)) for event in self._judge(row)]
        self._next += len(self._batch)
        if self._next < len(self._episodes):
            self._load_batch()
            return events + self._report_saved(self._writer.poll())
        return events + self._close_file("done")

    def _load_batch(self) -> None:
        """Put the next demonstrations' initial states into the environments, one each."""
        from ..envs.episode_terms import initial_terms

        env = self.env
        self._batch = self._episodes[self._next : self._next + env.num_envs]
        count = len(self._batch)
        self._lengths = np.array([episode.num_samples for episode in self._batch])
        # An episode that is over stands still by repeating its last action... of a relative task that would move on,
        # so what comes after its end is simply not kept.
        actions = np.zeros((env.num_envs, self._lengths.max(), self._batch[0].data[ACTIONS].shape[1]), np.float32)
        for row, episode in enumerate(self._batch):
            actions[row, : episode.num_samples] = episode.data[ACTIONS]
            actions[row, episode.num_samples :] = episode.data[ACTIONS][-1]
        actions[count:] = actions[:1]
        self._actions = torch.as_tensor(actions, device=env.device)
        everyone = torch.arange(env.num_envs, device=env.device)
        env.reset(everyone, randomness.streams(self.options.seed, "reset", everyone))
        initial = {
            path: torch.as_tensor(
                np.concatenate([episode.group(_INITIAL)[path] for episode in self._batch]), device=env.device
            )
            for path in self._batch[0].group(_INITIAL)
        }
        env.restore(initial, everyone[:count])
        self._recorder.begin(everyone, initial_terms(env))
        self._success = np.zeros(env.num_envs, dtype=bool)
        self._success[count:] = True
        self._lengths = np.concatenate([self._lengths, np.zeros(env.num_envs - count, dtype=int)])
        self._step = 0

    def _judge(self, row: int) -> list[Event]:
        """Keep one re-simulated demonstration, or say why not."""
        from ..datagen.source_bank import segment
        from .sources import source_demo

        source = self._batch[row]
        episode = Episode(self._recorder.take(row, source.num_samples), self._attrs(source), source.name)
        signals = episode.group(TERM_SIGNALS)
        marks = {name: rise for name, values in signals.items() if (rise := first_change(values)) is not None}
        reason = ""
        if not self._success[row]:
            reason = "the task is not fulfilled at its end when it is played again"
        else:
            try:
                for eef in range(len(self._plan.eef_names)):
                    segment(source_demo(episode), self._plan, eef)
            except MimicError as error:
                reason = error.what
        if reason:
            return [EpisodeAnnotated(source.name, False, marks, reason)]
        self._kept += 1
        self._writer.submit(replace(episode, streamed=self._recorder.take_large(row, source.num_samples)))
        return [EpisodeAnnotated(source.name, True, marks)]

    def _attrs(self, source: Episode) -> dict:
        history = dict(source.attrs.get("mimic") or {})
        history["annotated"] = {"from": source.name, **self.env.info}
        attrs: dict[str, Any] = {"success": True, "mimic": history}
        if source.seed is not None:
            attrs["seed"] = source.seed
        return attrs

    def _report_saved(self, saved: list) -> list[Event]:
        events: list[Event] = []
        for demo in saved:
            self._saved += 1
            path, wanted = str(self._writer.path), len(self._episodes)
            events.append(DemoSaved(demo.name, path, demo.num_samples, self._saved, wanted))
        return events

    def _close_file(self, outcome: str) -> list[Event]:
        events = self._report_saved(self._writer.finish())
        if outcome == "done" and self._kept == 0:
            events.append(Warned("No demonstration could be annotated; the reasons are above."))
        summary = {"output": str(self._writer.path), "annotated": self._saved, "of": len(self._episodes)}
        return events + self._finish(outcome, summary)


def _readable(reader: DatasetReader, name: str) -> Episode:
    shapes = reader.shapes(name)
    where = f"{reader.path}, {name}"
    if ACTIONS not in shapes or shapes[ACTIONS][0][0] == 0:
        raise DatasetError("has no actions", where=where, remedy="Record it again, or leave it out.")
    if not any(path.startswith(f"{_INITIAL}/") for path in shapes):
        raise DatasetError(
            "has no initial_state, so it cannot be played again",
            where=where,
            remedy="Record it again, or leave it out.",
        )
    episode = reader.read(name, [ACTIONS, _INITIAL])
    for path, values in episode.data.items():
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            raise DatasetError(
                f"{path}, row {bad[0][0]} is {values[tuple(bad[0])]}",
                where=where,
                remedy="Leave this demonstration out.",
            )
    return episode


def _check_fits(episode: Episode, env: "BatchedEnv", path: str) -> None:
    """Check that a demonstration was made in a scene like this one."""
    where = f"{path}, {episode.name}"
    width = episode.data[ACTIONS].shape[1]
    remedy = "Was the file made for another task? See: mimic info FILE"
    if width != env.action_dim:
        raise DatasetError(f"has actions {width} wide, but the task's are {env.action_dim}", where=where, remedy=remedy)
    missing = sorted(set(env.state()) - set(episode.group(_INITIAL)))
    if missing:
        raise DatasetError(f"has no initial_state/{missing[0]}", where=where, remedy=remedy)
