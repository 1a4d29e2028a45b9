# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What training a policy can be told."""

from dataclasses import dataclass

from .resuming import by_content, may_differ
from .simulation import SimOptions


@dataclass(frozen=True)
class TrainOptions(SimOptions):
    """Train a policy on a dataset.

    mimic train --dataset generated.hdf5 --output outputs/run
    mimic train --dataset generated.hdf5 --output outputs/run --eval-every 20 --num-envs 64
    """

    dataset: str = by_content("generated.hdf5")
    """File of demonstrations."""
    any_task: bool = may_differ(False)
    """Take demonstrations of another task, too: its robot, actions and observations have to be the same."""
    output: str = may_differ("outputs/train")
    """The run's folder; new or empty unless resume is given."""
    learner: str = "robomimic"
    """What trains."""
    config: str = by_content("")
    """Its configuration's file; upstream: the one the task is registered with; empty: ours for the task, else that."""
    epochs: int = may_differ(0)
    """Epochs to train, the learning rate's schedule stretched to them; 0: as many as the configuration says."""
    train_seed: int = by_content(0)
    """Seed of weights and batches; 0: as the configuration says. The seed of evaluations is another one."""
    resume: bool = may_differ(False)
    """Go on with a run that was stopped or killed."""
    exact: bool = False
    """Reproduce the learner's own loop to the bit, slower."""
    precision: str = "auto"
    """float32, or bfloat16 for the recurrent layers while training; auto: bfloat16 on CPUs that have it."""
    threads: int = may_differ(0)
    """Threads to compute with on a CPU; 0: half as many as there are cores (with exact, torch decides)."""
    save_every: int = may_differ(0)
    """Epochs between checkpoints; 0: as the configuration says."""
    eval_every: int = may_differ(0)
    """Epochs between evaluations in simulation, after which the best checkpoint is kept as best.pth; 0: never."""
    eval_rollouts: int = 50
    """Rollouts of such an evaluation."""
    horizon: int = 500
    """Steps after which a rollout ends."""
    num_envs: int = may_differ(50)
    """Environments of such an evaluation."""
