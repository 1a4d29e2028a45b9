# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which moments a strip of thumbnails shows, and how finished ones are kept."""

import os

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.stages.rendering import strip
from isaaclab_mimic_core.stages.rendering.strip import joined, keep_strip, kept_strip, moments


@pytest.mark.parametrize(
    "samples, ends, shown",
    [
        (100, [], [0, 20, 40, 60, 80, 100]),
        (100, [20, 40, 60, 80], [0, 20, 40, 60, 80, 100]),
        (100, [90, 10, 10, 0, 100], [0, 10, 30, 50, 90, 100]),
        (100, [10, 20, 30, 40, 50, 60, 70], [0, 20, 30, 50, 60, 100]),
        (2, [], [0, 1, 2]),
        (0, [], [0]),
    ],
)
def test_first_last_and_ends_of_subtasks_are_shown(samples, ends, shown):
    assert moments(samples, ends) == shown


def test_pictures_stand_side_by_side():
    pictures = np.stack([np.full((2, 3, 3), grey, np.uint8) for grey in (10, 20)])
    assert joined(pictures)[..., 0].tolist() == [[10] * 3 + [20] * 3] * 2


def test_a_strip_is_named_by_what_is_drawn_and_the_latest_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(strip, "_MOST", 2)

    def name_of(file: str, x: float, task: str = "task", attrs: dict | None = None):
        place = np.full((20, 7), x, np.float32)
        data = {"actions": place, "initial_state/rigid_object/cube/root_pose": place[:1]}
        data["states/rigid_object/cube/root_pose"] = place
        with DatasetWriter(tmp_path / file, {"env_name": "task"}) as writer:
            writer.add(Episode(data, attrs or {}))
        with DatasetReader(tmp_path / file) as reader:
            return kept_strip(reader, "demo_0", task)

    path, rows = name_of("a.hdf5", 1.0)
    assert (path, rows) == name_of("copy.hdf5", 1.0, attrs={"seed": 3}), "wherever the file is"
    assert path != name_of("b.hdf5", 2.0)[0] and path != name_of("c.hdf5", 1.0, "other")[0]
    assert rows == [0, 4, 8, 12, 16, 20] and not path.exists()
    picture = np.zeros((100, 600, 3), np.uint8)
    for age, each in enumerate([path, path.with_name("2.jpg"), path.with_name("3.jpg")]):
        keep_strip(each, picture)
        os.utime(each, (age, age))
    assert sorted(each.name for each in path.parent.iterdir()) == ["2.jpg", "3.jpg"]
