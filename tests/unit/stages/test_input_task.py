# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Without a task a stage works in the one that its input was made in."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
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
from isaaclab_mimic_core.plugins import TaskSpec, register_task, restored
from isaaclab_mimic_core.run_manifest import InputFile, RunManifest
from isaaclab_mimic_core.stages.files.input_task import check_task, task_of, with_task
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.tasks.names import same_task, stated_name
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


def test_a_file_of_an_unknown_task_is_refused_and_no_other_is_guessed(made_in):
    path = made_in("Their-Stack-v0")
    with pytest.raises(DatasetError, match=r"demos\.hdf5: is of the task Their-Stack-v0, which is not known") as caught:
        with_task(AnnotateOptions(), path)
    assert "--import MODULE" in str(caught.value)
    with pytest.raises(DatasetError, match="Their-Stack-v0, which is not known here\n  Give --task; --any-task"):
        with_task(AnnotateOptions(any_task=True), path)
    assert with_task(AnnotateOptions(any_task=True, task=CUBES), path).task == CUBES


def test_a_file_that_names_a_descriptor_which_is_not_there_is_named(made_in, tmp_path):
    path = made_in("mine.yaml@Isaac-Stack-Cube-Franka-IK-Abs-v0")
    with pytest.raises(DatasetError, match=r"demos\.hdf5: is of the task mine\.yaml@.*cannot be read") as caught:
        with_task(AnnotateOptions(), path)
    assert "--descriptor FILE" in str(caught.value)
    with DatasetReader(path) as reader:
        with pytest.raises(DatasetError, match=f"not of {CUBES}\n  Give a file of this task"):
            check_task(reader, CUBES)
        check_task(reader, CUBES, any_task=True)
    # What the file says can still be read where nothing is done with its task.
    assert not same_task("mine.yaml", CUBES) and same_task("mine.yaml", "mine.yaml")


DESCRIPTOR = Path(__file__).parents[2] / "data" / "descriptors" / "franka_cube_stack.yaml"


def described(made_in, descriptor: str) -> str:
    """Return a file of the stacking environment that says it was made by a descriptor."""
    path = made_in(CUBES)
    manifest = RunManifest("annotate", {"task": CUBES}, {"descriptor": InputFile(descriptor, "abc")})
    with h5py.File(path, "r+") as file:
        file["data"].attrs["mimic"] = json.dumps({"manifest": manifest.to_dict()})
    return path


@pytest.mark.parametrize("any_task", [False, True])
def test_a_file_made_by_a_descriptor_asks_for_it(any_task, made_in):
    path = described(made_in, "mine.yaml")
    with pytest.raises(DatasetError, match=r"demos\.hdf5: was made by the descriptor mine\.yaml\n") as caught:
        with_task(AnnotateOptions(any_task=any_task), path)
    assert "--task" in str(caught.value) and ("--descriptor mine.yaml" in str(caught.value)) != any_task
    assert with_task(AnnotateOptions(descriptor="mine.yaml"), path).task == "mine.yaml"
    assert with_task(AnnotateOptions(task=CUBES), path).task == CUBES
    # It is drawn without.
    with DatasetReader(path) as reader:
        assert task_of(reader) == CUBES


def test_a_file_made_by_a_plug_ins_descriptor_is_of_its_task(made_in):
    path = described(made_in, str(DESCRIPTOR))
    with restored():
        register_task(TaskSpec("Their-Stack", environment=CUBES, descriptor=str(DESCRIPTOR)))
        assert with_task(AnnotateOptions(), path).task == "Their-Stack"
        with h5py.File(path, "r+") as file:
            file["data"].attrs["env_args"] = json.dumps({"env_name": OTHER})
        assert with_task(AnnotateOptions(), path).task == OTHER, "it was converted"


@pytest.mark.parametrize(
    "history", [{"manifest": 3}, {"manifest": {"inputs": []}}, {"manifest": {"inputs": {"descriptor": {"path": 5}}}}]
)
def test_a_history_that_says_something_else_names_no_descriptor(history, made_in):
    path = made_in(CUBES)
    with h5py.File(path, "r+") as file:
        file["data"].attrs["mimic"] = json.dumps(history)
    assert with_task(AnnotateOptions(), path).task == CUBES


def test_what_is_written_into_files_is_no_path_of_a_descriptor(made_in, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(DESCRIPTOR.read_text())
    assert stated_name(f"{mine}@{CUBES}") == CUBES
    assert stated_name("Isaac-Stack-Cube-Franka-IK-Abs-v0") == CUBES
    with pytest.raises(InputFileError, match="nowhere"):
        stated_name(f"nowhere.yaml@{CUBES}")
    options = RenderOptions(input=made_in(CUBES), output=f"{tmp_path}/seen.hdf5", descriptor=str(mine), task=CUBES)
    made: Any = stages.create_with("render", options)
    assert made.options.task == f"{mine}@{CUBES}" and made._env_args["env_name"] == CUBES
    made.close()


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
