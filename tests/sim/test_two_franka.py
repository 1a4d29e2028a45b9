# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The tasks of two arms on real physics, from scripted demonstrations to generated ones that keep the constraints."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader, Episode

pytestmark = pytest.mark.sim

CHAIN = Path(__file__).with_name("two_franka_chain.py")


def run_chain(task: str, folder: Path, start_python) -> SimpleNamespace:
    """Make demonstrations; return the stages' summaries and the generated episodes."""
    process = start_python(CHAIN, task, folder)
    output, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-2000:]
    result = json.loads(output.splitlines()[-1])
    with DatasetReader(folder / "generated.hdf5") as reader:
        episodes = [reader.read(name) for name in reader.episode_names]
    return SimpleNamespace(**result, episodes=episodes)


def check_chain(run: SimpleNamespace) -> None:
    assert run.resets["moved"] < 2e-3, "after a reset the hands are where the observations say"
    assert run.resets["again"] < 1e-4, "a key decides the initial state, in whatever environment"
    assert run.resets["arms_differ"] > 1e-3, "each arm's start is drawn for itself"
    assert run.record["saved"] == run.annotate["annotated"] == run.generate["saved"] == 2
    for episode in run.episodes:
        assert episode.data["actions"].shape[1] == 14


def places(episode: Episode, name: str) -> np.ndarray:
    """Return where an object was after each step: (steps, 3) [m]."""
    return episode.data[f"states/rigid_object/{name}/root_pose"][:, :3]


def test_both_arms_lift_the_box_level(tmp_path, start_python):
    run = run_chain("Mimic-Lift-Box-Two-Franka-v0", tmp_path, start_python)
    check_chain(run)
    for episode in run.episodes:
        assert places(episode, "box")[-1, 2] > 0.15
        x, y = episode.data["states/rigid_object/box/root_pose"][:, 3:5].T
        tilt = np.arccos(1 - 2 * (x**2 + y**2))
        assert tilt.max() < 0.2, "the arms keep in step all the way up"


def test_the_plate_is_cleared_before_the_cube_comes(tmp_path, start_python):
    run = run_chain("Mimic-Clear-And-Place-Two-Franka-v0", tmp_path, start_python)
    check_chain(run)
    for episode in run.episodes:
        cube, blocker, plate = (places(episode, name)[:, :2] for name in ("cube", "blocker", "plate"))
        cleared = np.flatnonzero(np.linalg.norm(blocker - plate, axis=1) > 0.12)
        arrived = np.flatnonzero(np.linalg.norm(cube - plate, axis=1) < 0.05)
        assert cleared[0] < arrived[0]
