# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What annotating recorded demonstrations can be told."""

from dataclasses import dataclass

from .resuming import by_content, may_differ
from .simulation import SimOptions


@dataclass(frozen=True)
class AnnotateOptions(SimOptions):
    """Mark the subtasks of recorded demonstrations by re-simulation.

    mimic annotate --input demos.hdf5 --output annotated.hdf5
    """

    input: str = by_content("demos.hdf5")
    """File of recorded demonstrations."""
    any_task: bool = may_differ(False)
    """Take demonstrations of another task, too: its robot, actions and objects have to be the same."""
    output: str = may_differ("annotated.hdf5")
    """File to write."""
    num_envs: int = may_differ(16)
    """Demonstrations that are played side by side."""
    start_signals: bool = False
    """Keep the task's own start signals, too."""
    resume: bool = may_differ(False)
    """Go on with the output: demonstrations that are in it are not played again."""
    overwrite: bool = may_differ(False)
    """Replace the output if it exists."""


@dataclass(frozen=True)
class AnnotateByHandOptions(SimOptions):
    """Mark the subtasks of recorded demonstrations by hand, on their recorded states.

    mimic annotate --manual --viz viser --input demos.hdf5 --output annotated.hdf5
    """

    input: str = by_content("demos.hdf5")
    """File of recorded demonstrations."""
    any_task: bool = may_differ(False)
    """Take demonstrations of another task, too: its robot, actions and objects have to be the same."""
    output: str = may_differ("annotated.hdf5")
    """File to write."""
    num_envs: int = may_differ(1)
    """Environments that show the demonstration; more of them only make reading it faster."""
    seed: int = may_differ(1)
    """Seed of what is not recorded."""
    physics: str = may_differ("auto")
    """Physics engine that shows the states: auto, ovphysx, newton or isaacsim."""
    assets: str = may_differ("auto")
    """Robot, table and objects: auto, cloud or local."""
    start_signals: bool = False
    """Mark where subtasks start, too."""
    marks: str = may_differ("none")
    """Marks to begin with: none, auto (the task's own signals), or an annotated file to take them from."""
    resume: bool = may_differ(False)
    """Go on with the output: demonstrations that are in it are not shown again."""
    overwrite: bool = may_differ(False)
    """Replace the output if it exists."""
