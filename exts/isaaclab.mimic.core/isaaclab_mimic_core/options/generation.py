# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of generating demonstrations."""

from dataclasses import dataclass
from typing import Literal

from ..datagen import planners
from ..option import BY_CONTENT, FILES, MAY_DIFFER, RUN, Role, option, redeclared
from .simulation import Assets, DemonstrationOptions, SimOptions
from .workers import WorkerOptions

_ATTEMPTS = "How attempts are made"


@dataclass(frozen=True)
class GenerateOptions(WorkerOptions, DemonstrationOptions):
    """Generate demonstrations from annotated ones.

    mimic generate --input annotated.hdf5 --output generated.hdf5 --num-demos 100 --num-envs 64
    """

    input: str = option(
        "annotated.hdf5", label="Annotated file", group=FILES, role=Role.INPUT_FILE, on_resume=BY_CONTENT
    )
    """File of annotated source demonstrations."""
    output: str = option(
        "generated.hdf5", label="Output file", group=FILES, role=Role.OUTPUT_FILE, on_resume=MAY_DIFFER
    )
    """File to write."""
    overwrite: bool = option(False, label="Replace the output if it exists", group=FILES, on_resume=MAY_DIFFER)
    """Replace the output if it exists."""
    resume: bool = option(False, label="Resume an earlier run's file", group=FILES, on_resume=MAY_DIFFER)
    """Continue a run that was stopped or killed, up to num_demos in total."""
    num_demos: int = option(10, label="Demonstrations", group=RUN, low=1, on_resume=MAY_DIFFER)
    """Successful demonstrations to generate."""
    mode: Literal["default", "upstream"] = option("default", label="Rules", group=_ATTEMPTS)
    """Rules of generation: default, or upstream for those of Isaac Lab 3.0.0."""
    early_stop: bool | None = option(None, label="Stop early", group=_ATTEMPTS)
    """End an attempt, or retry, as soon as a subtask has failed; the mode decides if it is not given."""
    max_retries: int | None = option(None, label="Retries", group=_ATTEMPTS, low=0)
    """How often a failed subtask is retried from where it began; the mode decides if it is not given."""
    learn_sources: bool | None = option(None, label="Prefer sources that succeed", group=_ATTEMPTS)
    """Prefer source segments that have succeeded in this run; the mode decides if it is not given."""
    correct_grasp: bool | None = option(None, label="Correct the grasp", group=_ATTEMPTS)
    """Correct poses if a carried object is held differently than in the source; the mode decides if it is not given."""
    fit_sizes: bool | None = option(None, label="Fit objects of other sizes", group=_ATTEMPTS)
    """Shift poses where objects have other sizes than in the source; the mode decides if it is not given."""
    fade_noise: bool | None = option(None, label="Fade noise before grasps", group=_ATTEMPTS)
    """Let the action noise fade out before the gripper closes or opens; the mode decides if it is not given."""
    keep_clear: bool | None = option(None, label="Keep clear of other objects", group=_ATTEMPTS)
    """A subtask fails if it pushes an object that its sources leave alone; the mode decides if it is not given."""
    per_subtask_selection: bool | None = option(None, label="Select per subtask", group=_ATTEMPTS)
    """Select a source for every subtask, not for a whole attempt; the mode decides if it is not given."""
    images: Literal["auto", "later", "live"] = option("auto", label="Camera images", group=RUN)
    """The task's camera images: live, recorded here; later, left to mimic render; auto: later, live in Isaac Sim."""
    planner: str = option(
        "task",
        label="Planner between segments",
        group=_ATTEMPTS,
        offers=planners.choices,
    )
    """How paths between segments are made: straight; lift (up, across above everything, down); or as the task says."""
    patience: int = option(
        100, label="Give up if the first", group=_ATTEMPTS, unit="attempts fail", low=0, on_resume=MAY_DIFFER
    )
    """Give up if this many first attempts (at least one in each environment) all fail; 0: never."""
    max_failures: int = option(0, label="Give up after", group=_ATTEMPTS, unit="failures", low=0, on_resume=MAY_DIFFER)
    """Failed attempts after which the run gives up; 0: never."""
    keep_failed: bool = option(
        False, label="Keep failed attempts in a file of their own", group=_ATTEMPTS, on_resume=MAY_DIFFER
    )
    """Write failed attempts too, into a second file named <output>_failed."""
    report: str = option(
        "", label="Folder for a report", group=_ATTEMPTS, role=Role.OUTPUT_FOLDER, on_resume=MAY_DIFFER
    )
    """Folder for a report of the run: report.html with its plots, run.json with every attempt; none by default."""
    thumbnails: bool = option(True, label="Thumbnails in the report", group=_ATTEMPTS, on_resume=MAY_DIFFER)
    """Show some demonstrations in the report, above their sources; this takes some seconds at the end of a run."""


@dataclass(frozen=True)
class QuickstartOptions(SimOptions):
    """Annotate the sample demonstrations, generate new ones from them, and report.

    mimic quickstart --num-demos 10 --num-envs 16
    """

    output: str = option("", label="Output folder", group=FILES, role=Role.OUTPUT_FOLDER)
    """Folder for all files; a new one below outputs/ by default."""
    input: str = option("", label="Recorded file", group=FILES, role=Role.INPUT_FILE)
    """File of recorded demonstrations; the product's own sample by default."""
    num_demos: int = redeclared(GenerateOptions, "num_demos")
    """Successful demonstrations to generate."""
    assets: Assets = redeclared(SimOptions, "assets", "local")
    """Where robot, table and objects come from; local ones are the same on every machine."""
