# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The record stage with the scripted demonstrator."""

import numpy as np
import pytest
import torch

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.options import RecordOptions
from isaaclab_mimic_core.stages.recording.record import Record
from isaaclab_mimic_core.tasks import DEFAULT_TASK

pytestmark = pytest.mark.sim


@pytest.fixture(scope="module")
def recorded(stack_env, run_stage, tmp_path_factory):
    """Two demonstrations, and what the stage said."""
    path = tmp_path_factory.mktemp("recorded") / "demos.hdf5"
    options = RecordOptions(
        output=str(path), teleop_device="scripted", num_demos=2, num_envs=stack_env.num_envs, seed=11
    )
    run = run_stage(Record(options, stack_env))
    with DatasetReader(path) as reader:
        return options, run, reader.env_args, list(reader.episodes())


def test_as_many_are_saved_as_were_asked_for(recorded):
    _, run, env_args, episodes = recorded
    assert run.ending.outcome == "done" and run.ending.summary["saved"] == 2
    assert [event.name for event in run.kinds["DemoSaved"]] == ["demo_0", "demo_1"] == [e.name for e in episodes]
    assert env_args == {"env_name": DEFAULT_TASK, "type": 2, "env_kwargs": {}}
    for episode, saved in zip(episodes, run.kinds["DemoSaved"], strict=True):
        assert episode.success is True and episode.seed == 11 and episode.num_samples == saved.steps
        made = episode.attrs["mimic"]["recorded"]
        assert made["teleop_device"] == "scripted" and made["physics"] == "ovphysx" and made["versions"]["ovphysx"]
    # A person is never equally fast twice.
    assert episodes[0].num_samples != episodes[1].num_samples


def test_every_term_has_a_row_a_step(recorded, stack_env):
    *_, episodes = recorded
    stack_env.reset(torch.arange(stack_env.num_envs), torch.arange(stack_env.num_envs))
    state = set(stack_env.state())
    for episode in episodes:
        assert set(episode.group("states")) == state == set(episode.group("initial_state"))
        assert set(episode.group("obs")) == set(stack_env.observations())
        assert {"actions", "processed_actions"} < set(episode.data)
        for path, values in episode.data.items():
            rows = 1 if path.startswith("initial_state/") else episode.num_samples
            assert len(values) == rows, path
            assert np.isfinite(values).all(), path


def test_observations_are_of_before_a_step_and_states_of_after_it(recorded, stack_env):
    *_, episodes = recorded
    default = stack_env.env.scene["robot"].data.default_joint_pos.torch[0].numpy()
    path = "articulation/robot/joint_position"
    for episode in episodes:
        seen = episode.data["obs/joint_pos"] + default
        states = np.concatenate([episode.data[f"initial_state/{path}"], episode.data[f"states/{path}"]])
        np.testing.assert_allclose(seen, states[:-1], atol=1e-6)
        # The observed action is the one before.
        np.testing.assert_array_equal(episode.data["obs/actions"][1:], episode.data["actions"][:-1])
        np.testing.assert_array_equal(episode.data["obs/actions"][0], 0.0)
        # The joint target moves the joints: it has to lead where they go.
        target = episode.data["processed_actions"]
        assert target.shape == (episode.num_samples, stack_env.processed_action_dim)


def test_the_task_is_fulfilled_and_stays_so(recorded, lasting):
    assert lasting(recorded[0].output) == [True] * 2


def test_appending_keeps_what_is_there(recorded, stack_env, run_stage, tmp_path):
    """A stop before anything has succeeded leaves the file as it was."""
    options, _, _, episodes = recorded
    from isaaclab_mimic_core.datasets import DatasetWriter

    path = tmp_path / "demos.hdf5"
    with DatasetWriter(path, {"env_name": DEFAULT_TASK}) as writer:
        writer.add(episodes[0])
    with Record(
        RecordOptions(output=str(path), teleop_device="scripted", num_demos=1, append=True, seed=options.seed),
        stack_env,
    ) as stage:
        for _ in range(5):
            stage.step()
        started = stage._numbers.tolist()
        stage.request("stop")
        ending = stage.step()[-1]
    assert min(started) == 1 + episodes[0].attrs["mimic"]["recorded"]["number"], (
        "the demonstration that is there is not recorded again"
    )
    assert ending.outcome == "stopped" and ending.summary["saved"] == 0 and stage.done
    with DatasetReader(path) as reader:
        assert reader.episode_names == ["demo_0"]
        np.testing.assert_array_equal(reader.read("demo_0").data["actions"], episodes[0].data["actions"])


def test_a_script_that_never_succeeds_gives_up(stack_env, run_stage, tmp_path):
    """As with cubes too large to stack: it went on for ever."""
    path = tmp_path / "none.hdf5"
    options = RecordOptions(
        output=str(path), teleop_device="scripted", num_demos=1, num_envs=stack_env.num_envs, max_steps=2, patience=3
    )
    run = run_stage(Record(options, stack_env))
    assert run.ending.outcome == "gave_up" and run.ending.summary["saved"] == 0
    assert run.ending.summary["attempts"] == max(3, stack_env.num_envs)
    (advice,) = (event.message for event in run.kinds["Warned"])
    assert "at most 2 steps" in advice and "--max-steps" in advice
    assert not path.exists()
