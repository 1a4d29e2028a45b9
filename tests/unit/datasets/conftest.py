# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Demonstrations to write and read."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import isaaclab_mimic_core
from isaaclab_mimic_core.datasets import DatasetWriter, Episode


@pytest.fixture(scope="session")
def make_episode() -> Callable[..., Episode]:
    """Makes a small demonstration with the groups of a recorded or an annotated one."""

    def make(num_samples: int = 30, seed: int = 0, annotated: bool = False, **attrs) -> Episode:
        rng = np.random.default_rng(seed)

        def walk(width: int, length: int = num_samples) -> np.ndarray:
            return rng.normal(size=(length, width)).cumsum(axis=0).astype(np.float32)

        data = {
            "actions": walk(7),
            "obs/eef_pos": walk(3),
            "obs/gripper_open": rng.random((num_samples, 1)) > 0.5,
            "initial_state/articulation/robot/root_pose": walk(7, 1),
            "initial_state/articulation/robot/joint_position": walk(9, 1),
            "initial_state/rigid_object/cube_1/root_pose": walk(7, 1),
            "states/articulation/robot/root_pose": walk(7),
            "states/articulation/robot/joint_position": walk(9),
            "states/rigid_object/cube_1/root_pose": walk(7),
        }
        if annotated:
            poses = np.tile(np.eye(4, dtype=np.float32), (num_samples, 1, 1))
            data |= {
                f"obs/datagen_info/{path}": poses + 0
                for path in ("eef_pose/franka", "target_eef_pose/franka", "object_pose/cube_1", "object_pose/cube_2")
            }
            time = np.arange(num_samples)[:, None]
            data["obs/datagen_info/subtask_term_signals/grasp_1"] = time >= num_samples // 3
            data["obs/datagen_info/subtask_term_signals/stack_1"] = time >= num_samples // 2
        return Episode(data, {"seed": seed, "success": True, **attrs})

    return make


@pytest.fixture
def make_file(tmp_path: Path, make_episode) -> Callable[..., Path]:
    """Writes a file of so many demonstrations, of 30, 31, ... samples."""

    def make(count: int = 3, name: str = "demos.hdf5", annotated: bool = False, **attrs) -> Path:
        with DatasetWriter(tmp_path / name, {"env_name": "Task-v0"}, attrs=attrs) as writer:
            for seed in range(count):
                writer.add(make_episode(30 + seed, seed, annotated))
        return writer.path

    return make


@pytest.fixture
def run_python() -> Callable[..., subprocess.Popen]:
    """Starts one of the programs beside these tests in a process of its own."""

    def run(program: str, *arguments: object) -> subprocess.Popen:
        path = [str(Path(isaaclab_mimic_core.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / program), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
        )

    return run


@pytest.fixture
def assert_same() -> Callable[[Episode, Episode], None]:
    """Compares paths, types and values of two demonstrations."""

    def check(actual: Episode, expected: Episode) -> None:
        assert actual.data.keys() == expected.data.keys()
        for path, values in expected.data.items():
            assert actual.data[path].dtype == values.dtype, path
            np.testing.assert_array_equal(actual.data[path], values, err_msg=path)

    return check
