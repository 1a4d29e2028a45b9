# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of training a policy."""

from dataclasses import dataclass
from typing import Literal

from ..option import BY_CONTENT, FILES, MAY_DIFFER, RUN, Role, option, redeclared
from ..plugins import LEARNERS
from .simulation import MAX_SEED, DemonstrationOptions

_TRAINING = "How the policy is trained"


@dataclass(frozen=True)
class TrainOptions(DemonstrationOptions):
    """Train a policy on a dataset.

    mimic train --dataset generated.hdf5 --output outputs/run
    mimic train --dataset generated.hdf5 --output outputs/run --eval-every 20 --num-envs 64
    """

    dataset: str = option(
        "generated.hdf5", label="Demonstrations", group=FILES, role=Role.INPUT_FILE, on_resume=BY_CONTENT
    )
    """File of demonstrations."""
    any_task: bool = redeclared(DemonstrationOptions, "any_task")
    """Accept demonstrations of another task, too: its robot, actions and observations must be the same."""
    output: str = option(
        "outputs/train", label="Run folder", group=FILES, role=Role.OUTPUT_FOLDER, on_resume=MAY_DIFFER
    )
    """The run's folder; new or empty unless resume is given."""
    resume: bool = option(False, label="Resume the run in it", group=FILES, on_resume=MAY_DIFFER)
    """Continue a run that was stopped or killed."""
    epochs: int = option(0, label="Epochs", group=RUN, low=0, on_resume=MAY_DIFFER)
    """Epochs to train, with the learning rate's schedule stretched to them; 0: as configured."""
    eval_every: int = option(0, label="Evaluate every", group=RUN, unit="epochs", low=0, on_resume=MAY_DIFFER)
    """Epochs between evaluations in simulation, which keep the best checkpoint as best.pth; 0: never."""
    eval_rollouts: int = option(50, label="Rollouts each", group=RUN, low=1)
    """Rollouts of such an evaluation."""
    num_envs: int = redeclared(DemonstrationOptions, "num_envs", 50)
    """Environments of such an evaluation."""
    learner: str = option("robomimic", label="Learner", group=_TRAINING, offers=lambda: tuple(LEARNERS.all()))
    """Learner that trains the policy."""
    config: str = option("", label="Configuration", group=_TRAINING, on_resume=BY_CONTENT)
    """The learner's configuration file; upstream: the one registered with the task; empty: ours, else upstream's."""
    train_seed: int = option(0, label="Training seed", group=_TRAINING, low=0, high=MAX_SEED, on_resume=BY_CONTENT)
    """Seed of weights and batches; 0: as configured. Evaluations have another seed."""
    exact: bool = option(False, label="The learner's own loop, to the bit", group=_TRAINING)
    """Reproduce the learner's own training loop bit by bit, which is slower."""
    precision: Literal["auto", "float32", "bfloat16"] = option("auto", label="Precision", group=_TRAINING)
    """float32, or bfloat16 for the recurrent layers while training; auto: bfloat16 on CPUs that have it."""
    processes: int = option(1, label="Processes", group=_TRAINING, low=0, high=256, on_resume=MAY_DIFFER)
    """Processes of this machine that share every batch, each with its own GPU or part of the cores; 0: one per GPU."""
    threads: int = option(0, label="Threads", group=_TRAINING, low=0, on_resume=MAY_DIFFER)
    """Threads of a process on a CPU; 0: half the cores, shared by the processes (with exact, torch decides)."""
    save_every: int = option(0, label="Save every", group=_TRAINING, unit="epochs", low=0, on_resume=MAY_DIFFER)
    """Epochs between checkpoints; 0: as configured."""
    horizon: int = option(500, label="Horizon of rollouts", group=_TRAINING, unit="steps", low=1)
    """Steps after which a rollout ends."""
