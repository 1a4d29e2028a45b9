# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Run one stage from a window, so that the window never waits for it."""

from __future__ import annotations

import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable

from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.events import Event, PhaseStarted, StageFailed, Warned
from isaaclab_mimic_core.picture import Picture
from isaaclab_mimic_core.remote.worker_client import WorkerClient
from isaaclab_mimic_core.stages.stage import Stage

from ..host.base import Host

_WORKER_PATIENCE = 3.0
"""[s] How long a window that is being closed waits for a worker to finish its files before ending it."""

_FRAMES_TO_PAINT = 2
"""[frames] Pause of the stage after a `PhaseStarted`, whose step may take long, so that the window shows it first.

The same pause follows a click, so that the response is shown: one frame to receive the click, one to paint."""


class Runner(ABC):
    """A running stage, in this process or another."""

    @property
    @abstractmethod
    def done(self) -> bool:
        """Whether the stage has ended and `poll` has handed out its last event."""

    @abstractmethod
    def poll(self) -> list[Event]:
        """Return what has happened since the last call."""

    @abstractmethod
    def snapshot(self) -> dict:
        """Return the stage's latest numbers; empty before there are any."""

    @abstractmethod
    def take_picture(self) -> Picture | None:
        """Return the latest picture of what is looked at; None if there is none since the last call."""

    @abstractmethod
    def request(self, name: str, **arguments) -> None:
        """Ask the stage for something (see `Stage.request`)."""

    @abstractmethod
    def give_way(self) -> None:
        """Let the window respond to a click before the stage goes on in its process."""

    @abstractmethod
    def close(self) -> None:
        """End the stage if it still runs, and release everything. Closing twice is harmless."""


class InProcessRunner(Runner):
    """Steps a stage in the window's own loop, as long as the frame budget lasts, but at least once a frame.

    A stage may update the application while it creates or resets its simulation. So all its work is done by a task that
    awaits the next update, where that is allowed. The other methods only set flags for that task, because a button may
    call them in the middle of a step.

    Args:
        make_stage: Creates the stage; called by the task, because it may load a simulator.
        host: The program around the window.
        budget: Time for steps in each frame [s].
    """

    def __init__(self, make_stage: Callable[[], Stage], host: Host, budget: float) -> None:
        self._make_stage = make_stage
        self._host = host
        self._budget = budget
        self._stage: Stage | None = None
        self._snapshot: dict = {}
        self._picture: Picture | None = None
        self._events: list[Event] = []
        self._requests: list[tuple[str, dict]] = []
        # Creating a stage takes as long as a phase does.
        self._frames_to_rest = _FRAMES_TO_PAINT
        self._due = 0.0
        self._working = False
        self._closing = False
        self._ended = False
        self._task = host.spawn(self._run())

    @property
    def done(self) -> bool:
        return self._ended and not self._events

    def poll(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def snapshot(self) -> dict:
        return self._snapshot

    def take_picture(self) -> Picture | None:
        picture, self._picture = self._picture, None
        return picture

    def request(self, name: str, **arguments) -> None:
        self._requests.append((name, arguments))

    def give_way(self) -> None:
        self._frames_to_rest = _FRAMES_TO_PAINT

    def close(self) -> None:
        self._closing = True
        if not self._working:
            self._task.cancel()
            self._release()

    async def _run(self) -> None:
        try:
            while not self._closing and not (self._stage is not None and self._stage.done):
                await self._host.next_update()
                if self._frames_to_rest > 0:
                    self._frames_to_rest -= 1
                else:
                    self._work()
        finally:
            self._release()

    def _work(self) -> None:
        """Spend one frame's budget."""
        self._working = True
        try:
            if self._stage is None:
                self._host.hold_physics()
                self._stage = self._make_stage()
                self._host.hold_physics()
            end = time.monotonic() + self._budget
            while not self._closing and not self._stage.done:
                self._pass_requests_on()
                # Read `due` once per step: while a stage rests, it is always a moment from now.
                if time.monotonic() < self._due:
                    break
                events = self._stage.step()
                self._due = self._stage.due
                self._events += events
                self._host.hold_physics()
                if any(isinstance(event, PhaseStarted) for event in events):
                    self._frames_to_rest = _FRAMES_TO_PAINT
                    break
                if time.monotonic() >= end:
                    break
            self._pass_requests_on()
            self._picture = self._stage.picture() or self._picture
            self._snapshot = self._stage.snapshot()
        except MimicError as error:
            self._fail(StageFailed.of(error))
        except Exception as error:
            self._host.log_error(traceback.format_exc())
            self._fail(StageFailed(f"{type(error).__name__}: {error}"))
        finally:
            self._working = False

    def _pass_requests_on(self) -> None:
        while self._requests:
            self._due = 0.0
            name, arguments = self._requests.pop(0)
            try:
                self._stage.request(name, **arguments)
            except (ValueError, TypeError, KeyError) as error:
                self._events.append(Warned(str(error)))

    def _fail(self, event: StageFailed) -> None:
        self._events.append(event)
        self._closing = True

    def _release(self) -> None:
        if self._ended:
            return
        self._ended = True
        try:
            if self._stage is not None:
                self._working = True
                self._stage.close()
        except Exception as error:
            self._host.log_error(traceback.format_exc())
            self._events.append(Warned(f"Closing failed: {error}"))
        finally:
            self._working = False
            self._host.release_physics()


class WorkerRunner(Runner):
    """A stage in a worker process.

    Args:
        client: The worker, started.
    """

    def __init__(self, client: WorkerClient) -> None:
        self._client = client

    @property
    def done(self) -> bool:
        return self._client.done

    def poll(self) -> list[Event]:
        events = self._client.poll()
        if self._client.done and self._client.exit_code is not None:
            self._client.close(0.0)
        return events

    def snapshot(self) -> dict:
        return self._client.snapshot()

    def take_picture(self) -> Picture | None:
        return self._client.picture()

    def request(self, name: str, **arguments) -> None:
        self._client.request(name, **arguments)

    def give_way(self) -> None:
        pass

    def close(self) -> None:
        self._client.close(_WORKER_PATIENCE)
