# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What every stage that simulates can be told, and what viewing can."""

from dataclasses import dataclass, fields
from pathlib import Path

from ..tasks.shipped import DEFAULT_TASK
from .resuming import may_differ


@dataclass(frozen=True)
class SimOptions:
    """Where and how to simulate."""

    task: str = DEFAULT_TASK
    """Task id, or one of its other names; mimic tasks lists them."""
    num_envs: int = may_differ(16)
    """Environments that run side by side."""
    seed: int = 1
    """Seed of everything random."""
    device: str = may_differ("auto")
    """Where to compute: auto, cpu, cuda or cuda:<index>."""
    physics: str = "auto"
    """Physics engine: auto, ovphysx, newton or isaacsim."""
    assets: str = "auto"
    """Robot, table and objects: auto, cloud or local."""
    viz: str = may_differ("none")
    """Live view: none, viser, newton or kit."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Path):
                # Plain data: options travel to worker processes and into files.
                object.__setattr__(self, each.name, str(value))


@dataclass(frozen=True)
class ViewOptions(SimOptions):
    """Step a task with a live view.

    mimic view --task Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0 --actions random
    """

    num_envs: int = 4
    """Environments that run side by side."""
    actions: str = "zero"
    """zero, or random: uniform between -1 and 1."""
    num_steps: int = 0
    """Environment steps to make; 0: until stopped."""
    viz: str = "viser"
    """Live view: viser (in a browser), newton (a window), kit or none."""
