# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a generated demonstration was made from, in step with it: found in one of several files, or missing."""

from pathlib import Path

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.errors import DatasetError
from isaaclab_mimic_ui.dataset.beside import eefs_of, read_beside, source_files

GRIPPER = "LAST ACTION (GRIPPER)"


def write(path: Path, *lengths: int) -> Path:
    """Write demonstrations whose actions count their samples, those of the second from 100."""
    with DatasetWriter(path, {"env_name": "Some-v0"}) as writer:
        for number, length in enumerate(lengths):
            writer.add(Episode({"actions": np.arange(length, dtype=np.float32)[:, None] + 100 * number}))
    return path


@pytest.fixture
def attrs() -> dict:
    """Of 20 samples: the first 10 end with samples 2 to 7 of demo_0, the rest with 0 to 8 of demo_1."""
    parts = [{"demo": "demo_0", "segment": [2, 7], "end": 10}, {"demo": "demo_1", "segment": [0, 8], "end": 20}]
    return {"mimic": {"generated": {"sources": {"right": parts}}}}


def test_each_state_has_its_source_and_the_curves_are_in_step(tmp_path, attrs):
    sources = write(tmp_path / "annotated.hdf5", 10, 9)
    found = read_beside(attrs, 20, "right", [tmp_path / "none.hdf5", sources])
    assert found.path == str(sources) and len(found.rows) == 21
    assert [found.at(row) for row in (-1, 0, 5, 9, 10, 12, 19, 20, 99)] == [
        ("demo_0", 2),
        ("demo_0", 2),
        ("demo_0", 2),
        ("demo_0", 6),
        ("demo_1", 0),
        ("demo_1", 0),
        ("demo_1", 7),
        ("demo_1", 8),
        ("demo_1", 8),
    ]
    assert found.signals[GRIPPER] == [2] * 6 + [3, 4, 5, 6] + [100] * 3 + list(range(101, 108))


def test_sources_that_are_nowhere_are_named(tmp_path, attrs):
    short = write(tmp_path / "short.hdf5", 10, 7)
    with pytest.raises(DatasetError, match=r"\(demo_0, demo_1\) is not in short.hdf5 or none.hdf5"):
        read_beside(attrs, 20, "right", [short, tmp_path / "none.hdf5"])
    assert eefs_of(attrs) == ["right"] and eefs_of({"success": True}) == []


def test_the_stated_file_is_looked_for_beside_the_generated_one_too(tmp_path):
    summary = {"path": str(tmp_path / "generated.hdf5"), "generated_from": "data/annotated.hdf5"}
    assert source_files(summary, tmp_path / "project" / "mine.hdf5") == [
        Path("data/annotated.hdf5"),
        tmp_path / "data/annotated.hdf5",
        tmp_path / "annotated.hdf5",
        tmp_path / "mine.hdf5",
        tmp_path / "project" / "mine.hdf5",
    ]
    assert len(source_files(summary | {"generated_from": ""}, tmp_path / "project" / "mine.hdf5")) == 2
