# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Base of stages that simulate: options, opening environments, pausing, what a viewer sees."""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..events import Event, PhaseStarted, StageFinished, StageStarted, Warned
from ..option import check_options
from ..options import SimOptions
from ..picture import Picture, read_cameras
from ..sim.compute import memory_in_use, resolve_device
from ..sim.engines import choose_engine
from ..sim.object_scale import read_scales
from ..sim.visualizers import check_visualizer
from ..tasks import find_task
from .files.input_task import with_task
from .stage import Stage
from .viewing import Viewing
from .watched import watched_pictures, watched_poses

if TYPE_CHECKING:
    from ..envs import BatchedEnv


_DRAWN = 0.12
"""Part of the time that pictures for a window take at most of a stage that runs as fast as it can."""


class SimStage(Stage):
    """A stage that steps environments: its own, or some that are open already.

    Args:
        options: What to do.
        env: Open environments of the same task to use; left open at the end.

    Raises:
        MimicError: An option cannot be used; found before anything is opened or written.
    """

    drawn = _DRAWN
    """Part of the time that pictures for a window take at most."""
    bare = False
    """Whether the stage opens any environment, without subtasks (`open_env`)."""

    def __init__(self, options: SimOptions, env: "BatchedEnv | None" = None):
        super().__init__()
        check_options(options)
        self.options = options = with_task(options)
        if not self.bare:
            find_task(options.task)
        resolve_device(options.device)
        choose_engine(options.physics)
        check_visualizer(options.viz)
        read_scales(options.object_scale)
        self._env = env
        self._begun = False
        """Whether files may have been begun. A stop before that ends the stage at once."""
        self._remarks: list[str] = []
        """Warnings from before the stage began."""
        self._created = time.perf_counter()
        self._phase = "starting"
        self._watched = -1
        self._viewing = Viewing(self.drawn)
        self._single_steps = 0
        self._subtask_texts: dict[str, list[tuple[str | None, str]]] | None = None

    @property
    def env(self) -> "BatchedEnv":
        """The open environments."""
        assert self._env is not None, "the stage has not opened its environments yet"
        return self._env

    @property
    def paused(self) -> bool:
        """Whether simulation is paused, on request or by the live view's own button."""
        return self._resting and not self._stopping

    @property
    def _resting(self) -> bool:
        return self._paused or (self._env is not None and self._env.live.paused)

    @property
    def due(self) -> float:
        return time.monotonic() + 0.05 if self.paused and not self._single_steps else 0.0

    def step(self) -> list[Event]:
        """Do one step; while paused only draw, so that the live view still responds."""
        if self._env is not None and not self.done:
            self._env.live.check()
        if not self.paused:
            return super().step()
        if self._single_steps and not self.done:
            self._single_steps -= 1
            return self._advance()
        if self._env is not None and not self.done:
            self._env.live.refresh()
        return []

    def snapshot(self) -> dict:
        shown = {
            **super().snapshot(),
            "phase": self._phase,
            "elapsed_s": time.perf_counter() - self._created,
            "memory_mb": memory_in_use(),
            "url": self._env.live.url if self._env is not None and not self.done else None,
            "resting": self._resting and not self.done,
        }
        if self._env is not None:
            if self._subtask_texts is None:
                # Brings torch, which an open environment has brought already.
                from ..tasks.subtasks import texts_of

                self._subtask_texts = texts_of(self._env.cfg)
            shown["subtask_texts"] = self._subtask_texts
        if self._is_watched:
            shown["watched"] = self._seen_in(self._watched)
        if self._viewing.trouble:
            shown["not_drawn"] = self._viewing.trouble
        return shown

    def picture(self) -> Picture | None:
        return self._viewing.picture(self.env, self._watched) if self._is_watched else None

    @property
    def _is_watched(self) -> bool:
        """Whether an environment is watched now; before its first reset there is nothing to see."""
        if self._env is None or self.done or not 0 <= self._watched < self._env.num_envs:
            return False
        return bool(self._env.env.obs_buf)

    def request(self, name: str, **arguments) -> None:
        super().request(name, **arguments)
        if name == "resume" and self._env is not None and not self.done:
            self._env.live.resume()

    def _request(self, name: str, **arguments) -> None:
        """Offer `watch(env)`, `view(cameras)` and `single_step`.

        `watch`: the snapshot then has the poses of end effectors and objects and the camera images of environment
        `env`; -1 ends it. `view`: `picture` then draws this environment from these cameras (`picture.Camera`, as
        dictionaries); an empty list ends it. `single_step`: make one step, then pause.
        """
        if name == "watch":
            self._watched = int(arguments["env"])
            self._viewing.draw_anew()
        elif name == "view":
            self._viewing.cameras = read_cameras(arguments["cameras"])
            self._viewing.draw_anew()
        elif name == "single_step":
            self._paused = True
            self._single_steps += 1
        else:
            super()._request(name, **arguments)

    def _seen_in(self, index: int) -> dict:
        """Return poses and camera images of one environment."""
        seen = watched_poses(self.env, index)
        if pictures := watched_pictures(self.env, index):
            seen["pictures"] = pictures
        return seen

    # -- for subclasses

    def _advance(self) -> list[Event]:
        if self._stopping and not self._begun:
            self._done = True
            return self._finish("stopped", {})
        return super()._advance()

    def _started(self) -> list[Event]:
        """Return the first events of every run."""
        return [StageStarted(self.name, asdict(self.options)), *map(Warned, self._remarks)]

    def _open(
        self, configure: Callable[[Any], None] | None = None, what: str = "Opening the simulation"
    ) -> Generator[list[Event], None, None]:
        """Open the environments that the options ask for, unless there are some.

        It takes several steps, so that a window stays responsive in between.

        Args:
            configure: Changes the task's configuration before they are built.
            what: Name of the phase.
        """
        if self._env is None:
            yield [self._enter(what)]
            parts = self._open_in_parts(configure)
            while self._env is None:
                try:
                    part = next(parts)
                except StopIteration as opened:
                    self._env = opened.value
                else:
                    yield [self._enter(f"{what}: {part}")]
            if url := self.env.live.url:
                yield [Warned(f"Watch at {url}")]
            # Who asks for pictures before the simulation is open does not wait for them later.
            shapes = f"{what}: the shapes of the scene"
            while self._viewing.is_wanted and not self._viewing.prepare(self.env):
                yield [] if self._phase == shapes else [self._enter(shapes)]
        self._begun = True

    def _open_in_parts(self, configure: Callable[[Any], None] | None = None) -> Generator[str, None, "BatchedEnv"]:
        from ..tasks.open_env import open_in_parts

        o = self.options
        return open_in_parts(
            self._resources,
            o.task,
            o.num_envs,
            **o.simulation,
            visualizer=o.viz,
            bare=self.bare,
            configure=configure,
        )

    def _close_env(self) -> None:
        """Close everything that is open, so that other environments can be opened."""
        self._resources.close()
        self._viewing.forget()
        self._env = None

    def _enter(self, phase: str) -> PhaseStarted:
        """Enter a phase; return its event."""
        self._phase = phase
        return PhaseStarted(phase)

    def _finish(
        self, outcome: str, summary: dict, *, output: str = "", findings: int = 0, results: Sequence[str] = ()
    ) -> list[Event]:
        """Return the stage's last event; see `StageFinished`."""
        self._phase = outcome
        return [StageFinished(self.name, outcome, summary, output, findings, list(results))]
