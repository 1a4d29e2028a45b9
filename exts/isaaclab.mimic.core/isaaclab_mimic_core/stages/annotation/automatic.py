# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Annotate demonstrations automatically: replay them in simulation and find where their subtasks end.

Each demonstration is replayed from its initial state. Environments run in parallel; each takes the next demonstration
when it is free. What the generator needs of every step (poses, signals) is read from the running simulation. A
demonstration that does not succeed again is read from its recorded states instead, for physics repeats exactly only
where it was recorded: upstream loses it.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ...datasets import DatasetReader, Episode, digest, first_change
from ...datasets.check import usable
from ...datasets.layout import DATAGEN_INFO, INITIAL_STATE, START_SIGNALS, STATES, TERM_SIGNALS
from ...errors import MimicError, TaskError
from ...events import EpisodeAnnotated, Event, Progress, Warned
from ...options import AnnotateOptions
from ...sim.engines.cameras import leave_out_cameras
from ..files.input_task import with_task
from ..files.output_check import as_written
from ..replay.playback import Playback, assign
from ..replay.recorded import check_fits, misfit, turned_bases
from ..sim_stage import SimStage
from ..stage import Steps
from .annotation_result import AnnotationResult
from .reading import Reading

if TYPE_CHECKING:
    from ...envs import BatchedEnv
    from ...envs.recorder import EpisodeRecorder

_SETTLING = 10
"""Number of last steps of a replay; it succeeds if the success term holds in one of them. Contacts never repeat
exactly: objects may come to rest a little later than in the recording."""


