# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One Ray for all tests of this folder: it takes seconds to start."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from one_thread import one_thread as one_thread

HERE = Path(__file__).parent
_SEEN = (str(HERE), str(HERE.parents[2] / "benchmarks"))
"""Folders in which workers find the stages that tests give them."""
sys.path[:0] = _SEEN


@pytest.fixture(scope="session")
def one_ray(tmp_path_factory) -> Iterator[Path]:
    """A Ray that is this program's own; yields a folder in which its workers look for packages first."""
    import ray

    from isaaclab_mimic_core.cluster.ray_cluster import start_here

    before = os.environ.get("PYTHONPATH")
    theirs = tmp_path_factory.mktemp("packages")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(theirs), *_SEEN, before)))
    start_here(ray, cores=4, gpus=0)
    yield theirs
    ray.shutdown()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture
def recorded(tmp_path) -> Path:
    """A file of demonstrations with their states; see `replayed`."""
    from replayed import write_recorded

    write_recorded(tmp_path / "demos.hdf5")
    return tmp_path / "demos.hdf5"
