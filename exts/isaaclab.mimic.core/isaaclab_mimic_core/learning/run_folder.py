# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The folder of a training run; its files are written atomically.

RUN/run.json            the run's `RunManifest`, all options, device, threads, git state
RUN/config.json         the learner's complete configuration
RUN/log.jsonl           a line for every epoch, and for every evaluation
RUN/log.txt             the same as text
RUN/tensorboard/        the same for TensorBoard
RUN/models/*.pth        checkpoints in the learner's format
RUN/best.pth            the checkpoint that succeeded most often, once one was evaluated
RUN/best_validation.pth the one with the lowest validation loss, if the configuration asks for it
RUN/state.pt            the state from which --resume goes on
"""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from ..errors import InputFileError, MimicError
from ..files import check_folder, write_atomically, write_json
from ..run_manifest import InputFile, RunManifest


class RunFolder:
    """The files of a training run.

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
        """Check that a run can begin, or be resumed, here.

        Raises:
            OutputError: The folder cannot be written, or is not empty.
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
        """Make the folder, and write `run.json` and `config.json`."""
        self.models.mkdir(parents=True, exist_ok=True)
        write_json(self.path / "run.json", run)
        write_json(self.path / "config.json", config)

    def manifest(self) -> RunManifest:
        """Return the manifest of the run in this folder.

        Raises:
            InputFileError: It is missing or damaged.
        """
        path = self.path / "run.json"
        run = _read_json(path)
        return RunManifest.from_dict(run, str(path)) if "manifest" in run else _of_0_1_0(run, str(path))

    def keep(self, manifest: RunManifest) -> None:
        """Save the manifest of a resumed run; the rest of `run.json` stays."""
        path = self.path / "run.json"
        run = _read_json(path)
        if (now := {**run, **manifest.to_dict()}) != run:
            write_json(path, now)

    def config(self) -> dict:
        """Return the complete configuration of the run in this folder.

        Raises:
            InputFileError: It is missing or damaged.
        """
        return _read_json(self.path / "config.json")

    def append_log(self, entry: dict) -> None:
        """Add a line to `log.jsonl`."""
        with self.log.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def append_text(self, kind: str, epoch: int, figures: dict) -> None:
        """Add a line to `log.txt`."""
        shown = ", ".join(f"{name.replace('_', ' ')} {value:.6g}" for name, value in figures.items())
        with self.text.open("a") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {kind} {epoch}: {shown}\n")

    def cut_log(self, epoch: int, prepared: int = 0) -> None:
        """Remove the lines that were logged after an epoch, and after so many lines about preparations."""
        if self.log.is_file():
            lines = [line for line in self.log.read_text().splitlines() if line.endswith("}")]
            entries = map(json.loads, lines)
            kept = [
                line
                for line, entry in zip(lines, entries, strict=True)
                if entry["epoch"] <= epoch and entry.get("prepared", 0) <= prepared
            ]
            write_atomically(self.log, lambda beside: beside.write_text("".join(line + "\n" for line in kept)))


def task_of_run(path: Path) -> str:
    """Return the name of the task that a run has trained for, which need not be known here; empty if none is said.

    Args:
        path: The run's folder, or a checkpoint in it.
    """
    manifest = manifest_of_run(path)
    return str(manifest.options.get("task") or "") if manifest is not None else ""


def manifest_of_run(path: Path) -> RunManifest | None:
    """Return the manifest of a run; None if there is none that can be read.

    Args:
        path: The run's folder, or a checkpoint in it.
    """
    # A checkpoint is in the run's folder, or in its `models`.
    folders = [path] if path.is_dir() else [path.parent, path.parent.parent]
    for folder in folders:
        if (folder / "run.json").is_file():
            try:
                return RunFolder(str(folder)).manifest()
            except MimicError:
                break
    return None


def _read_json(path: Path) -> dict:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputFileError("cannot be read", where=str(path), remedy="Start a new run.") from error
    if not isinstance(found, dict):
        raise InputFileError("is no JSON object", where=str(path), remedy="Start a new run.")
    return found


def _of_0_1_0(run: dict, where: str) -> RunManifest:
    """Return the manifest of a run of 0.1.0.

    Raises:
        InputFileError: It is something else.
    """
    options = {name: run[name] for name in ("task", "exact", "precision") if name in run}
    given, versions = run.get("options", {}), run.get("versions", {})
    if not (isinstance(given, dict) and isinstance(versions, dict)):
        raise InputFileError("is not that of a training", where=where, remedy="Start a new run.")
    if given.get("eval_every"):
        options |= {name: given[name] for name in ("seed", "eval_rollouts", "horizon") if name in given}
    dataset = InputFile(str(run.get("dataset", "")), str(run.get("dataset_sha256", "")))
    return RunManifest("train", options, {"dataset": dataset}, versions)


def git_state() -> dict | None:
    """Return the commit of the git checkout that this program runs from, and whether it is clean; None without one."""
    root = Path(__file__).parents[4]
    if not (root / ".git").exists():
        return None

    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10).stdout

    try:
        return {"commit": git("rev-parse", "HEAD").strip(), "changed": bool(git("status", "--porcelain").strip())}
    except (OSError, subprocess.TimeoutExpired):
        return None
