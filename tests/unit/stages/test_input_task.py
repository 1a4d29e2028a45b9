# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Without a task a stage works in the one that its input was made in."""

import io
from dataclasses import dataclass

import numpy as np
import pytest

from isaaclab_mimic_core import stages
from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import DatasetError, InputFileError
from isaaclab_mimic_core.events import StageStarted
from isaaclab_mimic_core.option import options_of
from isaaclab_mimic_core.options import (
    AnnotateByHandOptions,
    AnnotateOptions,
    GenerateOptions,
    RecordOptions,
    RenderOptions,
    ReplayOptions,
    TrainOptions,
    ViewOptions,
)
from isaaclab_mimic_core.stages.files.input_task import task_of, with_task
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.terminal.show import TerminalView

OTHER = "Mimic-Lift-Box-Two-Franka-v0"
CUBES = "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"


@pytest.fixture
def made_in(tmp_path):
    """Writes a file of one demonstration, made in a task."""

    def write(task: str, name: str = "demos.hdf5") -> str:
        path = tmp_path / name
        state = {"initial_state/rigid_object/cube/root_pose": np.zeros((1, 7), np.float32)}
        states = {"states/rigid_object/cube/root_pose": np.zeros((3, 7), np.float32)}
        with DatasetWriter(path, {"env_name": task} if task else {}) as writer:
            writer.add(Episode({"actions": np.zeros((3, 7), np.float32), **state, **states}))
        return str(path)

    return write


@pytest.mark.parametrize(
    ("stated", "task"),
    [
        (OTHER, OTHER),
        (CUBES, CUBES),
        # The base task, by its name and by an older one; and nothing.
        ("IsaacContrib-Stack-Cube-Franka-IK-Abs", CUBES),
        ("Isaac-Stack-Cube-Franka-IK-Abs-v0", CUBES),
        ("", DEFAULT_TASK),
    ],
)
def test_the_task_is_that_of_the_file(made_in, stated, task):
    path = made_in(stated)
    with DatasetReader(path) as reader:
        assert task_of(reader) == task
    assert with_task(AnnotateOptions(), path).task == task


def test_a_task_that_is_given_stays(made_in):
    path = made_in(OTHER)
    assert with_task(AnnotateOptions(task=CUBES), path).task == CUBES
    assert with_task(AnnotateOptions(task=DEFAULT_TASK), path).task == DEFAULT_TASK
    assert with_task(AnnotateOptions(descriptor="mine.yaml"), path).task == "mine.yaml"
    assert AnnotateOptions(descriptor="mine.yaml", task=DEFAULT_TASK).task == f"mine.yaml@{DEFAULT_TASK}"


def test_without_a_file_it_is_the_default():
    assert with_task(ViewOptions()).task == DEFAULT_TASK
    assert DEFAULT_TASK in options_of(ViewOptions)["task"].help, "the help says which that is"
    with pytest.raises(InputFileError, match="nowhere"):
        with_task(AnnotateOptions(), "nowhere.hdf5")


def test_a_file_of_an_unknown_task_is_refused_unless_other_tasks_are_allowed(made_in):
    path = made_in("Their-Stack-v0")
    with pytest.raises(DatasetError, match=r"demos\.hdf5: is of the task Their-Stack-v0, which is not known") as caught:
        with_task(AnnotateOptions(), path)
    assert "--import MODULE" in str(caught.value)
    assert with_task(AnnotateOptions(any_task=True), path).task == DEFAULT_TASK


def annotate(path, folder):
    return AnnotateOptions(input=path, output=f"{folder}/annotated.hdf5")


def by_hand(path, folder):
    return AnnotateByHandOptions(input=path, output=f"{folder}/annotated.hdf5")


def replay(path, folder):
    return ReplayOptions(input=path)


def render(path, folder):
    return RenderOptions(input=path, output=f"{folder}/seen.hdf5")


def add(path, folder):
    return RecordOptions(output=path, append=True, teleop_device="scripted")


@pytest.mark.parametrize(
    ("stage", "options"),
    [("annotate", annotate), ("annotate_by_hand", by_hand), ("replay", replay), ("render", render), ("record", add)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_stages_take_it_from_what_they_read(stage, options, made_in, tmp_path):
    made = stages.create_with(stage, options(made_in(OTHER), tmp_path))
    assert made.options.task == OTHER
    made.close()


def test_a_given_task_is_still_refused(made_in, tmp_path):
    path = made_in(OTHER)
    for name, options in (("annotate", annotate), ("replay", replay), ("record", add)):
        values = options(path, tmp_path)
        given = type(values)(**{**vars(values), "task": CUBES})
        with pytest.raises(DatasetError, match=f"is of the task {OTHER}, not of {CUBES}") as caught:
            stages.create_with(name, given)
        assert f"Give --task {OTHER}, or none" in str(caught.value)


def test_generation_and_training_begin_with_the_task_of_their_file(made_in, tmp_path):
    path = made_in("Their-Stack-v0")
    for name, options in (
        ("generate", GenerateOptions(input=path, output=f"{tmp_path}/generated.hdf5")),
        ("train", TrainOptions(dataset=path, output=f"{tmp_path}/run")),
    ):
        with pytest.raises(DatasetError, match="is of the task Their-Stack-v0, which is not known here"):
            stages.create_with(name, options)


def test_the_terminal_says_the_task_once():
    @dataclass
    class Still:
        progress = None

        def snapshot(self) -> dict:
            return {}

    out = io.StringIO()
    view = TerminalView(Still(), out)  # pyright: ignore[reportArgumentType]
    view([StageStarted("quickstart", {"task": OTHER}), StageStarted("annotate", {"task": OTHER})])
    view([StageStarted("counting", {})])
    assert out.getvalue().splitlines() == [f"Task: {OTHER}"]
