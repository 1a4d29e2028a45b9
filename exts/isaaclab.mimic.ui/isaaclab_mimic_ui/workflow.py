# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The workflow in the window: the project, a session for each step, and each step's status."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from isaaclab_mimic_core import plugins
from isaaclab_mimic_core.errors import MimicError, OutputError
from isaaclab_mimic_core.files import write_atomically
from isaaclab_mimic_core.option import Role
from isaaclab_mimic_core.remote.spare import SpareWorker
from isaaclab_mimic_core.sample import SAMPLE

from .dataset.contents import Contents, FileWatch
from .dataset.job import DataCommand
from .forms.model import DESCRIPTOR, can_write_in, read_kept
from .host.base import Host
from .project import ANNOTATED, DEMOS, PROPOSED, Project, typed_path
from .recent import STEP, ProjectLock, RecentProjects, home_of_projects
from .running.last_run import read_last_run
from .session import Session, State
from .steps import BY_KEY, STEPS, Step, next_after, ways_of

IMPORTS = "imports"
"""Under this name the window remembers what `--import` gave it."""
_FORM = "form:"
"""Before the key of a step: name under which a project keeps what is filled into the step's form."""
_RESULT = "result:"
"""Before the key of a step: name under which a project keeps what the step's last run has ended with."""
_LOCK_PERIOD = 1.0
"""[s] How often it is looked whether another window has the project open."""
_SPARE_PERIOD = 1.0
"""[s] How often it is looked whether a worker is to be kept ready."""
_SHORT = {"demonstrations": "demos"}
"""Units as they are written where there is little room."""


@dataclass(frozen=True)
class StepStatus:
    """Status of a step."""

    state: str
    """running, done, possible or blocked."""
    text: str
    """In words."""


