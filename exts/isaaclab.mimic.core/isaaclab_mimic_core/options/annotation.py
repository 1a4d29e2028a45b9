# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of annotating recorded demonstrations."""

from dataclasses import dataclass

from ..option import BY_CONTENT, FILES, MAY_DIFFER, RUN, SIMULATION, Role, option, redeclared
from .simulation import Assets, DemonstrationOptions, InverseKinematics, Physics
from .workers import WorkerOptions


@dataclass(frozen=True)
class AnnotateOptions(WorkerOptions, DemonstrationOptions):
    """Mark the subtasks of recorded demonstrations by re-simulation.

    mimic annotate --input demos.hdf5 --output annotated.hdf5
    """

    input: str = option("demos.hdf5", label="Recorded file", group=FILES, role=Role.INPUT_FILE, on_resume=BY_CONTENT)
    """File of recorded demonstrations."""
    output: str = option(
        "annotated.hdf5", label="Output file", group=FILES, role=Role.OUTPUT_FILE, on_resume=MAY_DIFFER
    )
    """File to write."""
    overwrite: bool = option(False, label="Replace the output if it exists", group=FILES, on_resume=MAY_DIFFER)
    """Replace the output if it exists."""
    resume: bool = option(False, label="Resume the output file", group=FILES, on_resume=MAY_DIFFER)
    """Continue the output: demonstrations that are in it are not replayed."""
    num_envs: int = redeclared(DemonstrationOptions, "num_envs", 16)
    """Demonstrations to replay in parallel."""
    from_states: bool = option(True, label="Keep what does not succeed again")
    """Take a demonstration that does not succeed when it is played again from its recorded states; not with start
    signals."""
    start_signals: bool = option(False, label="The task's start signals, too")
    """Keep the task's own start signals as well."""


@dataclass(frozen=True)
class AnnotateByHandOptions(DemonstrationOptions):
    """Mark the subtasks of recorded demonstrations by hand, on their recorded states.

    mimic annotate --manual --viz viser --input demos.hdf5 --output annotated.hdf5
    """

    input: str = redeclared(AnnotateOptions, "input")
    """File of recorded demonstrations."""
    output: str = redeclared(AnnotateOptions, "output")
    """File to write."""
    overwrite: bool = redeclared(AnnotateOptions, "overwrite")
    """Replace the output if it exists."""
    resume: bool = redeclared(AnnotateOptions, "resume")
    """Continue the output: demonstrations that are in it are not shown again."""
    num_envs: int = redeclared(DemonstrationOptions, "num_envs", 1, group=SIMULATION)
    """Environments that show the demonstration; more of them only read it faster."""
    seed: int = redeclared(DemonstrationOptions, "seed", group=SIMULATION, on_resume=MAY_DIFFER)
    """Seed of everything random that is not recorded."""
    physics: Physics = redeclared(DemonstrationOptions, "physics", on_resume=MAY_DIFFER)
    assets: Assets = redeclared(DemonstrationOptions, "assets", on_resume=MAY_DIFFER)
    ik: InverseKinematics = redeclared(DemonstrationOptions, "ik", on_resume=MAY_DIFFER)
    object_scale: str = redeclared(DemonstrationOptions, "object_scale", on_resume=MAY_DIFFER)
    marks: str = option("none", label="Begin with", group=RUN, on_resume=MAY_DIFFER)
    """Marks to begin with: none, auto (the task's own signals), or an annotated file to take them from."""
    start_signals: bool = option(False, label="Mark where subtasks start, too", group=RUN)
    """Mark where subtasks start as well."""
