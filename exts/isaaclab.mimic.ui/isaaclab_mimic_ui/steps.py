# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The steps of the workflow in their order, each with its title, options, inputs and outputs.

A form shows the options of the step's stage; their labels, ranges, choices, help and groups are declared in
`isaaclab_mimic_core.options`. This module declares only which come first, and which are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from isaaclab_mimic_core import options
from isaaclab_mimic_core.devices import is_live
from isaaclab_mimic_core.option import FILES, RUN, SIMULATION
from isaaclab_mimic_core.options.teleoperation import SETTINGS
from isaaclab_mimic_core.tasks import DEFAULT_TASK

from .forms.fields import ADD, EXISTING, REPLACE, Field, FilledForm, existing_field, fields_of
from .project import ANNOTATED, DEMOS, GENERATED, RUNS, TASK

OPEN_GROUPS = (FILES, RUN)
"""Groups that are always shown; the others begin folded."""


def _no_problem(form: FilledForm) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Step:
    """One step of the workflow, which is one panel of the window."""

    name: str
    title: str
    sentence: str
    """Its purpose, in a sentence."""
    button: str
    """Label of its button."""
    stage: str
    """Name of the stage that it runs; empty if it runs none."""
    options: type | None = None
    """The stage's options."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Option that names a file -> the file that goes from one step to the next."""
    needs: str = ""
    """The file that must exist before."""
    blocked: str = ""
    """What to do if it does not exist."""
    makes: str = ""
    """The file that the step makes."""
    existing: Mapping[str, str] = field(default_factory=dict)
    """What can be done with an output that exists already, `ADD` or `REPLACE` -> the option that does it."""
    first: tuple[str, ...] = ()
    """Options that come first in their groups, in this order; the others follow as they are declared."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Option that the form does not ask for -> why."""
    may_name_files: tuple[str, ...] = ()
    """Options that hold either a word or a file."""
    check: Callable[[FilledForm], dict[str, str]] = _no_problem
    """Checks options that depend on each other."""
    under: str = ""
    """The step whose panel offers this one as an alternative (manual annotation); empty for a step of its own."""
    way: str = ""
    """Its name among the alternatives of a step; by default its title."""
    worker: bool = True
    """Whether it runs in a process of its own unless something else is chosen."""
    remembered_as: str = ""
    """Name in saved settings, where version 0.1.0 had another one."""

    @property
    def key(self) -> str:
        """Its name in saved settings."""
        return self.remembered_as or self.name

    @cached_property
    def option_names(self) -> frozenset[str]:
        """The stage's options, whether the form shows them or not."""
        return frozenset(fields_of(self.options)) if self.options else frozenset()

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Fields of the form by name, in its order; those of the device that is chosen come beside them."""
        if self.options is None:
            return {}
        known = fields_of(self.options, self.files if self.needs else {TASK: TASK, **self.files})
        if not self.needs:
            # Nothing is read that says it; all such steps are about the project's.
            known[TASK] = known[TASK].begun_with(DEFAULT_TASK)
        if self.existing:
            known[EXISTING] = existing_field(tuple(self.existing))
        left_out = {*self.left_out, *self.existing.values(), SETTINGS}
        names = [name for name in dict.fromkeys((*self.first, *known)) if name not in left_out]
        if self.existing:
            # Beside the file that it is about.
            names.remove(EXISTING)
            names.insert(names.index("output") + 1, EXISTING)
        return {name: known[name] for name in names}

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Heading -> the fields under it. `teleop_settings` stands for those of the device that is chosen."""
        if self.options is None:
            return {}
        found: dict[str, list[str]] = {group: [] for group in OPEN_GROUPS}
        shown = list(self.fields) + [SETTINGS] * (SETTINGS in self.option_names)
        known = fields_of(self.options) | self.fields
        for name in shown:
            found.setdefault(known[name].option.declared.group, []).append(name)
        # The simulation's are those that are changed least.
        found[SIMULATION] = found.pop(SIMULATION, [])
        return {group: tuple(names) for group, names in found.items() if names}


PREVIEW = Step(
    "preview",
    "Preview",
    "Step a task with zero or random actions, and see whether it is what you want to work with.",
    "Preview",
    "view",
    options.ViewOptions,
    first=("task", "actions"),
    remembered_as="look",
)


def _check_record(form: FilledForm) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        scripted = not is_live(form["teleop_device"])
        if not scripted and form.value("num_envs") != 1:
            found["num_envs"] = "A person drives one environment."
        if scripted and not form.value("num_demos"):
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
    options.RecordOptions,
    files={"output": DEMOS},
    makes=DEMOS,
    existing={ADD: "append", REPLACE: "overwrite"},
    first=("task", "teleop_device", "num_demos"),
    check=_check_record,
)

