# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What evaluating, playing and exporting policies can be told."""

from dataclasses import dataclass

from .resuming import by_content, may_differ
from .simulation import SimOptions


@dataclass(frozen=True)
class EvaluateOptions(SimOptions):
    """Measure how often policies succeed; of several the best is found with few rollouts.

    mimic evaluate --checkpoints outputs/run --num-rollouts 200 --num-envs 64
    mimic evaluate --checkpoints outputs/run/best.pth --robust
    """

    checkpoints: tuple[str, ...] = by_content(())
    """Checkpoints (.pth), and folders of training runs."""
    learner: str = may_differ("")
    """Whose checkpoints these are; empty: found from the files."""
    num_rollouts: int = may_differ(50)
    """Rollouts of the best checkpoints; the others get fewer."""
    first_rollouts: int = may_differ(16)
    """Rollouts of every checkpoint in the first round of a comparison; each round doubles them for the better half."""
    half_width: float = may_differ(0.0)
    """Stop as soon as the 95 % interval of a success rate reaches no farther than this to either side; 0: never."""
    horizon: int = 500
    """Steps after which a rollout ends."""
    hold: int = 20
    """Steps that the task has to stay fulfilled for a rollout to count, and end, before the horizon."""
    actions: str = "sample"
    """sample draws one of the policy's modes; mode takes the likeliest."""
    robust: bool = may_differ(False)
    """Also measure the best under perturbations: poses, object size, mass, friction, gains, noise, delay."""
    video: int = may_differ(0)
    """Rollouts of each checkpoint to film afterwards, side by side, as an mp4 in the output folder; 0: none."""
    output: str = may_differ("")
    """Folder for table, picture and every rollout; by default evaluation/ in the run's folder or beside the file."""
    resume: bool = may_differ(False)
    """Go on with an evaluation that was stopped or killed."""
    num_envs: int = may_differ(50)
    """Environments that run side by side."""


@dataclass(frozen=True)
class PlayOptions(EvaluateOptions):
    """Watch a policy.

    mimic play --checkpoints outputs/run/best.pth
    """

    num_rollouts: int = 1000
    """Rollouts to watch."""
    num_envs: int = 4
    """Environments that run side by side."""
    viz: str = "viser"
    """Live view: viser (in a browser), newton (a window), kit or none."""


@dataclass(frozen=True)
class ExportPolicyOptions:
    """Turn a checkpoint into a file that runs without its learner and Isaac Lab.

    mimic export-policy --checkpoint outputs/run/best.pth --output policy.pt
    """

    checkpoint: str = "best.pth"
    """Checkpoint (.pth)."""
    learner: str = ""
    """Whose checkpoint it is; empty: found from the file."""
    output: str = "policy.pt"
    """File to write: .pt for TorchScript, .onnx for ONNX."""
    overwrite: bool = False
    """Replace the file if it exists."""
