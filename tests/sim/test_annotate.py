# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The annotate stage on the product's own sample."""

from pathlib import Path

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.options import AnnotateOptions
from isaaclab_mimic_core.stages.annotation.automatic import Annotate

pytestmark = pytest.mark.sim

SAMPLE = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
SIGNALS = ("grasp_1", "stack_1", "grasp_2")
INFO = "obs/datagen_info"


@pytest.fixture(scope="module")
def episodes(annotated) -> list[Episode]:
    with DatasetReader(annotated.path) as reader:
        return list(reader.episodes())


def test_every_sample_is_annotated(annotated, episodes):
    with DatasetReader(SAMPLE) as reader:
        count = len(reader)
    run = annotated.run
    assert run.ending.outcome == "done" and run.ending.summary["annotated"] == run.ending.summary["of"] == count
    assert all(event.ok and not event.reason for event in run.kinds["EpisodeAnnotated"])
    assert len(run.kinds["DemoSaved"]) == len(episodes) == count


def test_signals_rise_in_the_order_of_the_subtasks(annotated, episodes):
    for episode, event in zip(episodes, annotated.run.kinds["EpisodeAnnotated"], strict=True):
        marks = [event.marks[name] for name in SIGNALS]
        assert 0 < marks[0] < marks[1] < marks[2] < episode.num_samples
        for name, mark in zip(SIGNALS, marks, strict=True):
            signal = episode.data[f"{INFO}/subtask_term_signals/{name}"]
            assert signal.dtype == bool and not signal[:mark].any() and signal[mark].all()


def test_the_source_is_played_again_and_named(annotated, episodes):
    with DatasetReader(SAMPLE) as reader:
        for episode in episodes:
            origin = episode.attrs["mimic"]["annotated"]
            source = reader.read(origin["from"])
            np.testing.assert_array_equal(episode.data["actions"], source.data["actions"])
            assert episode.attrs["mimic"]["recorded"] == source.attrs["mimic"]["recorded"]
            assert episode.seed == source.seed and origin["versions"]["isaaclab"]


def test_poses_are_transforms_and_agree_with_the_observations(episodes):
    for episode in episodes:
        for path, poses in episode.group(INFO).items():
            if path.startswith("subtask"):
                continue
            assert poses.shape == (episode.num_samples, 4, 4), path
            turn = poses[:, :3, :3]
            np.testing.assert_allclose(turn @ turn.swapaxes(1, 2), np.tile(np.eye(3), (len(turn), 1, 1)), atol=1e-5)
        np.testing.assert_allclose(
            episode.data[f"{INFO}/eef_pose/franka"][:, :3, 3], episode.data["obs/eef_pos"], atol=1e-6
        )
        # The target is the pose plus the action's shift.
        shift = episode.data[f"{INFO}/target_eef_pose/franka"][:, :3, 3] - episode.data["obs/eef_pos"]
        np.testing.assert_allclose(shift, episode.data["actions"][:, :3], atol=1e-6)


def test_a_second_run_finds_the_same(annotated, episodes, stack_env, run_stage, tmp_path):
    path = tmp_path / "again.hdf5"
    options = AnnotateOptions(input=str(SAMPLE), output=str(path), num_envs=stack_env.num_envs)
    run = run_stage(Annotate(options, stack_env))
    marks = [[event.marks for event in r.kinds["EpisodeAnnotated"]] for r in (annotated.run, run)]
    assert marks[0] == marks[1]
    with DatasetReader(path) as reader:
        for mine, theirs in zip(reader.episodes(), episodes, strict=True):
            for name, values in theirs.data.items():
                np.testing.assert_array_equal(mine.data[name], values, err_msg=f"{theirs.name} {name}")


def test_a_demonstration_that_fails_again_is_left_out(stack_env, run_stage, tmp_path):
    """Only the first third of one demonstration: nothing is stacked at its end."""
    with DatasetReader(SAMPLE) as reader:
        episode = reader.read("demo_0")
    path = tmp_path / "short.hdf5"
    third = episode.num_samples // 3
    data = {
        name: values if name.startswith("initial_state") else values[:third] for name, values in episode.data.items()
    }
    with DatasetWriter(path, {"env_name": "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"}) as writer:
        writer.add(Episode(data, episode.attrs))
    run = run_stage(Annotate(AnnotateOptions(input=str(path), output=str(tmp_path / "out.hdf5")), stack_env))
    (event,) = run.kinds["EpisodeAnnotated"]
    assert not event.ok and "not fulfilled" in event.reason
    assert run.ending.summary["annotated"] == 0 and run.kinds["Warned"]


@pytest.mark.parametrize("from_states", [True, False])
def test_what_does_not_succeed_again_is_read_from_its_states(
    from_states, annotated, episodes, stack_env, run_stage, tmp_path
):
    """The arm stands still from the middle on when it is played again."""
    path, output = tmp_path / "strays.hdf5", tmp_path / "out.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        whole = reader.read("demo_0")
        actions = whole.data["actions"].copy()
        actions[len(actions) // 2 :] = 0.0
        writer.add(Episode({**whole.data, "actions": actions}, whole.attrs))
    options = AnnotateOptions(input=str(path), output=str(output), from_states=from_states)
    run = run_stage(Annotate(options, stack_env))
    (event,) = run.kinds["EpisodeAnnotated"]
    assert event.ok == from_states and run.ending.summary["annotated"] == int(from_states)
    if not from_states:
        assert "not fulfilled" in event.reason
        return
    assert "demo_0 is taken from its recorded states" in run.kinds["Warned"][0].message
    with DatasetReader(output) as reader:
        (read,) = reader.episodes()
    assert read.attrs["mimic"]["annotated"]["by"] == "states"
    np.testing.assert_array_equal(
        read.data["states/rigid_object/cube_2/root_pose"], whole.data["states/rigid_object/cube_2/root_pose"]
    )
    replayed = next(e for e in annotated.run.kinds["EpisodeAnnotated"] if e.name == "demo_0")
    assert event.marks.keys() == replayed.marks.keys()
    assert all(abs(event.marks[name] - mark) <= 2 for name, mark in replayed.marks.items())
    mine, theirs = (e.data["obs/datagen_info/object_pose/cube_2"] for e in (read, episodes[0]))
    np.testing.assert_allclose(mine, theirs, atol=5e-3)


def test_one_that_is_not_finite_does_not_keep_the_others_from_being_played(stack_env, run_stage, tmp_path):
    """Cut after a few steps, the other one is played, and does not succeed."""
    path, output = tmp_path / "two.hdf5", tmp_path / "out.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        whole = reader.read("demo_0")
        short = {name: values if name.startswith("initial") else values[:5] for name, values in whole.data.items()}
        writer.add(Episode({**short, "actions": short["actions"] * np.float32(np.inf)}, whole.attrs))
        writer.add(Episode(short, whole.attrs))
    run = run_stage(Annotate(AnnotateOptions(input=str(path), output=str(output)), stack_env))
    first, second = run.kinds["EpisodeAnnotated"]
    assert first.name == "demo_0" and not first.ok and "not finite" in first.reason
    assert second.name == "demo_1" and "the task is not fulfilled" in second.reason
    assert (run.ending.outcome, run.ending.summary["annotated"], run.ending.summary["of"]) == ("done", 0, 2)
