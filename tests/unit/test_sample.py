# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The sample demonstrations that tasks name are there, and of these tasks."""

import pytest

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.sample import sample_of
from isaaclab_mimic_core.tasks import all_tasks

SAMPLED = [task for task in all_tasks().values() if task.sample]


@pytest.mark.parametrize("task", SAMPLED, ids=lambda task: task.sample)
def test_ten_demonstrations_of_the_task_in_at_most_4_mb(task):
    path = sample_of(task)
    assert path.parent.name == task.sample and path.stat().st_size < 4e6
    with DatasetReader(path) as reader:
        assert reader.env_name == task.id
        episodes = list(reader.episodes())
        assert len(episodes) == 10 and all(episode.success for episode in episodes)
        # Images would be nine tenths of the file.
        assert not any(values.ndim > 2 for values in reader.read("demo_0").data.values())


def test_the_humanoids_tasks_have_some():
    assert {task.sample for task in SAMPLED} >= {"gr1t2_pick_place", "gr1t2_nut_pour", "gr1t2_exhaust_pipe"}
