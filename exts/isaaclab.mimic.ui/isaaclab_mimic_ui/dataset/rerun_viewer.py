# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rerun's viewer: a program of its own, which goes on when the window is closed."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from isaaclab_mimic_core.interpreter import child_environment, find_interpreter
from isaaclab_mimic_core.sim.assets.cache import cache_root


def folder_for(path: str) -> Path:
    """Return the folder for what the viewer reads of a file of demonstrations; the next time, it is replaced."""
    return cache_root() / "rerun" / f"{Path(path).stem}-{hashlib.sha256(path.encode()).hexdigest()[:8]}"


class RerunViewer:
    """Starts the viewer.

    Args:
        python: The interpreter that has it; empty to find it.
    """

    def __init__(self, python: str = "") -> None:
        self._python = python
        self._process: subprocess.Popen | None = None
        self._talk: IO[bytes] | None = None

    def open(self, files: Sequence[Path]) -> None:
        """Show files (`.rrd`), in a viewer that runs already if there is one.

        Raises:
            MimicError: There is no interpreter.
            OSError: It cannot be started.
        """
        python = find_interpreter(self._python)
        # Not a pipe: nobody would read it once the window is closed.
        self._talk = tempfile.TemporaryFile()  # noqa: SIM115  it outlives this call
        self._process = subprocess.Popen(
            [python, "-m", "rerun", *map(str, files)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._talk,
            env=child_environment(python),
            start_new_session=True,
        )

    def poll(self) -> str:
        """Return why the viewer has ended, once; empty if it has not, or was closed by the user."""
        if self._process is None or (code := self._process.poll()) is None:
            return ""
        self._process = None
        assert self._talk is not None
        with self._talk as talk:
            talk.seek(0)
            said = talk.read().decode(errors="replace").strip().splitlines()
        return f"Rerun's viewer has ended ({said[-1] if said else f'exit code {code}'})." if code else ""
