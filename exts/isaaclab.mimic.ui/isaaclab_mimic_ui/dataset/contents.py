# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the files of a project really hold, read in a thread and kept until they change. This module has no widgets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.learning.run_folder import manifest_of_run, task_of_run
from isaaclab_mimic_core.tasks import DEFAULT_TASK, find_task
from isaaclab_mimic_core.tasks.names import described_by, described_in

from ..project import ANNOTATED, RUNS

_REST = 1.0
"""[s] So long a file is left alone after it has been looked at: one that grows has always changed."""
_LOOK_PERIOD = 0.2
"""[s] How often it is asked which files there are to look at."""
_READING = threading.Lock()
"""Files are read one after another, as HDF5 does anyway."""


@dataclass(frozen=True)
class Contents:
    """What a file or folder holds."""

    demos: int = 0
    """Demonstrations."""
    annotated: int = 0
    """Those of them that are annotated."""
    checkpoints: int = 0
    """Checkpoints of a training run, or 1 for a file of one."""
    stated: str = ""
    """The name of its task, as it says it; the default task's if it is demonstrations that do not say it."""
    descriptor: str = ""
    """The descriptor that says what its subtasks and its success are, as it says it; empty if there is none."""
    task: str = ""
    """Id of that task, or of that of the descriptor; empty if it is not known here, until a plug-in brings it."""

    @property
    def asks_for(self) -> str:
        """The descriptor, if it is a file of somebody's that may be elsewhere now; empty if not. In one line."""
        if not self.descriptor or described_by(self.descriptor) is not None:
            return ""
        from isaaclab_mimic_core.datasets.tree import printable

        return printable(self.descriptor)

    def serves(self, name: str) -> bool:
        """Whether this is the file that goes from one step to the next under a name."""
        return bool({ANNOTATED: self.annotated, RUNS: self.checkpoints}.get(name, self.demos))

    def say(self, name: str) -> str:
        """Describe it in a few words, as the file of that name; empty if it holds nothing."""
        if name == RUNS:
            return _count(self.checkpoints, "checkpoint")
        if name != ANNOTATED or not self.demos:
            return _count(self.demos, "demo")
        if not self.annotated:
            return "not annotated"
        of = "" if self.annotated == self.demos else f" of {self.demos}"
        return f"{self.annotated}{of} annotated"


NOTHING = Contents()


def read_contents(path: Path) -> Contents:
    """Read what a file or folder holds; nothing if it cannot be used. Takes longer than a frame.

    Whose task only a checkpoint says is left to the run: opening one brings torch.
    """
    try:
        # Brings h5py, which a window that explains what is missing has to do without.
        from isaaclab_mimic_core.datasets import DatasetReader
        from isaaclab_mimic_core.datasets.layout import TERM_SIGNALS
        from isaaclab_mimic_core.stages.files.input_task import descriptor_of
    except ImportError:
        return NOTHING
    if path.is_dir() or path.suffix == ".pth":
        count = len(list((path / "models").glob("*.pth"))) if path.is_dir() else 1
        manifest = manifest_of_run(path)
        by = manifest.inputs.get("descriptor") if manifest is not None else None
        return named(
            Contents(checkpoints=count, stated=task_of_run(path), descriptor=by.path if by is not None else "")
        )
    try:
        with DatasetReader(path, allow_empty=True) as reader:
            names = reader.episode_names
            annotated = sum(reader.has(name, TERM_SIGNALS) for name in names)
            try:
                stated, descriptor = reader.env_name or DEFAULT_TASK, descriptor_of(reader)
            except MimicError:
                stated = descriptor = ""
            return named(Contents(len(names), annotated, stated=stated, descriptor=descriptor))
    except (MimicError, OSError):
        return NOTHING


def named(contents: Contents) -> Contents:
    """Return contents with the task that is known under the stated name, or by the descriptor, now."""
    described = described_in(contents.stated, contents.descriptor)
    try:
        if described is not None:
            task = described.id
        else:
            task = find_task(contents.stated).id if contents.stated and not contents.asks_for else ""
    except MimicError:
        task = ""
    return contents if task == contents.task else replace(contents, task=task)


class FileWatch:
    """Looks at files in threads, each about once a second, and reads those that have changed.

    Each file has a thread of its own, because a network may never answer; and not one of the loop's own, because the
    program waits for those at its end.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple | None, Contents]] = {}
        self._busy: set[Path] = set()
        self._rests_until: dict[Path, float] = {}
        self._asked = 0.0

    def __getitem__(self, path: Path) -> Contents:
        """What a file holds, as far as it has been read."""
        return self._known[path][1] if path in self._known else NOTHING

    def knows(self, path: Path) -> bool:
        """Whether a file has been looked at."""
        return path in self._known

    def look(self, paths: Callable[[], Iterable[Path]]) -> None:
        """Look at the files that a function names, when it is time to; call it once a frame."""
        now = time.monotonic()
        if now - self._asked < _LOOK_PERIOD:
            return
        self._asked = now
        for path in set(paths()) - self._busy:
            if now >= self._rests_until.get(path, 0.0):
                self._busy.add(path)
                threading.Thread(target=self._look, args=(path,), name="mimic contents", daemon=True).start()

    def _look(self, path: Path) -> None:
        try:
            stamp = _stamp(path)
            if stamp is None:
                self._known[path] = None, NOTHING
            elif path not in self._known or self._known[path][0] != stamp:
                with _READING:
                    self._known[path] = stamp, read_contents(path)
            else:
                # Plug-ins come and go while files stay.
                self._known[path] = stamp, named(self._known[path][1])
        finally:
            self._rests_until[path] = time.monotonic() + _REST
            self._busy.discard(path)


def _stamp(path: Path) -> tuple | None:
    """Return what changes when a file does, or the checkpoints in a folder; None if there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    try:
        inside = (path / "models").stat().st_mtime_ns
    except (OSError, ValueError):  # A file, or a folder without.
        inside = 0
    return status.st_mtime_ns, status.st_size, inside


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""