class Workflow:
    """The user's choices in all steps, and the running stages.

    Args:
        host: The program around the window.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.plugin_problems = read_imports(host)
        """Problems with plug-ins, in words."""
        self._forget_problems = plugins.on_problem(lambda problem: self.plugin_problems.append(f"Warning: {problem}"))
        self.recent = RecentProjects(host)
        here = home_of_projects()
        self.project = Project(here, self.recent.values(here))
        """The folder that is worked in. Until another one is opened, that is where the program was started."""
        self.spare = SpareWorker()
        """Kept ready between runs in workers."""
        self._spare_due = 0.0
        self.sessions = {name: Session(host, step, self.project, self.spare) for name, step in STEPS.items()}
        self._fill_forms()
        self.command = DataCommand(host.setting("workerPython", ""))
        """The command on files of demonstrations that runs or has run last."""
        self._front: Step | None = None
        self._lock = ProjectLock()
        self._locked = 0.0
        self._files = FileWatch()
        for session in self.sessions.values():
            session.choices.made_in = lambda path: self._files[path].task
            session.choices.made_by = lambda path: self._files[path].asks_for
        self._next: tuple[Session | None, Session | None] = (None, None)

    def poll(self) -> None:
        """Read new events; call it once a frame."""
        for session in self.sessions.values():
            session.poll()
        self.command.poll()
        self._keep_results()
        self._start_next()
        self._keep_spare()

    def _keep_results(self) -> None:
        """Keep what runs have ended with at once: a window may be killed."""
        results = [session.last for session in self.sessions.values()]
        if any(now is not kept for now, kept in zip(results, self._kept_results, strict=True)):
            self._keep_project()

    def _keep_spare(self) -> None:
        """Have a worker ready while nothing runs: while something does, the processor is the run's."""
        now = time.monotonic()
        if now < self._spare_due:
            return
        self._spare_due = now + _SPARE_PERIOD
        if self._host.setting("keepWorkerReady", True):
            self.spare.keep(self._host.setting("workerPython", ""), start=not self.running)
        else:
            self.spare.end()

    def give_way(self) -> None:
        """Let the window respond to a click before a stage in its process goes on."""
        for session in self.running:
            session.give_way()

    def show(self, step: Step) -> None:
        """Say that a step is in front, which means that its project is worked in."""
        self._front = step
        self.claim()

    def remember(self) -> None:
        """Save everything that was chosen, and which step is in front."""
        if self._is_used():
            self._keep_project()
        self._host.remember(IMPORTS, json.dumps({IMPORTS: plugins.imports()}))
        for session in self.sessions.values():
            session.remember()

    def close(self) -> None:
        """End whatever runs."""
        self.remember()
        for session in self.sessions.values():
            session.close()
        self.spare.end()
        self.command.close()
        self._lock.release()
        self._forget_problems()

    # -- the project

    def open_project(self, folder: Path) -> None:
        """Work in another folder, which is made if it is not there.

        Raises:
            MimicError: Something runs in the present one, or the folder cannot be made.
        """
        if running := self.running:
            raise MimicError(f"{running[0].step.title} is running in this project: stop it first")
        if self.command.is_running:
            raise MimicError("a command of Dataset is running in this project: stop it first")
        folder = typed_path(str(folder))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MimicError(f"the folder cannot be made ({error.strerror})", where=str(folder)) from None
        if folder != self.project.folder:
            self.remember()
            self.project.move_to(folder, self.recent.values(folder))
            self._front = None
            self.command.forget()
            for session in self.sessions.values():
                session.forget()
            self._fill_forms()
        self._keep_project()
        self.claim()

    def reopen_project(self, folder: Path) -> None:
        """Open a project that was open before.

        Raises:
            MimicError: See `open_project`; or its folder is not there any more.
        """
        if not os.path.isdir(folder):
            raise MimicError("this folder is not there any more, or cannot be reached", where=str(folder))
        self.open_project(folder)

    def make_sample(self, folder: Path) -> None:
        """Open a project with the sample demonstrations; those that are in it already are kept.

        Raises:
            MimicError: See `open_project`; or they cannot be copied.
        """
        if not can_write_in(folder):
            raise MimicError("this folder cannot be written to", where=str(folder))
        self.open_project(folder)
        target = self.project.folder / PROPOSED[DEMOS]
        if os.path.exists(target):
            return
        try:
            write_atomically(target, lambda beside: shutil.copyfile(SAMPLE, beside))
        except OutputError as error:
            raise MimicError(error.what, where=str(target)) from None

    def step_to_open(self) -> Step:
        """Return the step to show when the project has been opened: where it was left, or what can be done next."""
        kept = self.recent.values(self.project.folder).get(STEP, "")
        if kept in BY_KEY:
            return BY_KEY[kept]
        makers = [step for step in STEPS.values() if step.makes and not step.under]
        made = [step for step in makers if os.path.exists(self.project.path(self.project.output(step.makes)))]
        return (next_after(made[-1]) or made[-1]) if made else STEPS["record"]

    def claim(self) -> None:
        """Say that this window has the project open."""
        self._lock.take(self.project.folder)
        self._locked = time.monotonic()

    @property
    def warning(self) -> str:
        """What has to be known about the project, in words."""
        if not self._lock.is_elsewhere:
            return ""
        return "Warning: another window has this project open. What both write gets into each other's way."

    def contents(self, path: Path) -> Contents:
        """Return what a file holds, as far as it has been read."""
        return self._files[path]

    def made_by(self, step: Step) -> Contents:
        """Return what the output of a step holds."""
        return self._files[self.project.path(self.project.output(step.makes))]

    def is_made(self, step: Step) -> bool:
        """Whether the output of a step is there, with something in it."""
        return self.made_by(step).serves(step.makes)

    def input_of(self, session: Session) -> Path | None:
        """Return the file of demonstrations that a step reads; None if it reads none."""
        files = (name for name, field in session.choices.fields.items() if field.role is Role.INPUT_FILE)
        names = [name for name in files if name != DESCRIPTOR]
        return next((session.choices.path(name) for name in names if session.choices[name].strip()), None)

    def lacks_marks(self, session: Session) -> bool:
        """Whether a step that needs annotated demonstrations reads a file of which none is annotated."""
        path = self.input_of(session) if session.step.needs == ANNOTATED else None
        return path is not None and self._files[path].demos > 0 and not self._files[path].annotated

    def is_old(self, session: Session) -> bool:
        """Whether what a session has found is of other choices, or of an input that is made anew since."""
        needs = session.step.needs
        makers = (other for other in self.sessions.values() if needs and other.step.makes == needs)
        return session.is_old or any(other.started_at > session.ended_at for other in makers)

    def _keep_project(self) -> None:
        sessions = self.sessions.values()
        kept = {f"{_FORM}{session.step.key}": session.choices.to_text() for session in sessions}
        kept |= {f"{_RESULT}{session.step.key}": session.last.to_text() for session in sessions if session.last}
        self.recent.keep(self.project, self._front.key if self._front is not None else "", kept)
        self._kept_results = [session.last for session in sessions]

    def _fill_forms(self) -> None:
        """Fill the forms as they were in this project; in a new one as they were last, without its own files."""
        kept = self.recent.values(self.project.folder)
        for session in self.sessions.values():
            session.recall(kept.get(f"{_FORM}{session.step.key}", ""))
            session.last = read_last_run(kept.get(f"{_RESULT}{session.step.key}", ""))
        self._kept_results = [session.last for session in self.sessions.values()]

    def _is_used(self) -> bool:
        """Whether the project is one of those that were opened, or that something has been run in."""
        return bool(self.recent.values(self.project.folder)) or any(
            session.state is not State.IDLE for session in self.sessions.values()
        )

    # -- runs

    @property
    def running(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.state.is_active]

    def in_the_way(self, session: Session) -> Session | None:
        """Return the session whose run has to end before another can start: this process has one simulation at most."""
        if session.in_worker:
            return None
        others = (other for other in self.sessions.values() if other is not session and other.in_window)
        return next(others, None)

    def start(self, session: Session, other: Session | None = None) -> None:
        """Start a session; if another one has to be stopped for it, start it when that has ended."""
        self._next = session, other
        if other is not None:
            other.stop()
        self._start_next()

    def _start_next(self) -> None:
        session, other = self._next
        if session is not None and (other is None or not other.state.is_active):
            self._next = None, None
            session.start()

    def status(self, step: Step) -> StepStatus:
        """Return the status of a step."""
        ways = [self.sessions[way.name] for way in ways_of(step)]
        session = next((way for way in ways if way.state.is_active), None)
        if session is not None:
            return StepStatus("running", session.progress_text(_SHORT))
        if max(ways, key=lambda way: way.ended_at).state is State.FAILED:
            return StepStatus("failed", "failed")
        if not step.stage and self.command.is_running:
            return StepStatus("running", self.command.said)
        if step.makes and (text := self.made_by(step).say(step.makes)):
            return StepStatus("done" if self.is_made(step) else "possible", text)
        if not self._is_known(step):
            return StepStatus("possible", "looking ...")
        if step.needs and not self._is_supplied(step):
            return StepStatus("blocked", step.blocked)
        if found := ways[0].found:
            return StepStatus("possible", f"{found}, old") if self.is_old(ways[0]) else StepStatus("done", found)
        if (last := ways[0].last) is not None and last.found:
            return StepStatus("possible", f"{last.found}, old")
        return StepStatus("possible", "ready")

    def refresh_files(self) -> None:
        """Look at the files again when it is time to, and at whether another window has them open."""
        self._files.look(self._paths)
        if self._lock.is_elsewhere and time.monotonic() - self._locked > _LOCK_PERIOD:
            self.claim()

    def _is_supplied(self, step: Step) -> bool:
        """Whether what a step reads is there."""
        return any(self._files[path].serves(step.needs) for path in self._inputs(step))

    def _is_known(self, step: Step) -> bool:
        """Whether the files of a step have been looked at."""
        made = [self.project.path(name)] if step.makes and (name := self.project.output(step.makes)) else []
        return all(self._files.knows(path) for path in made + self._inputs(step))

    def _inputs(self, step: Step) -> list[Path]:
        """Return the files that a step reads, of those that go from one step to the next."""
        choices = self.sessions[step.name].choices
        names = [option for option, file in step.files.items() if file == step.needs]
        return [path for name in names for path in choices.paths(name)]

    def _paths(self) -> list[Path]:
        outputs = [self.project.path(self.project.output(name)) for name in PROPOSED if self.project.output(name)]
        return outputs + [path for step in STEPS.values() if step.needs for path in self._inputs(step)]


def read_imports(host: Host) -> list[str]:
    """Import the modules that earlier windows were given; forget those that are gone, and return why in words."""
    kept = read_kept(host.recall(IMPORTS)).get(IMPORTS)
    gone = []
    for name in kept if isinstance(kept, list) else []:
        try:
            plugins.use_imports([str(name)])
        except MimicError as error:
            gone.append(str(error))
    return gone
