# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of proposing a task's descriptor, and of checking one."""

from dataclasses import dataclass

from ..option import FILES, MAY_DIFFER, RUN, Role, option, redeclared
from .annotation import AnnotateOptions
from .replay import ReplayOptions
from .simulation import DemonstrationOptions, SimOptions


@dataclass(frozen=True)
class TaskInitOptions(SimOptions):
    """Propose a task's subtasks from recorded demonstrations, as a descriptor.

    mimic task init --task Isaac-Stack-Cube-Franka-IK-Rel-v0 --input demos.hdf5 --output task.yaml
    """

    task: str = option("", label="Environment", group=FILES)
    """The environment's name in gymnasium's registry; by default the one that the file was recorded in."""
    input: str = redeclared(AnnotateOptions, "input")
    """File of recorded demonstrations, with their states; one demonstration is enough."""
    output: str = option(
        "task.yaml", label="Descriptor", group=FILES, role=Role.OUTPUT_FILE, suffixes=(".yaml", ".yml")
    )
    """Descriptor to write."""
    overwrite: bool = redeclared(AnnotateOptions, "overwrite")
    """Replace the output if it exists."""
    episodes: str = redeclared(ReplayOptions, "episodes")
    """Demonstrations to look at, by name, number or range: 3,demo_7,10-19; all by default."""
    num_envs: int = redeclared(SimOptions, "num_envs")
    """Environments that show the recorded states; more of them only read the file faster."""


@dataclass(frozen=True)
class TaskCheckOptions(DemonstrationOptions):
    """Annotate demonstrations by a descriptor, make some attempts from them, and say what fails.

    mimic task check --descriptor task.yaml --input demos.hdf5
    """

    input: str = redeclared(AnnotateOptions, "input")
    """File of recorded demonstrations."""
    output: str = option("", label="Folder to keep the files in", group=FILES, role=Role.OUTPUT_FOLDER)
    """Folder to keep the annotated and the generated file in; by default nothing is kept."""
    attempts: int = option(20, label="Attempts", group=RUN, low=1, high=10000, on_resume=MAY_DIFFER)
    """Attempts to make."""
    num_envs: int = redeclared(DemonstrationOptions, "num_envs", 20)
    """Attempts to make at the same time."""
