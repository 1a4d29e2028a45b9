# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The kinematic environment of benchmarks/, and demonstrations in it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from one_thread import one_thread as one_thread

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))

from kinematic import KinematicStackEnv, scripted_demonstrations, write_annotated

from isaaclab_mimic_core.datagen.config import read_config
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo


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
def annotated(tmp_path_factory) -> Path:
    """The scripted demonstrations as a file."""
    path = tmp_path_factory.mktemp("kinematic") / "annotated.hdf5"
    write_annotated(path)
    return path
