# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which simulation demonstrations come from, and the sizes that their objects had there."""

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import DatasetError
from isaaclab_mimic_core.stages.files.made_with import made_with, recorded_scale, whole_number

GENERATED, RECORDED, AGAIN = ({"by_name": name} for name in ("generated", "recorded", "annotated"))


@pytest.mark.parametrize(
    ("history", "entry"),
    [
        ({"recorded": RECORDED}, RECORDED),
        ({"recorded": RECORDED, "annotated": AGAIN}, AGAIN),
        ({"generated": GENERATED, "annotated": AGAIN}, AGAIN),
        ({"recorded": RECORDED, "annotated": AGAIN | {"by": "hand"}}, RECORDED),
        ({"generated": GENERATED, "annotated": AGAIN | {"by": "states"}}, GENERATED),
        ({"recorded": RECORDED, "annotated": {"live": True}}, RECORDED),
        ({"annotated": "yes", "recorded": RECORDED}, RECORDED),
        ({"annotated": ["by"]}, {}),
        ("text", {}),
        (None, {}),
    ],
)
def test_the_last_simulation_counts(history, entry):
    assert made_with(history) == entry


@pytest.mark.parametrize("value", ["many", -1, 1.5, True, [3], 1 << 40])
def test_what_is_no_whole_number_is_named(value):
    with pytest.raises(DatasetError, match="num_envs"):
        whole_number({"num_envs": value}, "num_envs", "demos.hdf5")


@pytest.fixture
def scales_in(tmp_path):
    """Writes demonstrations with these histories, and reads the sizes of some of them."""

    def read(*histories, of_file=None, last=0):
        path = tmp_path / "demos.hdf5"
        attrs = {"mimic": of_file} if of_file else {}
        with DatasetWriter(path, {"env_name": "task"}, mode="overwrite", attrs=attrs) as writer:
            for history in histories:
                writer.add(Episode({"actions": np.zeros((3, 7), np.float32)}, {"mimic": history}))
        with DatasetReader(path) as reader:
            return recorded_scale(reader, reader.episode_names[-last:])

    return read


def test_sizes_are_those_of_the_demonstration_else_of_the_file(scales_in):
    small, usual = {"generated": {"object_scale": "cube=0.8"}}, {"generated": {"task": "task"}}
    assert scales_in(small, small) == "cube=0.8"
    assert scales_in(usual) == ""
    assert scales_in({}, of_file=small) == "cube=0.8"
    # As in a file that was merged: the file tells of its first one.
    assert scales_in(small, usual, of_file=small, last=1) == ""


def test_demonstrations_of_several_sizes_are_named(scales_in):
    with pytest.raises(DatasetError, match=r"1 in demo_1; cube=0.8 in demo_0"):
        scales_in({"generated": {"object_scale": "cube=0.8"}}, {"generated": {"task": "task"}})


@pytest.mark.parametrize("said", ["nonsense", 5, ["cube=0.8"], {"cube": 0.8}])
def test_sizes_that_cannot_be_read_are_said_with_the_demonstration(scales_in, said):
    with pytest.raises(DatasetError, match="sizes of its objects cannot be read") as refused:
        scales_in({"generated": {"object_scale": said}})
    assert str(refused.value.where).endswith("demos.hdf5, demo_0")
