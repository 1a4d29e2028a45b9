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
from ...datasets.layout import ACTIONS, DATAGEN_INFO, INITIAL_STATE, START_SIGNALS, STATES, TERM_SIGNALS
from ...errors import MimicError, TaskError
from ...events import EpisodeAnnotated, Event, Progress, Warned
from ...options import AnnotateOptions
from ...sim.engines.cameras import leave_out_cameras
from ..files.demo_file import DemoFile
from ..files.in_order import InOrder
from ..files.input_task import check_task
from ..files.made_with import recorded_scale
from ..files.output_check import as_written, check_output, writing_mode
from ..files.resume import DatasetRun, earlier_annotation, manifest_of
from ..replay.playback import Playback
from ..replay.recorded import check_fits, misfit, turned_bases, usable_recordings
from ..sim_stage import SimStage
from ..stage import Steps
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
        options = as_written(options, "output")
        super().__init__(options, env)
        with DatasetReader(options.input) as reader:
            check_task(reader, options.task, options.any_task)
            names, self._unusable = usable_recordings(reader)
            scale = options.object_scale or recorded_scale(reader, names)
            episodes = [reader.read(name, (ACTIONS, INITIAL_STATE)) for name in names]
            self._of, self._old = len(reader.episode_names), reader.legacy_quaternions
        self.options = options = replace(options, object_scale=scale)
        mode = writing_mode(options.overwrite, options.resume)
        check_output(options.output, mode, options.input)
        earlier = earlier_annotation(options.output, options.input) if options.resume else None
        self._run = DatasetRun(manifest_of("annotate", options, {}, env=env), options, mode, earlier)
        self._remarks += self._run.remarks
        self._episodes = [episode for episode in episodes if episode.name not in self._run.done]
        self._judged: InOrder[tuple[EpisodeAnnotated, Episode | None]] = InOrder()
        self._strayed: dict[int, str] = {}
        """Demonstrations that did not succeed again, by number, to be read from their states, and why not."""
        self._from_states = 0
        self._file: DemoFile | None = None

    @property
    def progress(self) -> Progress:
        return Progress(self._of - len(self._episodes) + self._judged.taken, self._of, "demonstrations")

    def run(self) -> Steps:
        yield self._started()
        if not self._episodes:  # resumed, and all are in the output
            return [*self._tell_unusable(), *self._end("done")]
        yield from self._open(leave_out_cameras)
        return (yield from self._annotate())

    @torch.inference_mode()
    def _annotate(self) -> Steps:
        from ...envs.recorder import EpisodeRecorder

        self._leave_out_misfits()
        playback = self._prepare()
        remarks = self._remarks_on_format()
        file = self._file = self._resources.enter_context(
            self._run.open_file(self.env.info, self.env.env_args(), wanted=self._of)
        )
        recorder = EpisodeRecorder(self.env.num_envs, self.env.device, playback.longest, file.spool())
        self._refill(playback, recorder, range(self.env.num_envs))
        started = self._enter(f"Annotating {len(self._episodes)} demonstrations by re-simulation")
        yield [started, *remarks, *self._tell_unusable()]
        while not self._stopping:
            self._play_step(playback, recorder)
            over = playback.advance()
            success = self.env.success().to("cpu").numpy()
            self._success |= success & (playback.step >= playback.length - _SETTLING)
            events: list[Event] = []
            if over:
                for env_id in over:
                    self._judge(int(playback.current[env_id]), env_id, recorder)
                events += self._save_in_order(file)
                self._refill(playback, recorder, over)
            yield [*events, *file.poll()]
            if playback.done:
                yield from self._read_strayed()
                return [*self._save_in_order(file), *self._close_file(file, "stopped" if self._stopping else "done")]
        return self._close_file(file, "stopped")

    def _leave_out_misfits(self) -> None:
        """Leave out demonstrations that were made in another scene.

        Raises:
            DatasetError: All were.
        """
        misfits = {episode.name: why for episode in self._episodes if (why := misfit(episode, self.env))}
        if len(misfits) == len(self._episodes):
            check_fits(self._episodes[0], self.env, self.options.input)
        self._unusable |= misfits
        self._episodes = [episode for episode in self._episodes if episode.name not in misfits]

    def _prepare(self) -> Playback:
        from ...datagen.config import read_subtasks

        env = self.env
        # With start signals segments begin at these, as for planned paths: check that this is possible.
        planned = self.options.start_signals or None
        self._subtasks = read_subtasks(env.cfg, env.object_names, torch.device("cpu"), planned)
        lengths = [episode.num_samples for episode in self._episodes]
        playback = Playback(env, lengths, self._episodes.__getitem__, self.options.seed)
        # After a reset, because signals may come from observations; before a file is made or replaced.
        self._check_start_signals()
        self._check_term_signals()
        self._success = np.zeros(env.num_envs, dtype=bool)
        return playback

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
        if not self._old or not (turned := turned_bases(self._episodes[0], self.env)):
            return []
        return [
            Warned(
                f"{self.options.input} has no attribute format_version, so quaternions are read as wxyz, and so the "
                f"base of {', '.join(turned)} is turned from the scene's: set it to 1 if Isaac Lab 3 made the file."
            )
        ]

    def _tell_unusable(self) -> list[Event]:
        """Return an event for each demonstration that cannot be annotated."""
        return [EpisodeAnnotated(name, False, {}, reason) for name, reason in self._unusable.items()]

    def _judge(self, index: int, env_id: int, recorder: "EpisodeRecorder") -> None:
        """Decide whether a replayed demonstration is saved."""
        source = self._episodes[index]
        episode = Episode(recorder.take(env_id, source.num_samples), self._attrs(source), source.name)
        signals = episode.group(TERM_SIGNALS)
        marks = {name: rise for name, values in signals.items() if (rise := first_change(values)) is not None}
        reason = self._why_not(episode, bool(self._success[env_id]))
        if reason and self.options.from_states and not self.options.start_signals:
            self._strayed[index] = reason
            return
        kept = None if reason else replace(episode, streamed=recorder.take_large(env_id, source.num_samples))
        told = EpisodeAnnotated(source.name, not reason, marks, reason, source.num_samples)
        self._judged.put(index, (told, kept))

    def _read_strayed(self) -> Generator[list[Event], None, None]:
        """Read demonstrations that did not succeed again from their recorded states."""
        if not self._strayed:
            return
        yield [self._enter(f"Reading {len(self._strayed)} demonstrations from their recorded states")]
        with DatasetReader(self.options.input) as reader:
            names = [self._episodes[index].name for index in self._strayed]
            with_states, _ = usable(reader, (INITIAL_STATE, STATES), names)
            for index, reason in self._strayed.items():
                source, kept, marks = self._episodes[index], None, {}
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
                self._judged.put(index, (event, kept))
                if kept is not None:
                    self._from_states += 1
                    yield [Warned(f"{source.name} is taken from its recorded states: {reason}.")]

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

    def _save_in_order(self, file: DemoFile) -> list[Event]:
        """Save and report what is ready, in the order of the input file."""
        events: list[Event] = []
        for event, episode in self._judged.take():
            if episode is not None:
                file.submit(episode)
            events.append(event)
        return events

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

    def _close_file(self, file: DemoFile, outcome: str) -> list[Event]:
        events: list[Event] = [*file.finish()]
        if outcome == "done" and file.saved == 0:
            events.append(Warned("No demonstration could be annotated; the reasons are above."))
        return events + self._end(outcome)

    def _end(self, outcome: str) -> list[Event]:
        saved, output = self._file.saved if self._file else self._run.saved, self.options.output
        return self._finish(
            outcome,
            {"output": output, "annotated": saved, "of": self._of},
            output=output if saved else "",
            findings=self._of - saved,
            results=[
                f"{saved} of {self._of} demonstrations annotated"
                + (f", {self._from_states} from their recorded states" if self._from_states else "")
            ],
        )
