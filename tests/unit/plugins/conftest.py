# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Every test begins with the plug-ins that are shipped, and leaves none of its own."""

import importlib
import sys

import pytest

from isaaclab_mimic_core import plugins


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Give each test the registries as after the start of a program, and put everything back."""
    plugins.load()
    monkeypatch.setenv(plugins.VARIABLE, "")
    modules, path = set(sys.modules), list(sys.path)
    with plugins.restored():
        yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("my_"):
            del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def told() -> list[str]:
    """The warnings about plug-ins, as they come."""
    warnings: list[str] = []
    stop = plugins.on_problem(lambda problem: warnings.append(str(problem)))
    yield warnings
    stop()
