# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train a policy on a dataset, in slices, with evaluations in simulation in between if wanted."""

import math
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from ...datasets import DatasetReader
from ...errors import MimicError, OptionError
from ...events import CheckpointSaved, EpochFinished, Event, PolicyEvaluated, StageStarted, Warned
from ...files import file_hash
from ...learning.api import Request, Training
from ...learning.fit import check_fit
from ...learning.intervals import wilson
from ...learning.learners import get_learner
from ...learning.run_folder import RunFolder, git_state
from ...options import TrainOptions
from ...run_manifest import InputFile
from ...sim.compute import resolve_device
from ...tasks import find_task
from ..files.input_task import check_task
from ..files.output_check import check_output
from ..files.resume import manifest_of
from ..sim_stage import SimStage

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_SLICE = 0.1
"""[s] A stage's step shall be short, so that a request is answered soon."""
_STATE_EVERY = 30.0
"""[s] Training that a kill may cost, at most, beside the epoch it falls into."""
_OF_EVALUATIONS = ("seed", "physics", "assets", "eval_rollouts", "horizon")
"""Options that only evaluations use."""


class Train(SimStage):
    """Trains until the last epoch; opens environments only for evaluations.

    Args:
        options: What to do.
        env: Open environments for evaluations; left open at the end.
    """

    name = "train"
    options: TrainOptions
    _board: Any = None
    """TensorBoard's writer."""

    def __init__(self, options: TrainOptions, env: "BatchedEnv | None" = None):
        super().__init__(options, env)
        _check(options)
        learner = get_learner(options.learner)
        learner.require()
        self._folder = RunFolder(options.output)
        self._folder.check(options.resume)
        check_output(str(self._folder.path / "run.json"), "overwrite")
        with DatasetReader(options.dataset) as reader:
            check_task(reader, options.task, options.any_task)
        self._plan = learner.plan(
            Request(
                dataset=options.dataset,
                task=options.task,
                config=options.config,
                epochs=options.epochs,
                seed=options.train_seed,
                device=resolve_device(options.device),
                exact=options.exact,
                precision=options.precision,
                begun=self._folder.manifest().options if options.resume else {},
            )
        )
        self._saved_at = time.monotonic()
        self._least = math.inf
        self._best = (-1.0, -1.0)
        self._rate = 0.0
        self._loss: float | None = None
        self._last_state = time.monotonic()
        self._training_s = 0.0

    @property
    def epochs(self) -> int:
        """Epochs to train in all."""
        return self._plan.epochs

    def snapshot(self) -> dict:
        trainer = getattr(self, "_trainer", None)
        epoch = trainer.epoch if trainer else 0
        steps = (epoch - 1) * trainer.steps_per_epoch + trainer.steps_done if trainer and epoch else 0
        left = self.epochs * trainer.steps_per_epoch - steps if trainer else 0
        return {
            **super().snapshot(),
            "saved": max(0, epoch - 1) if trainer and trainer.steps_done < trainer.steps_per_epoch else epoch,
            "wanted": self.epochs,
            "loss": self._loss,
            "steps_per_second": self._rate,
            "eta_s": left / self._rate if self._rate else None,
        }

    # -- the life of a run: read, train, now and then evaluate

    def _announce(self) -> list[Event]:
        self._coming = self._read
        notes = [Warned(note) for note in self._plan.notes]
        return [StageStarted(self.name, asdict(self.options)), *notes, self._enter("Reading the dataset")]

    def _read(self) -> list[Event]:
        options = self.options
        self._use_threads()
        device = resolve_device(options.device)
        self._trainer: Training = self._plan.start()
        earlier = self._folder.manifest() if options.resume else None
        dataset = str(Path(options.dataset).absolute())
        decided = self._plan.about()
        manifest = manifest_of(
            "train",
            options,
            {"dataset": InputFile(dataset, file_hash(dataset))},
            get_learner(options.learner).packages,
            **decided,
            # Without evaluations nothing of these is used.
            **({} if options.eval_every else dict.fromkeys(_OF_EVALUATIONS)),
        )
        remarks = []
        if earlier:
            manifest.check_resumes(earlier, str(self._folder.path), self._plan.differences(self._folder.config()))
            remarks = [Warned(text) for text in manifest.remarks(earlier)]
            self._folder.keep(manifest.going_on(earlier))
            more = self._trainer.load_state(self._folder.state)
            self._best, self._training_s = tuple(more["best"]), more["training_s"]
            self._least = more.get("least", math.inf)
            self._folder.cut_log(self._trainer.epoch)
        else:
            self._folder.begin(
                {
                    **manifest.to_dict(),
                    "name": self._plan.label,
                    "config": self._plan.config_path,
                    "device": device,
                    "threads": torch.get_num_threads(),
                    "given": asdict(options),
                    "git": git_state(),
                },
                self._plan.config,
            )
            # From now on the run can be resumed, whenever it ends.
            self._save_state()
        if self._plan.tensorboard:
            from tensorboardX import SummaryWriter

            self._board = SummaryWriter(str(self._folder.path / "tensorboard"), purge_step=self._trainer.epoch + 1)
            self._resources.callback(self._board.close)
        self._coming = self._tick
        if self._trainer.epoch >= self.epochs:
            return [*remarks, *self._end("done")]
        self._trainer.begin_epoch()
        return [*remarks, self._enter("Training")]

    def _begin(self) -> list[Event]:
        """Start an evaluation; the environments are open."""
        from ...learning.rollouts import Rollouts

        trainer, env = self._trainer, self.env
        policy = trainer.policy(env.device)
        try:
            check_fit(policy.spec, str(self._folder.path), env, find_task(self.options.task).id)
        except MimicError:
            # What was trained is not lost: --resume goes on with it.
            self._save_state()
            raise
        numbers = range(self.options.eval_rollouts)
        # The environments compute with one thread, see open_env.
        if env.device.type == "cpu":
            torch.set_num_threads(1)
        self._rollouts = Rollouts(env, policy, numbers, self.options.seed, self.options.horizon, hold=20)
        self._ended: list = []
        self._coming = self._evaluate
        return [self._enter(f"Evaluating epoch {trainer.epoch}")]

    def _tick(self) -> list[Event]:
        if self._stopping:
            return self._end("stopped")
        trainer = self._trainer
        began, before = time.perf_counter(), trainer.steps_done
        over = trainer.advance(_SLICE)
        took = time.perf_counter() - began
        rate = (trainer.steps_done - before) / took
        self._rate = 0.9 * self._rate + 0.1 * rate if self._rate else rate
        self._training_s += took
        return self._end_epoch() if over else []

    def _end_epoch(self) -> list[Event]:
        trainer, options = self._trainer, self.options
        self._loss = trainer.loss
        entry = {"loss": trainer.loss, "learning_rate": trainer.learning_rate, "steps_per_second": self._rate}
        if trainer.validation_loss is not None:
            entry["validation_loss"] = trainer.validation_loss
        self._log("epoch", **entry, training_s=self._training_s)
        self._plot("train", **entry)
        left = (self.epochs - trainer.epoch) * trainer.steps_per_epoch
        events: list[Event] = [
            EpochFinished(
                trainer.epoch,
                self.epochs,
                trainer.loss,
                trainer.learning_rate,
                self._rate,
                left / self._rate,
                trainer.validation_loss,
            )
        ]
        due = options.eval_every and (trainer.epoch % options.eval_every == 0 or trainer.epoch >= self.epochs)
        if due or self._saves():
            path = self._folder.models / f"model_epoch_{trainer.epoch}.pth"
            trainer.save_checkpoint(path)
            self._saved_at = time.monotonic()
            events.append(CheckpointSaved(trainer.epoch, str(path)))
        held_back = trainer.validation_loss
        if self._plan.saving.on_best_validation and held_back is not None and held_back < self._least:
            self._least = held_back
            trainer.save_checkpoint(self._folder.best_validation)
        if due:
            # Environments draw from the same generator, and set its seed.
            self._generator = torch.get_rng_state()
            self._coming = self._begin if self._env is not None else self._open
            return [*events, self._enter("Opening the simulation" if self._env is None else "Evaluating")]
        return events + self._next_epoch()

    def _saves(self) -> bool:
        """Whether a checkpoint of the epoch that is over is kept."""
        saving, epoch, options = self._plan.saving, self._trainer.epoch, self.options
        if not saving.enabled and not options.save_every:
            return False
        every = options.save_every or saving.every_epochs
        waited = time.monotonic() - self._saved_at
        return (
            epoch >= self.epochs
            or bool(every and epoch % every == 0)
            or epoch in saving.epochs
            or (saving.every_seconds is not None and waited > saving.every_seconds)
        )

    def _log(self, kind: str, **figures) -> None:
        """Take note of figures of the running epoch in `log.jsonl` and, for people, in `log.txt`."""
        self._folder.append_log({"kind": kind, "epoch": self._trainer.epoch, **figures})
        if self._plan.text_log:
            self._folder.append_text(kind, self._trainer.epoch, figures)

    def _plot(self, group: str, **figures: float) -> None:
        if self._board is not None:
            for name, value in figures.items():
                self._board.add_scalar(f"{group}/{name}", value, self._trainer.epoch)
            self._board.flush()

    @torch.inference_mode()
    def _evaluate(self) -> list[Event]:
        if self._stopping:
            return self._end("stopped")
        self._ended += self._rollouts.step()
        if not self._rollouts.done:
            return []
        trainer, count = self._trainer, len(self._ended)
        held, ever = (sum(getattr(rollout, name) for rollout in self._ended) for name in ("success", "ever"))
        path = self._folder.models / f"model_epoch_{trainer.epoch}.pth"
        low, high = wilson(held, count)
        self._log("evaluation", success=held, ever=ever, rollouts=count)
        self._plot("evaluation", success=held / count)
        # Of equals the one that succeeded more often at any moment; of equals still, the later one.
        if (score := (held / count, ever / count)) >= self._best:
            self._best = score
            trainer.save_checkpoint(self._folder.best)
        self._use_threads()
        torch.set_rng_state(self._generator)
        return [PolicyEvaluated(str(path), held, ever, count, low, high), *self._next_epoch()]

    def _next_epoch(self) -> list[Event]:
        if self._trainer.epoch >= self.epochs:
            return self._end("done")
        if time.monotonic() - self._last_state > _STATE_EVERY:
            self._save_state()
        self._trainer.begin_epoch()
        self._coming = self._tick
        return [self._enter("Training")] if self._phase != "Training" else []

    @property
    def _more(self) -> dict:
        return {"best": list(self._best), "least": self._least, "training_s": self._training_s}

    def _save_state(self) -> None:
        self._trainer.save_state(self._folder.state, self._more)
        self._last_state = time.monotonic()

    def _stop(self) -> None:
        self._stopping = True
        if not hasattr(self, "_trainer"):
            self._coming = lambda: self._finish("stopped", {})

    def _end(self, outcome: str) -> list[Event]:
        # What was begun of an epoch is not kept: it is made again, with the same batches, when the run is resumed.
        if outcome == "done":
            self._save_state()
        summary = {"output": str(self._folder.path), "epochs": self._trainer.epoch, "loss": self._loss}
        return self._finish(outcome, {**summary, "training_s": round(self._training_s, 1)})

    def _use_threads(self) -> None:
        """Compute with as many threads as asked for, with half as many as there are cores if nothing is.

        The networks are small: threads meet many times a step, and wait for each other by spinning. If one of them has
        to share its core with another program, the others burn theirs meanwhile.
        """
        if self.options.threads:
            torch.set_num_threads(self.options.threads)
        elif not self.options.exact:
            torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) // 2))


def _check(options: TrainOptions) -> None:
    for name in ("epochs", "train_seed", "threads", "save_every", "eval_every"):
        if getattr(options, name) < 0:
            raise OptionError("must not be negative", where=f"--{name.replace('_', '-')}")
    for name in ("eval_rollouts", "horizon"):
        if getattr(options, name) < 1:
            raise OptionError("must be at least 1", where=f"--{name.replace('_', '-')}")
