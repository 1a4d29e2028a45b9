# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Policies are evaluated in the task that they were trained for: their run says it, or they do themselves."""

import json
from pathlib import Path

import pytest
import torch

from isaaclab_mimic_core.errors import InputFileError, OptionError
from isaaclab_mimic_core.learning.learners import task_of_checkpoint
from isaaclab_mimic_core.options import EvaluateOptions, PlayOptions
from isaaclab_mimic_core.run_manifest import InputFile, RunManifest
from isaaclab_mimic_core.stages import create_with
from isaaclab_mimic_core.stages.learning.trained_task import with_trained_task
from isaaclab_mimic_core.tasks import DEFAULT_TASK

BOX = "Mimic-Lift-Box-Two-Franka-v0"
CUBES = "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"


def checkpoint(path: Path, stated: object = "") -> str:
    """Write what robomimic writes, with weights that are not looked at."""
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"env_name": stated, "type": 2, "env_kwargs": {}} if stated else {}
    held = {"model": {"layer": torch.zeros(3)}, "config": "{}", "algo_name": "bc", "shape_metadata": {}}
    torch.save({**held, "env_metadata": about}, path)
    return str(path)


def task_of(*paths: str) -> str:
    return with_trained_task(EvaluateOptions(checkpoints=paths)).task


@pytest.mark.parametrize("place", ["", "models/epoch_2.pth", "best.pth"])
def test_the_run_says_it(place, tmp_path):
    run = tmp_path / "run"
    for name in ("models/epoch_2.pth", "best.pth"):
        checkpoint(run / name, BOX)
    assert task_of(str(run / place)) == BOX, "a run that does not say it, of checkpoints that do"
    (run / "run.json").write_text(json.dumps({"task": CUBES, "options": {}, "dataset": "d.hdf5"}))
    assert task_of(str(run / place)) == CUBES, "trained for another task than that of its demonstrations"
    (run / "run.json").write_text("{")
    assert task_of(str(run / place)) == BOX


def test_a_policy_trained_with_a_descriptor_asks_for_it(tmp_path):
    run = tmp_path / "run"
    path = checkpoint(run / "models" / "epoch_2.pth", BOX)
    manifest = RunManifest("train", {"task": BOX}, {"descriptor": InputFile("mine.yaml", "abc")})
    (run / "run.json").write_text(json.dumps(manifest.to_dict()))
    with pytest.raises(InputFileError, match=r"epoch_2\.pth: was made by the descriptor mine\.yaml\n.*--desc"):
        task_of(path)
    given = EvaluateOptions(checkpoints=(path,), descriptor="mine.yaml")
    assert with_trained_task(given).task == "mine.yaml"


def test_a_checkpoint_says_it_where_there_is_no_run(tmp_path):
    assert task_of(checkpoint(tmp_path / "box.pth", BOX)) == BOX
    # By its base task's name; and where it says nothing, or nothing that is a name.
    assert task_of(checkpoint(tmp_path / "cubes.pth", "IsaacContrib-Stack-Cube-Franka-IK-Abs")) == CUBES
    assert task_of(checkpoint(tmp_path / "silent.pth")) == DEFAULT_TASK
    assert task_of(checkpoint(tmp_path / "odd.pth", ["a", "list"])) == DEFAULT_TASK
    assert task_of(str(tmp_path / "silent.pth"), str(tmp_path / "box.pth")) == BOX
    given = EvaluateOptions(checkpoints=(str(tmp_path / "box.pth"),), task=CUBES)
    assert with_trained_task(given).task == CUBES, "a task that is given stays"


def test_a_checkpoint_of_the_old_format_says_it(tmp_path):
    path = tmp_path / "old.pth"
    held = {"model": {}, "config": "{}", "algo_name": "bc", "shape_metadata": {}, "env_metadata": {"env_name": BOX}}
    torch.save(held, path, _use_new_zipfile_serialization=False)
    assert task_of_checkpoint(path) == BOX


def test_policies_of_an_unknown_task_are_refused(tmp_path):
    path = checkpoint(tmp_path / "theirs.pth", "Their-Stack-v0")
    for name, options in (("evaluate", EvaluateOptions), ("play", PlayOptions)):
        with pytest.raises(InputFileError, match="is of the task Their-Stack-v0, which is not known") as told:
            create_with(name, options(checkpoints=(path,)))
        assert str(told.value).startswith(path) and "--import MODULE" in str(told.value)
    run = tmp_path / "run"
    checkpoint(run / "models" / "last.pth", BOX)
    (run / "run.json").write_text(json.dumps({"task": "Their-Lift-v0", "options": {}, "dataset": "d.hdf5"}))
    with pytest.raises(InputFileError, match="is of the task Their-Lift-v0"):
        task_of(str(run))


def test_policies_of_different_tasks_are_refused(tmp_path):
    box, cubes = checkpoint(tmp_path / "run" / "a.pth", BOX), checkpoint(tmp_path / "run" / "b.pth", CUBES)
    told = f"--checkpoints: {box} is of the task {BOX}, {cubes} of {CUBES}"
    for paths in ((box, cubes), (str(tmp_path / "run"),)):
        with pytest.raises(OptionError) as caught:
            task_of(*paths)
        assert str(caught.value).startswith(told) and "--task" in str(caught.value)


def test_a_file_that_is_no_checkpoint_says_nothing(tmp_path):
    path = tmp_path / "damaged.pth"
    path.write_text("not weights")
    assert task_of(str(path)) == DEFAULT_TASK, "what is wrong with it is said when it is loaded"
    with pytest.raises(InputFileError, match="there is no such file"):
        task_of(str(tmp_path / "nowhere.pth"))
