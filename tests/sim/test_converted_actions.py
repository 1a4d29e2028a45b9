# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Demonstrations in joint space, brought to task space by `mimic convert`, are played again in PhysX."""

import json

import numpy as np
import pytest
import torch
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.options import ReplayOptions
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.stages.replay.playback import Playback
from isaaclab_mimic_core.stages.replay.replay import Replay
from isaaclab_mimic_core.tasks import DEFAULT_TASK

pytestmark = pytest.mark.sim

SCALE = 0.5
COUNT = 2


@pytest.fixture(scope="module")
def joint_space(stack_env, tmp_path_factory):
    """The sample's first demonstrations as a joint-space task would have recorded them.

    Their actions are the joint positions that the arm's drives were really given, as PhysX got them; the environment
    scales an action by `SCALE` and adds the joints' default position. Nothing is left of the pose actions.
    """
    with DatasetReader(SAMPLE) as reader:
        episodes = [reader.read(name) for name in reader.episode_names[:COUNT]]
    robot = stack_env.env.scene["robot"]
    default = robot.data.default_joint_pos.torch[0, :7].numpy()
    targets: list[list[np.ndarray]] = [[] for _ in episodes]
    lengths = [episode.num_samples for episode in episodes]
    with torch.inference_mode():
        playback = Playback(stack_env, lengths, episodes.__getitem__, seed=1)
        playback.refill(range(stack_env.num_envs))
        while not playback.done:
            stack_env.step(playback.action())
            given = robot.data.joint_pos_target.torch
            for env_id in np.flatnonzero(playback.playing):
                targets[playback.current[env_id]].append(given[env_id].numpy().copy())
            if over := playback.advance():
                playback.refill(over)
    path = tmp_path_factory.mktemp("joint_space") / "joints.hdf5"
    with DatasetWriter(path, {"env_name": "Isaac-Stack-Cube-Franka-v0"}) as writer:
        for episode, rows in zip(episodes, targets, strict=True):
            target = np.stack(rows)
            assert target.shape == (episode.num_samples, 9)
            actions = np.concatenate([(target[:, :7] - default) / SCALE, episode.data["actions"][:, 6:]], axis=1)
            data = {**episode.data, "actions": actions.astype(np.float32), "processed_actions": target}
            writer.add(Episode(data, episode.attrs))
    return path


@pytest.fixture
def converted(joint_space, start_python):
    """Converts that file to a kind of actions, for a task; returns the new file."""

    def convert(kind: str, task: str):
        output = joint_space.with_name(f"{kind}.hdf5")
        command = ("convert", joint_space, "--actions", kind, "--task", task, "--output", output)
        process = start_python("-m", "isaaclab_mimic_core", *command)
        _, err = process.communicate(timeout=LONG)
        assert process.returncode == 0, err
        return output

    return convert


def test_relative_poses_play_to_success(converted, stack_env, run_stage):
    """Each step begins where the one before has led to: what the inverse kinematics lacks must be told."""
    output = converted("pose_rel", DEFAULT_TASK)
    run = run_stage(Replay(ReplayOptions(input=str(output)), stack_env))
    replayed = run.kinds["EpisodeReplayed"]
    assert len(replayed) == COUNT and all(event.success for event in replayed)
    # Mere distances between poses end more than 0.1 rad away.
    assert all(event.joints_apart < 0.05 for event in replayed)


def test_absolute_poses_play_to_success(converted, start_python):
    output = converted("pose_abs", "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0")
    # Of another task than the environments that are open here: in a process of its own, as a user does it.
    command = ("replay", output, "--validate", "--json", "--device", "cpu", "--assets", "local")
    process = start_python("-m", "isaaclab_mimic_core", *command)
    out, err = process.communicate(timeout=LONG)
    events = [event for event in map(json.loads, out.splitlines()) if event["event"] == "EpisodeReplayed"]
    assert process.returncode == 0, err
    assert len(events) == COUNT and all(event["success"] for event in events)
