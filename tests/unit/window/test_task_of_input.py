# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A form's task: the project's where nothing is read, else that of the input, unless another one is allowed."""

import json

import h5py
import pytest

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.plugins import TaskSpec, register_task, restored
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_ui.dataset.contents import NOTHING, FileWatch, read_contents
from isaaclab_mimic_ui.forms.fields import ADD, EXISTING, REPLACE
from isaaclab_mimic_ui.forms.model import Choices
from isaaclab_mimic_ui.project import Project
from isaaclab_mimic_ui.steps import STEPS

OTHER = "Mimic-Lift-Box-Two-Franka-v0"
CUBES = "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"
AS_INPUT = "as the input says"


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path)


def form(step: str, project: Project, made_in: str = "") -> Choices:
    choices = Choices(STEPS[step], project)
    choices.made_in = lambda path: made_in
    return choices


@pytest.mark.parametrize(
    "step", ["replay", "annotate", "annotate_manual", "generate", "train", "evaluate", "play"], ids=str
)
def test_what_reads_something_works_in_its_task(step, project):
    choices = form(step, project, OTHER)
    assert choices["task"] == AS_INPUT == choices.fields["task"].choices[0] and choices.value("task") == ""
    assert "task" not in choices.problems() and choices.options()["task"] == ""
    assert choices.task == OTHER
    form("record", project)["task"] = "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"
    assert choices["task"] == AS_INPUT, "what is recorded next is something else"


def test_the_task_of_record_and_preview_is_the_projects(project):
    record, preview = form("record", project), form("preview", project)
    assert record["task"] == DEFAULT_TASK == preview["task"] and AS_INPUT not in record.fields["task"].choices
    assert "task" not in record.options(), "a descriptor may say another one"
    record["task"] = OTHER
    assert preview["task"] == OTHER == preview.options()["task"] == preview.task
    again = form("record", Project(project.folder, project.values()))
    assert again.options()["task"] == OTHER


def test_another_task_than_the_inputs_has_to_be_allowed(project):
    choices = form("annotate", project, OTHER)
    choices["task"] = DEFAULT_TASK
    told = choices.problems()["task"]
    assert told == f'The input is of {OTHER}. Choose "{AS_INPUT}", or tick Allow another task.'
    choices["any_task"] = "True"
    assert "task" not in choices.problems()
    choices["any_task"], choices["task"] = "False", OTHER
    assert "task" not in choices.problems()
    unknown = form("annotate", project)
    unknown["task"] = OTHER
    assert "task" not in unknown.problems(), "of what is not known yet nothing is said"


def would_run_in(choices: Choices) -> str:
    """Return the task of the options that the form makes; empty if the stage finds it in what it reads."""
    given, options = choices.options(), choices.step.options
    assert options is not None
    return options(task=given.get("task", ""), descriptor=given.get("descriptor", "")).task


@pytest.mark.parametrize("step", ["annotate", "record"])
def test_with_a_descriptor_the_task_is_its(step, project):
    choices = form(step, project, OTHER)
    choices["descriptor"] = "mine.yaml"
    mine = str(project.folder / "mine.yaml")
    assert choices.task == mine == would_run_in(choices), "not that of the input, nor the one that is shown"
    choices["task"] = CUBES
    assert choices.task == f"{mine}@{CUBES}" == would_run_in(choices)


def test_what_is_added_to_a_file_is_in_its_task(project):
    choices = form("record", project, OTHER)
    assert choices.task == choices["task"] == DEFAULT_TASK
    for existing, task in ((REPLACE, DEFAULT_TASK), (ADD, OTHER)):
        choices[EXISTING] = existing
        assert (choices.task, would_run_in(choices)) == (task, "")
    choices.made_in = lambda path: ""
    assert choices.task == DEFAULT_TASK, "a file that is not there"
    choices.made_in = lambda path: OTHER
    choices["task"] = CUBES
    assert choices.task == CUBES == would_run_in(choices), "chosen, so that the run refuses the file"


