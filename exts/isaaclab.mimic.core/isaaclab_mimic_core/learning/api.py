# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The interface of a learner: it plans a training, trains, and loads its checkpoints as policies.

A learner is registered by name (`plugins.register_learner`). Rollouts, sweeps and results use this interface only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch

from ..events import Progress
from ..run_manifest import Difference
from .ranks import Ranks


@dataclass(frozen=True)
class Request:
    """A training as the command line asks for it."""

    dataset: str
    """File of demonstrations."""
    task: str
    """The task's id."""
    config: str = ""
    """Configuration file, or a name that the learner knows; empty: the learner's own configuration for the task."""
    epochs: int = 0
    """Total number of epochs; 0: as configured."""
    seed: int = 0
    """Seed of weights and batches; 0: as configured."""
    device: str = "cpu"
    """`cpu` or `cuda:<index>`."""
    exact: bool = False
    """Reproduce the learner's own training loop bit by bit."""
    precision: str = "auto"
    begun: Mapping[str, Any] = field(default_factory=dict)
    """Resolved options of the run that is resumed; empty for a new run."""
    ranks: Ranks | None = None
    """Which of several processes this is; None if one trains alone."""


@dataclass(frozen=True)
class Saving:
    """After which epochs a checkpoint is saved; one is always saved after the last epoch."""

    enabled: bool = True
    every_epochs: int | None = None
    every_seconds: float | None = None
    epochs: tuple[int, ...] = ()
    on_best_validation: bool = False
    """Whether the checkpoint with the lowest validation loss is saved too, as `best_validation.pth`."""


@dataclass(frozen=True)
class PolicySpec:
    """Inputs and outputs of a policy."""

    observations: Mapping[str, tuple[int, ...]]
    """Shape of each observation that it takes, as the environments return it, without their dimension."""
    action_dim: int
    """Size of an action."""


class Policy(Protocol):
    """Acts in many environments at once, independently in each."""

    spec: PolicySpec

    def begin(self, env_ids: torch.Tensor, num_envs: int) -> None:
        """Clear the recurrent state and frames of environments that were reset: `env_ids` (K,) int64."""
        ...

    def act(self, observations: dict[str, torch.Tensor], streams: torch.Tensor) -> torch.Tensor:
        """Choose actions.

        Args:
            observations: (num_envs, ...) by name; may have more than the policy takes.
            streams: (num_envs,) int64 random streams of the rollouts; no other random numbers may be used.

        Returns:
            (num_envs, action_dim).
        """
        ...


class Preparation(Protocol):
    """Work before the first epoch, in slices of time: checking images, training their encoders."""

    title: str
    """What is done, for people."""

    @property
    def progress(self) -> Progress:
        """How far it is; it is over once all is done, and then stays so in a resumed run or is done again."""
        ...

    def advance(self, seconds: float) -> Mapping[str, float]:
        """Work for about so many seconds.

        Returns:
            Figures for the log if one of what `progress` counts has ended with it, else nothing.

        Raises:
            MimicError: The data cannot be used.
        """
        ...


class Training(Protocol):
    """A model, its data and its optimiser; trains epoch by epoch, in slices of time."""

    epoch: int
    """Current epoch or, between two epochs, the last one; 0 before the first."""
    steps_per_epoch: int
    loss: float
    """Mean over the last epoch's steps."""
    validation_loss: float | None
    """Loss on the validation demonstrations after the last epoch; None if there are none."""
    preparations: Sequence[Preparation]
    """What is done before the first epoch, in this order; may be empty, or left out."""
    notes: Sequence[str]
    """Notes for the user: how the data are learned; may be empty, or left out."""

    @property
    def steps_done(self) -> int:
        """Steps made in this epoch."""
        ...

    @property
    def learning_rate(self) -> float: ...

    def begin_epoch(self) -> None:
        """Start the next epoch; `advance` then makes its steps."""
        ...

    def advance(self, seconds: float) -> bool:
        """Train for about so many seconds; return whether the epoch is over."""
        ...

    def save_checkpoint(self, path: Path) -> None:
        """Write the policy atomically."""
        ...

    def save_state(self, path: Path, more: dict) -> None:
        """Write all that the next epoch depends on, together with `more` (plain data)."""
        ...

    def load_state(self, path: Path) -> dict:
        """Load a state saved between two epochs; return the `more` that was saved with it.

        Raises:
            MimicError: The file is damaged.
        """
        ...

    def policy(self, device: torch.device) -> Policy:
        """Return the current policy, for evaluations."""
        ...


class DistributedTraining(Training, Protocol):
    """A training that several processes share, each of which makes the same calls."""

    def distribute(self, ranks: Ranks) -> None:
        """Begin to average gradients over all processes, which are all there."""
        ...

    def make_steps(self, count: int) -> bool:
        """Make so many steps of the epoch, together with the others; return whether it is over."""
        ...


class Plan(Protocol):
    """A training, checked as far as possible without reading the dataset."""

    epochs: int
    saving: Saving
    text_log: bool
    """Whether to write `log.txt` beside `log.jsonl`."""
    tensorboard: bool
    config: Any
    """The complete configuration as plain data, for `config.json`."""
    config_path: str
    """The file that the configuration was read from."""
    label: str
    """Name of the run in the configuration; may be empty."""
    notes: list[str]
    """Notes for the user: settings that were changed."""

    def start(self) -> Training:
        """Read the dataset and build the model.

        Raises:
            MimicError: The dataset cannot be trained on, or there is not enough memory.
        """
        ...

    def about(self) -> dict[str, Any]:
        """Return the options that the learner has decided itself (`precision`); call it after `start`."""
        ...

    def differences(self, begun: dict) -> list[Difference]:
        """Return the settings, among those that affect what is learned, in which this differs from an earlier run.

        Args:
            begun: The `config` of the earlier run.
        """
        ...


class Learner(Protocol):
    """Trains policies and loads its checkpoints."""

    packages: tuple[str, ...]
    """Packages that the results depend on, besides Isaac Lab and torch."""
    distributes: bool
    """Whether several processes can share a training (`DistributedTraining`); may be left out, then they cannot."""

    def require(self) -> None:
        """Check that the packages it needs are installed.

        Raises:
            PlatformError: One is missing; says how to install it.
        """
        ...

    def plan(self, request: Request) -> Plan:
        """Check a request and return the plan for it.

        Raises:
            MimicError: The request cannot be fulfilled.
        """
        ...

    def owns(self, path: str) -> bool:
        """Whether a file is one of this learner's checkpoints."""
        ...

    def task_of(self, path: str) -> str:
        """Return the name of the task whose demonstrations a checkpoint was trained on; empty if it says none.

        May be left out, then checkpoints say none outside their run's folder.
        """
        ...

    def load(self, path: str, device: str, actions: str) -> Policy:
        """Load a checkpoint.

        Args:
            path: The file.
            device: Where the environments' tensors are.
            actions: `sample` to draw from the policy's distribution, `mode` for its most likely action.

        Raises:
            InputFileError: The file is missing, damaged or another learner's.
        """
        ...

    def export(self, checkpoint: str, path: Path) -> dict:
        """Export a policy as a single function, in the format of `path`'s suffix, and compare it with the checkpoint.

        Returns:
            `difference`, the largest difference between two actions, and how to use the file.

        Raises:
            MimicError: It cannot be exported to this format, or the exported policy acts differently.
        """
        ...
