# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Small datasets and the record of a run to report on."""

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.events import AttemptFinished, DemoSaved, StageFinished, StageStarted
from isaaclab_mimic_core.outcomes import FailureCause
from isaaclab_mimic_core.report import RunRecord

SUBTASKS = 2
VERSIONS = {"isaaclab": "3.0.0", "torch": "2.11.0"}


def _pose(x: float, y: float, yaw: float) -> np.ndarray:
    return np.array([[x, y, 0.02, 0.0, 0.0, np.sin(yaw / 2), np.cos(yaw / 2)]], np.float32)


@functools.cache
def _path(steps: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (np.array([0.5, 0.0, 0.2]) + 0.004 * rng.normal(size=(steps, 3)).cumsum(axis=0)).astype(np.float32)


@pytest.fixture
def source_file(tmp_path: Path) -> Path:
    """Three annotated demonstrations of 40, 50 and 60 steps with one signal, `grasp`."""
    path = tmp_path / "source.hdf5"
    with DatasetWriter(path, {"env_name": "Stack"}) as writer:
        for i, steps in enumerate((40, 50, 60)):
            data = {
                "actions": np.zeros((steps, 7), np.float32),
                "obs/eef_pos": _path(steps, i),
                "obs/datagen_info/subtask_term_signals/grasp": np.arange(steps) >= steps // 2,
                "initial_state/rigid_object/cube_1/root_pose": _pose(0.45 + 0.05 * i, 0.05, 0.3 * i),
                "initial_state/rigid_object/cube_2/root_pose": _pose(0.55, -0.05 * i, 0.0),
            }
            writer.add(Episode(data, {"success": True}))
    return path


@pytest.fixture
def make_generated(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of generated demonstrations: demo i took 100 + i steps and came from attempt 2 i."""

    def make(num_demos: int, first_source: str = "demo_0", name: str = "generated.hdf5") -> Path:
        path = tmp_path / name
        run = {"seed": 7, "mode": "default", "device": "cpu", "settings": {"hold": 10}, "versions": VERSIONS}
        attrs = {"mimic": {"generated": run}}
        with DatasetWriter(path, {"env_name": "Stack"}, attrs=attrs, mode="overwrite", compression=False) as writer:
            for i in range(num_demos):
                used = [first_source, f"demo_{i % 3}"]
                sources = {"arm": [{"demo": demo, "segment": [0, 9]} for demo in used]}
                data = {
                    "actions": np.zeros((100 + i, 1), np.float32),
                    "obs/eef_pos": _path(100 + i % 20, 10 + i % 20),
                    "initial_state/rigid_object/cube_1/root_pose": _pose(0.4 + 0.01 * (i % 20), 0.1, 0.1 * i),
                    "initial_state/rigid_object/cube_2/root_pose": _pose(0.5, -0.1 + 0.01 * (i % 20), 1.0),
                }
                generated = {**run, "attempt": 2 * i, "sources": sources}
                writer.add(Episode(data, {"success": True, "seed": 7, "mimic": {"generated": generated}}))
        return path

    return make


@pytest.fixture
def make_record() -> Callable[..., RunRecord]:
    """Makes the record of a run to `make_generated`: even attempts succeed, so many odd ones fail."""

    def make(num_demos: int, failures: list[tuple[str, str]], outcome: str = "done") -> RunRecord:
        record = RunRecord()
        record.add(
            StageStarted("generate", {"task": "Stack", "num_envs": 4, "num_demos": num_demos, "device": "auto"}), 0
        )
        at = 0.0
        for i in range(num_demos):
            at += 1.0
            record.add(AttemptFinished(2 * i, i % 4, True, 100 + i, sources={"arm": [0, i % 3]}), at)
            record.add(DemoSaved(f"demo_{i}", "x.hdf5", 100 + i, i + 1, num_demos), at)
        for i, (cause, subtask) in enumerate(failures):
            at += 1.0
            record.add(AttemptFinished(2 * i + 1, 0, False, 80, FailureCause(cause), subtask, {"arm": [1]}), at)
        record.add(StageFinished("generate", outcome, {"seconds": 30.0}), at)
        return record

    return make
