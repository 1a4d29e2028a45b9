# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Differences of two files: which demonstrations are in both, and in what these differ."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.datasets.compare import compare, format_differences

OTHER = "obs/other"


def episode(seed: int, more: dict | None = None, **attrs) -> Episode:
    actions = np.random.default_rng(seed).normal(size=(6, 3)).astype(np.float32)
    return Episode({"actions": actions, "obs/hand": actions[:, :2].copy()} | (more or {}), attrs)


def write(path: Path, *episodes: Episode, task: str = "Some-v0") -> Path:
    with DatasetWriter(path, {"env_name": task}) as writer:
        for each in episodes:
            writer.add(each)
    return path


@pytest.fixture
def one(tmp_path) -> Path:
    return write(tmp_path / "one.hdf5", *(episode(seed, success=True) for seed in range(4)))


def test_the_same_demonstrations_are_found_again_and_their_differences_said(one, tmp_path):
    bent = episode(2, success=True)
    bent.data["obs/hand"] = bent.data["obs/hand"] + 1
    two = write(
        tmp_path / "two.hdf5",
        episode(0, {OTHER: np.zeros(6)}, success=True),
        bent,
        episode(7, success=True),
        episode(3, {OTHER: np.zeros(6)}, success=False),
        task="Other-v0",
    )
    found = compare(one, two)
    assert found["pairs"] == [["demo_0", "demo_0"], ["demo_2", "demo_1"], ["demo_3", "demo_3"]]
    assert found["only"] == [["demo_1"], ["demo_2"]] and not found["same"]
    assert found["terms"] == {OTHER: {"only": 1, "demos": 2}, "obs/hand": {"only": None, "demos": 1}}
    assert found["attributes"] == {"success": {"demos": 1, "example": ["demo_3", True, False]}}
    assert found["file"] == {"task": ["Some-v0", "Other-v0"]}
    said = format_differences(found).splitlines()[1:]
    assert [line.strip() for line in said] == [
        "task          Some-v0 in one.hdf5, Other-v0 in two.hdf5",
        "in both       3 demonstrations with the same actions",
        "renamed       demo_2 is demo_1 in two.hdf5",
        "only in       one.hdf5: demo_1",
        "only in       two.hdf5: demo_2",
        f"arrays        only in two.hdf5 in 2 of them: {OTHER}",
        "arrays        other values in 1 of them: obs/hand",
        "attribute     success differs in 1 of them; demo_3: True and False",
    ]


def test_other_demonstrations_under_the_same_name_are_told(one, tmp_path):
    two = write(tmp_path / "two.hdf5", episode(9))
    assert "under the same name: demo_0" in format_differences(compare(one, two))


def test_of_twins_those_of_the_same_name_belong_together(tmp_path):
    one = write(tmp_path / "one.hdf5", episode(1), episode(1))
    two = write(tmp_path / "two.hdf5", episode(2), episode(1))
    found = compare(one, two)
    assert found["pairs"] == [["demo_1", "demo_1"]] and found["only"] == [["demo_0"], ["demo_0"]]


def test_the_command_says_it_and_its_exit_status_whether_there_are_any(one, tmp_path):
    assert "They hold the same 4 demonstrations." in format_differences(compare(one, one))
    two = write(tmp_path / "two.hdf5", episode(0, success=True))
    command = [sys.executable, "-m", "isaaclab_mimic_core", "info", str(one), "--compare", str(two), "--json"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (1, "")
    assert json.loads(run.stdout) == compare(one, two)
