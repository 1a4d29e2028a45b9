# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A descriptor is proposed from recorded states that the scene shows, and checked by attempts."""

import pytest

from isaaclab_mimic_core.options import TaskCheckOptions, TaskInitOptions
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.sim.object_sizes import boxes
from isaaclab_mimic_core.stages.describing.check import CheckTask
from isaaclab_mimic_core.stages.describing.propose import ProposeTask
from isaaclab_mimic_core.tasks.descriptors import read_descriptor

pytestmark = pytest.mark.sim


def test_subtasks_are_proposed(stack_env, run_stage, tmp_path):
    assert boxes(stack_env.env.scene)["cube_1"].half == pytest.approx((0.0203,) * 3, abs=1e-5)
    path = tmp_path / "task.yaml"
    options = TaskInitOptions(input=str(SAMPLE), output=str(path), episodes="0", num_envs=stack_env.num_envs)
    run = run_stage(ProposeTask(options, stack_env))
    assert run.ending.findings == 0 and run.ending.summary["agreeing"] == 1
    assert "signal rises at step 82" in "\n".join(run.ending.results)
    descriptor = read_descriptor(str(path))
    assert [each["object_ref"] for each in descriptor.subtasks["franka"]] == ["cube_2", "cube_1", "cube_3", "cube_2"]
    assert list(descriptor.signals) == ["grasp_cube_2", "cube_2_on_cube_1", "grasp_cube_3"]
    assert descriptor.success is None, "the environment says it itself"


def test_attempts_tell_of_each_subtask(stack_env, run_stage, tmp_path):
    folder = tmp_path / "kept"
    options = TaskCheckOptions(input=str(SAMPLE), output=str(folder), attempts=1, num_envs=stack_env.num_envs)
    run = run_stage(CheckTask(options, stack_env))
    summary = run.ending.summary
    assert summary["annotated"] == summary["of"] == 10 and summary["attempts"] == 1
    assert run.ending.findings == 1 - summary["succeeded"]
    assert summary["subtasks"]["franka/0"]["begun"] == 1
    assert {path.name for path in folder.iterdir()} >= {"annotated.hdf5", "generated.hdf5"}
    assert sum(line.startswith("  franka ") for line in run.ending.results) == 4
