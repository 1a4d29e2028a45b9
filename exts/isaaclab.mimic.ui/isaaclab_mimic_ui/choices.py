# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the user has chosen for a run."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from isaaclab_mimic_core.tasks.catalog import DEFAULT_TASK, TASKS


@dataclass
class GenerateChoices:
    """The form of the Generate panel. The docstring under a field is its tooltip."""

    task: str = DEFAULT_TASK
    """The environment to generate in, by the name it is registered under."""
    input: str = ""
    """HDF5 file with annotated source demonstrations."""
    output: str = ""
    """HDF5 file to write the generated demonstrations to."""
    num_demos: int = 10
    """How many successful demonstrations to generate."""
    num_envs: int = 16
    """How many environments to simulate side by side. More are faster, as long as memory and cores last."""
    seed: int = 1
    """Start value of the random numbers. The same seed gives the same demonstrations."""
    overwrite: bool = False
    """Replace the output file if there is one already."""
    in_worker: bool = True
    """Run in a process of its own: faster, and the window stays smooth. Off: run inside this application."""

    def problems(self) -> dict[str, str]:
        """Return, per field, what has to be changed before a run can start."""
        found: dict[str, str] = {}
        if not self.input.strip():
            found["input"] = "Choose the annotated demonstrations to start from."
        elif not self._path("input").is_file():
            found["input"] = "There is no such file."
        if not self.output.strip():
            found["output"] = "Say where to write the new demonstrations."
        elif self._path("output").is_dir():
            found["output"] = "This is a folder; add a file name."
        elif not _can_write_in(self._path("output").parent):
            found["output"] = "This folder cannot be written to."
        elif self._path("output").is_file() and not self.overwrite:
            found["output"] = "This file exists. Choose another name, or allow replacing it."
        elif self._path("output") == self._path("input"):
            found["output"] = "This is the input file."
        for name in ("num_demos", "num_envs"):
            if getattr(self, name) < 1:
                found[name] = "At least 1."
        if self.seed < 0:
            found["seed"] = "Not below 0."
        return found

    def options(self) -> dict:
        """Return the options of the stage `generate`."""
        options = asdict(self)
        del options["in_worker"]
        return options | {"input": str(self._path("input")), "output": str(self._path("output"))}

    def to_text(self) -> str:
        """Write down everything but permissions: that a file may be replaced is said for one run only."""
        kept = asdict(self)
        del kept["overwrite"]
        return json.dumps(kept)

    def read_text(self, text: str) -> None:
        """Take over what `to_text` wrote, as far as it still makes sense."""
        try:
            kept = json.loads(text)
        except ValueError:
            return
        for field in fields(self):
            if isinstance(kept, dict) and type(kept.get(field.name)) is type(field.default):
                setattr(self, field.name, kept[field.name])
        if self.task not in TASKS:
            self.task = DEFAULT_TASK

    def _path(self, name: str) -> Path:
        return Path(getattr(self, name).strip()).expanduser().absolute()


def _can_write_in(folder: Path) -> bool:
    """Whether a file can be made in a folder, which may itself have to be made first."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)
