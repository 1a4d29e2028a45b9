# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Annotate demonstrations manually: a person marks subtasks while recorded states are played back.

States are shown, not simulated, so that marks fit the recording: row t is the state before action t (`initial_state`
for t = 0, else `states[t - 1]`). A person acts through requests; a terminal or a panel shows `snapshot`.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from ... import randomness
from ...datagen.config import list_subtasks
from ...datasets import DatasetReader, Episode
from ...datasets.layout import DATAGEN_INFO, START_SIGNALS, TERM_SIGNALS
from ...errors import DatasetError, OutputError
from ...events import EpisodeAnnotated, Event, Progress, Warned
from ...options import AnnotateByHandOptions
from ...sim.engines.cameras import leave_out_cameras
from ..files.demo_file import DemoFile
from ..files.input_task import check_task, with_task
from ..files.made_with import recorded_scale
from ..files.output_check import as_written, check_output, writing_mode
from ..files.resume import DatasetRun, earlier_annotation, manifest_of, recorded_digest
from ..replay.recorded import check_fits, usable_recordings
from ..sim_stage import SimStage
from ..stage import Steps
from .earlier_marks import marks_in
from .editor import MarkEditor
from .marking import Marking, MarkRefused, expected_marks
from .open_marks import OpenMarks
from .playhead import Playhead
from .reading import Reading

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_IDLE = 0.05
"""[s] Period of drawing the live view while playback is paused."""
_NOTHING: dict[str, Any] = {
    "row": 0,
    "num_samples": 0,
    "step_dt": 1.0,
    "playing": False,
    "eef": None,
    "eefs": [],
    "marks": [],
    "problems": [],
    "complete": False,
    "can_undo": False,
    "can_redo": False,
}
"""The editor's part of the snapshot while no demonstration is open."""
_PLAYBACK = ("play", "pause", "toggle", "step", "scrub")
"""Requests that are ignored while no demonstration is open."""
_MARKS = ("mark", "remove", "select", "previous_mark", "next_mark", "undo", "redo", "next_eef", "skip", "accept")
_REQUESTS = frozenset((*_PLAYBACK, "speed", *_MARKS))


