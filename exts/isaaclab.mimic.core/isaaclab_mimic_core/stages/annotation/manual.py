# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Mark subtasks by hand while a demonstration's recorded states are played back.

States are shown, not simulated: row t is the state before action t (`initial_state` for t = 0, else `states[t - 1]`),
so that what is marked is what was recorded. Everything a person does is a request; whoever shows the stage, a terminal
or a panel, needs nothing but `snapshot`.
"""

import time
from collections import deque
from typing import TYPE_CHECKING, Any

import torch

from ... import randomness
from ...datasets import BackgroundWriter, DatasetReader, DatasetWriter, Episode
from ...datasets.layout import DATAGEN_INFO, START_SIGNALS, TERM_SIGNALS
from ...errors import DatasetError, OutputError
from ...events import DemoSaved, EpisodeAnnotated, Event, Warned
from ...options import AnnotateByHandOptions
from ..files.input_task import check_task
from ..files.output_check import as_written, check_output
from ..files.resume import earlier_annotation, file_attrs, manifest_of, recorded_digest
from ..replay.recorded import check_fits, usable_recordings
from ..sim_stage import SimStage, writing_mode
from .earlier_marks import marks_in
from .marking import Marking, MarkRefused, expected_marks
from .open_marks import OpenMarks
from .playhead import Playhead
from .reading import Reading

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_IDLE = 0.05
"""[s] How often the live view is drawn while nothing moves."""


class AnnotateByHand(SimStage):
    """Shows one demonstration after another; each is saved when its marks are accepted.

    Requests, besides `stop`: `play`, `pause`, `toggle`, `step(by=1)`, `scrub(to)`, `speed(factor)`, `mark(label=None)`,
    `remove(label=None)`, `select(label)`, `previous_mark`, `next_mark`, `undo`, `redo`, `next_eef`, `skip`, `accept`.
    A request that cannot be fulfilled changes nothing; the reason is in `snapshot()["notice"]` and comes as `Warned`.
    """

    name = "annotate_by_hand"
    options: AnnotateByHandOptions

    def __init__(self, options: AnnotateByHandOptions, env: "BatchedEnv | None" = None):
        options = as_written(options, "output")
        super().__init__(options, env)
        self._mode: Any = writing_mode(options.overwrite, options.resume)
        check_output(options.output, self._mode, options.input)
        with DatasetReader(options.input) as reader:
            check_task(reader, options.task, options.any_task)
            self._names = list(reader.episode_names)
            usable, unusable = usable_recordings(reader, states=True)
        self._manifest = manifest_of("annotate", options, {}, env=env)
        self._earlier_run = earlier_annotation(options.output, options.input) if options.resume else None
        self._compare_with_earlier(options.output)
        done = self._earlier_run.done if self._earlier_run else frozenset()
        self._queue = deque(name for name in usable if name not in done)
        self._earlier = {} if options.marks in ("none", "auto") else marks_in(options.marks, set(self._names))
        self._open_marks = OpenMarks(options.output, options.resume)
        self._given: dict[str, int] = {}
        self._accepted: deque[str] = deque()
        self._saved = len(done)
        self._skipped = 0
        self._episode: Episode | None = None
        self._reading: Reading | None = None
        self._marking: Marking | None = None
        self._playhead = Playhead(1, 1.0)
        self._shown = -1
        self._eef = 0
        self._selected: int | None = None
        self._curves: dict[str, list[float]] = {}
        self._notice = ""
        self._told: list[Event] = [EpisodeAnnotated(name, False, {}, reason) for name, reason in unusable.items()]

    # -- what a window or a terminal sees

    @property
    def paused(self) -> bool:
        """Never: while playback rests, marks can be set and the playhead be moved."""
        return False

    @property
    def due(self) -> float:
        now = time.monotonic()
        if self._marking is None or self._told or self._stopping or self._shown != self._playhead.row:
            return 0.0
        return self._playhead.due if self._playhead.playing and not self.env.live.paused else now + _IDLE

    def snapshot(self) -> dict:
        """Return everything there is to show.

        Besides `phase`, `elapsed_s`, `saved`, `wanted`, `skipped`: `episode` (name), `read` (the part of it that is),
        `row`, `num_samples`, `step_dt` [s], `playing`, `speed`, `eef` (whose turn it is), `eefs`, `marks` (a dictionary
        per expected mark: `label`, `eef`, `subtask`, `kind`, `signal`, `description`, `step` or None, `next`,
        `selected`), `problems` (what forbids to accept), `complete`, `can_undo`, `can_redo`, `curves` (numbers per
        sample, by name), `fulfilled` (whether the task is in the last state), `notice` (why the last request was
        refused) and `url` of the live view.
        """
        marking, head = self._marking, self._playhead
        return {
            **super().snapshot(),
            "saved": self._saved,
            "wanted": len(self._names),
            "skipped": self._skipped,
            "episode": self._episode.name if self._episode else None,
            "read": self._reading.fraction if self._reading else 0.0,
            "row": head.row,
            "num_samples": head.num_samples if marking else 0,
            "step_dt": head.step_dt,
            "playing": head.playing,
            "speed": head.speed,
            "eef": marking.eef_names[self._eef] if marking and marking.eef_names else None,
            "eefs": list(marking.eef_names) if marking else [],
            "marks": self._marks_to_show() if marking else [],
            "problems": marking.problems() if marking else [],
            "complete": marking.complete if marking else False,
            "can_undo": marking.can_undo if marking else False,
            "can_redo": marking.can_redo if marking else False,
            "curves": self._curves,
            "fulfilled": self._reading.fulfilled if self._reading else None,
            "notice": self._notice,
        }

    def _marks_to_show(self) -> list[dict]:
        marking = self.marking
        coming = self._target()
        return [
            {
                "label": slot.label,
                "eef": slot.eef,
                "subtask": slot.subtask,
                "kind": slot.kind,
                "signal": slot.signal,
                "description": slot.description,
                "step": marking.steps[index],
                "next": index == coming,
                "selected": index == self._selected,
            }
            for index, slot in enumerate(marking.slots)
        ]

    @property
    def marking(self) -> Marking:
        """The marks of the demonstration that is shown."""
        if self._marking is None:
            raise MarkRefused("no demonstration is shown yet")
        return self._marking

    # -- what a person asks for

    def request(self, name: str, **arguments) -> None:
        """Obey a person; see the class. `pause` and `resume` are those of the playback."""
        if name == "stop":
            super().request(name)
            return
        act = _REQUESTS.get("play" if name == "resume" else name)
        if act is None:
            super()._request(name, **arguments)
            return
        self._notice = ""
        try:
            act(self, **arguments)
            self._keep_marks()
        except (MarkRefused, OutputError) as refusal:
            self._notice = str(refusal)
            self._told.append(Warned(self._notice))

    def _keep_marks(self) -> None:
        """Write down what has been marked and not accepted yet."""
        if self._marking is None or self._episode is None:
            return
        if (marks := self._marking.marks()) != self._given:
            self._open_marks.keep(self._episode.name, marks)
        else:
            self._open_marks.forget(self._episode.name)

    def _play(self) -> None:
        self._selected = None
        self._playhead.play()

    def _pause(self) -> None:
        self._playhead.pause()

    def _toggle(self) -> None:
        self._pause() if self._playhead.playing else self._play()

    def _step_by(self, by: int = 1) -> None:
        self._scrub(self._playhead.row + int(by))

    def _scrub(self, to: int) -> None:
        self._playhead.pause()
        self._playhead.move(int(to))

    def _speed(self, factor: float) -> None:
        self._playhead.set_speed(float(factor))

    def _mark(self, label: str | None = None) -> None:
        marking = self.marking
        slot = self._target() if label is None else marking.find(label)
        if slot is None:
            eef = marking.eef_names[self._eef] if marking.eef_names else "this task"
            raise MarkRefused(f"all marks of {eef} are set; jump to one to move it, or accept")
        marking.place(slot, self._playhead.row)
        self._selected = None

    def _remove(self, label: str | None = None) -> None:
        slot = self._selected if label is None else self.marking.find(label)
        if slot is None:
            raise MarkRefused("no mark is chosen; jump to the one that shall go")
        self.marking.remove(slot)
        self._selected = None

    def _select(self, label: str) -> None:
        slot = self.marking.find(label)
        self._selected, self._eef = slot, self.marking.eef_names.index(self.marking.slots[slot].eef)

    def _jump(self, direction: int) -> None:
        slot = self.marking.neighbour(self._playhead.row, direction)
        if slot is None:
            raise MarkRefused(f"there is no mark {'before' if direction < 0 else 'after'} this sample")
        step = self.marking.steps[slot]
        assert step is not None
        self._scrub(step)
        self._select(self.marking.slots[slot].label)

    def _next_eef(self) -> None:
        self._selected = None
        self._eef = (self._eef + 1) % max(len(self.marking.eef_names), 1)

    def _undo(self) -> None:
        self.marking.undo()
        self._selected = None

    def _redo(self) -> None:
        self.marking.redo()
        self._selected = None

    def _skip(self) -> None:
        assert self.marking and self._episode
        self._skipped += 1
        self._told.append(EpisodeAnnotated(self._episode.name, False, {}, "skipped"))
        self._put_away()

    def _accept(self) -> None:
        term, start = self.marking.signals()
        assert self._episode and self._reading
        kept = {path: v for path, v in self._episode.data.items() if not path.startswith(f"{DATAGEN_INFO}/")}
        new = {f"{TERM_SIGNALS}/{name}": values for name, values in term.items()}
        new |= {f"{START_SIGNALS}/{name}": values for name, values in start.items()}
        history = dict(self._episode.attrs.get("mimic") or {})
        origin = {"from": self._episode.name, "sha256": recorded_digest(self._reader, self._episode.name)}
        history["annotated"] = {**origin, "by": "hand", **self.env.info}
        attrs = {"success": bool(self._reading.fulfilled), **self._episode.attrs, "mimic": history}
        self._writer.submit(Episode({**kept, **self._reading.terms(), **new}, attrs))
        self._accepted.append(self._episode.name)
        self._told.append(EpisodeAnnotated(self._episode.name, True, self.marking.marks()))
        self._put_away()

    def _target(self) -> int | None:
        """Return the slot that the next mark goes to: the chosen one, else the first that is missing."""
        if self._selected is not None or not self.marking.eef_names:
            return self._selected
        return self.marking.next_slot(self.marking.eef_names[self._eef])

    # -- the stage's own life

    def _end_at_once(self) -> list[Event] | None:
        # Resumed, and all are in the output.
        return None if self._queue else [*self._told, *self._finish("done", self._summary())]

    @torch.inference_mode()
    def _begin(self) -> list[Event]:
        env = self.env
        everyone = torch.arange(env.num_envs, device=env.device)
        env.reset(everyone, randomness.streams(self.options.seed, "reset", everyone))
        self._reader = self._resources.enter_context(DatasetReader(self.options.input))
        attrs = file_attrs(self._manifest, self.options, env.info, self._earlier_run)
        self._writer = self._resources.enter_context(
            BackgroundWriter(DatasetWriter(self.options.output, env.env_args(), mode=self._mode, attrs=attrs))
        )
        self._slots = expected_marks(env.cfg.subtask_configs, self.options.start_signals)
        self._first_offset = {
            eef: int(configs[0].first_subtask_start_offset_range[1]) for eef, configs in env.cfg.subtask_configs.items()
        }
        return []

    def _tick(self) -> list[Event]:
        events, self._told = self._told, []
        events += self._report_saved(self._writer.poll())
        if self._stopping or self.env.live.closed:
            return events + self._close_file("stopped")
        if self._episode is None:
            return events + (self._load_next() if self._queue else self._close_file("done"))
        assert self._reading is not None
        if self._marking is None:
            self._reading.advance()
            if self._reading.done:
                events += self._ready()
            return events
        if not self.env.live.paused:
            self._playhead.advance()
        if self._shown != self._playhead.row:
            self._shown = self._playhead.row
            self._reading.states.show(torch.full((self.env.num_envs,), self._shown, device=self.env.device))
        self.env.live.refresh()
        return events

    def _load_next(self) -> list[Event]:
        name = self._queue.popleft()
        try:
            episode = self._reader.read(name)
            check_fits(episode, self.env, self.options.input)
        except DatasetError as error:
            return [EpisodeAnnotated(name, False, {}, error.what)]
        self._episode = episode
        self._reading = Reading(episode, self.env)
        return [self._enter(f"Reading {name}")]

    def _ready(self) -> list[Event]:
        assert self._episode and self._reading
        marking = Marking(self._slots, self._reading.num_samples, self._first_offset)
        automatic = self._reading.automatic_marks() if self.options.marks == "auto" else {}
        marking.load(automatic or self._earlier.get(self._episode.name, {}))
        self._given = marking.marks()
        if (kept := self._open_marks.get(self._episode.name, self._reading.num_samples)) is not None:
            marking = Marking(self._slots, self._reading.num_samples, self._first_offset)
            marking.load(kept)
        self._curves = self._reading.curves()
        self._playhead = Playhead(self._reading.num_samples, self.env.step_dt, self._playhead.speed)
        self._shown, self._eef, self._selected = -1, 0, None
        self._marking = marking
        return [self._enter(f"Marking {self._episode.name}")]

    def _put_away(self) -> None:
        self._episode = self._reading = self._marking = None
        self._curves = {}
        self._playhead.pause()

    def _report_saved(self, saved: list) -> list[Event]:
        events: list[Event] = []
        for demo in saved:
            # Only now that it is on disk: a kill in between shows it again, with its marks.
            self._open_marks.forget(self._accepted.popleft())
            self._saved += 1
            path, wanted = str(self._writer.path), len(self._names)
            events.append(DemoSaved(demo.name, path, demo.num_samples, self._saved, wanted))
        return events

    def _close_file(self, outcome: str) -> list[Event]:
        events: list[Event] = []
        if self._marking is not None and self._episode and self._episode.name in self._open_marks:
            events.append(Warned(f"{self._episode.name} was not accepted: its marks are kept for --resume."))
        events += self._report_saved(self._writer.finish())
        self._put_away()
        return events + self._finish(outcome, self._summary())

    def _summary(self) -> dict:
        return {"output": self.options.output, "annotated": self._saved, "of": len(self._names)}


_REQUESTS: dict[str, Any] = {
    "play": AnnotateByHand._play,
    "pause": AnnotateByHand._pause,
    "toggle": AnnotateByHand._toggle,
    "step": AnnotateByHand._step_by,
    "scrub": AnnotateByHand._scrub,
    "speed": AnnotateByHand._speed,
    "mark": AnnotateByHand._mark,
    "remove": AnnotateByHand._remove,
    "select": AnnotateByHand._select,
    "previous_mark": lambda stage: stage._jump(-1),
    "next_mark": lambda stage: stage._jump(1),
    "undo": AnnotateByHand._undo,
    "redo": AnnotateByHand._redo,
    "next_eef": AnnotateByHand._next_eef,
    "skip": AnnotateByHand._skip,
    "accept": AnnotateByHand._accept,
}
