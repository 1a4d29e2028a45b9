# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The whole of `generate` on the kinematic task: what is saved is a demonstration of it."""

import json

import pytest
import torch
from kinematic import KinematicStackEnv

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.datasets.layout import ACTIONS
from isaaclab_mimic_core.errors import OutputError
from isaaclab_mimic_core.events import AttemptFinished
from isaaclab_mimic_core.options import GenerateOptions
from isaaclab_mimic_core.stages.generation.generate import Generate
from isaaclab_mimic_core.tasks import DEFAULT_TASK as TASK

WANTED = 8


def test_saved_demonstrations_succeed_when_replayed(annotated, tmp_path):
    output = tmp_path / "generated.hdf5"
    # Noise all the way, so that some fail at first.
    options = GenerateOptions(input=str(annotated), output=str(output), num_demos=WANTED, num_envs=8, fade_noise=False)
    stage = Generate(options, KinematicStackEnv(8))
    attempts = [event for event in stage if isinstance(event, AttemptFinished)]
    stage.close()
    assert sum(event.success for event in attempts) == WANTED

    with DatasetReader(output) as reader:
        episodes = [reader.read(name) for name in reader.episode_names]
    assert len(episodes) == WANTED
    env = KinematicStackEnv(1)
    retries = 0
    for episode in episodes:
        initial = {path: torch.as_tensor(value) for path, value in episode.group("initial_state").items()}
        env.restore(initial, torch.tensor([0]))
        for action, positions in zip(episode.data[ACTIONS], episode.data["obs/cube_positions"], strict=True):
            torch.testing.assert_close(env.observations()["cube_positions"][0], torch.as_tensor(positions))
            env.step(torch.as_tensor(action)[None])
        assert env.success().all()
        generated = episode.attrs["mimic"]["generated"]
        assert [len(used) for used in generated["sources"].values()] == [4]
        retries += generated["retries"]
    # Among them are some that were put together from several tries.
    assert retries > 0


def test_a_run_reports_on_itself_and_goes_on_with_its_report(annotated, tmp_path):
    output, report = tmp_path / "generated.hdf5", tmp_path / "report"

    def run(num_demos: int, **changes):
        options = GenerateOptions(
            task=TASK, input=str(annotated), output=str(output), num_demos=num_demos, num_envs=8, report=str(report),
            thumbnails=False, **changes,
        )  # fmt: skip
        env = KinematicStackEnv(8)
        env.info["task"] = TASK
        with Generate(options, env) as stage:
            events = list(stage)
        assert events[-1].summary["report"] == str(report / "report.html")
        spread = events[-1].summary["start_spread"]
        for starts in (spread["attempts"], spread["saved"]):
            assert set(starts) == {"cube_1", "cube_2", "cube_3"} and all(min(values) > 0 for values in starts.values())
        return [event for event in events if isinstance(event, AttemptFinished)]

    first = run(3)
    with pytest.raises(OutputError, match="holds a report already"):
        Generate(GenerateOptions(input=str(annotated), output=str(tmp_path / "o.hdf5"), report=str(report)))
    second = run(6, resume=True)
    saved = json.loads((report / "run.json").read_text())
    assert [attempt["number"] for attempt in saved["attempts"]] == [event.attempt for event in first + second]
    assert len({event.attempt for event in first + second}) == len(first + second)
    assert saved["analysis"]["subtasks"]["franka/0"]["begun"] == len(first + second)
    assert set(saved["attempts"][0]["placement"]) == {"cube_1", "cube_2", "cube_3"}
    assert (report / "placements.png").exists()
