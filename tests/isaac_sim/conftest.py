# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tests inside Isaac Sim: in CI with small files of the same structure, on request with NVIDIA's own packages.

A test that takes the fixture `isaac_sim_parts` is marked `isaacsim` by that: it downloads, and runs only with
`./mimic.sh test-isaacsim`.
"""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "kit", HERE.parent / "unit" / "stages", HERE.parent / "sim"):
    sys.path.insert(0, str(folder))

DOWNLOADS = "isaac_sim_parts"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if DOWNLOADS in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.isaacsim)


@pytest.fixture
def isaac_sim_parts(capfd) -> Path:
    """A folder like `site-packages` after `pip install isaacsim`, with what the package index has of Isaac Sim."""
    import wheels

    with capfd.disabled():  # it takes a while, and says so
        return wheels.pip_installation()
