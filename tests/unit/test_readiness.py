# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is missing for a stage is named, with the command that installs it in the pinned version."""

import importlib.util
import re
from pathlib import Path

import pytest

from isaaclab_mimic_ui.readiness import find_shortage

ROOT = Path(__file__).parents[2]


@pytest.fixture
def without(monkeypatch):
    """Hide packages."""
    find_spec = importlib.util.find_spec

    def hide(*names: str) -> None:
        monkeypatch.setattr(
            importlib.util,
            "find_spec",
            lambda name, package=None: None if name in names else find_spec(name, package) or True,
        )

    return hide


def test_nothing_is_missing_here(without):
    without()
    assert find_shortage("train") is None


@pytest.mark.parametrize(
    ("hidden", "stage", "named", "installed"),
    [
        (["isaaclab", "torch"], "generate", "Isaac Lab and PyTorch are", ["isaaclab"]),
        (["h5py"], "record", "h5py is", ["h5py"]),
        (["robomimic"], "train", "robomimic is", ["robomimic"]),
        (
            ["torch", "h5py", "robomimic"],
            "evaluate",
            "PyTorch, h5py and robomimic are",
            ["isaaclab", "h5py", "robomimic"],
        ),
    ],
)
def test_what_is_missing_is_named_with_its_command(without, hidden, stage, named, installed):
    without(*hidden)
    shortage = find_shortage(stage)
    assert shortage.text.startswith(f"{named} not installed")
    wanted = shortage.command.partition(" -m pip install ")[2].split()
    assert [word.partition("==")[0] for word in wanted] == installed
    pyproject = (ROOT / "pyproject.toml").read_text()
    for word in wanted:
        assert re.search(f'"{re.escape(word)}"', pyproject), word


def test_only_training_needs_robomimic(without):
    without("robomimic")
    assert find_shortage("generate") is None
