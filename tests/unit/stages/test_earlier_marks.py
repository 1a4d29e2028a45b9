# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Marks read from annotated files."""

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.stages.annotation.earlier_marks import marks_in

INFO = "obs/datagen_info"


def write(path, lengths, origins=None):
    with DatasetWriter(path, {"env_name": "T"}) as writer:
        for index, length in enumerate(lengths):
            data = {"actions": np.zeros((length, 7), np.float32)}
            attrs = {}
            if origins:
                data[f"{INFO}/subtask_term_signals/grasp"] = np.arange(length) >= 4
                data[f"{INFO}/subtask_start_signals/grasp"] = np.arange(length) >= 2
                data[f"{INFO}/subtask_term_signals/never"] = np.zeros(length, bool)
                attrs = {"mimic": {"annotated": {"from": origins[index]}}}
            writer.add(Episode(data, attrs))
    return str(path)


def test_marks_are_found_under_the_recorded_name(tmp_path):
    path = write(tmp_path / "out.hdf5", [12, 10], ["demo_2", "demo_0"])
    assert marks_in(path, {"demo_2"}) == {"demo_2": {"grasp": 4, "start of grasp": 2}}
    with pytest.raises(MimicError, match="has no marks for any of these demonstrations"):
        marks_in(path, {"demo_1"})
