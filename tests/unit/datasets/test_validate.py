# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import Episode, validate_source
from isaaclab_mimic_core.errors import DatasetError

INFO = "obs/datagen_info"


@pytest.fixture
def source(make_episode) -> Episode:
    episode = make_episode(annotated=True)
    return Episode(episode.data, episode.attrs, "demo_4")


def check(episode: Episode, eefs=("franka",), objects=("cube_1", "cube_2"), signals=("grasp_1", "stack_1", None)):
    validate_source(episode, eefs, objects, {"franka": list(signals)}, "demos.hdf5")


def refusal(episode: Episode, **arguments) -> str:
    with pytest.raises(DatasetError) as error:
        check(episode, **arguments)
    text = str(error.value)
    assert text.startswith("demos.hdf5, demo_4: ") and len(text.splitlines()) == 2
    return text


def test_an_annotated_demo_passes(source):
    check(source)


def test_the_last_subtask_needs_no_signal(source):
    check(source, signals=("grasp_1", "never_recorded"))
    check(source, signals=(None,))


def test_not_annotated(make_episode):
    episode = Episode(make_episode().data, {}, "demo_4")
    assert "mimic annotate --input F --output G" in refusal(episode)


def test_end_effector_missing_in_the_file(source):
    text = refusal(source, eefs=("franka", "left"))
    assert "eef_pose of the end effector 'left'" in text and "'franka'" in text


def test_end_effector_unknown_to_the_task(source):
    source.data[f"{INFO}/eef_pose/left"] = source.data[f"{INFO}/eef_pose/franka"]
    assert "'left', unknown to the task (it has 'franka')" in refusal(source)


def test_target_poses_missing(source):
    del source.data[f"{INFO}/target_eef_pose/franka"]
    assert "target_eef_pose of the end effector 'franka', only none" in refusal(source)


def test_object_missing(source):
    assert "object 'cube_3', only 'cube_1', 'cube_2'" in refusal(source, objects=("cube_1", "cube_3"))


def test_signal_missing(source):
    assert "no termination signal 'grasp_2' of 'franka'" in refusal(source, signals=("grasp_1", "grasp_2", None))


@pytest.mark.parametrize("value", [False, True])
def test_signal_that_never_changes(source, value):
    source.data[f"{INFO}/subtask_term_signals/stack_1"][:] = value
    assert "'stack_1' of 'franka' never rises" in refusal(source)


def test_signals_in_the_wrong_order(source):
    text = refusal(source, signals=("stack_1", "grasp_1", None))
    assert "'grasp_1' (sample 10) does not come after 'stack_1' (sample 15)" in text


def test_no_samples(source):
    source.data["actions"] = source.data["actions"][:0]
    assert "0 samples" in refusal(source)


def test_no_actions(source):
    del source.data["actions"]
    assert "no actions" in refusal(source)


def test_actions_of_one_dimension(source):
    source.data["actions"] = source.data["actions"][:, 0]
    assert "shape (30,)" in refusal(source)


@pytest.mark.parametrize(("value", "says"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")])
def test_action_that_is_not_finite(source, value, says):
    source.data["actions"][12, 3] = value
    assert f"actions, row 12, column 3 is {says}" in refusal(source)


@pytest.mark.parametrize("path", [f"{INFO}/eef_pose/franka", f"{INFO}/object_pose/cube_2"])
def test_pose_that_is_not_finite(source, path):
    source.data[path][7, 1, 3] = np.nan
    assert f"{path}, row 7 is nan" in refusal(source)


def test_root_pose_that_is_not_finite(source):
    source.data["states/rigid_object/cube_1/root_pose"][5, 6] = np.nan
    assert "states/rigid_object/cube_1/root_pose, row 5, column 6 is nan" in refusal(source)


@pytest.mark.parametrize("path", ["eef_pose/franka", "object_pose/cube_1", "subtask_term_signals/grasp_1"])
def test_lengths_that_differ(source, path):
    source.data[f"{INFO}/{path}"] = source.data[f"{INFO}/{path}"][:-2]
    assert f"{path} has 28 rows but there are 30 actions" in refusal(source)


def test_poses_that_are_not_transforms(source):
    source.data[f"{INFO}/eef_pose/franka"] = np.zeros((30, 7))
    assert "shape (30, 7), not (samples, 4, 4)" in refusal(source)
