# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Thumbnails of a file's demonstrations on request, for a window: drawn in a worker process, kept in the cache."""

import time
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from ... import randomness
from ...datasets import DatasetReader, filesystem
from ...errors import DatasetError, MimicError, TaskError
from ...events import Event, StripDrawn, StripNotDrawn
from ...options import SimOptions
from ...requirements import PHYSX, how_to_get
from ...sim.engines import choose_engine
from ...sim.engines.cameras import leave_out_cameras
from ...tasks import find_task
from ...tasks.shipped import DEFAULT_TASK
from ..files.made_with import recorded_scale
from ..sim_stage import SimStage
from ..stage import Steps
from .strip import COUNT, keep_strip, kept_strip
from .thumbnails import Thumbnails

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_PATIENCE = 120.0
"""Time without a request after which the simulation is closed [s]: it takes a gigabyte."""
_PERIOD = 0.05
"""Time between two looks for a request [s]."""


@dataclass(frozen=True)
class StripOptions(SimOptions):
    """The file, and what is drawn at once; further demonstrations are requested (`draw`)."""

    input: str = ""
    demo: str = ""


def start(**options: Any) -> "Strips":
    """Build the stage from plain data, as a worker process gets it."""
    return Strips(StripOptions(num_envs=COUNT, **options))


class Strips(SimStage):
    """Draws the strip of each demonstration that is asked for, until nobody asks any more.

    A demonstration that cannot be drawn gives an event. Requests: `draw(demo)`.
    """

    name = "strips"
    options: StripOptions

    def __init__(self, options: StripOptions, env: "BatchedEnv | None" = None):
        self._wanted = deque([options.demo] if options.demo else [])
        with DatasetReader(options.input) as reader:
            # Of a file with several sizes, that of the first demonstration asked for.
            first = [name for name in reader.episode_names if name == options.demo or not options.demo][:1]
            scale = options.object_scale or recorded_scale(reader, first)
            options = replace(options, task=find_task(reader.env_name or DEFAULT_TASK).id, object_scale=scale)
        if choose_engine(options.physics) == "isaacsim":
            raise TaskError(
                "thumbnails are drawn outside of Isaac Sim only", where=options.input, remedy=how_to_get(PHYSX)
            )
        super().__init__(options, env)
        self._reader: DatasetReader | None = None
        self._read: tuple[int, ...] | None = None
        self._due = 0.0

    @property
    def due(self) -> float:
        return max(super().due, self._due)

    def run(self) -> Steps:
        yield self._started()
        yield from self._open(leave_out_cameras)
        yield [self._enter("Reading the shapes of the scene")]
        everyone = torch.arange(self.env.num_envs, device=self.env.device)
        self._resources.callback(self._close_reader)
        self.env.reset(everyone, randomness.streams(self.options.seed, "reset", everyone))
        thumbnails = Thumbnails(self.env)
        asked = time.monotonic()
        while not self._stopping and time.monotonic() < asked + _PATIENCE:
            if self._wanted:
                yield [self._enter(f"Drawing {self._wanted[0]}")]
                yield [self._draw(thumbnails, self._wanted.popleft())]
                asked = time.monotonic()
            else:
                self._due = time.monotonic() + _PERIOD
                yield []
        return self._finish("stopped" if self._stopping else "done", {})

    def _draw(self, thumbnails: Thumbnails, name: str) -> Event:
        self._due = 0.0
        try:
            reader = self._opened()
            path, rows = kept_strip(reader, name, self.options.task)
            if not path.exists():
                keep_strip(path, thumbnails.strip(reader, name, rows))
        except MimicError as error:
            return StripNotDrawn(name, str(error))
        return StripDrawn(name, str(path), rows)

    def _opened(self) -> DatasetReader:
        """Return the file, opened anew if another one is in its place: an open one would show what was there.

        Raises:
            DatasetError: It is of another task now.
            InputFileError: It cannot be opened.
        """
        now = filesystem.identity(Path(self.options.input))
        if self._reader is None or now != self._read:
            self._close_reader()
            self._reader, self._read = DatasetReader(self.options.input), now
        if find_task(self._reader.env_name or DEFAULT_TASK).id != self.options.task:
            raise DatasetError("is of another task now", where=self.options.input, remedy="Open it again.")
        return self._reader

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _request(self, name: str, **arguments: Any) -> None:
        if name == "draw":
            self._due = 0.0
            self._wanted.append(str(arguments["demo"]))
        else:
            super()._request(name, **arguments)