def test_the_choice_is_kept(project):
    choices = form("generate", project)
    choices["task"] = OTHER
    again = form("generate", project)
    again.read_text(choices.to_text())
    assert again["task"] == OTHER
    choices["task"] = AS_INPUT
    assert "task" not in choices.to_text()


@pytest.mark.parametrize(("stated", "task"), [(OTHER, OTHER), ("", DEFAULT_TASK), ("Their-Stack-v0", "")])
def test_what_a_file_was_made_in_is_read_with_its_contents(tmp_path, stated, task):
    path = tmp_path / "demos.hdf5"
    with DatasetWriter(path, {"env_name": stated} if stated else {}) as writer:
        writer.add(Episode({"actions": [[0.0]] * 5}))
    assert read_contents(path).task == task


def test_a_task_becomes_known_with_its_plug_in(tmp_path):
    path = tmp_path / "demos.hdf5"
    with DatasetWriter(path, {"env_name": "Their-Stack-v0"}) as writer:
        writer.add(Episode({"actions": [[0.0]] * 5}))
    files = FileWatch()
    files._look(path)
    assert (files[path].stated, files[path].task, files[path].demos) == ("Their-Stack-v0", "", 1)
    with restored():
        register_task(TaskSpec("Their-Stack-v0", "Their arm stacks"))
        files._look(path)
        assert files[path].task == "Their-Stack-v0", "though the file is the same"
    files._look(path)
    assert files[path].task == ""


def test_what_a_policy_was_trained_for_is_read_from_its_run(tmp_path):
    (tmp_path / "run" / "models").mkdir(parents=True)
    best = tmp_path / "run" / "best.pth"
    best.touch()
    (tmp_path / "run" / "run.json").write_text(json.dumps({"task": OTHER, "options": {}, "dataset": "d.hdf5"}))
    assert read_contents(tmp_path / "run").task == OTHER == read_contents(best).task
    alone = tmp_path / "alone.pth"
    alone.touch()
    assert (read_contents(alone).checkpoints, read_contents(alone).task) == (1, ""), "the run opens it"
    assert read_contents(tmp_path / "nowhere.hdf5") == NOTHING


def made_by(path, descriptor: str):
    manifest = {"manifest": {"inputs": {"descriptor": {"path": descriptor, "sha256": "0" * 64}}}}
    with DatasetWriter(path, {"env_name": OTHER}) as writer:
        writer.add(Episode({"actions": [[0.0]] * 5}))
    with h5py.File(path, "r+") as file:
        file["data"].attrs["mimic"] = json.dumps(manifest)
    return path


def test_a_descriptor_that_a_file_was_made_by_is_asked_for(tmp_path, project):
    contents = read_contents(made_by(tmp_path / "generated.hdf5", "/elsewhere/mine.yaml"))
    assert (contents.task, contents.asks_for) == ("", "/elsewhere/mine.yaml"), "not its environment's task"
    assert read_contents(made_by(tmp_path / "odd.hdf5", "a\nb.yaml")).asks_for == r"a\nb.yaml"
    choices = form("train", project)
    choices.made_by = lambda path: contents.asks_for
    told = choices.problems()["descriptor"]
    assert told.startswith("The input was made by /elsewhere/mine.yaml. Choose that file")
    far = f"/{'very' * 20}/{'long' * 5}/mine.yaml"
    choices.made_by = lambda path: far
    assert choices.problems()["descriptor"].startswith("The input was made by .../mine.yaml. Choose that file")
    choices["task"] = OTHER
    assert "descriptor" not in choices.problems(), "another one's subtasks and success are chosen"
    choices["task"], choices["descriptor"] = AS_INPUT, "mine.yaml"
    assert choices.problems()["descriptor"] == "There is no such file."
    assert "descriptor" not in form("generate", project).problems()


def test_a_descriptor_of_a_task_here_is_not_asked_for(tmp_path):
    path = made_by(tmp_path / "generated.hdf5", "/elsewhere/mine.yaml")
    with restored():
        register_task(TaskSpec(f"{OTHER}@mine", "Theirs", environment=OTHER, descriptor="/elsewhere/mine.yaml"))
        contents = read_contents(path)
        assert contents.asks_for == "" and contents.task == f"{OTHER}@mine"
