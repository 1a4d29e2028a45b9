# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What all tests need: our packages, also where they are not installed, NVIDIA's licence for Kit accepted, a file."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

# Tests accept the licence for themselves; the product never does so for its user.
os.environ.setdefault("OMNI_KIT_ACCEPT_EULA", "YES")

for package, folder in (("isaaclab_mimic_core", "isaaclab.mimic.core"), ("isaaclab_mimic_ui", "isaaclab.mimic.ui")):
    if importlib.util.find_spec(package) is None:
        sys.path.insert(0, str(Path(__file__).parents[1] / "exts" / folder))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say what belongs into one process where tests run side by side (`-n 2 --dist loadgroup`).

    A file's tests share its fixtures, and all that simulate here share one simulation. First, for the plugin reads the
    marks in its own hook.
    """
    for item in items:
        folder = item.path.parent
        together = folder if folder == Path(__file__).parent / "sim" else item.path
        item.add_marker(pytest.mark.xdist_group(str(together)))


@pytest.fixture
def two_demos(tmp_path) -> Path:
    """A file of the sample's first two demonstrations."""
    # Late, for nothing of ours is found before the lines above.
    from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter
    from isaaclab_mimic_core.stages.quickstart import SAMPLE

    path = tmp_path / "two.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        for name in ("demo_0", "demo_1"):
            writer.add(reader.read(name))
    return path
