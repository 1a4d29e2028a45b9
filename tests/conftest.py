# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What all tests need: our packages, also where they are not installed, NVIDIA's licence for Kit accepted, a file."""

import importlib.util
import os
import signal
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# Tests accept the licence for themselves; the product never does so for its user.
os.environ.setdefault("OMNI_KIT_ACCEPT_EULA", "YES")

# Started in the background by a shell, a process ignores interrupts and hands that on; tests send them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

for package, folder in (("isaaclab_mimic_core", "isaaclab.mimic.core"), ("isaaclab_mimic_ui", "isaaclab.mimic.ui")):
    if importlib.util.find_spec(package) is None:
        sys.path.insert(0, str(HERE.parent / "exts" / folder))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say what comes first, and what belongs into one process, where tests run side by side.

    A file's tests share its fixtures, and all that simulate here share one simulation, which takes longest. First, for
    the plugin reads the marks in its own hook.
    """
    order = ("sim", "kit", "isaac_sim", "gpu", "e2e", "unit")

    def folder(item: pytest.Item) -> str:
        return item.path.relative_to(HERE).parts[0]

    items.sort(key=lambda item: order.index(folder(item)))
    for item in items:
        item.add_marker(pytest.mark.xdist_group("sim" if folder(item) == "sim" else item.path.stem))


@pytest.fixture
def two_demos(tmp_path) -> Path:
    """A file of the sample's first two demonstrations."""
    # Late, for nothing of ours is found before the lines above.
    from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter
    from isaaclab_mimic_core.sample import SAMPLE

    path = tmp_path / "two.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        for name in ("demo_0", "demo_1"):
            writer.add(reader.read(name))
    return path
