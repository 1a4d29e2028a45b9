# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import Episode, first_change, flatten, layout, nest


def test_an_episode_knows_its_length_success_and_seed():
    episode = Episode({"actions": np.zeros((4, 7))}, {"success": np.bool_(True), "seed": np.int64(3)})
    assert (episode.num_samples, episode.success, episode.seed) == (4, True, 3)


def test_what_is_not_known_is_none():
    episode = Episode({}, {"num_samples": 12})
    assert (episode.num_samples, episode.success, episode.seed) == (12, None, None)


def test_groups_are_found_by_prefix_of_whole_names():
    episode = Episode({"obs/a": np.zeros(1), "obs/b/c": np.ones(1), "obs_too": np.zeros(1)})
    assert episode.has("obs") and episode.has("obs/b") and episode.has("obs/b/c") and not episode.has("ob")
    assert list(episode.group("obs")) == ["a", "b/c"]
    assert episode.members("obs") == ["a", "b"]


def test_nest_and_flatten_are_inverse():
    flat = {"actions": 1, "obs/a": 2, "obs/b/c": 3}
    assert nest(flat) == {"actions": 1, "obs": {"a": 2, "b": {"c": 3}}}
    assert flatten(nest(flat)) == flat


@pytest.mark.parametrize(
    "flat", [{"obs": 1, "obs/a": 2}, {"obs/a": 2, "obs": 1}, {"": 1}, {"/obs": 1}, {"obs//a": 1}, {"obs/": 1}]
)
def test_impossible_paths_are_refused(flat):
    with pytest.raises(ValueError):
        nest(flat)


def test_demos_are_in_natural_order():
    names = ["demo_10", "demo_2", "extra", "demo_1", "3"]
    assert sorted(names, key=layout.natural_order) == ["3", "demo_1", "demo_2", "demo_10", "extra"]
    assert [layout.demo_number(name) for name in names] == [10, 2, None, 1, None]


def test_legacy_quaternions_are_reordered():
    pose = np.array([[1.0, 2, 3, 10, 11, 12, 13]])
    np.testing.assert_array_equal(layout.wxyz_to_xyzw(pose), [[1, 2, 3, 11, 12, 13, 10]])


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        ([0, 0, 1, 1], 2),
        ([True, True, False], 2),
        ([0, 1, 0, 1], 1),
        ([0.0, 0.4, 1.0, 1.0], 2),
        ([0, 0, 0], None),
        ([1, 1], None),
        ([1], None),
        ([], None),
    ],
)
def test_the_first_change_counts_whatever_its_direction(signal, expected):
    assert first_change(np.array(signal)) == expected
    assert first_change(np.array(signal).reshape(-1, 1)) == expected
