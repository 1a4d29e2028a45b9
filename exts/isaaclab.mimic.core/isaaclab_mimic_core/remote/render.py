# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Render camera images of recorded demonstrations in parallel processes.

Each process renders whole demonstrations. It saves the images of each as a piece, a file in a folder beside the output.
This module copies the pieces into the output, in the order of the input and without decompressing them. If a process is
killed, the demonstrations in the output are complete, and a resumed run uses the existing pieces.
"""

import contextlib
import json
import os
import shutil
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..datasets import DatasetReader, DatasetWriter, Episode
from ..datasets.edit import Selection, select_names
from ..datasets.layout import ATTR_PROVENANCE, RANDOMIZATION, join
from ..errors import OptionError
from ..events import (
    DemoSaved,
    EpisodeSkipped,
    Event,
    PhaseStarted,
    Progress,
    StageFailed,
    StageFinished,
    StageStarted,
    Warned,
)
from ..option import check_options, deciding, flag
from ..options import RenderOptions
from ..sim.rendering.camera_file import read_cameras, resized
from ..sim.rendering.randomization import Randomization, read_randomization
from ..stages.files.input_task import with_task
from ..stages.files.made_with import recorded_scale
from ..stages.files.output_check import as_written, check_output
from ..stages.files.resume import recorded_digest
from ..stages.rendering.pieces import Piece, piece_name
from ..stages.replay.recorded import usable_recordings
from ..stages.stage import Stage, Steps
from ..tasks.names import stated_name
from .process_client import as_error
from .worker_client import WorkerClient

SHARE = "isaaclab_mimic_core.stages.rendering.share:start"
_PASSED_ON = (
    *("task", "num_envs", "seed", "device", "physics", "assets"),
    *("input", "cameras", "size", "randomization", "renderer"),
)
"""Options that are passed to a process unchanged."""
_BEFORE = {"randomization": {}, "variations": 1, "object_scale": ""}
"""Values of options that files of version 0.1.0 do not store."""
_PERIOD = 0.05
"""Time between two polls of the processes [s]."""


class Render(Stage):
    """Copy the demonstrations of a file, and add camera images rendered from their states."""

    name = "render"

    def __init__(self, options: RenderOptions):
        super().__init__()
        options = as_written(options, "output")
        # Training on these images uses the task with these cameras, so the output names that task.
        renamed = {"env_name": stated_name(options.task)} if options.task else {}
        options = with_task(options, options.input)
        check_options(options)
        if options.ik != "auto":
            raise OptionError("recorded states are drawn, nothing moves", where="--ik", remedy="Leave it out.")
        if options.camera or options.beside:
            given = "--camera" if options.camera else "--beside"
            raise OptionError("this is for films", where=given, remedy="Say where they go: --video")
        self._cameras = read_cameras(options.cameras) if options.cameras else {}
        resized(self._cameras, options.size)
        self._randomization = _checked_randomization(options)
        if options.resume and options.overwrite:
            raise OptionError("an existing output is either continued or replaced", where="--resume --overwrite")
        goes_on = options.resume and Path(options.output).exists()
        self._mode: Any = "append" if goes_on else "overwrite" if options.overwrite else "create"
        check_output(options.output, self._mode, options.input)
        names = select_names(options.input, Selection(demos=options.episodes))
        with DatasetReader(options.input) as reader:
            self._names, self.skipped = usable_recordings(reader, names, states=True)
            self._env_args = reader.env_args | renamed
            self._history = dict(reader.data_attrs.get(ATTR_PROVENANCE) or {})
            scale = options.object_scale or recorded_scale(reader, self._names)
        self.options = replace(options, object_scale=scale)
        self.wanted = [(name, variation) for name in self._names for variation in range(options.variations)]
        """What to render, in the order of the output: demonstration, and index of its rendering."""
        self.saved = self._already_saved() if goes_on else 0
        """How many of them are in the output."""
        self._made = 0
        self.folder = Path(os.path.realpath(options.output)).with_suffix(".rendering")
        """Where processes put what they have drawn."""
        self._clients: list[WorkerClient] = []
        self._writer: DatasetWriter | None = None
        self._began = time.monotonic()

    @property
    def due(self) -> float:
        return time.monotonic() + _PERIOD if self._clients or self.paused else 0.0

    def request(self, name: str, **arguments: Any) -> None:
        super().request(name, **arguments)
        if name in ("pause", "resume", "stop"):
            for client in self._clients:
                client.request(name)

    @property
    def progress(self) -> Progress:
        return Progress(self.saved, len(self.wanted), "demonstrations")

    def snapshot(self) -> dict:
        rate = self._made / max(time.monotonic() - self._began, 1e-9)
        return {
            **super().snapshot(),
            "phase": "Drawing",
            "elapsed_s": time.monotonic() - self._began,
            "demos_per_minute": 60.0 * rate,
            "eta_s": (len(self.wanted) - self.saved) / rate if rate else None,
        }

    def run(self) -> Steps:
        yield [StageStarted(self.name, asdict(self.options))]
        with DatasetReader(self.options.input) as reader:
            self._resources.callback(self._clean_up)
            left = self._start_processes()
            phase = PhaseStarted(f"Drawing {left} demonstrations in {len(self._clients)} processes")
            yield [phase, *(EpisodeSkipped(name, reason) for name, reason in self.skipped.items())]
            over = False
            while not over:
                events = self._listen()
                # Check before looking at the pieces, so that all pieces of an ended process are seen.
                over = all(client.done for client in self._clients)
                yield events + self._take_pieces(reader)
        return self.finish()

    def _start_processes(self) -> int:
        """Start processes for the demonstrations without a piece. Return the number that the output lacks."""
        if self._mode != "append":
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(exist_ok=True)
        left = [] if self._stopping else self.wanted[self.saved :]
        undrawn = [wanted for wanted in left if not self._piece(*wanted).exists()]
        count = min(self.options.processes or os.cpu_count() or 1, len(undrawn))
        given = self.passed_on() | {"folder": str(self.folder)}
        for index in range(count):
            names, variations = map(list, zip(*undrawn[index::count], strict=True))
            client = WorkerClient(SHARE, {**given, "names": names, "variations": variations})
            self._clients.append(client)
            self._resources.callback(client.close)
        self._began = time.monotonic()
        return len(left)

    def passed_on(self) -> dict[str, Any]:
        """Return what a share is told, besides what to draw, and where to."""
        return {name: getattr(self.options, name) for name in _PASSED_ON}

    def _listen(self) -> list[Event]:
        """Return the processes' events for the user.

        Raises:
            TaskError: A process has failed because of wrong input.
        """
        events: list[Event] = []
        for client in self._clients:
            for event in client.poll():
                if isinstance(event, StageFailed):
                    raise as_error(event)
                if isinstance(event, Warned) and event not in events:
                    events.append(event)
        return events

    def _take_pieces(self, reader: DatasetReader) -> list[Event]:
        """Copy finished pieces into the output, in the order of the input."""
        events: list[Event] = []
        while self.saved < len(self.wanted) and (path := self._piece(*self.wanted[self.saved])).exists():
            events.append(self.take(reader, path))
            path.unlink()
        return events

    def take(self, reader: DatasetReader, path: Path) -> DemoSaved:
        """Copy the piece of the demonstration that is next into the output."""
        if self._writer is None:
            # Opened only now: if nothing can be rendered, nothing is written or replaced.
            attrs = {ATTR_PROVENANCE: {**self._history, "rendered": self._entry()}}
            self._writer = DatasetWriter(self.options.output, self._env_args, mode=self._mode, attrs=attrs)
            self._resources.callback(self._writer.close, commit=False)
        with contextlib.closing(Piece(path)) as piece:
            self._writer.add(self._episode(reader, *self.wanted[self.saved], piece))
            (saved,) = self._writer.commit()
        self.saved += 1
        self._made += 1
        return DemoSaved(saved.name, str(self._writer.path), saved.num_samples, self.saved, len(self.wanted))

    def _episode(self, reader: DatasetReader, name: str, variation: int, piece: Piece) -> Episode:
        images, whole = piece.terms, reader.read(name)
        # Leave out the random values of an earlier rendering.
        earlier = join(RANDOMIZATION, "")
        kept = {path: v for path, v in whole.data.items() if path not in images and not path.startswith(earlier)}
        data = kept | piece.values
        history = dict(whole.attrs.get(ATTR_PROVENANCE) or {})
        origin = {"from": name, "variation": variation, "sha256": recorded_digest(reader, name)}
        history["rendered"] = {**self._entry(), **origin, "drawn": piece.drawn}
        return Episode(data, {**whole.attrs, ATTR_PROVENANCE: history}, name, images)

    def _entry(self) -> dict[str, Any]:
        """Return the history entry of the rendering, in the form in which a file returns it."""
        cameras = {
            name: {key: value for key, value in asdict(entry).items() if value is not None}
            for name, entry in self._cameras.items()
        }
        ranges = self._randomization.content if self._randomization else {}
        return json.loads(json.dumps({**deciding(self.options), "cameras": cameras, "randomization": ranges}))

    def _already_saved(self) -> int:
        """Return the number of demonstrations that an earlier run has finished.

        Raises:
            OptionError: The earlier run's output is not the beginning of this run's.
        """
        where = f"--resume {self.options.output}"
        with (
            DatasetReader(self.options.input) as source,
            DatasetReader(self.options.output, allow_empty=True) as output,
        ):
            said = (output.data_attrs.get(ATTR_PROVENANCE) or {}).get("rendered")
            if said is None:
                raise OptionError("it was not made by mimic render", where=where, remedy="Give another --output.")
            others = [flag(key) for key, value in self._entry().items() if said.get(key, _BEFORE.get(key)) != value]
            if others:
                raise OptionError(f"it was begun with other {', '.join(others)}", where=where, remedy="Give the same.")
            for index, name in enumerate(output.episode_names):
                made = (output.attrs(name).get(ATTR_PROVENANCE) or {}).get("rendered") or {}
                origin, variation = self.wanted[index] if index < len(self.wanted) else ("", 0)
                same = made.get("from") == origin and made.get("variation", 0) == variation
                if not origin or not same or made.get("sha256") != recorded_digest(source, origin):
                    raise OptionError(
                        f"its {name} was not drawn from {origin or 'a demonstration'} in {self.options.input}",
                        where=where,
                        remedy="Give the same --input and --episodes as before, or another --output.",
                    )
            return len(output.episode_names)

    def _piece(self, name: str, variation: int) -> Path:
        return self.folder / piece_name(name, variation)

    def _clean_up(self) -> None:
        """Remove the folder of the pieces, unless a resumed run can use some."""
        if self.saved == len(self.wanted):
            shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def finish(self) -> list[Event]:
        """Return the last events."""
        whole = self.saved == len(self.wanted)
        of = len(self.wanted) + len(self.skipped) * self.options.variations
        summary = {
            "input": self.options.input,
            "saved": self.saved,
            "of": of,
            "skipped": list(self.skipped),
            **{key: getattr(self.options, key) for key in ("task", "renderer", "size")},
        }
        return [
            StageFinished(
                self.name,
                "done" if whole else "stopped",
                summary,
                output=self.options.output if self.saved else "",
                findings=len(self.skipped),
                results=[f"{self.saved} of {of} demonstrations drawn"],
            )
        ]


def _checked_randomization(options: RenderOptions) -> Randomization | None:
    """Return the ranges of the visual randomization; None if there is no file of them.

    Raises:
        InputFileError: The file cannot be read or used.
        OptionError: An option would have no effect.
    """
    if not options.randomization:
        if options.variations > 1:
            raise OptionError(
                "every rendering would be the same",
                where=f"--variations {options.variations}",
                remedy="Give ranges to draw from: --randomization FILE (docs/rendering.md).",
            )
        return None
    if options.renderer == "newton":
        raise OptionError("newton draws nothing at random", where="--randomization", remedy="Use another --renderer.")
    return read_randomization(options.randomization)
