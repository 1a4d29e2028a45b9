# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where a generated demonstration stands in its sources at each step."""

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.datasets.origin import Part, in_step, parts_of, subtask_ends


def generated(*parts: object) -> dict:
    return {"mimic": {"generated": {"sources": {"arm": list(parts)}}}}


def test_a_subtask_ends_with_its_segment_and_waits_for_it_at_its_start():
    # The first subtask has 4 steps on the way to 6 of its source, the second 2 to 3; then 2 of rest.
    parts = [Part("demo_7", (10, 16), 10), Part("demo_2", (40, 43), 15)]
    which, rows = in_step(parts, 17)
    assert which.tolist() == [0] * 10 + [1] * 8
    assert rows.tolist() == [10] * 5 + [11, 12, 13, 14, 15] + [40, 40, 40, 41, 42] + [43] * 3


@pytest.mark.parametrize("ends", [(None, None), (10, 99), (10, 10), (None, 17)])
def test_without_certain_ends_each_segment_has_its_share_of_the_time(ends):
    parts = [Part("demo_7", (10, 30), ends[0]), Part("demo_2", (0, 10), ends[1])]
    which, rows = in_step(parts, 15)
    assert which.tolist() == [0] * 10 + [1] * 6
    assert rows.tolist() == [*range(10, 30, 2), *range(0, 11, 2)]


def test_what_attributes_say_is_checked():
    said = parts_of(
        generated(
            {"demo": "demo_1", "segment": [0, 5], "end": 9},
            {"demo": 3, "segment": [5, 2], "end": True},
            {"segment": 1},
            7,
        )
    )
    assert said == {"arm": [Part("demo_1", (0, 5), 9), Part("3")]}
    assert parts_of({}) == parts_of({"mimic": {"generated": {"sources": [1]}}}) == parts_of(generated()["mimic"]) == {}


def test_ends_of_subtasks_come_from_signals_or_from_the_generation(tmp_path):
    path = tmp_path / "demos.hdf5"
    actions = np.zeros((20, 7), np.float32)
    signals = {
        f"obs/datagen_info/subtask_term_signals/{name}": np.arange(20) >= at for name, at in (("b", 12), ("a", 5))
    }
    made = generated({"demo": "demo_0", "segment": [0, 5], "end": 8}, {"demo": "demo_0", "segment": [5, 9], "end": 20})
    with DatasetWriter(path, {"env_name": "task"}) as writer:
        writer.add(Episode({"actions": actions, **signals}, made))
        writer.add(Episode({"actions": actions}, made))
        writer.add(Episode({"actions": actions}))
    with DatasetReader(path) as reader:
        assert [subtask_ends(reader, name) for name in reader.episode_names] == [[6, 13], [8], []]
