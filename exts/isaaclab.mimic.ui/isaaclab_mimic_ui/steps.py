# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The steps of the work, in their order: what each is called, asks for, needs and makes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from isaaclab_mimic_core import options as stage_options
from isaaclab_mimic_core.datagen import planners
from isaaclab_mimic_core.devices import is_live
from isaaclab_mimic_core.learning import learners
from isaaclab_mimic_core.options.teleoperation import SETTINGS
from isaaclab_mimic_core.plugins import DEVICES
from isaaclab_mimic_core.tasks import all_tasks

from .forms.fields import Field, Filled, Looks, fields_of

DEMOS, ANNOTATED, GENERATED, RUN = "demos", "annotated", "generated", "run"
"""Names of the files that go from one step to the next."""

SIMULATION = ("device", "physics", "assets", "viz")


_COMMON = {
    "task": Looks("Task", choices=lambda: tuple(all_tasks()), shared="task"),
    "num_envs": Looks("Environments", low=1, high=16384),
    "seed": Looks("Seed", low=0, high=2**63 - 1),
    "device": Looks("Compute on"),
    "physics": Looks("Physics engine", choices=("auto", "ovphysx", "newton", "isaacsim")),
    "assets": Looks("Assets", choices=("auto", "cloud", "local")),
    "viz": Looks("Live 3D view", choices=("none", "viser", "newton", "kit")),
    "overwrite": Looks("Replace the output if it exists"),
    "any_task": Looks("Of another task, too"),
}


def _nothing(choices: Filled) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Step:
    """One step of the work, which is one panel of the window."""

    name: str
    title: str
    sentence: str
    """What it is for."""
    button: str
    """What its button says."""
    stage: str
    """Name of the stage that it runs; empty if it runs none."""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Heading -> the fields under it, the common ones first; a heading in lower case begins folded. `teleop_settings`
    stands for the settings of the device that is chosen."""
    options: type | None = None
    looks: dict[str, Looks] = field(default_factory=dict)
    check: Callable[[Filled], dict[str, str]] = _nothing
    """What is wrong with fields taken together."""
    needs: str = ""
    """The file that has to be there before."""
    blocked: str = ""
    """What to do while it is not."""
    makes: str = ""
    """The file that is there afterwards."""
    under: str = ""
    """The step that it is another way of doing; empty for a step of its own."""
    worker: bool = True
    """Whether it runs in a process of its own unless something else is chosen."""

    @cached_property
    def fields(self) -> dict[str, Field]:
        if self.options is None:
            return {}
        shown = [name for names in self.groups.values() for name in names]
        all_fields = fields_of(self.options, _COMMON | self.looks)
        return {name: all_fields[name] for name in shown if name in all_fields and name != SETTINGS}

    @cached_property
    def option_names(self) -> frozenset[str]:
        """The stage's options, whether the form shows them or not."""
        return frozenset(each.name for each in dataclasses.fields(self.options)) if self.options else frozenset()

    def to_options(self, values: dict[str, object]) -> dict[str, object]:
        """Turn the form's values into the stage's options."""
        return {name: value for name, value in values.items() if value is not None}


def _overwrite_or(other: str) -> Callable[[Filled], dict[str, str]]:
    def check(choices: Filled) -> dict[str, str]:
        both = choices["overwrite"] == "True" == choices[other]
        return {"overwrite": "Either replace the file or go on with it."} if both else {}

    return check


LOOK = Step(
    "look",
    "Look",
    "Step a task with zero or random actions, and see whether it is what you want to work with.",
    "Look",
    "view",
    {
        "TASK": ("task", "actions", "num_envs", "num_steps"),
        "more": ("seed", *SIMULATION),
    },
    stage_options.ViewOptions,
    {
        "actions": Looks("Actions", choices=("zero", "random")),
        "num_steps": Looks("Stop after", unit="steps, 0: never", low=0),
    },
)