class AnnotateByHand(SimStage):
    """Opens one demonstration after another; each is saved when its marks are accepted.

    Requests, besides `stop`: `play`, `pause`, `toggle`, `step(by=1)`, `scrub(to)`, `speed(times)`, `mark(label=None)`,
    `remove(label=None)`, `select(label)`, `previous_mark`, `next_mark`, `undo`, `redo`, `next_eef`, `skip`, `accept`.
    A request that is not possible changes nothing; the reason is in `snapshot()["notice"]` and in a `Warned` event.
    """

    name = "annotate_by_hand"
    options: AnnotateByHandOptions

    def __init__(self, options: AnnotateByHandOptions, env: "BatchedEnv | None" = None):
        options = with_task(as_written(options, "output"), options.input)
        super().__init__(options, env)
        mode = writing_mode(options.overwrite, options.resume)
        check_output(options.output, mode, options.input)
        with DatasetReader(options.input) as reader:
            check_task(reader, options.task, options.any_task)
            names = set(reader.episode_names)
            usable, unusable = usable_recordings(reader, states=True)
            scale = options.object_scale or recorded_scale(reader, usable)
        self.options = options = replace(options, object_scale=scale)
        self._of = len(names)
        earlier = earlier_annotation(options.output, options.input) if options.resume else None
        self._run = DatasetRun(manifest_of("annotate", options, {}, env=env), options, mode, earlier)
        self._remarks += self._run.remarks
        self._queue = deque(name for name in usable if name not in self._run.done)
        self._earlier = {} if options.marks in ("none", "auto") else marks_in(options.marks, names)
        self._open_marks = OpenMarks(options.output, options.resume)
        self._accepted: deque[str] = deque()
        self._skipped = 0
        self._speed = 1.0
        self._file: DemoFile | None = None
        self._reading: Reading | None = None
        self._editor: MarkEditor | None = None
        self._notice = ""
        self._told: list[Event] = [EpisodeAnnotated(name, False, {}, reason) for name, reason in unusable.items()]

    # -- for a window or a terminal

    @property
    def paused(self) -> bool:
        """Always False: marks can be edited and the playhead moved while playback rests."""
        return False

    @property
    def due(self) -> float:
        if self._editor is None or self._reading is None or self._told or self._stopping:
            return 0.0
        head = self._editor.playhead
        if self._reading.shown != head.row:
            return 0.0
        return head.due if head.playing and not self.env.live.paused else time.monotonic() + _IDLE

    @property
    def progress(self) -> Progress:
        return Progress(self._saved, self._of, "demonstrations")

    def snapshot(self) -> dict:
        """Return the state to show.

        Keys besides those of `SimStage`: `skipped`, `episode` (name), `read` (fraction that has been read), `row`,
        `num_samples`, `step_dt` [s], `playing`, `speed`, `eef` (the one being marked), `eefs`, `marks` (a dictionary
        per expected mark: `label`, `eef`, `subtask`, `kind`, `signal`, `description`, `step` or None, `next`,
        `selected`), `problems` (reasons against accepting), `complete`, `can_undo`, `can_redo`, `curves` (name ->
        number per sample), `fulfilled` (whether the success term holds in the last state) and `notice` (why the last
        request was refused).
        """
        reading, editor = self._reading, self._editor
        return {
            **super().snapshot(),
            "skipped": self._skipped,
            "episode": reading.episode.name if reading else None,
            "read": reading.fraction if reading else 0.0,
            **(editor.snapshot() if editor else {**_NOTHING, "speed": self._speed}),
            "curves": reading.curves if editor and reading else {},
            "fulfilled": reading.fulfilled if reading else None,
            "notice": self._notice,
        }

    @property
    def marking(self) -> Marking:
        """The marks of the open demonstration."""
        return self._shown_editor.marking

    @property
    def _shown_editor(self) -> MarkEditor:
        if self._editor is None:
            raise MarkRefused("no demonstration is shown yet")
        return self._editor

    @property
    def _saved(self) -> int:
        return self._file.saved if self._file else self._run.saved

    # -- requests of a person

    def request(self, name: str, **arguments) -> None:
        """Carry out a request (see the class). `pause` and `resume` act on playback."""
        name = "play" if name == "resume" else name
        if name == "stop" or name not in _REQUESTS:
            super().request(name, **arguments)
            return
        self._notice = ""
        try:
            if name in ("accept", "skip"):
                (self._accept if name == "accept" else self._skip)()
            elif self._editor is not None or name not in _PLAYBACK:
                self._edit(name, **arguments)
        except (MarkRefused, OutputError) as refusal:
            self._notice = str(refusal)
            self._told.append(Warned(self._notice))

    def _edit(self, name: str, **arguments) -> None:
        if name == "speed" and self._editor is None:
            self._speed *= float(arguments["times"])
            return
        self._shown_editor.obey(name, **arguments)
        self._keep_marks()

    def _keep_marks(self) -> None:
        """Store the marks that are not accepted yet."""
        assert self._reading and self._editor
        if self._editor.changed:
            self._open_marks.keep(self._reading.episode.name, self._editor.marking.marks())
        else:
            self._open_marks.forget(self._reading.episode.name)

    def _skip(self) -> None:
        self._put_away(self._shown_editor)
        assert self._reading
        self._skipped += 1
        self._told.append(EpisodeAnnotated(self._reading.episode.name, False, {}, "skipped"))

    def _accept(self) -> None:
        term, start = self.marking.signals()
        assert self._reading and self._file
        episode = self._reading.episode
        kept = {path: v for path, v in episode.data.items() if not path.startswith(f"{DATAGEN_INFO}/")}
        new = {f"{TERM_SIGNALS}/{name}": values for name, values in term.items()}
        new |= {f"{START_SIGNALS}/{name}": values for name, values in start.items()}
        history = dict(episode.attrs.get("mimic") or {})
        origin = {"from": episode.name, "sha256": recorded_digest(self._reader, episode.name)}
        history["annotated"] = {**origin, "by": "hand", **self.env.info}
        attrs = {"success": bool(self._reading.fulfilled), **episode.attrs, "mimic": history}
        self._file.submit(Episode({**kept, **self._reading.terms(), **new}, attrs))
        self._accepted.append(episode.name)
        self._told.append(EpisodeAnnotated(episode.name, True, self.marking.marks()))
        self._put_away(self._shown_editor)

    def _put_away(self, editor: MarkEditor) -> None:
        self._speed = editor.playhead.speed
        self._editor = None

    # -- the run

    def run(self) -> Steps:
        yield self._started()
        if not self._queue:  # resumed, and all are in the output
            return [*self._told, *self._end("done")]
        yield from self._open(leave_out_cameras)
        self._prepare()
        while self._queue and not self._ends:
            yield from self._show_next()
        return self._close_file("stopped" if self._ends else "done")

    @property
    def _ends(self) -> bool:
        return self._stopping or self.env.live.closed

    @torch.inference_mode()
    def _prepare(self) -> None:
        env = self.env
        everyone = torch.arange(env.num_envs, device=env.device)
        env.reset(everyone, randomness.streams(self.options.seed, "reset", everyone))
        self._reader = self._resources.enter_context(DatasetReader(self.options.input))
        self._file = self._resources.enter_context(self._run.open_file(env.info, env.env_args(), wanted=self._of))

    def _show_next(self) -> Iterator[list[Event]]:
        """Open the next demonstration until its marks are accepted or it is skipped."""
        name = self._queue.popleft()
        try:
            episode = self._reader.read(name)
            check_fits(episode, self.env, self.options.input)
        except DatasetError as error:
            yield [*self._news(), EpisodeAnnotated(name, False, {}, error.what)]
            return
        reading = self._reading = Reading(episode, self.env)
        yield [*self._news(), self._enter(f"Reading {name}")]
        while not (reading.done or self._ends):
            reading.advance()
            yield self._news()
        if reading.done:
            editor = self._editor = self._make_editor(reading)
            yield [*self._news(), self._enter(f"Marking {name}")]
            while self._editor is not None and not self._ends:
                self._draw(editor.playhead, reading)
                yield self._news()
        if self._editor is None:
            self._reading = None

    def _make_editor(self, reading: Reading) -> MarkEditor:
        subtasks, name = list_subtasks(self.env.cfg), reading.episode.name
        first_offset = {eef: first.first_offset[1] for eef, (first, *_) in subtasks.items()}
        marking = Marking(expected_marks(subtasks, self.options.start_signals), reading.num_samples, first_offset)
        automatic = reading.automatic_marks() if self.options.marks == "auto" else {}
        marking.load(automatic or self._earlier.get(name, {}))
        editor = MarkEditor(marking, Playhead(reading.num_samples, self.env.step_dt, self._speed))
        if (kept := self._open_marks.get(name, reading.num_samples)) is not None:
            editor.restore(kept)
        return editor

    def _draw(self, head: Playhead, reading: Reading) -> None:
        """Show the state at the playhead."""
        if not self.env.live.paused:
            head.advance()
        reading.show(head.row)
        self.env.live.refresh()

    def _news(self) -> list[Event]:
        """Return the events since the last step."""
        told, self._told = self._told, []
        assert self._file
        return told + self._tell_saved(self._file.poll())

    def _tell_saved(self, saved: list) -> list[Event]:
        for _ in saved:
            # Only once it is on disk: after a kill before that, a resumed run shows it again, with its marks.
            self._open_marks.forget(self._accepted.popleft())
        return saved

    def _close_file(self, outcome: str) -> list[Event]:
        assert self._file
        events = self._news()
        name = self._reading.episode.name if self._reading and self._editor else ""
        if name in self._open_marks:
            events.append(Warned(f"{name} was not accepted: its marks are kept for --resume."))
        events += self._tell_saved(self._file.finish())
        self._reading = self._editor = None
        return events + self._end(outcome)

    def _end(self, outcome: str) -> list[Event]:
        output = self.options.output
        return self._finish(
            outcome,
            {"output": output, "annotated": self._saved, "of": self._of},
            output=output if self._saved else "",
            findings=self._of - self._saved,
            results=[f"{self._saved} of {self._of} demonstrations annotated"],
        )
