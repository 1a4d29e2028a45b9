# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pilots record by keyboard and SpaceMouse on real PhysX; the last recording is killed without warning."""

import json
import shutil
import signal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader

pytestmark = pytest.mark.sim

CHAIN = Path(__file__).parent / "teleop_chain.py"


@pytest.fixture(scope="module")
def chain(tmp_path_factory, start_python):
    """What `teleop_chain.py` said, and its folder; it was killed when it had reported one more demonstration saved."""
    folder = tmp_path_factory.mktemp("teleop")
    process = start_python(CHAIN, folder)
    result, after = None, []
    for line in process.stdout:
        if line.startswith("RESULT "):
            result = json.loads(line[7:])
            shutil.copy(folder / "keyboard.hdf5", folder / "two.hdf5")
        elif line.startswith("EVENT "):
            after.append(json.loads(line[6:]))
            if after[-1]["event"] == "DemoSaved":
                process.send_signal(signal.SIGKILL)
                break
    process.kill()
    assert result is not None, process.communicate()[1][-3000:]
    return SimpleNamespace(folder=folder, after=after, **result)


def kinds(events, kind):
    return [event for event in events if event["event"] == kind]


def read(path):
    with DatasetReader(path) as reader:
        return list(reader.episodes())


@pytest.mark.parametrize(("device", "count"), [("keyboard", 2), ("spacemouse", 1)])
def test_a_pilot_records_demonstrations(chain, device, count):
    events = getattr(chain, device)["events"]
    saved, ending = kinds(events, "DemoSaved"), kinds(events, "StageFinished")[0]
    assert [event["name"] for event in saved] == [f"demo_{number}" for number in range(count)]
    assert ending["outcome"] == "done" and ending["summary"]["saved"] == count and ending["summary"]["rate_hz"] > 0
    episodes = read(chain.folder / ("two.hdf5" if device == "keyboard" else "spacemouse.hdf5"))
    assert [episode.num_samples for episode in episodes] == [event["steps"] for event in saved]
    for episode in episodes:
        made = episode.attrs["mimic"]["recorded"]
        assert episode.success is True and made["teleop_device"] == device and made["step_hz"] == 0.0
        for path, values in episode.data.items():
            assert len(values) == (1 if path.startswith("initial_state/") else episode.num_samples), path
            assert np.isfinite(values).all(), path
    # Told once for each demonstration: what to do, in this order.
    instructed = kinds(events, "InstructionChanged")
    last = [event["now"] for event in instructed][-4:]
    assert last[0] == "Grasp red cube" and last[3] == "Stack green cube on top of red cube"
    assert [event["subtask"] for event in instructed][-4:] == [0, 1, 2, 3]


def test_the_first_row_is_the_state_at_reset_and_the_first_input(chain):
    """Nothing is recorded while nobody moves: the first action moves the hand."""
    for name in ("two.hdf5", "spacemouse.hdf5"):
        for episode in read(chain.folder / name):
            joints = episode.data["initial_state/articulation/robot/joint_position"][0]
            seen = episode.data["obs/joint_pos"][0] - episode.data["obs/joint_pos"][0].mean()
            np.testing.assert_allclose(seen, joints - default(episode) - (joints - default(episode)).mean(), atol=1e-6)
            assert np.abs(episode.data["actions"][0, :6]).max() > 1e-3
            np.testing.assert_array_equal(episode.data["obs/actions"][0], 0.0)


def default(episode):
    """Joint positions that observed ones are relative to, from the last row: its state is of after the last step."""
    later = episode.data["states/articulation/robot/joint_position"][-2]
    return later - episode.data["obs/joint_pos"][-1]


def test_the_end_is_not_cropped(chain):
    """The task was fulfilled for 10 steps, and 5 more were recorded: the last cube rests on the stack all that time."""
    for episode in read(chain.folder / "two.hdf5"):
        heights = episode.data["states/rigid_object/cube_3/root_pose"][-15:, 2]
        assert np.ptp(heights) < 2e-3 and heights.min() > 0.09
        gripper = episode.data["actions"][-15:, -1]
        assert (gripper == 1.0).all()


def test_next_observations_are_those_of_the_next_row(chain):
    for episode in read(chain.folder / "two.hdf5"):
        ahead, seen = episode.group("next_obs"), episode.group("obs")
        assert set(ahead) == set(seen)
        for name, values in ahead.items():
            np.testing.assert_array_equal(values[:-1], seen[name][1:])
    assert not read(chain.folder / "spacemouse.hdf5")[0].has("next_obs")


def test_r_discards_and_begins_anew(chain):
    first = kinds(chain.keyboard["events"], "AttemptFinished")[0]
    assert chain.keyboard["false_start"] > 20
    assert first["cause"] == "discarded" and first["success"] is False
    assert first["steps"] == chain.keyboard["false_start"]


def test_paused_nothing_moves_and_the_device_is_polled(chain):
    seen = chain.keyboard["paused"]
    assert seen["paused"] and seen["moved"] == 0.0 and seen["steps"] == 0 and "Z" in seen["polled"]


def test_unplugged_in_mid_episode_the_stage_rests_and_goes_on(chain):
    seen = chain.spacemouse["unplugged"]
    assert seen["paused"] and seen["made"] == 0 and seen["resumed"]
    assert [event["message"] for event in kinds(seen["events"], "Warned")] == [
        "The SpaceNavigator was unplugged. Plug it in again. The stage rests until it is back.",
        "The device is back.",
    ]
    assert kinds(chain.spacemouse["events"], "AttemptFinished")[0]["steps"] > 40, "the demonstration went on"


def test_a_second_of_a_held_key_is_its_sensitivity_at_any_step_rate(chain):
    for hz, way in chain.teleop["ways"].items():
        assert way == pytest.approx([0.0, 0.0, 0.1], abs=1e-3), f"{hz} Hz"
    assert chain.teleop["ending"]["outcome"] == "done"


def test_killed_while_recording_it_has_what_was_reported_saved(chain):
    assert kinds(chain.after, "DemoSaved")[0]["name"] == "demo_2"
    before, now = read(chain.folder / "two.hdf5"), read(chain.folder / "keyboard.hdf5")
    assert len(now) == 3 and now[2].num_samples == kinds(chain.after, "DemoSaved")[0]["steps"]
    for old, new in zip(before, now, strict=False):
        assert set(old.data) == set(new.data)
        for path, values in old.data.items():
            np.testing.assert_array_equal(values, new.data[path])