class Annotate(SimStage):
    """Replays demonstrations and saves those that succeed again and whose termination signals all rise."""

    name = "annotate"
    options: AnnotateOptions

    def __init__(self, options: AnnotateOptions, env: "BatchedEnv | None" = None):
        options = with_task(as_written(options, "output"), options.input)
        super().__init__(options, env)
        self._result = AnnotationResult(options, env)
        self.options = self._result.options
        self._remarks += self._result.run.remarks
        self._strayed: dict[int, str] = {}
        """Demonstrations that did not succeed again, by number, to be read from their states, and why not."""

    @property
    def progress(self) -> Progress:
        return self._result.progress

    def run(self) -> Steps:
        yield self._started()
        if not self._result.episodes:  # resumed, and all are in the output
            return [*self._result.unusable(), *self._end("done")]
        yield from self._open(leave_out_cameras)
        return (yield from self._annotate())

    @torch.inference_mode()
    def _annotate(self) -> Steps:
        from ...envs.recorder import EpisodeRecorder

        self._leave_out_misfits()
        playback = self._prepare()
        remarks, result = self._remarks_on_format(), self._result
        file = result.open(self._resources, self.env.info, self.env.env_args())
        recorder = EpisodeRecorder(self.env.num_envs, self.env.device, playback.longest, file.spool())
        self._refill(playback, recorder, range(self.env.num_envs))
        started = self._enter(f"Annotating {len(result.episodes)} demonstrations by re-simulation")
        yield [started, *remarks, *result.unusable()]
        while not self._stopping:
            self._advance_all(playback, recorder)
            yield [*result.take(), *file.poll()]
            if playback.done:
                yield from self._read_strayed()
                break
        # A stop leaves those unread; what else has been judged is saved.
        for index in self._strayed:
            result.give_up(index)
        return [*result.take(), *self._end("stopped" if self._stopping else "done")]

    def _advance_all(self, playback: Playback, recorder: "EpisodeRecorder") -> None:
        """Make one step; judge the demonstrations that end with it, and begin the next ones."""
        self._play_step(playback, recorder)
        over = playback.advance()
        settling = (playback.current >= 0) & (playback.step >= playback.length - _SETTLING)
        # In other steps a GPU need not be waited for.
        if settling.any():
            self._success |= settling & self.env.success().to("cpu").numpy()
        for env_id in over:
            self._judge(int(playback.current[env_id]), env_id, recorder)
        if over:
            self._refill(playback, recorder, over)

    def _leave_out_misfits(self) -> dict[str, str]:
        """Leave out demonstrations that were made in another scene; return these, with the reasons.

        Raises:
            DatasetError: All were.
        """
        episodes = self._result.episodes
        misfits = {episode.name: why for episode in episodes if (why := misfit(episode, self.env))}
        if len(misfits) == len(episodes):
            check_fits(episodes[0], self.env, self.options.input)
        self._result.leave_out(misfits)
        return misfits

    def _prepare(self) -> Playback:
        from ...datagen.config import read_subtasks

        env = self.env
        # With start signals segments begin at these, as for planned paths: check that this is possible.
        planned = self.options.start_signals or None
        self._subtasks = read_subtasks(env.cfg, env.object_names, torch.device("cpu"), planned)
        episodes = self._result.episodes
        lengths = [episode.num_samples for episode in episodes]
        playback = Playback(env, lengths, episodes.__getitem__, self.options.seed, queues=self._assign(lengths))
        # After a reset, because signals may come from observations; before a file is made or replaced.
        self._check_start_signals()
        self._check_term_signals()
        self._success = np.zeros(env.num_envs, dtype=bool)
        return playback

    def _assign(self, lengths: list[int]) -> list[list[int]]:
        """Return the demonstrations that each environment replays, in their order."""
        return assign(lengths, self.env.num_envs)

    def _play_step(self, playback: Playback, recorder: "EpisodeRecorder") -> None:
        """Make one environment step, and record it."""
        from ...envs.datagen_terms import datagen_terms
        from ...envs.episode_terms import after_step, before_step

        env, action = self.env, playback.action()
        terms = {**before_step(env, action), **datagen_terms(env, action)}
        if self.options.start_signals:
            terms |= {f"{START_SIGNALS}/{name}": signal for name, signal in self._start_signals().items()}
        env.step(action)
        recorder.record({**terms, **after_step(env)})
        if len(self._idle):
            recorder.rewind(self._idle, torch.zeros_like(self._idle))

    def _refill(self, playback: Playback, recorder: "EpisodeRecorder", env_ids: Sequence[int]) -> None:
        """Give environments their next demonstrations."""
        from ...envs.episode_terms import initial_terms

        ids = list(env_ids)
        playback.refill(ids)
        recorder.begin(torch.tensor(ids, device=self.env.device), initial_terms(self.env))
        self._success[ids] = False
        # Environments without a demonstration restart their recording at every step, so that the buffer does not fill.
        self._idle = torch.as_tensor(np.flatnonzero(playback.current < 0), device=self.env.device)

    def _remarks_on_format(self) -> list[Event]:
        """Return a warning if the file says no format version and seems to be new: its robots would be turned."""
        if not self._result.old or not (turned := turned_bases(self._result.episodes[0], self.env)):
            return []
        return [
            Warned(
                f"{self.options.input} has no attribute format_version, so quaternions are read as wxyz, and so the "
                f"base of {', '.join(turned)} is turned from the scene's: set it to 1 if Isaac Lab 3 made the file."
            )
        ]

    def _judge(self, index: int, env_id: int, recorder: "EpisodeRecorder") -> None:
        """Decide whether a replayed demonstration is saved."""
        source = self._result.episodes[index]
        episode = Episode(recorder.take(env_id, source.num_samples), self._attrs(source), source.name)
        signals = episode.group(TERM_SIGNALS)
        marks = {name: rise for name, values in signals.items() if (rise := first_change(values)) is not None}
        reason = self._why_not(episode, bool(self._success[env_id]))
        if reason and self.options.from_states and not self.options.start_signals:
            self._strayed[index] = reason
            return
        kept = None if reason else replace(episode, streamed=recorder.take_large(env_id, source.num_samples))
        self._told(index, EpisodeAnnotated(source.name, not reason, marks, reason, source.num_samples), kept)

    def _told(self, index: int, told: EpisodeAnnotated, kept: Episode | None, strayed: str = "") -> list[Event]:
        """Take what came of a demonstration, and return what is to be said at once; see `AnnotationResult.add`."""
        return self._result.add(index, told, kept, strayed)

    def _read_strayed(self) -> Generator[list[Event], None, None]:
        """Read demonstrations that did not succeed again from their recorded states."""
        if not self._strayed:
            return
        yield [self._enter(f"Reading {len(self._strayed)} demonstrations from their recorded states")]
        with DatasetReader(self.options.input) as reader:
            episodes = self._result.episodes
            names = [episodes[index].name for index in self._strayed]
            with_states, _ = usable(reader, (INITIAL_STATE, STATES), names)
            for index, reason in list(self._strayed.items()):
                source, kept, marks = episodes[index], None, {}
                if source.name in with_states:
                    reading = Reading(reader.read(source.name), self.env)
                    while not reading.done:
                        reading.advance()
                        yield []
                        if self._stopping:
                            return
                    marks = reading.automatic_marks()
                    kept = self._as_recorded(source, reading)
                told = "" if kept else reason
                event = EpisodeAnnotated(source.name, kept is not None, marks, told, source.num_samples)
                del self._strayed[index]
                yield self._told(index, event, kept, reason)

    def _as_recorded(self, source: Episode, reading: Reading) -> Episode | None:
        """Return a demonstration with what was read from its states; None if it cannot be a source."""
        recorded = {path: v for path, v in reading.episode.data.items() if not path.startswith(f"{DATAGEN_INFO}/")}
        attrs = self._attrs(source)
        attrs["mimic"]["annotated"]["by"] = "states"
        episode = Episode({**recorded, **reading.terms(), **reading.signals()}, attrs, source.name)
        return None if self._why_not(episode, bool(reading.fulfilled)) else episode

    def _why_not(self, episode: Episode, success: bool) -> str:
        """Return why a replayed demonstration cannot be a source; empty if it can."""
        from ...datagen.sources.segmentation import segment
        from ..generation.sources import source_demo

        if not success:
            return "the task is not fulfilled at its end when it is played again"
        try:
            for eef in range(len(self._subtasks.eef_names)):
                segment(source_demo(episode), self._subtasks, eef)
        except MimicError as error:
            return error.what + self._said_in(error.about)
        return ""

    def _said_in(self, part: str) -> str:
        """Return which line of a descriptor says a part of the configuration, in brackets; empty if none does."""
        entries = self.env.descriptor.entries if self.env.descriptor is not None else {}
        return f" ({entries[part].where})" if part in entries else ""

    def _check_term_signals(self) -> None:
        """Refuse to play demonstrations whose marks nobody would make."""
        from ...errors import ConfigError

        known = self.env.term_signals()
        for eef, signals in zip(self._subtasks.eef_names, self._subtasks.signals, strict=True):
            for index, name in enumerate(signals[:-1]):
                if name is not None and known and name not in known:
                    with self.env.at_its_lines():
                        raise ConfigError(
                            f"subtask_term_signal {name!r} is computed by nobody; there are {', '.join(known)}",
                            where=f"subtask_configs[{eef!r}][{index}]",
                            remedy="Say what it is in the descriptor's signals, or mark it by hand: --manual",
                        )

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

    def _end(self, outcome: str) -> list[Event]:
        return [*self._result.close(outcome), *self._finish(outcome, **self._result.finish())]
