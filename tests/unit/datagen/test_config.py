# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What configurations are refused, and that the refusal names field and value."""

from types import SimpleNamespace

import pytest
import torch
from isaaclab.envs.mimic_env_cfg import SubTaskConfig
from kinematic import stack_config
from scripted_env import mimic_config

from isaaclab_mimic_core.datagen.config import read_subtasks
from isaaclab_mimic_core.datagen.config_checks import STRATEGIES
from isaaclab_mimic_core.errors import ConfigError

OBJECTS = ("cube_1", "cube_2")
CPU = torch.device("cpu")


def two_subtasks(which: int = 0, **changes) -> dict[str, list[SubTaskConfig]]:
    """An arm with two valid subtasks, one of them changed."""
    subtasks = [SubTaskConfig(object_ref="cube_1", subtask_term_signal="grasp"), SubTaskConfig(object_ref="cube_2")]
    for field, value in changes.items():
        setattr(subtasks[which], field, value)
    return {"arm": subtasks}


NEAREST = "nearest_neighbor_object"


@pytest.mark.parametrize(
    ("which", "changes", "words"),
    [
        (0, {"object_ref": "cube_9"}, ["object_ref", "'cube_9'", "cube_1, cube_2"]),
        (0, {"selection_strategy": "closest"}, ["selection_strategy", "'closest'", *STRATEGIES]),
        (0, {"selection_strategy": NEAREST, "object_ref": None}, ["object_ref", NEAREST]),
        (0, {"selection_strategy_kwargs": {"k": 3}}, ["selection_strategy_kwargs", "k"]),
        (0, {"selection_strategy": NEAREST, "selection_strategy_kwargs": {"nn_k": 0}}, ["nn_k", "0"]),
        (0, {"num_interpolation_steps": -1}, ["num_interpolation_steps", "-1"]),
        (1, {"num_fixed_steps": -2}, ["num_fixed_steps", "-2"]),
        (1, {"action_noise": -0.1}, ["action_noise", "-0.1"]),
        (0, {"subtask_term_offset_range": (5, 2)}, ["subtask_term_offset_range", "(5, 2)"]),
        (0, {"first_subtask_start_offset_range": (1, 0)}, ["first_subtask_start_offset_range", "(1, 0)"]),
        (1, {"subtask_term_offset_range": (0, 3)}, ["subtask_term_offset_range", "(0, 3)", "(0, 0)"]),
        (0, {"subtask_term_signal": None}, ["subtask_term_signal", "None"]),
        (0, {"subtask_term_signal": "a\0b"}, ["is no name for a signal"]),
        (0, {"subtask_term_signal": "\ud800"}, ["is no name for a signal"]),
        (0, {"subtask_term_signal": "a/b"}, ["is no name for a signal"]),
    ],
)
def test_what_cannot_work_is_refused_by_name(which, changes, words):
    with pytest.raises(ConfigError) as error:
        read_subtasks(mimic_config(two_subtasks(which, **changes)), OBJECTS, CPU)
    assert error.value.where == f"subtask_configs['arm'][{which}]"
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("subtasks", [{}, {"arm": []}])
def test_nothing_to_do_is_refused(subtasks):
    with pytest.raises(ConfigError, match="subtask_configs"):
        read_subtasks(SimpleNamespace(subtask_configs=subtasks), OBJECTS, CPU)


def test_upstreams_own_configuration_is_accepted_as_it_is():
    table = read_subtasks(stack_config(), ("cube_1", "cube_2", "cube_3"), CPU)
    assert table.eef_names == ("franka",)
    assert table.signals == (("grasp_1", "stack_1", "grasp_2", None),)
    assert table.object_index.tolist() == [[1, 0, 2, 1]]
    assert table.nn_k.tolist() == [[3, 3, 3, 3]]
    assert table.term_offset.tolist() == [[[10, 20], [10, 20], [10, 20], [0, 0]]]
    torch.testing.assert_close(table.noise, torch.full((1, 4), 0.03))
    assert table.noise_in_interpolation.tolist() == [[0.0] * 4]


def test_arms_with_fewer_subtasks_are_padded():
    subtasks = two_subtasks()
    subtasks["other"] = [SubTaskConfig(num_fixed_steps=7, first_subtask_start_offset_range=(1, 2))]
    table = read_subtasks(mimic_config(subtasks), OBJECTS, CPU)
    assert table.count.tolist() == [2, 1]
    assert table.object_index.tolist() == [[0, 1], [-1, 0]]
    assert table.num_fixed.tolist() == [[0, 0], [7, 0]]
    assert table.first_offset.tolist() == [[0, 0], [1, 2]]
