# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Verbs of `mimic task`, about descriptors: init, check, show."""

import json
from collections.abc import Callable
from typing import Annotated

import tyro

from ..exit_status import DONE
from ..options import TaskCheckOptions, TaskInitOptions
from ..terminal.streams import Streams
from .job import FLAT, Job, Output
from .staged import run_stage


def init(options: Annotated[TaskInitOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Propose a task's subtasks from recorded demonstrations, and write them as a descriptor.
    $ mimic task init --task Isaac-Stack-Cube-Franka-IK-Rel-v0 --input demos.hdf5 --output task.yaml
    Exit status 1 if there are subtasks that it is not sure of.
    """
    return lambda streams, output: run_stage("task_init", options, streams, output), output


def check(options: Annotated[TaskCheckOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Annotate demonstrations by a descriptor, make some attempts from them, and say what fails and what to change.
    $ mimic task check --descriptor task.yaml --input demos.hdf5
    """
    return lambda streams, output: run_stage("task_check", options, streams, output), output


def show(task: tyro.conf.Positional[str], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Print any task as a descriptor.
    $ mimic task show Mimic-Lift-Box-Two-Franka-v0 > task.yaml

    Args:
        task: Task id, one of its other names, or the file of a descriptor.
        output: How to answer.
    """

    def job(streams: Streams, output: Output) -> int:
        from ..tasks.subtasks import show_task

        shown = show_task(task)
        end = "\n" if output.json else ""
        print(json.dumps({"descriptor": shown}) if output.json else shown, end=end, file=streams.out)
        return DONE

    return job, output


VERBS: dict[str, Callable[..., tuple[Job, Output]]] = {"init": init, "check": check, "show": show}
