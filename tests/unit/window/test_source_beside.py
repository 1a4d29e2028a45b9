# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a generated demonstration was made from, in step with it: found in one of several files, or missing."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.datasets.digest import sources_digest
from isaaclab_mimic_core.datasets.layout import EEF_POSE
from isaaclab_mimic_core.errors import DatasetError
from isaaclab_mimic_ui.dataset import reading
from isaaclab_mimic_ui.dataset.beside import SourceBeside, eefs_of, read_beside, source_files
from isaaclab_mimic_ui.host.desktop import DesktopHost

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


def test_the_file_it_was_generated_from_is_taken_and_one_that_has_changed_is_said(tmp_path, attrs):
    before, now = write(tmp_path / "before.hdf5", 10, 9), write(tmp_path / "now.hdf5", 11, 9)
    with DatasetReader(before) as reader:
        stated = sources_digest(reader)
    run = {"manifest": {"inputs": {"input": {"path": "before.hdf5", "sha256": stated}}}}
    with DatasetWriter(tmp_path / "generated.hdf5", {"env_name": "Some-v0"}, attrs={"mimic": run}) as writer:
        writer.add(Episode({"actions": np.zeros((20, 1), np.float32)}, attrs))
    sha256 = reading.summarise_file(tmp_path / "generated.hdf5")["sources_sha256"]
    assert sha256 == stated
    found = read_beside(attrs, 20, "right", [now, before], sha256)
    assert (found.path, found.has_changed) == (str(before), False)
    found = read_beside(attrs, 20, "right", [now], sha256)
    assert (found.path, found.has_changed) == (str(now), True)
    assert not read_beside(attrs, 20, "right", [now]).has_changed, "where nothing is stated"


def test_a_hand_is_called_the_same_in_an_annotated_file_and_in_one_with_observations_only(tmp_path):
    poses = np.tile(np.eye(4, dtype=np.float32), (5, 1, 1))
    poses[:, 2, 3] = range(5)
    hands = {"annotated": {EEF_POSE: ["franka"]}, "both": {EEF_POSE: ["left", "right"]}, "generated": {}}
    titles = {}
    for name, parts in hands.items():
        data = {f"{path}/{hand}": poses for path, named in parts.items() for hand in named}
        with DatasetWriter(tmp_path / f"{name}.hdf5", {"env_name": "Some-v0"}) as writer:
            writer.add(Episode({"actions": poses[:, 0], "obs/eef_pos": poses[:, :3, 3], **data}))
        curves = reading.read_signals(str(tmp_path / f"{name}.hdf5"), "demo_0")
        titles[name] = [title for title, values in curves.items() if values == [0, 1, 2, 3, 4]]
    assert titles == {
        "annotated": ["HEIGHT OF THE HAND [M]"],
        "both": ["HEIGHT OF LEFT [M]", "HEIGHT OF RIGHT [M]"],
        "generated": ["HEIGHT OF THE HAND [M]"],
    }


def test_the_wish_for_the_source_outlasts_demonstrations_without_one(tmp_path, attrs):
    async def go() -> None:
        beside = SourceBeside(DesktopHost(tmp_path / "kept.json"), lambda: None)
        beside.choose(attrs, 20, [])
        beside.next()
        beside.choose({}, 20, [])
        assert beside.eef == ""
        beside.choose(attrs, 20, [])
        assert beside.eef == "right"
        beside.leave()
        beside.choose(attrs, 20, [])
        beside.next()
        assert beside.eef == "", "it was the last one"
        beside.choose(attrs, 20, [])
        assert beside.eef == ""
        beside.leave()

    asyncio.run(go())
