# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A run's folder on disk, and files that are whole or not there.

RUN/run.json            task, dataset and its hash, settings, versions, git state
RUN/config.json         robomimic's configuration, complete
RUN/log.jsonl           a line for every epoch, and for every evaluation
RUN/tensorboard/        the same for TensorBoard
RUN/models/*.pth        checkpoints in robomimic's format
RUN/best.pth            the checkpoint that succeeded most often, once one was evaluated
RUN/state.pt            where training stands: what --resume goes on from
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from ..errors import InputFileError, OptionError, OutputError


def write_atomically(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a file beside the target, and rename it: a kill leaves the old file or the new one."""
    beside = path.with_name(f".{path.name}.part")
    try:
        write(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(
            f"cannot be written ({(error.strerror or str(error)).lower()})",
            where=str(path),
            remedy="Make room, then go on with --resume.",
        ) from error


def write_json(path: Path, content: Any) -> None:
    """Write plain data as JSON, atomically."""
    write_atomically(path, lambda beside: beside.write_text(json.dumps(content, indent=2) + "\n"))


class RunFolder:
    """Where a training run keeps its files.

    Args:
        path: The folder.
    """

    def __init__(self, path: str):
        self.path = Path(path)
        self.models = self.path / "models"
        self.state = self.path / "state.pt"
        self.best = self.path / "best.pth"
        self.log = self.path / "log.jsonl"

    def check(self, resume: bool) -> None:
        """Check that a run can begin, or go on, here.

        Raises:
            OutputError: The folder cannot be written, or holds something already.
            InputFileError: There is no run to resume.
        """
        if resume:
            if not self.state.is_file():
                raise InputFileError(
                    "there is no run to resume: no state.pt", where=str(self.path), remedy="Start it without --resume."
                )
            return
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise OutputError(
                "exists already and is not an empty folder",
                where=str(self.path),
                remedy="Give another --output, or --resume to go on with the run in it.",
            )

    def begin(self, run: dict, config: Any) -> None:
        """Make the folder and write what the run is."""
        self.models.mkdir(parents=True, exist_ok=True)
        write_json(self.path / "run.json", run)
        write_json(self.path / "config.json", config)

    def check_same(self, run: dict, names: tuple[str, ...]) -> None:
        """Check that a resumed run is the run that was begun.

        Raises:
            OptionError: It is not; says in what it differs.
        """
        earlier = self.run
        for name in names:
            if earlier.get(name) != run[name]:
                raise OptionError(
                    f"the run was begun with another {name.replace('_', ' ')}",
                    where=f"--resume {self.path}",
                    remedy="Give the same options again, or another --output.",
                )

    @property
    def run(self) -> dict:
        """What the run that was begun here is, as `begin` wrote it."""
        return json.loads((self.path / "run.json").read_text())

    def read_log(self, kind: str) -> list[dict]:
        """Return the log's entries of a kind: `epoch` or `evaluation`."""
        if not self.log.is_file():
            return []
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.endswith("}")]
        return [line for line in lines if line["kind"] == kind]

    def append_log(self, entry: dict) -> None:
        """Add a line to the log."""
        with self.log.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def cut_log(self, epoch: int) -> None:
        """Forget what was logged after an epoch."""
        if self.log.is_file():
            lines = [line for line in self.log.read_text().splitlines() if line.endswith("}")]
            kept = [line for line in lines if json.loads(line)["epoch"] <= epoch]
            write_atomically(self.log, lambda beside: beside.write_text("".join(line + "\n" for line in kept)))


def file_hash(path: str) -> str:
    """Return a file's SHA-256."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of what a policy depends on."""
    found = {}
    for name in ("isaaclab-mimic-kit", "isaaclab", "torch", "robomimic", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def git_state() -> dict | None:
    """Return commit and cleanness of the checkout this program runs from; None if it is not one."""
    root = Path(__file__).parents[4]
    if not (root / ".git").exists():
        return None

    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10).stdout

    try:
        return {"commit": git("rev-parse", "HEAD").strip(), "changed": bool(git("status", "--porcelain").strip())}
    except (OSError, subprocess.TimeoutExpired):
        return None
