# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A run's folder on disk, and files that are whole or not there.

RUN/run.json            what was asked for (`RunManifest`), all options, device, threads, git state
RUN/config.json         the learner's configuration, complete
RUN/log.jsonl           a line for every epoch, and for every evaluation
RUN/log.txt             the same for people
RUN/tensorboard/        the same for TensorBoard
RUN/models/*.pth        checkpoints in the learner's format
RUN/best.pth            the checkpoint that succeeded most often, once one was evaluated
RUN/best_validation.pth the one with the least validation loss, if the configuration asks for it
RUN/state.pt            where training stands: what --resume goes on from
"""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from ..errors import InputFileError
from ..files import check_folder, write_atomically, write_json
from ..run_manifest import InputFile, RunManifest


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
        self.best_validation = self.path / "best_validation.pth"
        self.log = self.path / "log.jsonl"
        self.text = self.path / "log.txt"

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
        check_folder(str(self.path), "Give another --output, or --resume to go on with the run in it.")

    def begin(self, run: dict, config: Any) -> None:
        """Make the folder and write what the run is."""
        self.models.mkdir(parents=True, exist_ok=True)
        write_json(self.path / "run.json", run)
        write_json(self.path / "config.json", config)

    def manifest(self) -> RunManifest:
        """Return what the run that was begun here was asked for.

        Raises:
            InputFileError: The folder does not say.
        """
        path = self.path / "run.json"
        run = _read_json(path)
        return RunManifest.from_dict(run, str(path)) if "manifest" in run else _of_0_1_0(run)

    def keep(self, manifest: RunManifest) -> None:
        """Write down what a run that goes on is asked for; all else that was known of it stays."""
        path = self.path / "run.json"
        run = _read_json(path)
        if (now := {**run, **manifest.to_dict()}) != run:
            write_json(path, now)

    def config(self) -> dict:
        """Return the complete configuration that the run was begun with.

        Raises:
            InputFileError: The folder does not say.
        """
        return _read_json(self.path / "config.json")

    def append_log(self, entry: dict) -> None:
        """Add a line to the log."""
        with self.log.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def append_text(self, kind: str, epoch: int, figures: dict) -> None:
        """Add a line to the log for people."""
        shown = ", ".join(f"{name.replace('_', ' ')} {value:.6g}" for name, value in figures.items())
        with self.text.open("a") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {kind} {epoch}: {shown}\n")

    def cut_log(self, epoch: int) -> None:
        """Forget what was logged after an epoch."""
        if self.log.is_file():
            lines = [line for line in self.log.read_text().splitlines() if line.endswith("}")]
            kept = [line for line in lines if json.loads(line)["epoch"] <= epoch]
            write_atomically(self.log, lambda beside: beside.write_text("".join(line + "\n" for line in kept)))


def _read_json(path: Path) -> dict:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputFileError("cannot be read", where=str(path), remedy="Start a new run.") from error
    if not isinstance(found, dict):
        raise InputFileError("is no JSON object", where=str(path), remedy="Start a new run.")
    return found


def _of_0_1_0(run: dict) -> RunManifest:
    """Return what 0.1.0 has written down of a run."""
    options = {name: run[name] for name in ("task", "exact", "precision") if name in run}
    given = run.get("options", {})
    if given.get("eval_every"):
        options |= {name: given[name] for name in ("seed", "eval_rollouts", "horizon") if name in given}
    dataset = InputFile(str(run.get("dataset", "")), str(run.get("dataset_sha256", "")))
    return RunManifest("train", options, {"dataset": dataset}, dict(run.get("versions", {})))


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
