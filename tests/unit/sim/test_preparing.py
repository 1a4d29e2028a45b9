# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A plug-in that imports Isaac Lab at once finds it repaired; one that only looks for it pays nothing."""

import importlib
import importlib.util
import subprocess
import sys

import pytest
from waiting import LONG

from isaaclab_mimic_core.sim import preparing

PROGRAM = """
import importlib.util, sys
from isaaclab_mimic_core import plugins

plugins.load()
importlib.util.find_spec("isaaclab")
assert "warp" not in sys.modules
import isaaclab
import warp
assert warp.zeros(1, dtype=float, device="cpu", pinned=True).shape == (1,)
assert not any(type(finder).__name__ == "_Watch" for finder in sys.meta_path)
"""


def test_isaac_lab_is_prepared_when_a_plug_in_imports_it():
    pytest.importorskip("isaaclab")
    folders = [path for path in sys.path if path]
    code = f"import sys; sys.path[:0] = {folders}\n{PROGRAM}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LONG)
    assert result.returncode == 0, result.stderr


def test_reading_the_module_anew_leaves_one_that_watches(monkeypatch):
    """As Kit does when the extension is enabled again. Two would ask each other for ever."""
    monkeypatch.delitem(sys.modules, "isaaclab", raising=False)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    preparing.watch()
    importlib.reload(preparing)
    preparing.watch()
    assert [type(finder).__name__ for finder in sys.meta_path].count("_Watch") == 1
    assert importlib.util.find_spec("isaaclab").name == "isaaclab"