GENERATE = Step(
    "generate",
    "Generate",
    "Turn a few annotated demonstrations into many, each proved in simulation.",
    "Generate",
    "generate",
    {
        "TASK AND FILES": ("task", "input", "output", "overwrite", "resume"),
        "RUN": ("num_demos", "num_envs", "seed"),
        "how attempts are made": (
            "mode",
            "early_stop",
            "max_retries",
            "correct_grasp",
            "fade_noise",
            "keep_clear",
            "per_subtask_selection",
            "planner",
            "patience",
            "max_failures",
            "keep_failed",
            "any_task",
        ),
        "simulation": SIMULATION,
    },
    stage_options.GenerateOptions,
    {
        "input": Looks("Annotated file", file="in", shared=ANNOTATED),
        "output": Looks("Output file", file="out", shared=GENERATED),
        "resume": Looks("Go on with an earlier run's file"),
        "num_demos": Looks("Demonstrations", low=1),
        "mode": Looks("Rules", choices=("default", "upstream")),
        "patience": Looks("Give up if the first", unit="attempts fail, 0: never", low=0),
        "max_failures": Looks("Give up after", unit="failures, 0: never", low=0),
        "keep_failed": Looks("Keep failed attempts in a file of their own"),
        "early_stop": Looks("Stop early"),
        "max_retries": Looks("Second tries", low=0),
        "correct_grasp": Looks("Correct the grasp"),
        "fade_noise": Looks("Calm before grips"),
        "keep_clear": Looks("Keep clear of other objects"),
        "per_subtask_selection": Looks("Choose per subtask"),
        "planner": Looks("Ways between segments", choices=planners.choices),
    },
    check=_overwrite_or("resume"),
    needs=ANNOTATED,
    blocked="needs annotations",
    makes=GENERATED,
)

ANNOTATE = Step(
    "annotate",
    "Annotate",
    "Play the demonstrations again in simulation, and mark where their subtasks end.",
    "Annotate",
    "annotate",
    {
        "TASK AND FILES": ("task", "input", "output", "overwrite", "resume"),
        "RUN": ("num_envs", "seed"),
        "more": ("start_signals", "any_task"),
        "simulation": SIMULATION,
    },
    stage_options.AnnotateOptions,
    {
        "input": Looks("Recorded file", file="in", shared=DEMOS),
        "output": Looks("Output file", file="out", shared=ANNOTATED),
        "resume": Looks("Go on with the output file"),
        "start_signals": Looks("The task's start signals, too"),
    },
    check=_overwrite_or("resume"),
    needs=DEMOS,
    blocked="needs recordings",
    makes=ANNOTATED,
)

MARK = Step(
    "mark",
    "Mark by hand",
    "Play each demonstration back, and say yourself where its subtasks end.",
    "Begin",
    "annotate_by_hand",
    {
        "TASK AND FILES": ("task", "input", "output", "resume", "overwrite"),
        "MARKS": ("marks", "start_signals"),
        "more": ("any_task",),
        "simulation": ("seed", *SIMULATION),
    },
    stage_options.AnnotateByHandOptions,
    {
        "input": Looks("Recorded file", file="in", shared=DEMOS),
        "output": Looks("Output file", file="out", shared=ANNOTATED),
        "resume": Looks("Go on with the output file"),
        "marks": Looks("Begin with"),
        "start_signals": Looks("Mark where subtasks start, too"),
    },
    check=_overwrite_or("resume"),
    needs=DEMOS,
    blocked=ANNOTATE.blocked,
    makes=ANNOTATED,
    under="annotate",
)


def _check_record(choices: Filled) -> dict[str, str]:
    found = _overwrite_or("append")(choices)
    try:
        scripted = not is_live(choices["teleop_device"])
        if not scripted and choices.value("num_envs") != 1:
            found["num_envs"] = "A person drives one environment."
        if scripted and not choices.value("num_demos"):
            found["num_demos"] = "At least 1 for a script."
    except ValueError:
        pass
    return found


RECORD = Step(
    "record",
    "Record",
    "Show the robot how it is done, a few times.",
    "Record",
    "record",
    {
        "TASK AND FILE": ("task", "output", "append", "overwrite"),
        "RUN": ("teleop_device", "num_demos", "num_envs", "seed"),
        "how it is driven": (SETTINGS,),
        "how a demonstration ends": ("num_success_steps", "num_extra_steps", "max_steps", "next_obs"),
        "simulation": SIMULATION,
    },
    stage_options.RecordOptions,
    {
        "output": Looks("Output file", file="out", shared=DEMOS),
        "append": Looks("Add to the file if it exists"),
        "teleop_device": Looks("Device", choices=lambda: tuple(DEVICES.all())),
        "num_demos": Looks("Demonstrations", unit="0: no end", low=0),
        "num_success_steps": Looks("Success held", unit="steps", low=0),
        "num_extra_steps": Looks("Recorded after", unit="steps", low=0),
        "max_steps": Looks("Given up after", unit="steps", low=1),
        "next_obs": Looks("Record next_obs, too"),
    },
    check=_check_record,
    makes=DEMOS,
)

