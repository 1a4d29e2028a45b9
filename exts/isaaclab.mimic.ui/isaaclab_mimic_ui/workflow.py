# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The workflow in the window: a session for each step, the files between them, and each step's status."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from isaaclab_mimic_core import plugins
from isaaclab_mimic_core.errors import MimicError

from .forms.model import read_kept, read_shared
from .host.base import Host
from .session import Session, State
from .steps import STEPS, Step, ways_of

_SHARED = "shared"
IMPORTS = "imports"
"""Under this name the window remembers what `--import` gave it."""
_LOOK_PERIOD = 1.0
"""[s] How often files are looked at."""


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
        self.shared = read_shared(host.recall(_SHARED))
        """Values shared between steps by name: files that one step writes and the next one reads, and the task."""
        self.sessions = {name: Session(host, step, self.shared) for name, step in STEPS.items()}
        self._files: dict[str, tuple[tuple, str]] = {}
        self._looked = 0.0
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

    def remember(self) -> None:
        """Save everything that was chosen."""
        self._host.remember(_SHARED, json.dumps(self.shared))
        self._host.remember(IMPORTS, json.dumps({IMPORTS: plugins.imports()}))
        for session in self.sessions.values():
            session.remember()

    def close(self) -> None:
        """End whatever runs."""
        self.remember()
        for session in self.sessions.values():
            session.close()
        self._forget_problems()

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
        session = next((way for way in ways if way.state.is_active), ways[0])
        if session.state.is_active:
            count = str(session.progress) if session.progress.total else session.state.value
            return StepStatus("running", "paused" if session.paused else count)
        if session.state is State.FAILED:
            return StepStatus("possible", "failed")
        if step.makes and (held := self._holds(step.makes)):
            return StepStatus("done", held)
        if step.needs and not self._holds(step.needs):
            return StepStatus("blocked", step.blocked)
        return StepStatus("possible", "ready")

    def refresh_files(self) -> None:
        """Look at the files again, about once a second."""
        now = time.monotonic()
        if now - self._looked < _LOOK_PERIOD:
            return
        self._looked = now
        for step in STEPS.values():
            for name in (step.makes, step.needs):
                if name:
                    self._look_at(name)

    def _holds(self, name: str) -> str:
        return self._files[name][1] if name in self._files else ""

    def _look_at(self, name: str) -> None:
        text = self.shared.get(name, "").strip()
        path = Path(text).expanduser()
        try:
            status = path.stat() if text else None
        except OSError:
            status = None
        key = (text, status and (status.st_mtime_ns, status.st_size))
        if name in self._files and self._files[name][0] == key:
            return
        self._files[name] = key, _content(path) if status else ""


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


def _content(path: Path) -> str:
    """Describe the contents of a file or folder in two words; empty if it cannot be used."""
    if path.is_dir():
        return "there"
    try:
        # Brings h5py, which a window that explains what is missing has to do without.
        from isaaclab_mimic_core.datasets import DatasetReader

        with DatasetReader(path, allow_empty=True) as reader:
            count = len(reader)
    except Exception:
        return ""
    return f"{count} demos" if count > 1 else f"{count} demo" if count else ""
