# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The workflow in the window: the project, a session for each step, and each step's status."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from isaaclab_mimic_core import plugins
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.sample import SAMPLE

from .dataset.contents import Contents, FileWatch
from .forms.model import read_kept
from .host.base import Host
from .project import DEMOS, PROPOSED, Project
from .recent import ProjectLock, RecentProjects, home_of_projects
from .session import Session, State
from .steps import BY_KEY, STEPS, Step, next_after, ways_of

IMPORTS = "imports"
"""Under this name the window remembers what `--import` gave it."""
_STEP = "step"
"""Name under which a project keeps the step that was in front."""
_LOCK_PERIOD = 1.0
"""[s] How often it is looked whether another window has the project open."""
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
        self.sessions = {name: Session(host, step, self.project) for name, step in STEPS.items()}
        self._lock = ProjectLock()
        self._locked = 0.0
        self._files = FileWatch()
        self._next: tuple[Session | None, Session | None] = (None, None)

    def poll(self) -> None:
        """Read new events; call it once a frame."""
        for session in self.sessions.values():
            session.poll()
        self._start_next()

    def give_way(self) -> None:
        """Let the window respond to a click before a stage in its process goes on."""
        for session in self.running:
            session.give_way()

    def remember(self, step: Step | None = None) -> None:
        """Save everything that was chosen, and which step is in front."""
        if self._is_used():
            self.recent.keep(self.project, **({_STEP: step.key} if step is not None else {}))
        self._host.remember(IMPORTS, json.dumps({IMPORTS: plugins.imports()}))
        for session in self.sessions.values():
            session.remember()

    def close(self) -> None:
        """End whatever runs."""
        self.remember()
        for session in self.sessions.values():
            session.close()
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
        folder = Path(folder).expanduser().absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MimicError(f"the folder cannot be made ({error.strerror})", where=str(folder)) from None
        if folder != self.project.folder:
            self.remember()
            self.project.move_to(folder, self.recent.values(folder))
            for session in self.sessions.values():
                session.forget()
        self.recent.keep(self.project)
        self.claim()

    def make_sample(self, folder: Path) -> None:
        """Open a project with the sample demonstrations; those that are in it already are kept.

        Raises:
            MimicError: See `open_project`; or they cannot be copied.
        """
        self.open_project(folder)
        target = self.project.folder / PROPOSED[DEMOS]
        try:
            if not target.exists():
                shutil.copyfile(SAMPLE, target)
        except OSError as error:
            raise MimicError(f"the sample cannot be copied ({error.strerror})", where=str(target)) from None

    def step_to_open(self) -> Step:
        """Return the step to show when the project has been opened: where it was left, or what can be done next."""
        kept = self.recent.values(self.project.folder).get(_STEP, "")
        if kept in BY_KEY:
            return BY_KEY[kept]
        makers = [step for step in STEPS.values() if step.makes and not step.under]
        made = [step for step in makers if self.project.path(self.project.output(step.makes)).exists()]
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
        if any(way.state is State.FAILED for way in ways):
            return StepStatus("failed", "failed")
        if step.makes and (text := self.made_by(step).say(step.makes)):
            return StepStatus("done" if self.is_made(step) else "possible", text)
        if step.needs and not self._is_supplied(step):
            return StepStatus("blocked", step.blocked)
        if found := ways[0].found:
            return StepStatus("done", found)
        return StepStatus("possible", "ready")

    def refresh_files(self) -> None:
        """Look at the files again, about once a second, and at whether another window has them open."""
        self._files.refresh(self._paths)
        if self._lock.is_elsewhere and time.monotonic() - self._locked > _LOCK_PERIOD:
            self.claim()

    def _is_supplied(self, step: Step) -> bool:
        """Whether what a step reads is there, or nobody has looked yet."""
        return any(self._files[path].serves(step.needs) or not self._files.knows(path) for path in self._inputs(step))

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
