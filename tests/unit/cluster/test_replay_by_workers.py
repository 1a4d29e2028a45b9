# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`replay` with workers: the verdicts of one process, in the order of the file."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from kinematic import KinematicStackEnv, scripted_demonstrations

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.cluster.replay import ReplayShared
from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.events import EpisodeReplayed
from isaaclab_mimic_core.options import ReplayOptions
from isaaclab_mimic_core.stages.replay.replay import Replay
from isaaclab_mimic_core.tasks import DEFAULT_TASK

DEMOS, ENVS = 7, 2
SHORT = (2, 4)
"""Demonstrations that end before the cubes are stacked."""


class Shared(ReplayShared):
    """Its workers have kinematic environments."""

    share = "replayed:start"


@pytest.fixture
def recorded(tmp_path) -> Path:
    """Demonstrations of different lengths, with their states; one strays from them."""
    env, everyone = KinematicStackEnv(DEMOS), torch.arange(DEMOS)
    env.reset(everyone, randomness.streams(7, "demonstration", everyone))
    first = {path: value.clone() for path, value in env.state().items()}
    actions = torch.stack([torch.as_tensor(demo.actions) for demo in scripted_demonstrations()[:DEMOS]], dim=1)
    states = []
    for action in actions:
        env.step(action)
        states.append({path: value.clone() for path, value in env.state().items()})
    with DatasetWriter(tmp_path / "demos.hdf5", {"env_name": DEFAULT_TASK}) as writer:
        for demo in range(DEMOS):
            steps = len(actions) - 70 if demo in SHORT else len(actions) - demo
            data = {"actions": actions[:steps, demo].numpy()}
            for path in first:
                data[f"initial_state/{path}"] = first[path][demo : demo + 1].float().numpy()
                data[f"states/{path}"] = torch.stack([state[path][demo] for state in states[:steps]]).float().numpy()
            data["states/rigid_object/cube_1/root_pose"][5:, 0] += 0.1 * (demo == 5)
            writer.add(Episode(data, {"success": True}))
    return tmp_path / "demos.hdf5"


def test_workers_replay_as_one_process_does(one_ray, recorded, tmp_path):
    options = ReplayOptions(input=str(recorded), num_envs=ENVS, rest=0.2, drop_failed=str(tmp_path / "one.hdf5"))
    with Replay(options, KinematicStackEnv(ENVS)) as stage:
        alone = list(stage)
    with Shared(replace(options, drop_failed=str(tmp_path / "two.hdf5"), workers="1")) as stage:
        together = list(stage)

    verdicts = [[event for event in events if isinstance(event, EpisodeReplayed)] for events in (alone, together)]
    assert verdicts[0] == verdicts[1]
    assert [verdict.success for verdict in verdicts[1]] == [demo not in SHORT for demo in range(DEMOS)]
    assert verdicts[1][5].objects_apart == pytest.approx(0.1, abs=1e-3) and verdicts[1][5].strayed_at == 5
    assert together[-1].outcome == "done" and together[-1].results == alone[-1].results
    left_out = ("output", "drop_failed")
    summaries = [{k: v for k, v in events[-1].summary.items() if k not in left_out} for events in (alone, together)]
    assert summaries[0] == summaries[1]
    for name in ("one", "two"):
        with DatasetReader(tmp_path / f"{name}.hdf5") as reader:
            assert len(reader.episode_names) == DEMOS - len(SHORT)
    assert not list(tmp_path.glob(".*pieces*"))
