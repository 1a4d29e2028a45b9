# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Small real trainings: random demonstrations, and robomimic's configuration of the stack task with a small network."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from one_thread import one_thread as one_thread

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.learning.robomimic.config import read_config

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
WIDTHS = {"eef_pos": 3, "eef_quat": 4, "gripper_pos": 2, "object": 39}


@pytest.fixture(scope="session")
def upstream_config() -> dict:
    """The stack task's own configuration."""
    return read_config("upstream", TASK)[0]


@pytest.fixture(scope="session")
def dataset(tmp_path_factory) -> Path:
    """Ten demonstrations of different lengths, of numbers of different size and offset."""
    path = tmp_path_factory.mktemp("dataset") / "demos.hdf5"
    random = np.random.default_rng(0)
    with DatasetWriter(path, {"env_name": TASK, "type": 2, "env_kwargs": {}}) as writer:
        for index in range(10):
            samples = 15 + 3 * index
            data = {"actions": random.uniform(-1, 1, (samples, 7)).astype(np.float32)}
            for key, width in WIDTHS.items():
                spread = np.geomspace(0.01, 10.0, width)
                data[f"obs/{key}"] = (5 * spread + spread * random.normal(size=(samples, width))).astype(np.float32)
            writer.add(Episode(data, {"success": True}))
    return path


@pytest.fixture
def write_config(upstream_config, tmp_path) -> Callable[..., str]:
    """Writes the stack task's configuration with a small network, and changes to its sections."""

    def write(**sections: dict) -> str:
        raw = json.loads(json.dumps(upstream_config))
        raw["experiment"]["epoch_every_n_steps"] = 8
        raw["algo"]["rnn"]["hidden_dim"] = 12
        raw["train"] |= {"batch_size": 20, "num_data_workers": 0, "num_epochs": 4}
        for name, changes in sections.items():
            raw[name] |= changes
        path = tmp_path / "config.json"
        path.write_text(json.dumps(raw))
        return str(path)

    return write
