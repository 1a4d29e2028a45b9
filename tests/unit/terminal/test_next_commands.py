# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What quickstart proposes to type next is about what it has made."""

import io
import shlex
from typing import Any

import tyro

from isaaclab_mimic_core import cli
from isaaclab_mimic_core.options import GenerateOptions, QuickstartOptions, RecordOptions
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.terminal.streams import Streams
from isaaclab_mimic_core.verbs.parsing import REGISTRY

SUMMARY = {
    "phases": {"annotate": 1.0},
    "saved": 10,
    "attempts": 10,
    "report": "r",
    "generated": "g",
    "annotated": "a.hdf5",
}
HUMANOID = "Isaac-PickPlace-GR1T2-Abs-Mimic-v0"


def proposed(made_in: str = DEFAULT_TASK, **chosen: Any) -> dict[str, Any]:
    """Return the options that the proposed commands give, by verb, after a run in a task."""
    out = io.StringIO()
    cli.show_next(QuickstartOptions(**chosen), {**SUMMARY, "task": made_in}, Streams(out, out, None))
    lines = [shlex.split(line) for line in out.getvalue().splitlines() if line.startswith("  mimic ")]
    words = {verb: rest for _, verb, *rest in lines}
    kinds = {"generate": GenerateOptions, "record": RecordOptions}
    return {verb: tyro.cli(kind, args=words[verb], registry=REGISTRY) for verb, kind in kinds.items()}


def test_they_are_about_the_same_task_and_assets():
    # The task may be that of the file which was read.
    for given in ({"task": HUMANOID}, {"input": "humanoid.hdf5"}):
        for options in proposed(HUMANOID, **given).values():
            assert options.task == HUMANOID and options.assets == "local"
    assert proposed(HUMANOID)["generate"].input == "a.hdf5"


def test_what_is_usual_is_left_out():
    found = proposed(assets="auto")
    assert found["generate"].task == GenerateOptions.task and found["record"].assets == "auto"
    assert proposed(physics="newton", ik="pink")["generate"].physics == "newton"
