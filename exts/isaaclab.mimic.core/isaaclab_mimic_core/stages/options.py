# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What each stage can be told: the command line's flags, a window's form and a worker's JSON are made from these.

Nothing heavy is imported here, so that `mimic --help` answers at once.
"""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ..devices.settings import DeviceSettings
from ..tasks.shipped import DEFAULT_TASK

_ON_RESUME = "on resume"


def may_differ(default: Any) -> Any:
    """Declare an option that a run may be resumed with another value of, for it does not decide what is made.

    All others are compared, by what they are resolved to; see `run_manifest`.
    """
    return field(default=default, metadata={_ON_RESUME: "may differ"})


def by_content(default: Any) -> Any:
    """Declare an option that names files: a run is resumed with the same content, wherever that lies."""
    return field(default=default, metadata={_ON_RESUME: "by content"})


def deciding(options: Any) -> dict[str, Any]:
    """Return the options that decide what a run makes, beside the files it reads."""
    return {each.name: getattr(options, each.name) for each in fields(options) if _ON_RESUME not in each.metadata}


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
class TeleopOptions(DeviceSettings, SimOptions):
    """Drive a task without recording.

    mimic teleop --teleop-device keyboard --viz viser
    """

    num_envs: int = 1
    """Environments that run side by side; more than one only with generate_into: a person drives one."""
    generate_into: str = ""
    """File to generate into meanwhile: each demonstration that succeeds joins the sources of the other environments."""
    input: str = ""
    """With generate_into: annotated demonstrations to begin with, if there are any."""
    any_task: bool = False
    """With input: take demonstrations of another task, too: its robot, actions and objects have to be the same."""
    num_demos: int = 0
    """With generate_into: demonstrations to generate; 0: until stopped."""
    overwrite: bool = False
    """With generate_into: replace its files if they exist."""


@dataclass(frozen=True)
class RecordOptions(DeviceSettings, SimOptions):
    """Record demonstrations.

    mimic record --teleop-device keyboard --viz viser --num-demos 10 --output demos.hdf5
    """

    output: str = "demos.hdf5"
    """File to write."""
    num_envs: int = 1
    """Environments that are demonstrated in side by side; a person drives one."""
    num_demos: int = 10
    """Successful demonstrations to record; 0: until stopped."""
    append: bool = False
    """Add to the file if it exists."""
    overwrite: bool = False
    """Replace the file if it exists."""
    num_success_steps: int = 10
    """Steps that the task must stay fulfilled for before a demonstration counts."""
    num_extra_steps: int = 5
    """Steps recorded after that, so that the end is not cropped."""
    max_steps: int | None = None
    """A demonstration that has not succeeded by then is discarded; by default 600 for a script, never for a person."""
    next_obs: bool = False
    """Record the observations after each step too, as next_obs."""


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


@dataclass(frozen=True)
class ReplayOptions(SimOptions):
    """Play demonstrations again and say which of them hold.

    mimic replay generated.hdf5 --validate
    """

    input: str = "demos.hdf5"
    """File of demonstrations."""
    task: str = ""
    """Task id; the one that the file names by default."""
    any_task: bool = False
    """Take demonstrations of another task, too: its robot, actions and objects have to be the same."""
    by: str = "actions"
    """actions: from the initial state, in physics; states: every recorded state, without physics; end: the last one."""
    num_envs: int = 0
    """Demonstrations that are played side by side; 0: as many as when the file was generated, else 16."""
    validate: bool = False
    """End with status 1 if the task is not fulfilled after every demonstration."""
    tolerance: float = 0.01
    """From this difference on a state counts as having left what was recorded [rad, m]."""
    rest: float = 1.0
    """How long the scene rests after a demonstration before it is judged [s]."""
    episodes: str = ""
    """Demonstrations to play, by name, number or range: 3,demo_7,10-19; all by default."""
    drop_failed: str = ""
    """File to write without the demonstrations that failed."""
    overwrite: bool = False
    """Replace that file if it exists."""


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
