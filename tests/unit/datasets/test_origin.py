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


@pytest.mark.parametrize("ends", [(None, None), (None, 17), (99, None), (None, 30)])
def test_without_any_certain_end_each_segment_has_its_share_of_the_time(ends):
    parts = [Part("demo_7", (10, 20), ends[0]), Part("demo_2", (0, 5), ends[1])]
    which, rows = in_step(parts, 30)
    assert which.tolist() == [0] * 20 + [1] * 11
    assert rows[::2].tolist() == [*range(10, 20), *range(6)]


@pytest.mark.parametrize("end", [None, 10, 99])
def test_only_the_subtask_within_which_an_attempt_failed_has_no_certain_end(end):
    """The one before it stays in step; that it is not known how far it came makes the source no faster."""
    slow, quick = Part("demo_2", (40, 45), end), Part("demo_2", (40, 60), end)
    done = Part("demo_7", (10, 16), 10)
    for last, shown in ((slow, range(40, 46)), (quick, range(40, 51, 2))):
        which, rows = in_step([done, last], 20)
        assert which.tolist() == [0] * 10 + [1] * 11
        assert rows[:10].tolist() == [10] * 5 + [11, 12, 13, 14, 15] and rows[10::2].tolist() == list(shown)


def test_each_arm_is_in_step_by_itself():
    said = parts_of(
        {
            "mimic": {
                "generated": {
                    "sources": {
                        "left": [
                            {"demo": "demo_0", "segment": [0, 4], "end": 6},
                            {"demo": "demo_1", "segment": [4, 8]},
                        ],
                        "right": [{"demo": "demo_2", "segment": [0, 9], "end": 10}],
                    }
                }
            }
        }
    )
    left, right = (in_step(said[arm], 10) for arm in ("left", "right"))
    assert left[0].tolist() == [0] * 6 + [1] * 5
    assert left[1].tolist() == [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert right[0].tolist() == [0] * 11 and right[1].tolist() == [0, *range(10)]


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
