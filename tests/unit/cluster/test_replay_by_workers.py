# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`replay` with workers: the verdicts of one process, in the order of the file."""

from dataclasses import replace

import pytest
from kinematic import KinematicStackEnv
from replayed import BROKEN, DEMOS, NUM_ENVS, PLACES, SHORT, STRAYS

from isaaclab_mimic_core.cluster.replay import ReplayShared
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.events import EpisodeReplayed
from isaaclab_mimic_core.options import ReplayOptions
from isaaclab_mimic_core.stages.replay.replay import Replay


class Shared(ReplayShared):
    """Its workers have kinematic environments."""

    share = "replayed:start"


def test_workers_replay_as_one_process_does(one_ray, recorded, tmp_path):
    options = ReplayOptions(input=str(recorded), num_envs=NUM_ENVS, rest=0.2, drop_failed=str(tmp_path / "one.hdf5"))
    with Replay(options, KinematicStackEnv(NUM_ENVS)) as stage:
        alone = list(stage)
    with Shared(replace(options, drop_failed=str(tmp_path / "two.hdf5"), workers="2")) as stage:
        together = list(stage)

    verdicts = [[event for event in events if isinstance(event, EpisodeReplayed)] for events in (alone, together)]
    assert verdicts[0] == verdicts[1] and tuple(verdict.env for verdict in verdicts[1]) == PLACES
    assert [verdict.success for verdict in verdicts[1]] == [demo not in (*SHORT, BROKEN) for demo in range(DEMOS)]
    assert verdicts[1][STRAYS].objects_apart == pytest.approx(0.1, abs=1e-3) and verdicts[1][STRAYS].strayed_at == 5
    assert together[-1].outcome == "done" and together[-1].results == alone[-1].results
    left_out = ("output", "drop_failed")
    summaries = [{k: v for k, v in events[-1].summary.items() if k not in left_out} for events in (alone, together)]
    assert summaries[0] == summaries[1]
    for name in ("one", "two"):
        with DatasetReader(tmp_path / f"{name}.hdf5") as reader:
            assert len(reader.episode_names) == DEMOS - len(SHORT) - 1
    assert not list(tmp_path.glob(".*pieces*"))
