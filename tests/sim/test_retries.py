# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Going back while a cube is held, going on with an earlier run, and keeping what failed."""

import h5py
import pytest
import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.options import GenerateOptions
from isaaclab_mimic_core.stages.generation.generate import Generate
from isaaclab_mimic_core.tasks.franka_stack.script import ScriptedStacker

pytestmark = pytest.mark.sim

_LIFTED = 85
"""Steps after which the demonstrator has the red cube in the air in most environments."""


def test_a_held_cube_is_still_held_after_going_back(stack_env):
    env, everyone = stack_env, torch.arange(stack_env.num_envs)
    env.reset(everyone, randomness.streams(1, "reset", everyone))
    pilot = ScriptedStacker(env, seed=3)
    pilot.begin(everyone, everyone)
    for _ in range(_LIFTED):
        env.step(pilot.action())
    before = {path: value.clone() for path, value in env.state().items()}
    carried = env.object_pose()[:, 1, 2, 3] > 0.08
    assert carried.sum() >= env.num_envs // 2
    actions, cubes = [], []
    for _ in range(30):
        actions.append(pilot.action())
        env.step(actions[-1])
        cubes.append(env.object_pose()[:, 1, :3, 3].clone())

    for back in (everyone, everyone[1::2]):
        env.restore({path: value[back] for path, value in before.items()}, back)
        for action, cube in zip(actions, cubes, strict=True):
            env.step(action)
            error = (env.object_pose()[:, 1, :3, 3] - cube).norm(dim=-1)
            # Contacts start anew, so the cube may settle in the grip; it must not slip.
            assert error[back][carried[back]].max() < 0.004


def test_restoring_some_leaves_the_others_alone(stack_env):
    env, everyone = stack_env, torch.arange(stack_env.num_envs)
    env.reset(everyone, randomness.streams(2, "reset", everyone))
    start = {path: value.clone() for path, value in env.state().items()}
    for _ in range(10):
        env.step(0.1 * torch.ones(env.num_envs, env.action_dim))
    now = {path: value.clone() for path, value in env.state().items()}
    env.restore({path: value[:2] for path, value in start.items()}, everyone[:2])
    for path, value in env.state().items():
        torch.testing.assert_close(value[2:], now[path][2:])
        torch.testing.assert_close(value[:2], start[path][:2], atol=1e-6, rtol=0)


def options(path, output, **more) -> GenerateOptions:
    return GenerateOptions(input=str(path), output=str(output), num_envs=8, **more)


def attempts(path) -> list[int]:
    with DatasetReader(path) as reader:
        return [reader.attrs(name)["mimic"]["generated"]["attempt"] for name in reader.episode_names]


def test_a_run_goes_on_without_repeating_an_attempt(stack_env, annotated, run_stage, tmp_path):
    output = tmp_path / "generated.hdf5"
    first = run_stage(Generate(options(annotated.path, output, num_demos=3), stack_env))
    assert first.ending.summary["saved"] == 3
    with h5py.File(output) as file:
        kept = file["data/demo_0/actions"][()]
    with pytest.raises(OptionError, match="seed"):
        Generate(options(annotated.path, output, num_demos=5, seed=2, resume=True), stack_env)

    second = run_stage(Generate(options(annotated.path, output, num_demos=5, resume=True), stack_env))
    assert second.ending.summary["saved"] == 5
    assert len(second.kinds["DemoSaved"]) == 2
    assert len(set(attempts(output))) == 5
    with h5py.File(output) as file:
        assert (file["data/demo_0/actions"][()] == kept).all()

    nothing = run_stage(Generate(options(annotated.path, output, num_demos=5, resume=True), stack_env))
    assert nothing.ending.outcome == "done" and "DemoSaved" not in nothing.kinds


def test_failures_are_counted_exactly_and_kept_if_wanted(stack_env, annotated, run_stage, tmp_path):
    output = tmp_path / "generated.hdf5"
    run = run_stage(
        Generate(
            options(annotated.path, output, num_demos=50, mode="upstream", max_failures=2, keep_failed=True), stack_env
        )
    )
    assert run.ending.outcome == "gave_up"
    failed = [event for event in run.kinds["AttemptFinished"] if not event.success]
    assert len(failed) == run.ending.summary["failed"] == 2
    assert all(event.cause and event.subtask for event in failed)
    with DatasetReader(tmp_path / "generated_failed.hdf5") as reader:
        assert len(reader) == 2
        for name in reader.episode_names:
            attrs = reader.attrs(name)
            assert not attrs["success"] and attrs["mimic"]["generated"]["cause"]
    resume_without_a_success(stack_env, annotated, run_stage, output, {event.attempt for event in failed})


def resume_without_a_success(stack_env, annotated, run_stage, output, failed):
    """A run that has only failed has no output; its failures say how to go on."""
    output.unlink(missing_ok=True)
    changes = {"num_demos": 1, "mode": "upstream", "max_failures": 2, "keep_failed": True, "resume": True}
    going_on = options(annotated.path, output, **changes)
    run = run_stage(Generate(going_on, stack_env))
    assert run.ending.outcome == "done"
    assert all(event.attempt > max(failed) for event in run.kinds["AttemptFinished"])
    with DatasetReader(output) as reader:
        assert reader.data_attrs["mimic"]["manifest"]["verb"] == "generate"
    with Generate(going_on, stack_env) as stage:
        assert stage.progress.done == 1
