# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One step of the work: what the user has chosen, and its run. This module has no widgets."""

from __future__ import annotations

import enum
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from isaaclab_mimic_core.errors import MimicError, OutputError
from isaaclab_mimic_core.events import Event, Progress, StageFailed, StageFinished, StageStarted, Warned
from isaaclab_mimic_core.exit_status import WRONG_INPUT
from isaaclab_mimic_core.files import write_atomically
from isaaclab_mimic_core.picture import Picture
from isaaclab_mimic_core.plugins import DEVICES
from isaaclab_mimic_core.remote.spare import SpareWorker
from isaaclab_mimic_core.remote.worker_client import WorkerClient
from isaaclab_mimic_core.sim.host import inside_isaac_sim

from .forms.model import Choices
from .host.base import Host
from .project import Project
from .running.last_run import LastRun
from .running.messages import Message, MessageLog, clock, describe
from .running.readiness import Shortage, find_shortage
from .running.remedies import OFFERS, Offer
from .running.runner import InProcessRunner, Runner, WorkerRunner
from .running.statistics import RunStatistics
from .running.subtask_names import NO_NAMES, SubtaskNames
from .steps import Step


class State(enum.Enum):
    """Where a run stands."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    GAVE_UP = "gave_up"
    FAILED = "failed"

    @property
    def is_active(self) -> bool:
        return self in (State.STARTING, State.RUNNING, State.STOPPING)


class Session:
    """One step's choices, and its run.

    Args:
        host: The program around the window.
        step: The step.
        project: What steps share (see `Choices`).
        spare: Where a worker may be kept ready.
    """

    def __init__(self, host: Host, step: Step, project: Project, spare: SpareWorker | None = None) -> None:
        self.step = step
        self.stage = step.stage
        """Name of the stage that `start` starts."""
        self.choices = Choices(step, project)
        self.shortage: Shortage | None = find_shortage(self.stage)
        self.statistics = RunStatistics()
        self.paused = False
        self.state = State.IDLE
        self.failure = ""
        """What went wrong and what to do about it; empty unless the state is FAILED."""
        self.remedy: Offer | None = None
        """The step that a failure asks for, if that is one of the window's and it is known for which file."""
        self.remedy_file = Path()
        """That file."""
        self.snapshot: dict = {}
        self.messages = MessageLog()
        self.output = ""
        """The file that the present or last run writes to."""
        self._host = host
        self._spare = spare or SpareWorker()
        self.recall("")
        self._runner: Runner | None = None
        self.started_at = 0.0
        self.ended_at = 0.0
        """As `time.monotonic()` [s]; 0 before the first run of this project."""
        self._run_with: dict = {}
        self._run_in = ""
        """The task of the present or last run, as it says."""
        self._named: tuple[object, SubtaskNames] = None, NO_NAMES
        self.last: LastRun | None = None
        """What the last run of this project has ended with, also in an earlier window; None if there was none."""

    @property
    def progress(self) -> Progress:
        """How far the present run is, or the last one was."""
        return self.snapshot.get("progress") or Progress(0, 0, "")

    @property
    def elapsed(self) -> float:
        """Seconds since the present run was started, or that the last one took."""
        return (time.monotonic() if self.state.is_active else self.ended_at) - self.started_at

    def progress_text(self, short: Mapping[str, str]) -> str:
        """Say how far the present run is, in its own unit; before it counts anything, what it does.

        Args:
            short: Unit -> what it is written as.
        """
        if self.paused:
            return "paused"
        progress = self.progress
        if not progress.total or self.state is not State.RUNNING:
            return self.state.value
        return f"{progress} {short.get(progress.unit, progress.unit)}"

    @property
    def found(self) -> str:
        """What the last run has measured, in two words; empty if that is none or it makes a file."""
        if self.state is not State.DONE or not (measured := self.statistics.evaluations):
            return ""
        return f"best: {100 * max(each.success / max(1, each.rollouts) for each in measured.values()):.0f} %"

    @property
    def is_old(self) -> bool:
        """Whether what is shown is of a run with other choices than those that the form has now."""
        if self.state.is_active or self.state is State.IDLE:
            return False
        try:
            return self._run_with != self._decided()
        except ValueError:
            return True

    @property
    def subtasks(self) -> SubtaskNames:
        """What the subtasks of the present or last run are called."""
        if (texts := self.snapshot.get("subtask_texts")) != self._named[0]:
            self._named = texts, SubtaskNames(texts or {})
        return self._named[1]

    @property
    def saved(self) -> int:
        """Demonstrations that the present or last run has saved."""
        return self.statistics.saved

    @property
    def worker_python(self) -> str:
        """The interpreter of workers that was set; empty to find it."""
        return self._host.setting("workerPython", "")

    @property
    def can_start(self) -> bool:
        """Whether a run can begin: all packages are installed, or another Python is set for workers."""
        lacking = self.shortage is not None and self.shortage.prevents
        return not lacking or (self.in_worker and bool(self.worker_python))

    @property
    def is_active(self) -> bool:
        """Whether a run has begun that has not ended."""
        return self.state.is_active

    @property
    def is_shared(self) -> bool:
        """Whether workers share the run: the present one, or the next."""
        return any(self.choices[name].strip() for name in ("workers", "ray") if name in self.choices.fields)

    @property
    def task(self) -> str:
        """The task of the present or last run; before one, that of the next as far as it is known."""
        return self._run_in or self.choices.task

    @property
    def in_worker(self) -> bool:
        """Whether the next run gets a process of its own: by choice, or because this program cannot simulate."""
        return self.choices.in_worker or bool(self._host.why_worker())

    @property
    def in_window(self) -> bool:
        """Whether the run simulates in this program, where there can be one simulation at a time."""
        return isinstance(self._runner, InProcessRunner) and self.state.is_active

    @property
    def is_driven(self) -> bool:
        """Whether a person drives the running stage; keys then reach it, whatever the device."""
        return self.state is State.RUNNING and self.snapshot.get("live", False)

    def remember(self) -> None:
        """Save the choices for projects to come."""
        self._host.remember(self.step.key, self.choices.to_text(files=False))

    def recall(self, kept: str) -> None:
        """Fill the form as it was in a project.

        Args:
            kept: What `Choices.to_text` has returned; empty for what was remembered last.
        """
        self.choices.start_from(kept or self._host.recall(self.step.key))

    def start(self) -> None:
        """Start a run with the present choices; if that fails, `failure` says why."""
        if self.state.is_active:
            return
        self.close()
        self.remember()
        self.statistics = RunStatistics()
        self.paused = False
        self.snapshot, self.failure, self.remedy, self.state = {}, "", None, State.STARTING
        self._run_in = ""
        self.messages.clear()
        self.started_at = time.monotonic()
        self.say("Starting a worker process." if self.in_worker else "Starting.")
        if self.in_worker and self.shortage is not None and not self.worker_python:
            self.say("It starts an Isaac Sim of its own, without a window, which may take a minute.")
        device = DEVICES.get(self.choices["teleop_device"]) if "teleop_device" in self.choices.fields else None
        if device is not None and device.shows_scene and self.in_worker and inside_isaac_sim():
            shows = f"The {device.title.lower()} shows messages, not the scene"
            self.say(f"{shows}: for that the step has to run inside Isaac Sim.")
        try:
            self._run_with = self._decided()
            self._runner = self._make_runner()
        except (MimicError, OSError) as error:
            is_ours = isinstance(error, MimicError)
            self._receive(StageFailed.of(error) if is_ours else StageFailed(str(error), WRONG_INPUT))

    def forget(self) -> None:
        """End whatever runs, and show no run any more."""
        self.close()
        self.statistics = RunStatistics()
        self.paused = False
        self.snapshot, self.failure, self.remedy, self.output, self.state = {}, "", None, "", State.IDLE
        self._run_in = ""
        self.started_at = self.ended_at = 0.0
        self.last = None
        self.messages.clear()

    def stop(self) -> None:
        """Ask the run to finish its files and end."""
        if self._runner is not None and self.state.is_active:
            self.state = State.STOPPING
            self._runner.request("stop")

    def pause(self, paused: bool) -> None:
        """Pause the run, or resume it."""
        self.paused = paused
        self.request("pause" if paused else "resume")

    def request(self, name: str, **arguments) -> None:
        """Ask the running stage for something; without a run, nothing happens."""
        if self._runner is not None and self.state.is_active:
            self._runner.request(name, **arguments)

    def orient(self, orientation: str) -> None:
        """Let the axes of driving follow something else, from the next input of this run on, and in the next runs.

        Args:
            orientation: `robot` or `view` (`devices.settings.EefSettings.orientation`).
        """
        self.choices["orientation"] = orientation
        # The run goes on by what the form has now.
        self._run_with = self._decided()
        self.request("orientation", orientation=orientation)

    def take_picture(self) -> Picture | None:
        """Return the latest picture of what is looked into; None if there is none since the last call."""
        return self._runner.take_picture() if self._runner is not None else None

    def give_way(self) -> None:
        """Let the window answer a click before the stage goes on."""
        if self._runner is not None:
            self._runner.give_way()

    def poll(self) -> None:
        """Read new events; call it once a frame."""
        if self._runner is None:
            return
        for event in self._runner.poll():
            self._receive(event)
        before, self.snapshot = self.snapshot, self._runner.snapshot() or self.snapshot
        # Isaac Sim's timeline and live views can pause a run, too. Take over changes only, because the state after a
        # click is ahead of the stage's.
        if (resting := self.snapshot.get("resting", False)) != before.get("resting", False):
            self.paused = resting

    def close(self) -> None:
        """End whatever runs."""
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    def _decided(self) -> dict:
        """Return the choices that make one run another than the one before."""
        once = {"overwrite", "append", "resume"}
        return {name: value for name, value in self.choices.options().items() if name not in once}

    def _make_runner(self) -> Runner:
        options = self.choices.options()
        self.output = options.get("output", "")
        if self.in_worker:
            # Isaac Sim has to start before what a spare worker has loaded.
            engine = options.get("physics", "auto")
            client = self._spare.take(self.worker_python) if engine != "isaacsim" else None
            if client is None:
                return WorkerRunner(WorkerClient(self.stage, options, python=self.worker_python))
            client.begin(self.stage, options)
            return WorkerRunner(client)

        def make_stage():
            # Imported by the runner's task: stages bring torch and the simulator with them.
            from isaaclab_mimic_core.stages import create

            return create(self.stage, options)

        return InProcessRunner(make_stage, self._host, budget=self._host.setting("frameBudgetMs", 8.0) / 1000.0)

    def _receive(self, event: Event) -> None:
        self.statistics.receive(event)
        if isinstance(event, StageStarted):
            self._run_in = str(event.options.get("task") or "")
        saved = bool(self.statistics.saved or self.statistics.checkpoints)
        if text := describe(event, self.subtasks, saved):
            self.say(text, {Warned: "warning", StageFailed: "error"}.get(type(event), ""))
        if isinstance(event, StageFinished | StageFailed):
            self.ended_at = time.monotonic()
            self.choices.run_has_ended()
            self._spare.wanted |= isinstance(self._runner, WorkerRunner)
        if isinstance(event, StageFinished):
            self.state = State(event.outcome)
        elif isinstance(event, StageFailed):
            self.state, self.failure = State.FAILED, self.choices.in_words(event.message)
            self.remedy = OFFERS.get(event.verb) if event.file else None
            self.remedy_file = Path(event.file)
        elif self.state is State.STARTING:
            self.state = State.RUNNING
        if not self.state.is_active:
            results = event.results if isinstance(event, StageFinished) else self.failure.splitlines()[:1]
            ended = time.strftime("%Y-%m-%d %H:%M")
            self.last = LastRun(self.state.value, ended, [self._shown(line) for line in results], found=self.found)

    def keep_numbers(self, numbers: dict[str, str]) -> None:
        """Keep the numbers that are shown of the run that has ended."""
        if self.last is not None and not self.state.is_active and self.last.numbers != numbers:
            self.last = replace(self.last, numbers=numbers)

    def log_text(self) -> str:
        """Return the log as text, a line for each message."""
        head = f"{self.step.title}, {self.task}"
        lines = (f"{clock(each.elapsed):>8}  {each.level and each.level + ': '}{each.text}" for each in self.messages)
        return "\n".join((head, *lines)) + "\n"

    def save_log(self) -> None:
        """Write the log into the project's folder, beside earlier ones, and say so in it."""
        folder, number = self.choices.project.folder, 1
        while os.path.exists(path := folder / f"{self.step.name}-log-{number}.txt"):
            number += 1
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, lambda beside: beside.write_text(self.log_text()))
        except OutputError as error:
            self.say(f"The log {path} {error.what}.", "error")
        except OSError as error:
            self.say(f"The log {path} cannot be written ({error.strerror}).", "error")
        else:
            self.say(f"The log is saved: {path}")

    def say(self, text: str, level: str = "") -> None:
        """Add a line to the log; files of the project are called as the form calls them."""
        self.messages.add(Message(self.elapsed, self._shown(text), level))

    def _shown(self, text: str) -> str:
        return self.choices.project.shorten(self.choices.in_words(text))
