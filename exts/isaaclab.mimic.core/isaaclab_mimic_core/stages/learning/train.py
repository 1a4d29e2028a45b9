# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train a policy on a dataset, with evaluations in simulation in between if asked for."""

import math
import os
import time
from collections.abc import Generator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch

from ...datasets import DatasetReader
from ...errors import MimicError, OptionError
from ...events import (
    CheckpointSaved,
    DurationEstimated,
    EncodersTrained,
    EpochFinished,
    Event,
    PolicyEvaluated,
    Progress,
    Warned,
)
from ...files import FolderLock, file_hash
from ...learning.api import Plan, Preparation, Request, Training
from ...learning.distributed import lead
from ...learning.fit import check_fit, fit_cameras
from ...learning.intervals import wilson
from ...learning.learners import get_learner
from ...learning.ranks import Ranks
from ...learning.run_folder import RunFolder, git_state
from ...options import TrainOptions
from ...run_manifest import InputFile, RunManifest
from ...sim.compute import resolve_device
from ...tasks import find_task
from ..duration import Duration
from ..files.input_task import check_task, with_task
from ..files.output_check import check_output
from ..files.resume import manifest_of
from ..sim_stage import SimStage
from ..stage import Steps

if TYPE_CHECKING:
    from ...envs import BatchedEnv
    from ...learning.rollouts import Rollout, Rollouts

_SLICE = 0.1
"""[s] Length of a step while training: requests are answered between steps."""
_TRAINING = "Training"
"""The phase in which the policy is trained."""
_LONG_RUN = 12 * 3600.0
"""[s] A run that will take longer is warned about."""
_STATE_EVERY = 30.0
"""[s] Period of saving the training state, at the end of an epoch."""
_OF_EVALUATIONS = ("seed", "physics", "assets", "ik", "object_scale", "eval_rollouts", "horizon")
"""Options that only evaluations use."""


def request_of(options: TrainOptions, ranks: Ranks | None) -> Request:
    """Return what a learner is asked for.

    Raises:
        MimicError: There is no such device, or no run to resume.
    """
    begun = RunFolder(options.output).manifest().options if options.resume else {}
    return Request(
        dataset=options.dataset,
        task=options.task,
        config=options.config,
        epochs=options.epochs,
        seed=options.train_seed,
        device=ranks.device(options.device) if ranks else resolve_device(options.device),
        exact=options.exact,
        precision=options.precision,
        begun=begun,
        ranks=ranks,
    )


def plan_training(options: TrainOptions, request: Request) -> Plan:
    """Check all that can be checked before a training begins, and return its plan.

    Raises:
        MimicError: It cannot begin.
    """
    learner = get_learner(options.learner)
    learner.require()
    if request.ranks is not None and not getattr(learner, "distributes", False):
        raise OptionError(f"the learner {options.learner} trains in one process", where="--processes")
    folder = RunFolder(options.output)
    folder.check(options.resume)
    check_output(str(folder.path / "run.json"), "overwrite")
    with DatasetReader(options.dataset) as reader:
        check_task(reader, options.task, options.any_task)
    return learner.plan(request)


