# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The kinematic environment of benchmarks/, and demonstrations in it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))

from kinematic import KinematicStackEnv, scripted_demonstrations

from isaaclab_mimic_core.datagen.config import read_config
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.datasets.layout import ACTIONS, DATAGEN_INFO
from isaaclab_mimic_core.tasks import DEFAULT_TASK as TASK


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tensors are small: more threads only make the tests slower."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def demos() -> list[SourceDemo]:
    """Ten scripted demonstrations; not to be changed."""
    return scripted_demonstrations()


@pytest.fixture
def make_generator(demos) -> Callable[..., Generator]:
    """Makes a generator for environments of the kinematic stack task."""

    def make(env: KinematicStackEnv, settings: Settings | None = None, seed: int = 0) -> Generator:
        config = read_config(env, settings or Settings(), seed)
        return Generator(env, config, make_bank(demos, env, config.subtasks))

    return make


@pytest.fixture(scope="session")
def annotated(demos, tmp_path_factory) -> Path:
    """The scripted demonstrations as a file."""
    path = tmp_path_factory.mktemp("kinematic") / "annotated.hdf5"
    with DatasetWriter(path, {"env_name": TASK}) as writer:
        for demo in demos:
            data = {ACTIONS: demo.actions}
            for group in ("eef_pose", "target_eef_pose", "object_pose"):
                data |= {f"{DATAGEN_INFO}/{group}/{name}": poses for name, poses in getattr(demo, group).items()}
            data |= {f"{DATAGEN_INFO}/subtask_term_signals/{name}": s for name, s in demo.term_signals.items()}
            writer.add(Episode(data, {"success": True}))
    return path
