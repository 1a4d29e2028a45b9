# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What stages that simulate have in common: options, opening the environments, the pace of their events."""

import contextlib
import time
from abc import abstractmethod
from collections.abc import Callable, Generator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..events import Event, PhaseStarted, StageFinished, StageStarted, Warned
from ..options import SimOptions
from ..run_manifest import RunManifest
from ..sim.compute import memory_in_use, resolve_device
from ..sim.engines import choose_engine
from ..sim.visualizers import check_visualizer
from ..tasks import find_task
from .files.resume import EarlierRun
from .stage import Stage
from .watched import watched_pictures, watched_poses

if TYPE_CHECKING:
    from ..envs import BatchedEnv


class SimStage(Stage):
    """A stage that steps environments: opens its own, or uses some that are open already.

    Args:
        options: What to do.
        env: Open environments of the same task to use; left open at the end.

    Raises:
        MimicError: An option cannot be used; found before anything is opened or written.
    """

    def __init__(self, options: SimOptions, env: "BatchedEnv | None" = None):
        super().__init__()
        self.options = options
        find_task(options.task)
        if options.num_envs < 1:
            raise OptionError(f"at least one environment is needed, not {options.num_envs}", where="--num-envs")
        resolve_device(options.device)
        choose_engine(options.physics)
        check_visualizer(options.viz)
        self._env = env
        self._resources = contextlib.ExitStack()
        self._coming = self._announce
        self._parts: Generator[str, None, BatchedEnv] | None = None
        self._stopping = False
        self._remarks: list[str] = []
        """What was noticed before the stage began, and the user should know."""
        self._started = time.perf_counter()
        self._phase = "starting"
        self._watched = -1
        self._single_steps = 0

    @property
    def env(self) -> "BatchedEnv":
        """The open environments."""
        assert self._env is not None, "the stage has not opened its environments yet"
        return self._env

    @property
    def paused(self) -> bool:
        """Whether simulation rests, on request or by the live view's own pause button."""
        return self._resting and not self._stopping

    @property
    def _resting(self) -> bool:
        return self._paused or (self._env is not None and self._env.live.paused)

    @property
    def due(self) -> float:
        return time.monotonic() + 0.05 if self.paused and not self._single_steps else 0.0

    def step(self) -> list[Event]:
        """Do the next piece of work; while paused only draw, so that the live view can still be moved about."""
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
            "phase": self._phase,
            "elapsed_s": time.perf_counter() - self._started,
            "memory_mb": memory_in_use(),
            "url": self._env.live.url if self._env is not None and not self.done else None,
            "resting": self._resting and not self.done,
        }
        if self._env is not None and not self.done and 0 <= self._watched < self._env.num_envs:
            shown["watched"] = self._seen_in(self._watched)
        return shown

    def request(self, name: str, **arguments) -> None:
        super().request(name, **arguments)
        if name == "resume" and self._env is not None and not self.done:
            self._env.live.resume()

    def _request(self, name: str, **arguments) -> None:
        """Offer `watch`: the snapshot then says where the hands and objects of environment `env` are, and what its
        cameras see; -1: no more.

        And `single_step`: make one step, then pause.
        """
        if name == "watch":
            self._watched = int(arguments["env"])
        elif name == "single_step":
            self._paused = True
            self._single_steps += 1
        else:
            super()._request(name, **arguments)

    def _seen_in(self, index: int) -> dict:
        """Say where things are in one environment, and what its cameras see if the task has some."""
        seen = watched_poses(self.env, index)
        if pictures := watched_pictures(self.env, index):
            seen["pictures"] = pictures
        return seen

    # -- a run that goes on

    _manifest: RunManifest
    _earlier_run: EarlierRun | None = None

    def _compare_with_earlier(self, output: str) -> None:
        """Make sure that an earlier run can go on as this one.

        Raises:
            OptionError: It was asked for something else.
        """
        if self._earlier_run is not None:
            self._manifest.check_resumes(self._earlier_run.manifest, output)
            self._remarks += self._manifest.remarks(self._earlier_run.manifest)

    # -- the life of such a stage: announce, open, begin, tick until finished

    def _advance(self) -> list[Event]:
        return self._coming()

    def _announce(self) -> list[Event]:
        self._coming = self._open if self._env is None else self._start
        started = [StageStarted(self.name, asdict(self.options)), *map(Warned, self._remarks)]
        if (ending := self._end_at_once()) is not None:
            return [*started, *ending]
        return [*started, self._enter("Opening the simulation")] if self._env is None else started

    def _open(self) -> list[Event]:
        self._parts = self._open_in_parts()
        self._coming = self._open_next
        return self._open_next()

    def _open_next(self) -> list[Event]:
        """Do one part of the opening: a window is shown between them, and stays alive for who watches over it."""
        assert self._parts is not None, "nothing is being opened"
        try:
            return [self._enter(f"Opening the simulation: {next(self._parts)}")]
        except StopIteration as opened:
            self._env, self._parts = opened.value, None
        return self._start()

    def _open_in_parts(self, configure: Callable[[Any], None] | None = None) -> Generator[str, None, "BatchedEnv"]:
        from ..tasks.open_env import open_in_parts

        o = self.options
        return open_in_parts(
            self._resources,
            o.task,
            o.num_envs,
            device=o.device,
            physics=o.physics,
            seed=o.seed,
            visualizer=o.viz,
            assets=o.assets,
            configure=configure,
        )

    def _open_env(self, configure: Callable[[Any], None] | None = None) -> None:
        """Open the environments that the options ask for; `configure` changes the task's configuration before."""
        parts = self._open_in_parts(configure)
        while True:
            try:
                next(parts)
            except StopIteration as opened:
                self._env = opened.value
                return

    def _start(self) -> list[Event]:
        self._coming = self._tick
        events = self._begin()
        if url := self.env.live.url:
            events.append(Warned(f"Watch at {url}"))
        return events

    def _stop(self) -> None:
        self._stopping = True
        if self._env is None:
            self._coming = lambda: self._finish("stopped", {})

    def _end_at_once(self) -> list[Event] | None:
        """Finish if nothing is left to do, so that nobody waits for a simulation; None if there is."""
        return None

    def _enter(self, phase: str) -> PhaseStarted:
        self._phase = phase
        return PhaseStarted(phase)

    def _finish(self, outcome: str, summary: dict) -> list[Event]:
        self._done = True
        self._phase = outcome
        return [StageFinished(self.name, outcome, summary)]

    def _release(self) -> None:
        self._resources.close()

    @abstractmethod
    def _begin(self) -> list[Event]:
        """Get ready; the environments are open."""

    @abstractmethod
    def _tick(self) -> list[Event]:
        """Make one environment step."""


def writing_mode(overwrite: bool, append: bool = False) -> str:
    """Return the dataset writer's mode for the two options.

    Raises:
        OptionError: Both were given.
    """
    if overwrite and append:
        raise OptionError("what is there is either replaced or added to", where="--overwrite", remedy="Leave one out.")
    return "overwrite" if overwrite else "append" if append else "create"