class Train(SimStage):
    """Trains until the last epoch; opens environments only for evaluations.

    If torch's launcher has started several processes, this is the stage of the first one.

    Args:
        options: Its options.
        env: Open environments for evaluations; left open at the end.
    """

    name = "train"
    options: TrainOptions

    def __init__(self, options: TrainOptions, env: "BatchedEnv | None" = None):
        options = with_task(options, options.dataset)
        super().__init__(options, env)
        self._ranks = Ranks.launched()
        if options.processes != 1:
            raise OptionError(
                "torch's launcher has started the processes" if self._ranks else "one process trains here",
                where="--processes",
                remedy="Leave it out.",
            )
        self._folder = RunFolder(options.output)
        self._folder.check(options.resume)
        self._asked = request_of(options, self._ranks)
        self._plan = plan_training(options, self._asked)
        self._board = None
        """TensorBoard's writer."""
        self._trainer: Training | None = None
        self._saved_at = self._last_state = time.monotonic()
        self._least = math.inf
        self._best = (-1.0, -1.0)
        self._preparation: Preparation | None = None
        self._prepared = 0
        """Lines about preparations in the log."""
        self._duration = Duration()
        self._estimable = False
        self._loss: float | None = None
        self._training_s = 0.0
        # The last check, because only `close` releases the lock.
        self._resources.callback(FolderLock(self._folder.path).release)

    @property
    def epochs(self) -> int:
        """Total number of epochs."""
        return self._plan.epochs

    @property
    def progress(self) -> Progress:
        """Epochs; before the first one, what the preparation counts."""
        trainer = self._trainer
        if self._preparation is not None:
            return self._preparation.progress
        if trainer is None or not trainer.epoch:
            return Progress(0, self.epochs, "epochs")
        part = trainer.steps_done / trainer.steps_per_epoch
        return Progress(trainer.epoch - (part < 1), self.epochs, "epochs", part % 1.0)

    def snapshot(self) -> dict:
        return {
            **super().snapshot(),
            "loss": self._loss,
            "steps_per_second": self._steps_per_second,
            "eta_s": self._duration.left(self.progress),
        }

    def run(self) -> Steps:
        notes = [Warned(note) for note in self._plan.notes]
        yield [*self._started(), *notes, self._enter("Reading the dataset")]
        events = self._read()
        trainer = self._trained
        self._begun = True
        yield events
        yield from self._prepare(trainer)
        if self._stopping:
            return self._end("stopped")
        events = []
        while trainer.epoch < self.epochs:
            trainer.begin_epoch()
            if self._phase != _TRAINING:
                events.append(self._enter(_TRAINING))
            yield events
            while not self._stopping and not self._train(trainer):
                yield self._estimate(_TRAINING)
            if self._stopping:
                # A resumed run repeats an unfinished epoch with the same batches.
                return self._end("stopped")
            events = self._end_epoch(trainer)
            if self._evaluation_is_due(trainer.epoch):
                yield events
                events = yield from self._evaluate(trainer)
                if self._stopping:
                    return events + self._end("stopped")
            if trainer.epoch < self.epochs and time.monotonic() - self._last_state > _STATE_EVERY:
                self._save_state()
        self._save_state()
        return events + self._end("done")

    def _prepare(self, trainer: Training) -> Steps:
        """Do what comes before the first epoch."""
        # Learners of others may have nothing to prepare, and not say so.
        for work in getattr(trainer, "preparations", ()):
            if work.progress.done >= work.progress.total:
                continue
            self._preparation, self._duration = work, Duration()
            # Images are encoded faster by all cores, other than sequences.
            self._use_threads(everything=True)
            yield [self._enter(work.title)]
            while not self._stopping and work.progress.done < work.progress.total:
                yield self._prepare_on(work)
            if self._stopping:
                break
            self._save_state()
        self._preparation, self._duration = None, Duration()
        self._use_threads()
        return []

    def _prepare_on(self, work: Preparation) -> list[Event]:
        """Work on a preparation for `_SLICE`."""
        before, began = work.progress, time.perf_counter()
        figures = work.advance(_SLICE)
        took, after = time.perf_counter() - began, work.progress
        self._training_s += took
        events: list[Event] = []
        self._estimable |= self._duration.add(after.done + after.within - before.done - before.within, took)
        events += self._estimate(work.title)
        if figures:
            self._prepared += 1
            self._log("encoders", prepared=self._prepared, encoder_epoch=after.done, **figures)
            events.append(EncodersTrained(after.done, after.total, dict(figures)))
            if time.monotonic() - self._last_state > _STATE_EVERY:
                self._save_state()
        return events

    @property
    def _trained(self) -> Training:
        assert self._trainer is not None, "the dataset is not read yet"
        return self._trainer

    @property
    def _steps_per_second(self) -> float:
        """Of the policy's training; 0 before it."""
        trained = self._trainer is not None and self._preparation is None
        return self._duration.rate * self._trained.steps_per_epoch if trained else 0.0

    def _read(self) -> list[Event]:
        """Read the dataset; begin the run or resume it. Return warnings."""
        self._use_threads()
        if self._ranks is not None:
            leading = lead(self._plan, self.options.learner, self._asked)
            self._resources.callback(leading.close)
            # Whatever it does not do itself its own part does.
            self._trainer = cast(Training, leading)
        else:
            self._trainer = self._plan.start()
        manifest = self._describe_run()
        events = self._go_on(manifest) if self.options.resume else self._begin_folder(manifest)
        # Learners of others may say nothing.
        events += [Warned(note) for note in getattr(self._trained, "notes", ())]
        if self._plan.tensorboard:
            from tensorboardX import SummaryWriter

            self._board = SummaryWriter(str(self._folder.path / "tensorboard"), purge_step=self._trained.epoch + 1)
            self._resources.callback(self._board.close)
        return events

    def _describe_run(self) -> RunManifest:
        options = self.options
        dataset = str(Path(options.dataset).absolute())
        return manifest_of(
            "train",
            options,
            {"dataset": InputFile(dataset, file_hash(dataset))},
            get_learner(options.learner).packages,
            **self._plan.about(),
            # These options are used by evaluations only.
            **({} if options.eval_every else dict.fromkeys(_OF_EVALUATIONS)),
        )

    def _go_on(self, manifest: RunManifest) -> list[Event]:
        """Resume the run in the folder; return warnings."""
        folder, earlier = self._folder, self._folder.manifest()
        manifest.check_resumes(earlier, str(folder.path), self._plan.differences(folder.config()))
        folder.keep(manifest.going_on(earlier))
        more = self._trained.load_state(folder.state)
        self._best, self._training_s = tuple(more["best"]), more["training_s"]
        self._least = more.get("least", math.inf)
        self._prepared = more.get("prepared", 0)
        folder.cut_log(self._trained.epoch, self._prepared)
        return [Warned(text) for text in manifest.remarks(earlier)]

    def _begin_folder(self, manifest: RunManifest) -> list[Event]:
        """Make the folder of a new run."""
        self._folder.begin(
            {
                **manifest.to_dict(),
                "name": self._plan.label,
                "config": self._plan.config_path,
                "device": resolve_device(self.options.device),
                "processes": self._ranks.size if self._ranks else 1,
                "threads": torch.get_num_threads(),
                "given": asdict(self.options),
                "git": git_state(),
            },
            self._plan.config,
        )
        # From here on the run can be resumed.
        self._save_state()
        return []

    def _train(self, trainer: Training) -> bool:
        """Train for `_SLICE`; return whether the epoch is over."""
        began, before = time.perf_counter(), trainer.steps_done
        over = trainer.advance(_SLICE)
        took = time.perf_counter() - began
        made = trainer.steps_done - before
        self._estimable |= self._duration.add(made / trainer.steps_per_epoch, took, made)
        self._training_s += took
        return over

    def _estimate(self, phase: str) -> list[Event]:
        """Say once how long the phase will take, and warn if that is unreasonable."""
        left = self._duration.left(self.progress)
        if not self._estimable or left is None:
            return []
        self._estimable = False
        seconds = self._duration.seconds_per_step
        events: list[Event] = [DurationEstimated(phase, left, seconds)]
        if left >= _LONG_RUN:
            each = f" ({seconds:.2g} s a step)" if seconds else ""
            events.append(
                Warned(
                    f"this training will take about {left / 3600:.0f} hours{each}; stop it for fewer --epochs, smaller"
                    " images or batches, or another --device"
                )
            )
        return events

    def _end_epoch(self, trainer: Training) -> list[Event]:
        """Log an epoch, and save a checkpoint if one is due."""
        self._loss, held_back = trainer.loss, trainer.validation_loss
        entry = {"loss": trainer.loss, "learning_rate": trainer.learning_rate}
        entry["steps_per_second"] = self._steps_per_second
        if held_back is not None:
            entry["validation_loss"] = held_back
        self._log("epoch", **entry, training_s=self._training_s)
        self._plot("train", **entry)
        events: list[Event] = [
            *self._estimate(_TRAINING),
            EpochFinished(
                trainer.epoch,
                self.epochs,
                trainer.loss,
                trainer.learning_rate,
                self._steps_per_second,
                self._duration.left(self.progress) or 0.0,
                held_back,
            ),
        ]
        if self._evaluation_is_due(trainer.epoch) or self._saves():
            path = self._checkpoint(trainer.epoch)
            trainer.save_checkpoint(path)
            self._saved_at = time.monotonic()
            events.append(CheckpointSaved(trainer.epoch, str(path)))
        if self._plan.saving.on_best_validation and held_back is not None and held_back < self._least:
            self._least = held_back
            trainer.save_checkpoint(self._folder.best_validation)
        return events

    def _checkpoint(self, epoch: int) -> Path:
        return self._folder.models / f"model_epoch_{epoch}.pth"

    def _evaluation_is_due(self, epoch: int) -> bool:
        every = self.options.eval_every
        return bool(every) and (epoch % every == 0 or epoch >= self.epochs)

    def _saves(self) -> bool:
        """Whether to save a checkpoint after the current epoch."""
        saving, epoch, options = self._plan.saving, self._trained.epoch, self.options
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
        """Append figures of the current epoch to `log.jsonl` and, if asked for, to `log.txt`."""
        epoch = self._trained.epoch
        self._folder.append_log({"kind": kind, "epoch": epoch, **figures})
        if self._plan.text_log:
            self._folder.append_text(kind, epoch, figures)

    def _plot(self, group: str, **figures: float) -> None:
        if self._board is not None:
            for name, value in figures.items():
                self._board.add_scalar(f"{group}/{name}", value, self._trained.epoch)
            self._board.flush()

    def _evaluate(self, trainer: Training) -> Steps:
        """Measure the success rate of the current policy, and keep the best one."""
        from ...learning.rollouts import Rollouts

        # Environments use the same random generator, and set its seed.
        random_state = torch.get_rng_state()
        spec = trainer.policy(torch.device("cpu")).spec
        yield from self._open(lambda cfg: fit_cameras([spec], cfg))
        env, options = self.env, self.options
        policy = trainer.policy(env.device)
        try:
            check_fit(policy.spec, str(self._folder.path), env, find_task(options.task).id)
        except MimicError:
            # The training so far is not lost, because it can be resumed.
            self._save_state()
            raise
        # Environments compute with one thread (see `open_env`).
        if env.device.type == "cpu":
            torch.set_num_threads(1)
        rollouts = Rollouts(env, policy, range(options.eval_rollouts), options.seed, options.horizon, hold=20)
        yield [self._enter(f"Evaluating epoch {trainer.epoch}")]
        ended = yield from self._roll_out(rollouts)
        if self._stopping:
            return []
        evaluated = self._judge(trainer, ended)
        self._use_threads()
        torch.set_rng_state(random_state)
        return [evaluated]

    @torch.inference_mode()
    def _roll_out(self, rollouts: "Rollouts") -> "Generator[list[Event], None, list[Rollout]]":
        """Run rollouts to their end, or until a stop; return those that have ended."""
        ended = []
        while not (rollouts.done or self._stopping):
            ended += rollouts.step()
            yield []
        return ended

    def _judge(self, trainer: Training, ended: "list[Rollout]") -> PolicyEvaluated:
        """Log the success rate, and save the policy if it is the best."""
        count = len(ended)
        held, ever = sum(rollout.success for rollout in ended), sum(rollout.ever for rollout in ended)
        low, high = wilson(held, count)
        self._log("evaluation", success=held, ever=ever, rollouts=count)
        self._plot("evaluation", success=held / count)
        # Among equals prefer more successes at any step, then the later checkpoint.
        if (score := (held / count, ever / count)) >= self._best:
            self._best = score
            trainer.save_checkpoint(self._folder.best)
        return PolicyEvaluated(str(self._checkpoint(trainer.epoch)), held, ever, count, low, high)

    def _save_state(self) -> None:
        more = {
            "best": list(self._best),
            "least": self._least,
            "training_s": self._training_s,
            "prepared": self._prepared,
        }
        self._trained.save_state(self._folder.state, more)
        self._last_state = time.monotonic()

    def _end(self, outcome: str) -> list[Event]:
        summary = {"output": str(self._folder.path), "epochs": self._trained.epoch, "loss": self._loss}
        return self._finish(outcome, {**summary, "training_s": round(self._training_s, 1)}, output=summary["output"])

    def _use_threads(self, everything: bool = False) -> None:
        """Set torch's number of threads: the option's, or by default half the number of cores, or all of them.

        The networks are small, so threads synchronise many times a step, by spinning. If one thread shares its core
        with another program, all others wait for it.
        """
        if self.options.threads:
            torch.set_num_threads(self.options.threads)
        elif not self.options.exact:
            processes = self._ranks.local_size if self._ranks else 1
            torch.set_num_threads(max(1, len(os.sched_getaffinity(0)) // (1 if everything else 2) // processes))
