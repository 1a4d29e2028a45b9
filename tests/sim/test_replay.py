# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The replay stage: which demonstrations hold, and how far they stray."""

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.options import ReplayOptions
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.stages.replay.replay import Replay

pytestmark = pytest.mark.sim


@pytest.fixture
def spoiled(tmp_path):
    """Two demonstrations, and between them one whose gripper never closes after its 100th step."""
    path = tmp_path / "spoiled.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        good, bad, other = (reader.read(name) for name in ("demo_2", "demo_5", "demo_9"))
        actions = bad.data["actions"].copy()
        actions[100:, -1] = 1.0
        states = {
            name: values.copy() if name == "states/rigid_object/cube_1/root_pose" else values
            for name, values in bad.data.items()
        }
        states["states/rigid_object/cube_1/root_pose"][30:, 2] += 0.5
        for episode in (good, Episode({**states, "actions": actions}, bad.attrs), other):
            writer.add(episode)
    return path


def test_many_at_once_say_which_hold_and_the_others_are_dropped(stack_env, run_stage, spoiled, tmp_path):
    output = tmp_path / "good.hdf5"
    options = ReplayOptions(input=str(spoiled), validate=True, drop_failed=str(output))
    run = run_stage(Replay(options, stack_env))
    first, second, third = run.kinds["EpisodeReplayed"]
    assert [event.success for event in (first, second, third)] == [True, False, True]
    assert len({event.env for event in (first, second, third)}) == 3
    # Where it was recorded, it would repeat to the bit; here the world's origin is elsewhere.
    for event in (first, third):
        assert event.joints_apart < 0.01 and event.objects_apart < 0.01
    assert second.strayed_at == 30 and second.objects_apart > 0.4 and second.worst_at >= 30
    assert run.ending.summary["failed"] == ["demo_1"] and run.ending.summary["findings"] == 1
    with DatasetReader(output) as kept, DatasetReader(spoiled) as all_of_them:
        assert len(kept) == 2
        for name, origin in (("demo_0", "demo_0"), ("demo_1", "demo_2")):
            copy, source = kept.read(name), all_of_them.read(origin)
            assert copy.attrs["mimic"]["recorded"] == source.attrs["mimic"]["recorded"] and copy.seed == source.seed
            assert copy.data.keys() == source.data.keys()
            for path, values in source.data.items():
                np.testing.assert_array_equal(copy.data[path], values)


def test_states_are_shown_as_recorded_and_the_end_must_last(stack_env, run_stage):
    options = ReplayOptions(input=str(SAMPLE), by="states", episodes="3,demo_7", rest=0.2)
    run = run_stage(Replay(options, stack_env))
    events = run.kinds["EpisodeReplayed"]
    assert [event.name for event in events] == ["demo_3", "demo_7"]
    for event in events:
        assert event.success and event.at_last_action and event.strayed_at is None
        assert event.joints_apart < 1e-5 and event.objects_apart < 1e-5
    assert run.ending.summary["findings"] == 0 and run.ending.summary["skipped"] == []


def test_who_watches_is_told_which_demonstration_it_is(stack_env):
    with Replay(ReplayOptions(input=str(SAMPLE), by="end", episodes="3,7"), stack_env) as stage:
        stage.request("watch", env=1)
        assert "attempt" not in stage.snapshot()["watched"], "none has begun"
        for _ in range(3):
            stage.step()
        assert stage.snapshot()["watched"]["attempt"] == 1
        stage.request("watch", env=5)
        assert stage.snapshot()["watched"]["attempt"] == -1


def test_an_end_that_does_not_last_is_told_from_one_that_does(stack_env, run_stage, tmp_path):
    """In one of them the upper cube hangs in the air: on it lies what was recorded before it fell."""
    path = tmp_path / "ends.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        episode = reader.read("demo_2")
        writer.add(episode)
        pose = "states/rigid_object/cube_3/root_pose"
        moved = episode.data[pose].copy()
        moved[-1, :3] += (0.2, 0.0, 0.3)
        writer.add(Episode({**episode.data, pose: moved}, episode.attrs))
    run = run_stage(Replay(ReplayOptions(input=str(path), by="end"), stack_env))
    events = run.kinds["EpisodeReplayed"]
    assert [event.success for event in events] == [True, False] and events[0].steps == episode.num_samples


def test_those_that_cannot_be_played_are_skipped_and_left_out(stack_env, run_stage, tmp_path):
    path, output = tmp_path / "faulty.hdf5", tmp_path / "good.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        good = reader.read("demo_2")
        nan = {**good.data, "actions": np.where(np.arange(7) == 3, np.nan, good.data["actions"])}
        lacking = {name: values for name, values in good.data.items() if not name.startswith("initial_state/rigid")}
        for data in (nan, good.data, lacking):
            writer.add(Episode(data, good.attrs))
    options = ReplayOptions(input=str(path), by="end", drop_failed=str(output))
    run = run_stage(Replay(options, stack_env))
    assert [event.name for event in run.kinds["EpisodeReplayed"]] == ["demo_1"]
    first, second = run.kinds["EpisodeSkipped"]
    assert first.name == "demo_0" and "actions, row 0 is not finite" in first.reason
    assert second.name == "demo_2" and "initial_state/rigid_object/cube_1" in second.reason
    summary = run.ending.summary
    assert (summary["of"], summary["replayed"], summary["failed"]) == (3, 1, [])
    assert summary["skipped"] == ["demo_0", "demo_2"] and summary["findings"] == 2
    with DatasetReader(output) as kept:
        assert len(kept) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "feel"}, "'feel' is not one of actions, states, end"),
        (
            {"task": "Mimic-Lift-Box-Two-Franka-v0"},
            "is of the task Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0, not of Mimic",
        ),
        ({"episodes": "99"}, "no demonstration is named '99'"),
        ({"tolerance": -1.0}, "must be at least 0, not -1"),
        ({"drop_failed": str(SAMPLE)}, "exists already"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_opens(options, message):
    with pytest.raises(MimicError, match=message):
        Replay(ReplayOptions(input=str(SAMPLE), **options))
