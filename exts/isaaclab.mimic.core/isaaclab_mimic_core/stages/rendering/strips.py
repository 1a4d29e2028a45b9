# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of files' demonstrations on request, for a window, drawn in a worker process.

Thumbnails are kept in the cache; any recorded state is shown from anywhere (`SimStage`'s requests `watch` and `view`).
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from ... import randomness, typed
from ...datasets import DatasetReader
from ...errors import MimicError, TaskError
from ...events import Event, StripDrawn, StripNotDrawn
from ...options import SimOptions
from ...picture import Picture
from ...requirements import PHYSX, how_to_get
from ...sim.engines import choose_engine
from ...sim.engines.cameras import leave_out_cameras
from ..files.input_task import task_of
from ..files.made_with import recorded_scale
from ..sim_stage import SimStage
from ..stage import Steps
from ..watched import watched_points
from .recorded_files import Moment, RecordedFiles
from .strip import COUNT, keep_strip, kept_strip
from .thumbnails import Thumbnails

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_PATIENCE = 120.0
"""Time without a request after which the simulation is closed [s]: it takes a gigabyte."""
_PERIOD = 0.03
"""Time between two looks for a request [s]."""


@dataclass(frozen=True)
class StripOptions(SimOptions):
    """The file whose task is opened, and the demonstration whose thumbnails are drawn at once; empty for none."""

    input: str = ""
    demo: str = ""


def start(**options: Any) -> "Strips":
    """Build the stage from plain data, as a worker process gets it."""
    return Strips(StripOptions(num_envs=COUNT, **options))


class Strips(SimStage):
    """Draws what it is asked for, until nobody asks any more. Files may be of any demonstrations of the same task.

    Requests, besides those of `SimStage`:

    - `draw(demo, path)`: thumbnails of a demonstration; by default of the file that was opened. One that cannot be
      drawn gives an event.
    - `show(moments)`: put states into the first environments, one in each: a list of `Moment` as dictionaries. The
      snapshot then has them (`shown`), or the reason why that is not possible (`not_shown`). Of the first one `watched`
      has the ways of the hands besides: `done` and `planned`, end effector -> points [m].
    """

    name = "strips"
    drawn = 1.0
    options: StripOptions

    def __init__(self, options: StripOptions, env: "BatchedEnv | None" = None):
        with DatasetReader(options.input) as reader:
            # Of a file with several sizes, that of the first demonstration asked for.
            first = [name for name in reader.episode_names if name == options.demo or not options.demo][:1]
            scale = options.object_scale or recorded_scale(reader, first)
            options = replace(options, task=task_of(reader), object_scale=scale)
        if choose_engine(options.physics) == "isaacsim":
            raise TaskError(
                "demonstrations are drawn outside of Isaac Sim only", where=options.input, remedy=how_to_get(PHYSX)
            )
        super().__init__(options, env)
        self._wanted = deque([(options.input, options.demo)] if options.demo else [])
        self._asked: Sequence[Moment] | None = None
        """States to show; None if nothing new is asked for."""
        self._shown: Sequence[Moment] = ()
        self._not_shown = ""
        self._files: RecordedFiles | None = None
        self._thumbnails: Thumbnails | None = None
        self._due = 0.0
        self._asked_at = 0.0

    @property
    def due(self) -> float:
        return max(super().due, self._due)

    def snapshot(self) -> dict:
        told = {**super().snapshot(), "shown": [asdict(moment) for moment in self._shown]}
        if self._not_shown:
            told["not_shown"] = self._not_shown
        if self._env is not None:
            told["step_dt"] = self._env.step_dt
        return told

    def picture(self) -> Picture | None:
        # Before a state is shown there is the scene as it was reset.
        return super().picture() if self._shown else None

    def _seen_in(self, index: int) -> dict:
        seen = super()._seen_in(index)
        if index == 0 and self._shown and self._files is not None:
            done, to_come = self._files.paths(self._shown[0])
            seen |= {"done": watched_points(done), "planned": watched_points(to_come)}
        return seen

    @property
    def _is_watched(self) -> bool:
        return super()._is_watched and bool(self._shown)

    def run(self) -> Steps:
        yield self._started()
        yield from self._open(leave_out_cameras)
        yield [self._enter("Reading the shapes of the scene")]
        everyone = torch.arange(self.env.num_envs, device=self.env.device)
        self._files = RecordedFiles(self.options.task, self.env)
        self._resources.callback(self._files.close)
        self.env.reset(everyone, randomness.streams(self.options.seed, "reset", everyone))
        while not self._viewing.prepare(self.env):
            yield []
        self._asked_at = time.monotonic()
        while not self._stopping and time.monotonic() < self._asked_at + _PATIENCE:
            if self._asked is not None:
                self._show(self._files)
                yield []
            elif self._wanted:
                yield [self._enter(f"Drawing {self._wanted[0][1]}")]
                yield [self._draw(self._files, *self._wanted.popleft())]
                self._asked_at = time.monotonic()
            else:
                self._due = time.monotonic() + _PERIOD
                yield []
        return self._finish("stopped" if self._stopping else "done", {})

    @torch.inference_mode()
    def _show(self, files: RecordedFiles) -> None:
        asked, self._asked = self._asked or (), None
        self._not_shown = ""
        try:
            if asked:
                files.show(asked)
            self._shown = asked
        except MimicError as error:
            self._shown, self._not_shown = (), " ".join(str(error).split())

    def _draw(self, files: RecordedFiles, file: str, name: str) -> Event:
        self._due = 0.0
        try:
            reader = files.reader(file)
            path, rows = kept_strip(reader, name, self.options.task)
            if not path.exists():
                keep_strip(path, self._drawing().strip(reader, name, rows))
        except MimicError as error:
            return StripNotDrawn(name, str(error))
        finally:
            # Thumbnails are drawn in the same environments.
            if self._shown and self._asked is None:
                self._asked = self._shown
                self._show(files)
        return StripDrawn(name, str(path), rows)

    def _drawing(self) -> Thumbnails:
        """Return what draws thumbnails.

        Raises:
            TaskError: The scene cannot be drawn.
        """
        if self._thumbnails is None:
            if self._viewing.trouble:
                raise TaskError(self._viewing.trouble, where=self.options.task)
            self._thumbnails = Thumbnails(self.env, shapes=self._viewing.scene)
        return self._thumbnails

    def _request(self, name: str, **arguments: Any) -> None:
        # Whoever only looks at it from another side asks for something, too.
        self._due, self._asked_at = 0.0, time.monotonic()
        if name == "draw":
            self._wanted.append((str(arguments.get("path") or self.options.input), str(arguments["demo"])))
        elif name == "show":
            moments = typed.read(list[Moment], arguments["moments"], "moments")
            if len(moments) > COUNT:
                raise ValueError(f"at most {COUNT} states are shown at once")
            self._asked = moments
        else:
            super()._request(name, **arguments)
