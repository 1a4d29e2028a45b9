# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Differences of two files: which demonstrations are in both, and in what these differ."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.datasets.compare import compare, format_differences
from isaaclab_mimic_core.errors import DatasetError

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
        "in both       3 demonstrations",
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


def rewrite(path: Path, change: Callable[[h5py.File], Any], name: str = "changed.hdf5") -> Path:
    """Return a copy of a file with a change."""
    copy = path.with_name(name)
    shutil.copy(path, copy)
    with h5py.File(copy, "r+") as file:
        change(file)
    return copy


def mask(*names: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        group = file.require_group("mask")
        group.pop("train", None)
        group["train"] = np.array(names, "S")

    return change


def attribute(name: str, value: Any, group: str = "data") -> Callable[[h5py.File], None]:
    return lambda file: file[group].attrs.__setitem__(name, value)


@pytest.mark.parametrize(
    ("change", "file", "said"),
    [
        (mask("demo_1"), {"masks.train": [["demo_0"], ["demo_1"]]}, "masks.train: demo_0 in masked.hdf5, demo_1 in"),
        (
            attribute("env_args", json.dumps({"env_name": "Some-v0", "type": 2, "env_kwargs": {"a": 1}})),
            {"env_args.env_kwargs": [{}, None], "env_args.env_kwargs.a": [None, 1]},
            "env_args.env_kwargs.a: none in masked.hdf5, 1 in",
        ),
        (
            attribute("mimic", json.dumps({"generated": {"seed": 1}})),
            {"mimic.generated.seed": [None, 1]},
            "mimic.generated.seed: none in masked.hdf5, 1 in",
        ),
        (attribute("made", float("nan"), "/"), {"made": [None, "nan"]}, "made: none in masked.hdf5, nan in"),
    ],
)
def test_what_belongs_to_the_files_is_compared(one, change, file, said):
    first = rewrite(one, mask("demo_0"), "masked.hdf5")
    two = rewrite(first, change)
    found = compare(first, two)
    assert not found["same"] and found["file"] == file and said in format_differences(found)
    assert compare(two, two)["same"], "NaN is the same as NaN"


def test_attributes_that_are_no_numbers_are_texts_and_the_same_as_themselves(one):
    two = rewrite(one, attribute("x", float("nan"), "data/demo_0"))
    assert compare(two, two)["same"]
    assert compare(one, two)["attributes"] == {"x": {"demos": 1, "example": ["demo_0", None, "nan"]}}


def test_an_array_that_cannot_be_read_is_named(one):
    def spoil(file: h5py.File) -> None:
        del file["data/demo_2/obs/hand"]
        hand = file.create_dataset("data/demo_2/obs/hand", (6, 2), "f4", chunks=(6, 2), compression="gzip")
        hand.id.write_direct_chunk((0, 0), b"no gzip")

    with pytest.raises(DatasetError, match="demo_2: obs/hand is damaged"):
        compare(one, rewrite(one, spoil))
    # Of what can be read in neither nobody can say that it is the same.
    two = rewrite(one, lambda file: file.__setitem__("data/demo_1/obs/far", h5py.ExternalLink("else.hdf5", "/a")))
    assert compare(one, two)["same"] is False
    with pytest.raises(DatasetError, match="demo_1: obs/far"):
        compare(two, two)


def test_demonstrations_without_actions_are_known_by_their_states_and_then_by_name(tmp_path):
    pose = "states/rigid_object/cube/root_pose"

    def seen(*places: float | None) -> list[Episode]:
        none = np.zeros((6, 0), np.float32)
        return [
            Episode({"actions": none} | ({} if x is None else {pose: np.full((6, 7), x, np.float32)}), {})
            for x in places
        ]

    one = write(tmp_path / "one.hdf5", *seen(1.0, 2.0, 5.0, None))
    two = write(tmp_path / "two.hdf5", *seen(2.0, 3.0, 4.0, None))
    found = compare(one, two)
    assert found["pairs"] == [["demo_1", "demo_0"], ["demo_3", "demo_3"]]
    assert found["only"] == [["demo_0", "demo_2"], ["demo_1", "demo_2"]]


def test_arrays_of_other_types_are_told_and_the_same_demonstrations_found(one, tmp_path):
    def wider(seed: int) -> Episode:
        made = episode(seed, success=True)
        return Episode({**made.data, "actions": made.data["actions"].astype(np.float64)}, made.attrs)

    two = write(tmp_path / "two.hdf5", *map(wider, range(4)))
    found = compare(one, two)
    assert len(found["pairs"]) == 4 and not found["terms"] and not found["same"]
    assert found["types"] == {"actions": ["float32", "float64"]}
    assert "types         float32 in one.hdf5, float64 in two.hdf5: actions" in format_differences(found)
    # What is rounded are other values, of the same demonstration.
    finer = [*map(wider, range(4))]
    for each in finer:
        each.data["actions"] += 1e-12
    found = compare(two, write(tmp_path / "three.hdf5", *finer))
    assert len(found["pairs"]) == 4 and found["terms"] == {"actions": {"only": None, "demos": 4}} and not found["types"]


def test_the_command_says_it_and_its_exit_status_whether_there_are_any(one, tmp_path):
    assert "They hold the same 4 demonstrations." in format_differences(compare(one, one))
    two = write(tmp_path / "two.hdf5", episode(0, success=True))
    command = [sys.executable, "-m", "isaaclab_mimic_core", "info", str(one), "--compare", str(two), "--json"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (1, "")
    assert json.loads(run.stdout) == compare(one, two)
