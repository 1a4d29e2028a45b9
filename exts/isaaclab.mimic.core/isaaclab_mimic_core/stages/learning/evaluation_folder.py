# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The folder of an evaluation: settings, rollouts, results, films."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ...datasets.layout import natural_order
from ...errors import InputFileError, OutputError
from ...files import FolderLock, file_hash, write_atomically, write_json
from ...learning.results import draw, format_table
from ...options import EvaluateOptions
from ...run_manifest import InputFile, RunManifest
from ..files.output_check import check_output
from ..files.resume import manifest_of

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class EvaluationFolder:
    """Writes each rollout as it ends, so that a kill loses none, and the results.

    Args:
        options: The evaluation's options.
        env: Environments that are open already.
        packages: Packages that the results depend on, besides Isaac Lab, torch and the physics engine.

    Raises:
        InputFileError: There are no checkpoints.
    """

    def __init__(self, options: EvaluateOptions, env: "BatchedEnv | None", packages: tuple[str, ...]):
        self._runs, files = find_checkpoints(options.checkpoints)
        self._hashes = {str(path): file_hash(path) for path in files}
        self.path = folder_of(options)
        inputs = {"checkpoints": InputFile(" ".join(options.checkpoints), _joint_hash(self._hashes))}
        self._manifest = manifest_of("evaluate", options, inputs, packages, env=env)
        self._lock: FolderLock | None = None

    @property
    def _log(self) -> Path:
        return self.path / "rollouts.jsonl"

    @property
    def _settings(self) -> dict:
        return {**self._manifest.to_dict(), "checkpoints": self._hashes}

    def prepare(self, resume: bool) -> tuple[list[dict], list[str]]:
        """Make the folder, or resume the evaluation in it.

        Returns:
            The rollouts so far, as given to `add`, and warnings for the user.

        Raises:
            InputFileError: There is no evaluation to resume.
            OutputError: There is one already; or the folder cannot be written, or another program writes into it.
            OptionError: The evaluation to resume has other settings.
        """
        check_output(str(self.path / "settings.json"), "overwrite")
        self._lock = FolderLock(self.path)
        try:
            return self._prepare(resume)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let other programs write into the folder."""
        if self._lock:
            self._lock.release()

    def add(self, rollout: dict) -> None:
        """Append a rollout to the log: `checkpoint`, `variant`, and the fields of `Rollout`."""
        with self._log.open("a") as file:
            file.write(json.dumps(rollout) + "\n")

    def write_results(self, results: list[dict], best: str) -> None:
        """Write the results, and copy the best checkpoint to its run's `best.pth`."""
        write_json(self.path / "evaluation.json", {"settings": self._settings, "best": best, "results": results})
        write_atomically(self.path / "evaluation.md", lambda beside: beside.write_text(format_table(results) + "\n"))
        write_atomically(self.path / "evaluation.png", lambda beside: draw(results, beside))
        for run in self._runs:
            if Path(best).parent == run / "models":
                write_atomically(run / "best.pth", lambda beside: shutil.copyfile(best, beside))

    def film_of(self, name: str) -> Path:
        """Return the path of a checkpoint's film."""
        path = Path(name)
        if sum(Path(other).stem == path.stem for other in self._hashes) > 1:
            # With several runs, checkpoints may have the same name.
            folder = path.parent.parent if path.parent.name == "models" else path.parent
            return self.path / f"{folder.name}-{path.stem}.mp4"
        return self.path / f"{path.stem}.mp4"

    def _prepare(self, resume: bool) -> tuple[list[dict], list[str]]:
        settings = self.path / "settings.json"
        earlier = _read_settings(settings) if settings.exists() else None
        found, remarks = [], []
        if resume:
            if earlier is None:
                raise InputFileError(
                    "there is no evaluation to resume", where=str(self.path), remedy="Start it without --resume."
                )
            then, names = earlier
            self._manifest.check_resumes(then, str(self.path))
            remarks = self._manifest.remarks(then)
            self._manifest = self._manifest.going_on(then)
            # The same files, whose paths may differ because the working directory does.
            found = self._read_log(dict(zip(names, self._hashes, strict=True)))
        elif self._log.exists():
            raise OutputError(
                "holds an evaluation already",
                where=str(self.path),
                remedy="Give another --output, or --resume to go on with it.",
            )
        write_json(settings, self._settings)
        return found, remarks

    def _read_log(self, names: dict[str, str]) -> list[dict]:
        """Return the logged rollouts. `names`: earlier name of each checkpoint -> present name."""
        if not self._log.is_file():
            return []
        # Skip a line that was cut off by a kill: its rollout is made again.
        found = [json.loads(line) for line in self._log.read_text().splitlines() if line.endswith("}")]
        for line in found:
            line["checkpoint"] = names.get(line["checkpoint"], line["checkpoint"])
        text = "".join(json.dumps(line) + "\n" for line in found)
        write_atomically(self._log, lambda beside: beside.write_text(text))
        return found


def folder_of(options: EvaluateOptions) -> Path:
    """Return an evaluation's folder: by default `evaluation` in the first run's folder, or beside the checkpoint."""
    first = Path(options.checkpoints[0])
    return Path(options.output) if options.output else (first if first.is_dir() else first.parent) / "evaluation"


def find_checkpoints(given: tuple[str, ...]) -> tuple[list[Path], list[Path]]:
    """Return the run folders among the paths, and all checkpoints, in natural order.

    Raises:
        InputFileError: There are none.
    """
    runs, files = [], []
    for name in given:
        path = Path(name)
        if path.is_dir():
            models = path / "models" if (path / "models").is_dir() else path
            found = sorted(models.glob("*.pth"), key=lambda file: natural_order(file.name))
            if not found:
                raise InputFileError("holds no checkpoints (*.pth)", where=name, remedy="Give the folder of a run.")
            runs.append(path)
            files += found
        elif path.is_file():
            files.append(path)
        else:
            raise InputFileError("there is no such file", where=name, remedy="Give a checkpoint or a run's folder.")
    return runs, list(dict.fromkeys(files))


def _joint_hash(hashes: dict[str, str]) -> str:
    return hashlib.sha256(" ".join(hashes.values()).encode()).hexdigest()


def _read_settings(path: Path) -> tuple[RunManifest, list[str]]:
    """Return the settings of an earlier evaluation, and the names of its checkpoints.

    Raises:
        InputFileError: The file is not that of an evaluation.
    """
    try:
        settings = json.loads(path.read_text())
        hashes = {str(name): str(found) for name, found in settings["checkpoints"].items()}
        if "manifest" in settings:
            return RunManifest.from_dict(settings, str(path)), list(hashes)
        # 0.1.0
        options = {name: settings[name] for name in ("task", "seed", "horizon", "hold", "actions")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputFileError(
            "is not the settings of an evaluation", where=str(path), remedy="Give another --output."
        ) from error
    return RunManifest("evaluate", options, {"checkpoints": InputFile("", _joint_hash(hashes))}), list(hashes)