REPLAY = Step(
    "replay",
    "Play again",
    "Play demonstrations again in simulation, and see which of them hold.",
    "Play again",
    "replay",
    {
        "TASK AND FILE": ("task", "input", "episodes"),
        "RUN": ("by", "num_envs"),
        "more": ("any_task",),
        "simulation": ("seed", *SIMULATION),
    },
    stage_options.ReplayOptions,
    {
        "input": Looks("Recorded file", file="in", shared=DEMOS),
        "episodes": Looks("Demonstrations"),
        "by": Looks("Play", choices=("actions", "states", "end")),
        "num_envs": Looks("Environments", unit="0: by itself", low=0, high=16384),
    },
    needs=DEMOS,
    blocked="needs recordings",
    under="record",
)

TRAIN = Step(
    "train",
    "Train",
    "Make a policy of the demonstrations, and see how well it does.",
    "Train",
    "train",
    {
        "TASK AND FILES": ("task", "dataset", "output", "resume"),
        "RUN": ("epochs", "eval_every", "eval_rollouts", "num_envs", "seed"),
        "how it is trained": (
            *("learner", "config", "train_seed", "exact", "precision"),
            *("threads", "save_every", "horizon", "any_task"),
        ),
        "simulation": SIMULATION,
    },
    stage_options.TrainOptions,
    {
        "dataset": Looks("Demonstrations", file="in", shared=GENERATED),
        "output": Looks("Folder of the run", file="folder", shared=RUN),
        "resume": Looks("Go on with the run in it"),
        "epochs": Looks("Epochs", unit="0: configured", low=0),
        "eval_every": Looks("Evaluate every", unit="epochs, 0: never", low=0),
        "eval_rollouts": Looks("Rollouts each", low=1),
        "learner": Looks("Learner", choices=learners.names),
        "config": Looks("Configuration"),
        "train_seed": Looks("Seed of the training", unit="0: configured", low=0, high=2**32 - 1),
        "exact": Looks("The learner's own loop, to the bit"),
        "precision": Looks("Precision", choices=("auto", "float32", "bfloat16")),
        "threads": Looks("Threads", unit="0: torch's choice", low=0),
        "save_every": Looks("Save every", unit="epochs", low=0),
        "horizon": Looks("Rollouts end after", unit="steps", low=1),
    },
    needs=GENERATED,
    blocked="needs demonstrations",
    makes=RUN,
)

_MEASURE = {
    "checkpoints": Looks("Checkpoints, or the folder of a run", file="run", shared=RUN),
    "num_rollouts": Looks("Rollouts", low=1),
    "first_rollouts": Looks("In a first round", low=1),
    "half_width": Looks("Precise to", unit="0: never mind", low=0, high=0.499),
    "horizon": Looks("They end after", unit="steps", low=1),
    "hold": Looks("Success held", unit="steps", low=1),
    "actions": Looks("Actions", choices=("sample", "mode")),
    "robust": Looks("Under perturbations, too"),
    "video": Looks("Film of each", unit="rollouts", low=0, high=16),
    "output": Looks("Folder of results", file="folder"),
    "resume": Looks("Go on with an evaluation"),
}

PLAY = Step(
    "play",
    "Play",
    "Measure how often policies succeed, and find the best.",
    "Measure",
    "evaluate",
    {
        "TASK AND POLICY": ("task", "checkpoints"),
        "RUN": ("num_rollouts", "num_envs", "seed", "robust", "video"),
        "how it is measured": ("first_rollouts", "half_width", "horizon", "hold", "actions", "output", "resume"),
        "simulation": SIMULATION,
    },
    stage_options.EvaluateOptions,
    _MEASURE,
    needs=RUN,
    blocked="needs a policy",
)

WATCH = Step(
    "watch",
    "Watch",
    "Watch a policy, at the speed of real time.",
    "Watch",
    "play",
    {
        "TASK AND POLICY": ("task", "checkpoints"),
        "RUN": ("num_rollouts", "num_envs", "seed"),
        "how it is played": ("horizon", "hold", "actions"),
        "simulation": SIMULATION,
    },
    stage_options.PlayOptions,
    _MEASURE,
    needs=RUN,
    blocked="needs a policy",
    under="play",
)

DATA = Step("data", "Data", "See what the files hold, find what is wrong with them, and pick what is good.", "", "")

STEPS = {step.name: step for step in (LOOK, RECORD, REPLAY, ANNOTATE, MARK, GENERATE, TRAIN, PLAY, WATCH, DATA)}
"""Name -> step, in the order of work."""

SHOWN = {name: step for name, step in STEPS.items() if not step.under}
"""Those that are steps of their own."""
