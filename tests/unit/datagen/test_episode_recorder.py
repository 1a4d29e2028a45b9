# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Buffers of running episodes: they grow, and each environment gets its own rows back."""

import numpy as np
import pytest
import torch

from isaaclab_mimic_core.envs.recorder import EpisodeRecorder

NUM_ENVS = 4
CPU = torch.device("cpu")


def terms(step: int) -> dict[str, torch.Tensor]:
    """Terms of three shapes and types, different at each step and in each environment."""
    value = 100.0 * step + torch.arange(NUM_ENVS)
    return {
        "actions": value[:, None] + torch.tensor([0.0, 0.25, 0.5]),
        "obs/pose": value[:, None, None] + torch.eye(4),
        "obs/reward": value,
        "obs/flag": (value.long() + step) % 2 == 0,
    }


def initial(step: int) -> dict[str, torch.Tensor]:
    return {"initial_state/pose": terms(step)["obs/pose"], "initial_state/closed": terms(step)["obs/flag"]}


def check(episode: dict[str, np.ndarray], env_id: int, first: int, count: int) -> None:
    """Compare with what was recorded in steps `first` ... `first + count - 1`."""
    expected = [terms(step) for step in range(first, first + count)]
    for path in expected[0]:
        values = torch.stack([row[path][env_id] for row in expected]).numpy()
        np.testing.assert_array_equal(episode[path], values, err_msg=path)
        assert episode[path].dtype == (bool if path == "obs/flag" else np.float32), path
    for path, values in initial(first).items():
        np.testing.assert_array_equal(episode[path], values[env_id : env_id + 1].numpy(), err_msg=path)
    assert episode.keys() == {*expected[0], *initial(first)}


def begin(recorder: EpisodeRecorder, env_ids: list[int], step: int) -> None:
    recorder.begin(torch.tensor(env_ids), initial(step))


@pytest.mark.parametrize("capacity", [1, 2, 5, 100])
def test_episodes_of_any_length_come_back(capacity):
    recorder = EpisodeRecorder(NUM_ENVS, CPU, capacity)
    begin(recorder, [0, 1, 2, 3], 0)
    for step in range(9):
        recorder.record(terms(step))
    for env_id in range(NUM_ENVS):
        check(recorder.take(env_id), env_id, 0, 9)


@pytest.mark.parametrize("capacity", [1, 4, 100])
def test_environments_begin_and_end_at_different_times(capacity):
    recorder = EpisodeRecorder(NUM_ENVS, CPU, capacity)
    begin(recorder, [0, 1, 2, 3], 0)
    first = [0] * NUM_ENVS
    rng = np.random.default_rng(0)
    for step in range(60):
        recorder.record(terms(step))
        ends = [env_id for env_id in range(NUM_ENVS) if rng.random() < 0.15]
        for env_id in ends:
            check(recorder.take(env_id), env_id, first[env_id], step + 1 - first[env_id])
            first[env_id] = step + 1
        if ends:
            begin(recorder, ends, step + 1)
    assert recorder.length.tolist() == [60 - start for start in first]


def test_a_longer_run_does_not_take_more_memory_than_its_longest_episode():
    recorder = EpisodeRecorder(NUM_ENVS, CPU, 8)
    sizes = set()
    for episode in range(20):
        begin(recorder, [0, 1, 2, 3], 8 * episode)
        for step in range(8 * episode, 8 * episode + 8):
            recorder.record(terms(step))
        sizes.add(recorder.num_bytes)
    assert len(sizes) == 1


def test_only_the_first_steps_may_be_taken():
    recorder = EpisodeRecorder(NUM_ENVS, CPU, 3)
    begin(recorder, [0, 1, 2, 3], 0)
    for step in range(7):
        recorder.record(terms(step))
    check(recorder.take(2, 5), 2, 0, 5)


def test_steps_taken_back_are_recorded_anew():
    recorder = EpisodeRecorder(NUM_ENVS, CPU, 4)
    begin(recorder, [0, 1, 2, 3], 0)
    for step in range(6):
        recorder.record(terms(step))
    recorder.rewind(torch.tensor([1, 3]), torch.tensor([2, 0]))
    for step in range(6, 9):
        recorder.record(terms(step))
    check(recorder.take(0), 0, 0, 9)
    again = recorder.take(1)
    rows = [terms(step)["actions"][1] for step in (0, 1, 6, 7, 8)]
    np.testing.assert_array_equal(again["actions"], torch.stack(rows).numpy())
    np.testing.assert_array_equal(recorder.take(3)["obs/reward"], [603.0, 703.0, 803.0])


def test_what_was_taken_is_not_changed_by_what_follows():
    recorder = EpisodeRecorder(NUM_ENVS, CPU, 4)
    begin(recorder, [0, 1, 2, 3], 0)
    recorder.record(terms(0))
    episode = recorder.take(0)
    begin(recorder, [0], 1)
    recorder.record(terms(1))
    check(episode, 0, 0, 1)
    check(recorder.take(1), 1, 0, 2)
