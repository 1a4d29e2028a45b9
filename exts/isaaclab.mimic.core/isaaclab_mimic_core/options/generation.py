# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What generating demonstrations can be told."""

from dataclasses import dataclass

from .resuming import by_content, may_differ
from .simulation import SimOptions


@dataclass(frozen=True)
class GenerateOptions(SimOptions):
    """Generate demonstrations from annotated ones.

    mimic generate --input annotated.hdf5 --output generated.hdf5 --num-demos 100 --num-envs 64
    """

    input: str = by_content("annotated.hdf5")
    """File of annotated source demonstrations."""
    any_task: bool = may_differ(False)
    """Take demonstrations of another task, too: its robot, actions and objects have to be the same."""
    output: str = may_differ("generated.hdf5")
    """File to write."""
    num_demos: int = may_differ(10)
    """Successful demonstrations to generate."""
    mode: str = "default"
    """default, or upstream for Isaac Lab 3.0.0's own rules."""
    max_failures: int = may_differ(0)
    """Give up after so many failed attempts; 0 for never."""
    patience: int = may_differ(100)
    """Give up, with advice, if so many first attempts (at least one in each environment) all fail; 0: never."""
    keep_failed: bool = may_differ(False)
    """Write failed attempts too, into a second file named <output>_failed."""
    report: str = may_differ("")
    """Folder for a report of the run: report.html with its pictures, run.json with every attempt; none by default."""
    resume: bool = may_differ(False)
    """Go on with a run that was stopped or killed, up to num_demos in all."""
    overwrite: bool = may_differ(False)
    """Replace the output if it exists."""
    early_stop: bool | None = None
    """End an attempt, or go back, as soon as a subtask has failed; the mode decides if it is not given."""
    max_retries: int | None = None
    """How often a failed subtask is tried again from where it began; the mode decides if it is not given."""
    learn_sources: bool | None = None
    """Prefer source segments that have succeeded in this run; the mode decides if it is not given."""
    correct_grasp: bool | None = None
    """Allow for how differently a carried object is held; the mode decides if it is not given."""
    fade_noise: bool | None = None
    """Let the action noise fade out before the gripper closes or opens; the mode decides if it is not given."""
    keep_clear: bool | None = None
    """A subtask fails if it pushes an object that its sources leave alone; the mode decides if it is not given."""
    planner: str = "task"
    """How ways between segments are made: straight; lift (up, across above everything, down); or as the task says."""
    per_subtask_selection: bool | None = None
    """Choose a source for every subtask, not for a whole attempt; the mode decides if it is not given."""


@dataclass(frozen=True)
class QuickstartOptions(SimOptions):
    """Annotate the sample demonstrations, generate new ones from them, and report.

    mimic quickstart --num-demos 10 --num-envs 16
    """

    output: str = ""
    """Folder for everything that is made; a new one below outputs/ by default."""
    input: str = ""
    """File of recorded demonstrations; the product's own sample by default."""
    num_demos: int = 10
    """Successful demonstrations to generate."""
    assets: str = "local"
    """Robot, table and objects: local (the same on every machine), cloud or auto."""
