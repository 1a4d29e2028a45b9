# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the files of a project really hold, read in a thread and kept until they change. This module has no widgets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..project import ANNOTATED, RUNS

_LOOK_PERIOD = 1.0
"""[s] How often files are looked at."""


@dataclass(frozen=True)
class Contents:
    """What a file or folder holds."""

    demos: int = 0
    """Demonstrations."""
    annotated: int = 0
    """Those of them that are annotated."""
    checkpoints: int = 0
    """Checkpoints of a training run, or 1 for a file of one."""

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
    """Read what a file or folder holds; nothing if it cannot be used. Takes longer than a frame."""
    if path.is_dir():
        return Contents(checkpoints=len(list((path / "models").glob("*.pth"))))
    if path.suffix == ".pth":
        return Contents(checkpoints=1)
    try:
        # Brings h5py, which a window that explains what is missing has to do without.
        from isaaclab_mimic_core.datasets import DatasetReader
        from isaaclab_mimic_core.datasets.layout import TERM_SIGNALS

        with DatasetReader(path, allow_empty=True) as reader:
            names = reader.episode_names
            return Contents(len(names), sum(reader.has(name, TERM_SIGNALS) for name in names))
    except Exception:
        return NOTHING


class FileWatch:
    """Looks at files about once a second, and reads those that have changed."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple | None, Contents]] = {}
        self._looked = 0.0
        self._reading: tuple[Path, tuple, list[Contents]] | None = None

    def __getitem__(self, path: Path) -> Contents:
        """What a file holds, as far as it has been read."""
        return self._known[path][1] if path in self._known else NOTHING

    def knows(self, path: Path) -> bool:
        """Whether a file has been looked at."""
        return path in self._known

    def refresh(self, paths: Callable[[], Iterable[Path]]) -> None:
        """Look at the files that a function names, when it is time to; call it once a frame."""
        if self._reading is not None:
            path, stamp, found = self._reading
            if not found:
                return
            self._known[path] = stamp, found[0]
            self._reading = None
        elif time.monotonic() - self._looked < _LOOK_PERIOD:
            return
        for path in dict.fromkeys(paths()):
            stamp = _stamp(path)
            if stamp is None:
                self._known[path] = None, NOTHING
            elif path not in self._known or self._known[path][0] != stamp:
                self._read(path, stamp)
                return
        self._looked = time.monotonic()

    def _read(self, path: Path, stamp: tuple) -> None:
        found: list[Contents] = []
        self._reading = path, stamp, found
        # Not one of the loop's own threads: the program waits for those at its end, and a network may never answer.
        work = threading.Thread(target=lambda: found.append(read_contents(path)), name="mimic contents", daemon=True)
        work.start()


def _stamp(path: Path) -> tuple | None:
    """Return what changes when a file does, or the checkpoints in a folder; None if there is none."""
    try:
        status = path.stat()
        models = path / "models"
        inside = models.stat().st_mtime_ns if path.is_dir() and models.is_dir() else 0
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, inside


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""
