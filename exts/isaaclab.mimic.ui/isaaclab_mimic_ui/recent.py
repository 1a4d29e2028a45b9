# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The projects that were open last, and a lock on the one that is. This module has no widgets."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from isaaclab_mimic_core.files import FileLock
from isaaclab_mimic_core.sim.assets.cache import cache_root

from .forms.model import can_write_in, read_kept
from .host.base import Host
from .project import Project

_REMEMBERED = "projects"
_MOST = 8
STEP = "step"
"""Name under which a project keeps the step that was in front."""


def home_of_projects() -> Path:
    """Return the folder in which new projects are proposed: the current one, or the user's own."""
    try:
        here = Path.cwd()
    except OSError:  # It has been removed.
        return Path.home()
    return here if can_write_in(here) and here != Path(here.anchor) else Path.home()


class RecentProjects:
    """Which projects were open, the last one first, and what was chosen in them.

    Args:
        host: Remembers them.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        kept = read_kept(host.recall(_REMEMBERED)).get("projects")
        self._kept: dict[str, dict[str, str]] = {}
        for each in kept if isinstance(kept, list) else []:
            if isinstance(each, dict) and isinstance(each.get("folder"), str) and isinstance(each.get("values"), dict):
                self._kept[each["folder"]] = each["values"]
        self._gone: set[str] = set()
        self._looked_at: set[str] = set()

    def __iter__(self) -> Iterator[Path]:
        """The folders, without those that are known to be gone."""
        return (Path(folder) for folder in list(self._kept) if folder not in self._gone)

    def look(self) -> None:
        """Look which folders are still there, in threads: a network may never answer."""
        for folder in self._kept.keys() - self._looked_at:
            self._looked_at.add(folder)
            threading.Thread(target=self._look, args=(folder,), name="mimic project", daemon=True).start()

    def is_gone(self, folder: Path) -> bool:
        """Whether a folder was not there when it was looked at last."""
        return str(folder) in self._gone

    def _look(self, folder: str) -> None:
        (self._gone.discard if os.path.isdir(folder) else self._gone.add)(folder)
        self._looked_at.discard(folder)

    def values(self, folder: Path) -> dict[str, str]:
        """Return what was chosen in a project; empty if it was not open before."""
        return self._kept.get(str(folder), {})

    def keep(self, project: Project, step: str, forms: Mapping[str, str]) -> None:
        """Remember a project as the one that was open last.

        Args:
            project: The project.
            step: The step that is in front; empty for the one that was kept before.
            forms: What is filled into its forms and what their last runs have ended with, by names of their own.
        """
        folder = str(project.folder)
        before = self._kept.pop(folder, {})
        values = {**project.values(), **forms, STEP: step or before.get(STEP, "")}
        self._gone.discard(folder)
        self._kept = {folder: values, **self._kept}
        kept = [{"folder": folder, "values": values} for folder, values in list(self._kept.items())[:_MOST]]
        self._host.remember(_REMEMBERED, json.dumps({"projects": kept}))


class ProjectLock:
    """Says whether another window has a project open; held as long as this one has it."""

    def __init__(self) -> None:
        self._lock: FileLock | None = None
        self._folder: Path | None = None
        self.is_elsewhere = False
        """Whether another window had the project open when this one looked last."""

    def take(self, folder: Path) -> None:
        """Say that this window has a project open now; harmless if it has had it."""
        if folder != self._folder:
            self.release()
        elif self._lock is not None:
            return
        self._folder = folder
        name = hashlib.sha256(os.path.realpath(folder).encode()).hexdigest()[:16]
        path = cache_root() / "windows" / f"{name}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path)
            lock.acquire(patience=-1.0)
        except BlockingIOError:
            self.is_elsewhere = True
        except OSError:  # Where nothing can be locked, nothing is said.
            self.is_elsewhere = False
        else:
            self._lock, self.is_elsewhere = lock, False

    def release(self) -> None:
        """Say that this window has no project open."""
        if self._lock is not None:
            self._lock.release()
        self._lock, self._folder, self.is_elsewhere = None, None, False
