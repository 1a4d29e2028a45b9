# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a policy learner is: it plans a training, trains, and opens its checkpoints as policies.

A learner is registered by name (`plugins.register_learner`) and lies in a folder of its own; rollouts, sweeps and
results know nothing beyond this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch

from ..run_manifest import Difference


@dataclass(frozen=True)
class Request:
    """What a training shall be, as the command line has it."""

    dataset: str
    """File of demonstrations."""
    task: str
    """The task's id."""
    config: str = ""
    """A configuration's file, or a word that the learner knows; empty: the learner's own for the task."""
    epochs: int = 0
    """Epochs in all; 0: as configured."""
    seed: int = 0
    """Of weights and batches; 0: as configured."""
    device: str = "cpu"
    """`cpu` or `cuda:<index>`."""
    exact: bool = False
    """Reproduce the learner's own loop to the bit."""
    precision: str = "auto"
    begun: Mapping[str, Any] = field(default_factory=dict)
    """Options of the run that is resumed, as they were decided; empty for a new one."""


@dataclass(frozen=True)
class Saving:
    """After which epochs a checkpoint is kept; the last one always is."""

    enabled: bool = True
    every_epochs: int | None = None
    every_seconds: float | None = None
    epochs: tuple[int, ...] = ()
    on_best_validation: bool = False
    """Whether the one with the least validation loss is kept, too, as `best_validation.pth`."""


@dataclass(frozen=True)
class PolicySpec:
    """What a policy takes and gives."""

    observations: Mapping[str, tuple[int, ...]]
    """Shape of each observation it sees, as environments give it, without the environments' dimension."""
    action_dim: int
    """Numbers of an action."""


class Policy(Protocol):
    """Acts in many environments at once, each as if it were alone."""

    spec: PolicySpec

    def begin(self, env_ids: torch.Tensor, num_envs: int) -> None:
        """Forget what was in environments that were reset: `env_ids` (K,) int64."""
        ...

    def act(self, observations: dict[str, torch.Tensor], streams: torch.Tensor) -> torch.Tensor:
        """Choose actions.

        Args:
            observations: (num_envs, ...) by name; may hold more than the policy sees.
            streams: (num_envs,) int64, random numbers of each environment's rollout; nothing else may be drawn from.

        Returns:
            (num_envs, action_dim).
        """
        ...


class Training(Protocol):
    """A model, its data and its optimiser, trained epoch by epoch, in slices."""

    epoch: int
    """The running epoch or, between two, the last one; 0 before the first."""
    steps_per_epoch: int
    loss: float
    """Mean over the last epoch's steps."""
    validation_loss: float | None
    """On demonstrations held back, after the last epoch; None if there are none."""

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
        """Make steps for about so long; return whether the epoch is over."""
        ...

    def save_checkpoint(self, path: Path) -> None:
        """Write the policy, whole or not at all."""
        ...

    def save_state(self, path: Path, more: dict) -> None:
        """Write all that the next epoch depends on, and `more`, plain data."""
        ...

    def load_state(self, path: Path) -> dict:
        """Go back to a state that was saved between two epochs; return what was saved with it.

        Raises:
            MimicError: The file is damaged.
        """
        ...

    def policy(self, device: torch.device) -> Policy:
        """Return the policy as it is now, for evaluations."""
        ...


class Plan(Protocol):
    """A training that was checked as far as it can be without reading the dataset."""

    epochs: int
    saving: Saving
    text_log: bool
    """Whether a log for people is wanted beside `log.jsonl`."""
    tensorboard: bool
    config: Any
    """The complete configuration, plain data, for `config.json`."""
    config_path: str
    """Where it came from."""
    label: str
    """A name for the run, from the configuration; may be empty."""
    notes: list[str]
    """What the user should know: settings that were adapted."""

    def start(self) -> Training:
        """Read the dataset and build the model.

        Raises:
            MimicError: It cannot be trained on, or there is not enough memory: found here, before the first epoch.
        """
        ...

    def about(self) -> dict[str, Any]:
        """Return options that were left to the learner (`precision`), as it decided; `start` has been called."""
        ...

    def differences(self, begun: dict) -> list[Difference]:
        """Return in what this differs from a run that was begun, of all that decides what is learned.

        Args:
            begun: The configuration of that run, as `config` was.
        """
        ...


class Learner(Protocol):
    """A way to learn policies."""

    packages: tuple[str, ...]
    """Installed packages that the results depend on, beside Isaac Lab and torch."""

    def require(self) -> None:
        """Make sure that what it needs is installed.

        Raises:
            PlatformError: It is not; says how to install it.
        """
        ...

    def plan(self, request: Request) -> Plan:
        """Check what a training shall be.

        Raises:
            MimicError: It cannot be done.
        """
        ...

    def owns(self, path: str) -> bool:
        """Whether a file is one of this learner's checkpoints."""
        ...

    def load(self, path: str, device: str, actions: str) -> Policy:
        """Open a checkpoint.

        Args:
            path: The file.
            device: Where the environments' tensors are.
            actions: `sample` to draw from the policy's distribution, `mode` for the likeliest action.

        Raises:
            InputFileError: The file is missing, damaged or another learner's.
        """
        ...

    def export(self, checkpoint: str, path: Path) -> dict:
        """Write a policy as one function, by the ending of `path`, and compare it with the checkpoint.

        Returns:
            `difference`, the largest one between two actions, and how the file is to be used.

        Raises:
            MimicError: It cannot be written so, or acts differently.
        """
        ...
