# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rerun's viewer: a program of its own, which goes on when the window is closed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from isaaclab_mimic_core.interpreter import child_environment, find_interpreter
from isaaclab_mimic_core.sim.assets.cache import cache_root

_READ_BY = 600.0
"""[s] A viewer has read its files by then."""


def folder_for(path: str) -> Path:
    """Return the folder for what the viewer reads of a file of demonstrations; the next time, it is replaced."""
    return cache_root() / "rerun" / f"{Path(path).stem}-{hashlib.sha256(path.encode()).hexdigest()[:8]}"


def delete_older(folder: Path) -> None:
    """Delete what was made for other files, and remains of what was not finished; what a viewer may still read stays.

    In a thread, because it may be gigabytes.
    """

    def delete() -> None:
        for other in folder.parent.iterdir():
            try:
                if other != folder and time.time() - other.stat().st_mtime > _READ_BY:
                    shutil.rmtree(other, ignore_errors=True)
            except OSError:
                # Another window has deleted it.
                continue

    threading.Thread(target=delete, name="mimic rerun cache", daemon=True).start()


class RerunViewer:
    """Starts the viewer.

    Args:
        python: The interpreter that has it; empty to find it.
    """

    def __init__(self, python: str = "") -> None:
        self._python = python
        self._running: list[tuple[subprocess.Popen, IO[bytes]]] = []
        """With what each says."""

    def open(self, files: Sequence[Path]) -> None:
        """Show files (`.rrd`), in a viewer that runs already if there is one.

        Raises:
            MimicError: There is no interpreter.
            OSError: It cannot be started.
        """
        python = find_interpreter(self._python)
        # Not a pipe: nobody would read it once the window is closed.
        talk = tempfile.TemporaryFile()  # noqa: SIM115  it outlives this call
        process = subprocess.Popen(
            [python, "-m", "rerun", *map(str, files)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=talk,
            env=child_environment(python),
            start_new_session=True,
        )
        self._running.append((process, talk))

    def poll(self) -> str:
        """Return why a viewer has ended, once; empty if none has, or the user has closed it."""
        for each in [each for each in self._running if each[0].poll() is not None]:
            self._running.remove(each)
            code = each[0].returncode
            with each[1] as talk:
                talk.seek(0)
                said = talk.read().decode(errors="replace").strip().splitlines()
            if code:
                return f"Rerun's viewer has ended ({said[-1] if said else f'exit code {code}'})."
        return ""
