# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Measure how often policies succeed: many environments at once, all of a run's checkpoints, the best one found."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ...datasets.layout import natural_order
from ...errors import InputFileError, OptionError, OutputError
from ...events import AttemptFinished, Event, PolicyEvaluated
from ...files import file_hash, write_atomically, write_json
from ...learning.api import Learner, Policy, PolicySpec
from ...learning.fit import check_fit
from ...learning.learners import find_learner
from ...learning.perturb import NOMINAL, VARIANTS, Variant
from ...learning.results import draw, format_table, summarise
from ...learning.rollouts import Rollout, Rollouts
from ...learning.sweep import Sweep
from ...options import EvaluateOptions
from ...run_manifest import InputFile, RunManifest
from ...sim.engines import choose_engine
from ...tasks import find_task
from ..files.output_check import check_output
from ..files.resume import manifest_of
from ..sim_stage import SimStage
from .film import MOST, Film

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_ROUND = 1_000_000
"""More rollouts than a policy gets."""


class Evaluate(SimStage):
    """Runs rollouts until it is known which policy is the best and how often it succeeds.

    Args:
        options: What to do.
        env: Open environments to use; left open at the end. Perturbations of the world need environments of their own.
    """

    name = "evaluate"
    options: EvaluateOptions
    keeps_files = True

    def __init__(self, options: EvaluateOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        _check(options, env)
        self._runs, files = find_checkpoints(options.checkpoints)
        self._names = [str(path) for path in files]
        self._specs: dict[str, PolicySpec] = {}
        self._folder = Path(options.output) if options.output else _default_folder(options.checkpoints[0])
        # First those that need no other environments.
        perturbed = sorted(VARIANTS, key=lambda variant: variant.configure is not None)
        self._variants = [NOMINAL, *perturbed] if options.robust else [NOMINAL]
        self._sweeps: dict[str, Sweep] = {}
        self._hashes = {str(path): file_hash(path) for path in files}
        self._manifest = manifest_of(
            "evaluate",
            options,
            {"checkpoints": InputFile(" ".join(options.checkpoints), _joint_hash(self._hashes))},
            tuple(dict.fromkeys(each for name in self._names for each in self._learner(name).packages)),
            env=env,
        )
        if self.keeps_files:
            self._prepare_folder()
        self._rollouts: Rollouts | None = None
        self._rounds = 0
        self._finished = self._succeeded = 0
        self._current = ""
        self._pending = list(self._variants)
        self._policies: dict = {}
        self._to_film = [name for name in self._names if not self._film_of(name).exists()] if options.video else []
        self._film: Film | None = None

    def snapshot(self) -> dict:
        sweep = self._sweep(self._variant) if hasattr(self, "_variant") else None
        done = {name: len(found) for name, found in sweep.results.items()} if sweep else {}
        return {
            **super().snapshot(),
            "attempts": self._finished,
            "success_rate": self._succeeded / self._finished if self._finished else 0.0,
            "checkpoint": self._current,
            "saved": done.get(self._current, 0),
            "wanted": self.options.num_rollouts,
        }

    def _seen_in(self, index: int) -> dict:
        """Say which rollout it is, too: the way drawn of the one before ends with it."""
        seen = super()._seen_in(index)
        number = int(self._rollouts.numbers[index]) if self._rollouts is not None else -1
        # The next policy begins with the same numbers.
        return seen | {"attempt": _ROUND * self._rounds + number} if number >= 0 else seen

    # -- one variant after another; in each whichever policy the sweep asks for

    def _sweep(self, variant: Variant) -> Sweep:
        """Return what decides on a variant's rollouts: all policies as it is, the best one under perturbations."""
        if variant.name not in self._sweeps:
            names = self._names if variant is NOMINAL else [self._sweep(NOMINAL).best()]
            o = self.options
            self._sweeps[variant.name] = Sweep(names, o.num_rollouts, o.first_rollouts, o.half_width)
        return self._sweeps[variant.name]

    def _announce(self) -> list[Event]:
        events = super()._announce()
        if not self.done:
            self._after_reading, self._coming = self._coming, self._read_policies
        return events

    def _read_policies(self) -> list[Event]:
        """Open each checkpoint once, before a simulation is opened for one that cannot be used."""
        self._specs = {name: self._load(name, "cpu").spec for name in self._names}
        return self._after_reading()

    def _begin(self) -> list[Event]:
        for name, spec in self._specs.items():
            check_fit(spec, name, self.env, find_task(self.options.task).id)
        return self._next_variant()

    def _learner(self, name: str) -> Learner:
        return find_learner(self.options.learner, name)

    def _load(self, name: str, device: str) -> Policy:
        learner = self._learner(name)
        learner.require()
        return learner.load(name, device, self.options.actions)

    def _next_variant(self) -> list[Event]:
        while self._pending:
            self._variant = self._pending.pop(0)
            if self._sweep(self._variant).next() is None:
                continue
            if self._variant.configure is None and self._configured is None:
                return self._next_policy()
            self._coming = self._reopen
            return [self._enter(f"Opening the simulation: {self._variant.name or 'as it is'}")]
        if self._to_film:
            self._coming = self._open_for_filming
            return [self._enter("Opening the simulation with cameras")]
        return self._end("done")

    _configured = None
    """What the open environments' configuration was changed by."""

    def _reopen(self) -> list[Event]:
        self._resources.close()
        self._env = None
        self._open_env(self._variant.configure)
        self._configured = self._variant.configure
        self._policies = {}
        return self._next_policy()

    def _next_policy(self) -> list[Event]:
        task = self._sweep(self._variant).next()
        if task is None:
            return self._next_variant()
        self._current, numbers = task
        if self._current not in self._policies:
            # One at a time: a run may have many large ones.
            self._policies = {self._current: self._load(self._current, str(self.env.device))}
        self._rounds += 1
        self._rollouts = Rollouts(
            self.env,
            self._policies[self._current],
            numbers,
            self.options.seed,
            self.options.horizon,
            self.options.hold,
            self._variant.disturbance,
        )
        self._coming = self._tick
        return [self._enter(" ".join(filter(None, ["Evaluating", Path(self._current).stem, self._variant.name])))]

    @torch.inference_mode()
    def _tick(self) -> list[Event]:
        if self._stopping:
            return self._end("stopped")
        assert self._rollouts is not None
        ended = self._rollouts.step()
        events: list[Event] = [self._take(rollout) for rollout in ended]
        if self._rollouts.done:
            events += [self._report(), *self._next_policy()]
        return events

    def _take(self, rollout: Rollout) -> Event:
        self._sweep(self._variant).add(self._current, rollout)
        self._finished += 1
        self._succeeded += rollout.success
        if self.keeps_files:
            line = {"checkpoint": self._current, "variant": self._variant.name, **rollout.row()}
            with self._log.open("a") as file:
                file.write(json.dumps(line) + "\n")
        return AttemptFinished.of(rollout)

    def _report(self) -> Event:
        r = self._summary(self._current, self._variant)
        return PolicyEvaluated(
            r["checkpoint"], r["success"], r["ever"], r["rollouts"], r["low"], r["high"], r["variant"]
        )

    def _summary(self, name: str, variant: Variant) -> dict:
        return summarise(name, variant.name, self._sweep(variant).results[name].values())

    def _end(self, outcome: str) -> list[Event]:
        results = [
            self._summary(name, variant)
            for variant in self._variants
            if variant.name in self._sweeps
            for name in self._sweep(variant).ranking()
            if self._sweep(variant).results[name]
        ]
        summary: dict = {"results": results}
        if outcome == "done":
            best = summary["best"] = self._sweep(NOMINAL).best()
            if self.keeps_files:
                summary["output"] = str(self._folder)
                self._write(results, best)
        return self._finish(outcome, summary)

    # -- films, once everything is measured: drawing takes longer than simulating

    def _film_of(self, name: str) -> Path:
        path = Path(name)
        if sum(Path(other).stem == path.stem for other in self._names) > 1:
            # Of several runs: checkpoints are named alike.
            folder = path.parent.parent if path.parent.name == "models" else path.parent
            return self._folder / f"{folder.name}-{path.stem}.mp4"
        return self._folder / f"{path.stem}.mp4"

    def _open_for_filming(self) -> list[Event]:
        from ...sim.camera import add_camera, aim_camera

        def configure(cfg) -> None:
            cfg.scene.num_envs = self.options.video
            add_camera(cfg)

        self._resources.close()
        self._env = None
        self._open_env(configure)
        aim_camera(self.env.env)
        return self._film_next()

    def _film_next(self) -> list[Event]:
        if not self._to_film:
            return self._end("done")
        name = self._to_film.pop(0)
        o = self.options
        policy = self._load(name, str(self.env.device))
        self._rollouts = Rollouts(self.env, policy, range(o.video), o.seed, o.horizon, o.hold)
        film = self._film = Film(self._film_of(name), 1.0 / self.env.step_dt)
        # However the stage ends, no unfinished film is left.
        self._resources.callback(lambda: film.close(whole=False))
        self._coming = self._shoot
        return [self._enter(f"Filming {Path(name).stem}")]

    @torch.inference_mode()
    def _shoot(self) -> list[Event]:
        from ...sim.camera import take_pictures

        if self._stopping:
            return self._end("stopped")
        assert self._rollouts is not None and self._film is not None
        ended = self._rollouts.step()
        self._film.add(take_pictures(self.env.env), ended)
        if not self._rollouts.done:
            return []
        self._film.close()
        return self._film_next()

    # -- files

    @property
    def _log(self) -> Path:
        return self._folder / "rollouts.jsonl"

    def _prepare_folder(self) -> None:
        settings = self._folder / "settings.json"
        check_output(str(settings), "overwrite")
        earlier = _read_settings(settings) if settings.exists() else None
        if self.options.resume:
            if earlier is None:
                raise InputFileError(
                    "there is no evaluation to resume", where=str(self._folder), remedy="Start it without --resume."
                )
            then, names = earlier
            self._manifest.check_resumes(then, str(self._folder))
            self._remarks += self._manifest.remarks(then)
            self._manifest = self._manifest.going_on(then)
            # The same files, which may be called otherwise from where we are now.
            self._read_log(dict(zip(names, self._names, strict=True)))
        elif self._log.exists():
            raise OutputError(
                "holds an evaluation already",
                where=str(self._folder),
                remedy="Give another --output, or --resume to go on with it.",
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        write_json(settings, self._settings)

    @property
    def _settings(self) -> dict:
        return {**self._manifest.to_dict(), "checkpoints": self._hashes}

    def _read_log(self, names: dict[str, str]) -> None:
        """Take over the rollouts that were made; `names`: of each checkpoint, as it was called then and is now."""
        if not self._log.is_file():
            return
        # A line that a kill has cut short is a rollout that is made again.
        found = [json.loads(line) for line in self._log.read_text().splitlines() if line.endswith("}")]
        for line in found:
            line["checkpoint"] = names.get(line["checkpoint"], line["checkpoint"])
        text = "".join(json.dumps(line) + "\n" for line in found)
        write_atomically(self._log, lambda beside: beside.write_text(text))
        # Results of the task as it is come first, for they decide which policy is perturbed.
        for variant in self._variants:
            for line in found:
                if line["variant"] == variant.name and line["checkpoint"] in self._sweep(variant).results:
                    fields = {key: value for key, value in line.items() if key not in ("checkpoint", "variant")}
                    self._sweep(variant).add(line["checkpoint"], Rollout.from_row(fields))

    def _write(self, results: list[dict], best: str) -> None:
        write_json(self._folder / "evaluation.json", {"settings": self._settings, "best": best, "results": results})
        write_atomically(self._folder / "evaluation.md", lambda beside: beside.write_text(format_table(results) + "\n"))
        write_atomically(self._folder / "evaluation.png", lambda beside: draw(results, beside))
        for run in self._runs:
            if Path(best).parent == run / "models":
                write_atomically(run / "best.pth", lambda beside: shutil.copyfile(best, beside))


def _joint_hash(hashes: dict[str, str]) -> str:
    return hashlib.sha256(" ".join(hashes.values()).encode()).hexdigest()


def _read_settings(path: Path) -> tuple[RunManifest, list[str]]:
    """Return what an earlier evaluation was asked for, and what its checkpoints were called.

    Raises:
        InputFileError: The file is none of an evaluation.
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


def find_checkpoints(given: tuple[str, ...]) -> tuple[list[Path], list[Path]]:
    """Return the run folders among what was given, and all checkpoints, in their natural order.

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


def _default_folder(first: str) -> Path:
    path = Path(first)
    return (path if path.is_dir() else path.parent) / "evaluation"


def _check(options: EvaluateOptions, env: "BatchedEnv | None") -> None:
    if not options.checkpoints:
        raise OptionError(
            "no policy was named", where="--checkpoints", remedy="Give checkpoints (.pth) or a run's folder."
        )
    for name in ("num_rollouts", "first_rollouts", "horizon", "hold"):
        if getattr(options, name) < 1:
            raise OptionError("must be at least 1", where=f"--{name.replace('_', '-')}")
    if not 0.0 <= options.half_width < 0.5:
        raise OptionError("must be between 0 and 0.5", where="--half-width")
    if options.actions not in ("sample", "mode"):
        raise OptionError(f"{options.actions!r} is not one of sample, mode", where="--actions")
    for name in ("robust", "video"):
        if getattr(options, name) and env is not None:
            raise OptionError("needs environments of its own", where=f"--{name}")
    if not 0 <= options.video <= MOST:
        raise OptionError(f"must be between 0 and {MOST}", where="--video")
    if options.video and choose_engine(options.physics) == "isaacsim":
        raise OptionError(
            "films are drawn by Newton's renderer, which does not run inside Isaac Sim",
            where="--video",
            remedy="Start mimic evaluate outside of it, with --resume if it was evaluated here.",
        )
