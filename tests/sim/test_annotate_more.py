# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Automatic annotation with start signals, with `--resume`, and after `kill -9`."""

import json

import numpy as np
import pytest
import torch
from waiting import LONG

from isaaclab_mimic_core.datagen.config import read_subtasks
from isaaclab_mimic_core.datagen.sources.segmentation import segment
from isaaclab_mimic_core.datasets import DatasetReader, first_change
from isaaclab_mimic_core.errors import TaskError
from isaaclab_mimic_core.options import AnnotateOptions
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.stages.annotation.automatic import Annotate
from isaaclab_mimic_core.stages.generation.sources import source_demo

pytestmark = pytest.mark.sim

TERMS = "obs/datagen_info/subtask_term_signals"
STARTS = "obs/datagen_info/subtask_start_signals"
NEAR = 0.12
"""[m] Between hand and cube."""
NEXT_CUBE = {"grasp_1": "cube_2", "stack_1": "cube_1", "grasp_2": "cube_3"}


def marks_of(path) -> dict[str, dict[str, int | None]]:
    """Return the marks in a file, by the demonstration that they were made from."""
    with DatasetReader(path) as reader:
        return {
            episode.attrs["mimic"]["annotated"]["from"]: {
                name: first_change(values) for name, values in episode.group(TERMS).items()
            }
            for episode in reader.episodes()
        }


def start_signals_of(env):
    """Start signals as a task could have them: the subtask before is over and the hand is close to where it works."""

    def signals(env_ids=None) -> dict[str, torch.Tensor]:
        # From the observations, as upstream's tasks take their other signals: there are none before a reset.
        over = {name: signal.reshape(-1).bool() for name, signal in env.env.obs_buf["subtask_terms"].items()}
        hand, cubes = env.eef_pose()[:, 0, :3, 3], env.object_pose()[..., :3, 3]
        found, before = {}, torch.ones(env.num_envs, dtype=torch.bool)
        for name, cube in NEXT_CUBE.items():
            found[name] = before & ((hand - cubes[:, env.object_names.index(cube)]).norm(dim=1) < NEAR)
            before = over[name]
        return found

    return signals


def test_start_signals_of_the_task_are_kept_and_cut_segments(stack_env, run_stage, two_demos, tmp_path, monkeypatch):
    monkeypatch.setattr(stack_env.env, "get_subtask_start_signals", start_signals_of(stack_env))
    output = tmp_path / "starts.hdf5"
    options = AnnotateOptions(input=str(two_demos), output=str(output), num_envs=stack_env.num_envs, start_signals=True)
    run = run_stage(Annotate(options, stack_env))
    assert run.ending.summary["annotated"] == 2
    plan = read_subtasks(stack_env.cfg, stack_env.object_names, torch.device("cpu"), planned=True)
    with DatasetReader(output) as reader:
        for episode in reader.episodes():
            starts = {name: first_change(values) for name, values in episode.group(STARTS).items()}
            ends = {name: first_change(values) for name, values in episode.group(TERMS).items()}
            assert starts.keys() == NEXT_CUBE.keys()
            assert 0 < starts["grasp_1"] < ends["grasp_1"] < starts["stack_1"] < ends["stack_1"]
            assert ends["stack_1"] < starts["grasp_2"] < ends["grasp_2"]
            # Rows are of the moment before a step: what the signal says can be seen in the poses of the same row.
            row = starts["grasp_1"]
            away = [
                np.linalg.norm(
                    episode.data["obs/datagen_info/eef_pose/franka"][at, :3, 3]
                    - episode.data["obs/datagen_info/object_pose/cube_2"][at, :3, 3]
                )
                for at in (row - 1, row)
            ]
            assert away[0] >= NEAR > away[1]
            # The generator begins the segments where they say.
            begins = [begin for begin, _ in segment(source_demo(episode), plan, 0)]
            assert begins[:3] == [starts[name] for name in NEXT_CUBE]


def test_a_demonstration_whose_start_signal_never_rises_is_left_out(
    stack_env, run_stage, two_demos, tmp_path, monkeypatch
):
    signals = start_signals_of(stack_env)

    def silent(env_ids=None):
        return {**signals(), "stack_1": torch.zeros(stack_env.num_envs, dtype=torch.bool)}

    monkeypatch.setattr(stack_env.env, "get_subtask_start_signals", silent)
    options = AnnotateOptions(input=str(two_demos), output=str(tmp_path / "none.hdf5"), start_signals=True)
    run = run_stage(Annotate(options, stack_env))
    assert run.ending.summary["annotated"] == 0
    for event in run.kinds["EpisodeAnnotated"]:
        assert not event.ok and "start signal stack_1 of franka never changes" in event.reason


def test_a_task_without_start_signals_says_so_and_nothing_is_replaced(stack_env, two_demos, tmp_path):
    output = tmp_path / "there.hdf5"
    output.write_bytes(two_demos.read_bytes())
    options = AnnotateOptions(input=str(two_demos), output=str(output), start_signals=True, overwrite=True)
    with (
        pytest.raises(TaskError, match=r"--start-signals: .*does not tell when its subtasks start") as caught,
        Annotate(options, stack_env) as stage,
    ):
        list(stage)
    assert "--manual" in str(caught.value)
    assert output.read_bytes() == two_demos.read_bytes()


def test_killed_and_resumed_it_loses_nothing_and_ends_as_if_it_had_not_been(annotated, start_python, tmp_path):
    output = tmp_path / "annotated.hdf5"
    arguments = ("--input", SAMPLE, "--output", output, "--num-envs", 4, "--device", "cpu", "--assets", "local")
    command = ("-m", "isaaclab_mimic_core", "annotate", *arguments, "--json")
    process = start_python(*command)
    reported = []
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "DemoSaved":
            reported.append(event["name"])
            break
    process.kill()
    reported += [e["name"] for e in map(json.loads, process.stdout.read().splitlines()) if e["event"] == "DemoSaved"]
    process.wait()
    with DatasetReader(output) as reader:
        kept = reader.episode_names
        assert set(reported) <= set(kept) and 1 <= len(kept) < 10
        before = {name: reader.read(name) for name in kept}

    process = start_python(*command, "--resume")
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == 0, err
    events = [json.loads(line) for line in out.splitlines()]
    played = [event["name"] for event in events if event["event"] == "EpisodeAnnotated"]
    assert len(played) == 10 - len(kept) and not set(played) & set(kept)
    assert marks_of(output) == marks_of(annotated.path)
    with DatasetReader(output) as reader:
        for name, episode in before.items():
            now = reader.read(name)
            assert now.data.keys() == episode.data.keys()
            assert all(np.array_equal(now.data[path], values) for path, values in episode.data.items())
