# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of every stage that simulates, and of viewing a task."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from ..option import BY_CONTENT, FILES, MAY_DIFFER, MORE, RUN, SIMULATION, Role, option, redeclared
from ..tasks.described import task_name
from ..tasks.names import all_tasks

MAX_SEED = 2**32 - 1
"""Largest seed that NumPy takes."""

Physics = Literal["auto", "ovphysx", "newton", "isaacsim"]
Assets = Literal["auto", "cloud", "local"]
InverseKinematics = Literal["auto", "dls", "pink"]
Visualizer = Literal["none", "viser", "newton", "kit"]


@dataclass(frozen=True)
class SimOptions:
    """Where and how to simulate."""

    task: str = option("", label="Task", group=FILES, offers=lambda: tuple(all_tasks()), empty="as the input says")
    """Task id, or one of its other names; mimic tasks lists them. Empty: the one that the input was made in, else
    Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0."""
    num_envs: int = option(16, label="Environments", group=RUN, low=1, high=65536, on_resume=MAY_DIFFER)
    """Number of environments."""
    seed: int = option(1, label="Seed", group=RUN, low=0, high=MAX_SEED)
    """Seed of everything random."""
    device: str = option("auto", label="Compute on", group=SIMULATION, on_resume=MAY_DIFFER)
    """Where to compute: auto, cpu, cuda or cuda:<index>."""
    physics: Physics = option("auto", label="Physics engine", group=SIMULATION)
    """Physics engine; auto: Isaac Sim's own inside Isaac Sim, elsewhere ovphysx."""
    assets: Assets = option("auto", label="Assets", group=SIMULATION)
    """Where robot, table and objects come from; auto: NVIDIA's cloud, or local ones without it."""
    ik: InverseKinematics = option("auto", label="Inverse kinematics", group=SIMULATION)
    """Inverse kinematics of a task that Isaac Lab solves with Pink: pink, or dls, damped least squares for all
    environments at once; auto: dls where it can be."""
    object_scale: str = option("", label="Object sizes", group=SIMULATION)
    """Factors on the sizes of objects: 0.8, or cube_2=0.8,cube_3=1.2, or ranges to draw from, 0.8:1.2; empty: as the
    task has them, or as the demonstrations that are replayed had them."""
    viz: Visualizer = option("none", label="Live 3D view", group=SIMULATION, on_resume=MAY_DIFFER)
    """Live view: viser (in a browser), newton (a window), kit (Isaac Sim's viewport) or none."""
    descriptor: str = option(
        "",
        label="Descriptor",
        group=SIMULATION,
        role=Role.INPUT_FILE,
        suffixes=(".yaml", ".yml"),
        on_resume=BY_CONTENT,
    )
    """YAML file that says what the subtasks are; then the task may be any environment. Empty: the task's own."""

    def __post_init__(self) -> None:
        # Plain data: options travel to worker processes and into files.
        for each in fields(self):
            object.__setattr__(self, each.name, _plain(getattr(self, each.name)))
        if self.descriptor:
            object.__setattr__(self, "task", task_name(self.descriptor, self.task))

    @property
    def simulation(self) -> dict[str, Any]:
        """What says which simulation it is, by its names: besides task, descriptor and number of environments."""
        return {name: getattr(self, name) for name in ("seed", "device", "physics", "assets", "ik", "object_scale")}


def _plain(value: object) -> Any:
    """Turn paths into texts."""
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    return str(value) if isinstance(value, Path) else value


@dataclass(frozen=True)
class DemonstrationOptions(SimOptions):
    """Options of every stage that reads demonstrations."""

    any_task: bool = option(False, label="Allow another task", group=MORE, on_resume=MAY_DIFFER)
    """Accept demonstrations of another task, too: its robot, actions and objects must be the same."""


@dataclass(frozen=True)
class ViewOptions(SimOptions):
    """Step a task with a live view.

    mimic view --task Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0 --actions random
    """

    num_envs: int = redeclared(SimOptions, "num_envs", 4)
    actions: Literal["zero", "random"] = option("zero", label="Actions", group=RUN)
    """Actions to apply: zero, or random, uniform between -1 and 1."""
    num_steps: int = option(0, label="Stop after", group=RUN, unit="steps", low=0)
    """Environment steps to make; 0: until stopped."""
    viz: Visualizer = redeclared(SimOptions, "viz", "viser")