REPLAY = Step(
    "replay",
    "Replay",
    "Play demonstrations again in simulation, and see which of them hold.",
    "Replay",
    "replay",
    options.ReplayOptions,
    files={"input": DEMOS},
    needs=DEMOS,
    blocked="needs recordings",
    first=("task", "by"),
    left_out={"validate": "it decides the exit status of a command; the panel shows which demonstrations hold"},
    under="record",
)

ANNOTATE = Step(
    "annotate",
    "Annotate",
    "Play the demonstrations again in simulation, and mark where their subtasks end.",
    "Annotate",
    "annotate",
    options.AnnotateOptions,
    files={"input": DEMOS, "output": ANNOTATED},
    needs=DEMOS,
    blocked="needs recordings",
    makes=ANNOTATED,
    existing={ADD: "resume", REPLACE: "overwrite"},
    way="Automatic",
)

ANNOTATE_MANUAL = Step(
    "annotate_manual",
    "Annotate: Manual",
    "Play each demonstration back, and say yourself where its subtasks end.",
    "Begin",
    "annotate_by_hand",
    options.AnnotateByHandOptions,
    files={"input": DEMOS, "output": ANNOTATED},
    needs=DEMOS,
    blocked=ANNOTATE.blocked,
    makes=ANNOTATED,
    existing={ADD: "resume", REPLACE: "overwrite"},
    may_name_files=("marks",),
    under="annotate",
    way="Manual",
    remembered_as="mark",
)

PROPOSE = Step(
    "propose",
    "Annotate: Propose",
    "See which subtasks the demonstrations show, and have them written down as a descriptor.",
    "Propose",
    "task_init",
    options.TaskInitOptions,
    files={"input": DEMOS},
    needs=DEMOS,
    blocked=ANNOTATE.blocked,
    existing={REPLACE: "overwrite"},
    first=("input", "output"),
    left_out={"seed": "nothing here is random", "descriptor": "it is what this makes"},
    under="annotate",
    way="Propose",
)

GENERATE = Step(
    "generate",
    "Generate",
    "Turn a few annotated demonstrations into many, each proved in simulation.",
    "Generate",
    "generate",
    options.GenerateOptions,
    files={"input": ANNOTATED, "output": GENERATED},
    needs=ANNOTATED,
    blocked="needs annotations",
    makes=GENERATED,
    existing={ADD: "resume", REPLACE: "overwrite"},
    first=("task", "input", "output", "num_demos"),
    left_out={
        "report": "a button of the panel writes it when the run has ended",
        "thumbnails": "they are drawn in the run's environments, which are closed by then",
    },
)

TRAIN = Step(
    "train",
    "Train",
    "Make a policy of the demonstrations, and see how well it does.",
    "Train",
    "train",
    options.TrainOptions,
    files={"dataset": GENERATED, "output": RUNS},
    needs=GENERATED,
    blocked="needs demonstrations",
    makes=RUNS,
    existing={ADD: "resume"},
    first=("task", "epochs", "eval_every", "eval_rollouts"),
    may_name_files=("config",),
)

EVALUATE = Step(
    "evaluate",
    "Evaluate",
    "Measure how often policies succeed, and find the best.",
    "Evaluate",
    "evaluate",
    options.EvaluateOptions,
    files={"checkpoints": RUNS},
    needs=RUNS,
    blocked="needs a policy",
    first=("task", "num_rollouts"),
    remembered_as="play",
)

_MEASURED = "it is for measuring; here somebody watches"

PLAY = Step(
    "play",
    "Play policy",
    "Watch a policy, at the speed of real time.",
    "Play policy",
    "play",
    options.PlayOptions,
    files={"checkpoints": RUNS},
    needs=RUNS,
    blocked="needs a policy",
    first=("task", "num_rollouts"),
    left_out=dict.fromkeys(("robust", "first_rollouts", "half_width", "video", "output", "resume"), _MEASURED),
    under="evaluate",
    remembered_as="watch",
)

DATASET = Step(
    "dataset",
    "Dataset",
    "See what the files hold, find what is wrong with them, and pick what is good.",
    "",
    "",
    remembered_as="data",
)

STEPS = {
    step.name: step
    for step in (PREVIEW, RECORD, REPLAY, ANNOTATE, ANNOTATE_MANUAL, PROPOSE, GENERATE, TRAIN, EVALUATE, PLAY, DATASET)
}
"""Name -> step, in the order of work."""

BY_KEY = {step.key: step for step in STEPS.values()}
"""Name in saved settings -> step."""

KEYS_TITLE = "Keys and settings"
"""Title of the page that is no step."""

SHOWN = {name: step for name, step in STEPS.items() if not step.under}
"""Those that are steps of their own."""


def ways_of(step: Step) -> tuple[Step, ...]:
    """Return the steps that are ways of doing the same, in their order; only the step itself if there is one way."""
    of = step.under or step.name
    return tuple(other for other in STEPS.values() if of in (other.name, other.under))


def next_after(step: Step) -> Step | None:
    """Return the step that goes on with what a step makes; None if there is none."""
    return next((other for other in SHOWN.values() if step.makes and other.needs == step.makes), None)
