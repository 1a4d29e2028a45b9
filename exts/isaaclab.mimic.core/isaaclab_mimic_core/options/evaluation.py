# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of evaluating, playing and exporting policies."""

from dataclasses import dataclass
from typing import Literal

from ..option import BY_CONTENT, FILES, MAY_DIFFER, RUN, Role, option, redeclared
from ..plugins import LEARNERS
from .simulation import SimOptions, Visualizer
from .training import TrainOptions
from .workers import WorkerOptions

MAX_FILMED = 16
"""Maximum number of rollouts in a film, side by side."""
_ROLLOUTS = "How rollouts are made"


@dataclass(frozen=True)
class EvaluateOptions(WorkerOptions, SimOptions):
    """Measure how often policies succeed; find the best of several with few rollouts.

    mimic evaluate --checkpoints outputs/run --num-rollouts 200 --num-envs 64
    mimic evaluate --checkpoints outputs/run/best.pth --robust
    mimic evaluate --checkpoints outputs/run --num-rollouts 1000 --num-envs 256 --workers auto
    """

    checkpoints: tuple[str, ...] = option(
        (), label="Checkpoints, or a run's folder", group=FILES, role=Role.CHECKPOINTS, on_resume=BY_CONTENT
    )
    """Checkpoints (.pth), and folders of training runs."""
    num_rollouts: int = option(50, label="Rollouts", group=RUN, low=1, on_resume=MAY_DIFFER)
    """Rollouts of the best checkpoints; the others get fewer."""
    num_envs: int = redeclared(SimOptions, "num_envs", 50)
    robust: bool = option(False, label="Under perturbations, too", group=RUN, on_resume=MAY_DIFFER)
    """Also measure the best under perturbations: poses, size, mass, friction, gains, noise, delay, what cameras see."""
    video: int = option(
        0, label="Film of each", group=RUN, unit="rollouts", low=0, high=MAX_FILMED, on_resume=MAY_DIFFER
    )
    """Rollouts of each checkpoint to film, side by side, as an mp4 in the output folder; 0: none."""
    learner: str = option(
        "", label="Learner", group=_ROLLOUTS, offers=lambda: ("", *LEARNERS.all()), on_resume=MAY_DIFFER
    )
    """Learner of the checkpoints; empty: found from the files."""
    first_rollouts: int = option(16, label="First round", group=_ROLLOUTS, low=1, on_resume=MAY_DIFFER)
    """Rollouts of every checkpoint in the first round of a comparison; each round doubles them for the better half."""
    half_width: float = option(0.0, label="Half-width", group=_ROLLOUTS, low=0, below=0.5, on_resume=MAY_DIFFER)
    """Stop as soon as the 95 % interval of a success rate is within this distance to either side; 0: never."""
    horizon: int = redeclared(TrainOptions, "horizon", group=_ROLLOUTS)
    """Steps after which a rollout ends."""
    hold: int = option(20, label="Success held", group=_ROLLOUTS, unit="steps", low=1)
    """Steps for which the task must stay fulfilled before a rollout ends as a success."""
    actions: Literal["sample", "mode"] = option("sample", label="Actions", group=_ROLLOUTS)
    """How the policy acts: sample draws one of its modes; mode takes the most likely one."""
    output: str = option("", label="Results folder", group=_ROLLOUTS, role=Role.OUTPUT_FOLDER, on_resume=MAY_DIFFER)
    """Folder for table, plot and every rollout; by default evaluation/ in the run's folder or beside the file."""
    resume: bool = option(False, label="Resume an evaluation", group=_ROLLOUTS, on_resume=MAY_DIFFER)
    """Continue an evaluation that was stopped or killed."""


@dataclass(frozen=True)
class PlayOptions(EvaluateOptions):
    """Watch a policy.

    mimic play --checkpoints outputs/run/best.pth
    """

    num_rollouts: int = redeclared(EvaluateOptions, "num_rollouts", 1000)
    """Rollouts to watch."""
    num_envs: int = redeclared(EvaluateOptions, "num_envs", 4)
    viz: Visualizer = redeclared(EvaluateOptions, "viz", "viser")


@dataclass(frozen=True)
class ExportPolicyOptions:
    """Export a checkpoint to a file that runs without its learner and Isaac Lab.

    mimic export-policy --checkpoint outputs/run/best.pth --output policy.pt
    """

    checkpoint: str = option("best.pth", role=Role.INPUT_FILE)
    """Checkpoint (.pth)."""
    learner: str = redeclared(EvaluateOptions, "learner")
    """Learner of the checkpoint; empty: found from the file."""
    output: str = option("policy.pt", role=Role.OUTPUT_FILE)
    """File to write: .pt for TorchScript, .onnx for ONNX."""
    overwrite: bool = option(False)
    """Replace the file if it exists."""
