# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Makes the counting stage importable, here and in the processes that tests start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


@pytest.fixture(autouse=True)
def importable_elsewhere(monkeypatch):
    """Let child processes find our packages and the counting stage."""
    import isaaclab_mimic_core

    folders = [str(HERE), str(Path(isaaclab_mimic_core.__file__).parents[1])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*folders, os.environ.get("PYTHONPATH", "")]))


@pytest.fixture
def start():
    """Start a Python program with pipes on all sides; whatever is still running at the end is killed."""
    running = []

    def start(*arguments: str, **options) -> subprocess.Popen:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen([sys.executable, *arguments], **pipes, text=True, **options)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()
