# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Our configuration classes are upstream's, documented field by field, and refuse what cannot work."""

import ast
import dataclasses
import inspect
import itertools

import pytest
import torch
from isaaclab.envs import mimic_env_cfg as upstream
from isaaclab.utils import configclass

from isaaclab_mimic_core.datagen.config import read_subtasks
from isaaclab_mimic_core.envs import mimic_cfg
from isaaclab_mimic_core.envs.mimic_cfg import (
    DataGenConfig,
    MimicEnvCfg,
    SubTaskConfig,
    SubTaskConstraintConfig,
    SubTaskConstraintCoordinationScheme,
    SubTaskConstraintType,
)
from isaaclab_mimic_core.errors import ConfigError
from isaaclab_mimic_core.tasks.two_franka.lift_box import LiftBoxEnvCfg

CLASSES = ("DataGenConfig", "SubTaskConfig", "SubTaskConstraintConfig", "MimicEnvCfg")
NEVER_READ = {"source_dataset_path", "generation_path", "task_name"}
OWN = {"MimicEnvCfg": ["frame_configs"]}
"""Fields that upstream does not have."""
NEAREST = "nearest_neighbor_object"
PLACES = [("left", 1), ("right", 1)]


def sequential(**values) -> SubTaskConstraintConfig:
    values = {"eef_subtask_constraint_tuple": PLACES, "constraint_type": SubTaskConstraintType.SEQUENTIAL, **values}
    return SubTaskConstraintConfig(**values)


def coordination(**values) -> SubTaskConstraintConfig:
    return sequential(constraint_type=SubTaskConstraintType.COORDINATION, **values)


def two_arms(module=mimic_cfg) -> dict:
    """Subtasks of two arms, made of our or upstream's classes."""
    return {
        side: [
            module.SubTaskConfig(object_ref="box", subtask_term_signal=f"{side}_grasp"),
            module.SubTaskConfig(object_ref="box"),
        ]
        for side in ("left", "right")
    }


# -- the same as upstream's, and documented


def documented_fields(name: str) -> set[str]:
    """Fields of a class that are declared with a docstring below them."""
    tree = ast.parse(inspect.getsource(mimic_cfg))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    return {
        field.target.id
        for field, below in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_that_upstream_reads_is_there_and_documented(name):
    theirs = [field.name for field in dataclasses.fields(getattr(upstream, name))]
    assert [field.name for field in dataclasses.fields(getattr(mimic_cfg, name))] == theirs + OWN.get(name, [])
    assert documented_fields(name) == {*theirs, *OWN.get(name, [])} - NEVER_READ


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("DataGenConfig", {}),
        ("SubTaskConfig", {}),
        (
            "SubTaskConstraintConfig",
            {"eef_subtask_constraint_tuple": PLACES, "constraint_type": SubTaskConstraintType.COORDINATION},
        ),
        ("MimicEnvCfg", {}),
    ],
)
def test_defaults_are_upstreams_and_instances_are_too(name, given):
    ours, theirs = getattr(mimic_cfg, name)(**given), getattr(upstream, name)(**given)
    assert isinstance(ours, type(theirs))
    assert ours.to_dict() == theirs.to_dict() | {field: {} for field in OWN.get(name, [])}


def test_upstreams_tools_read_a_constraint_of_ours():
    runtime = coordination(coordination_synchronize_start=True).generate_runtime_subtask_constraints()
    assert set(runtime) == {("left", 1), ("right", 1)}
    assert runtime["left", 1]["coordination_synchronize_start"] is True


# -- what is refused


@pytest.mark.parametrize(
    ("make", "field", "value"),
    [
        (DataGenConfig, "name", ""),
        (DataGenConfig, "seed", -1),
        (DataGenConfig, "generation_num_trials", 0),
        (DataGenConfig, "max_num_failures", 0),
        (DataGenConfig, "generation_guarantee", "yes"),
        (DataGenConfig, "generation_keep_failed", 1),
        (DataGenConfig, "generation_select_src_per_subtask", None),
        (DataGenConfig, "generation_select_src_per_arm", None),
        (DataGenConfig, "generation_transform_first_robot_pose", 2),
        (DataGenConfig, "generation_interpolate_from_last_target_pose", "no"),
        (DataGenConfig, "use_skillgen", 1),
        (DataGenConfig, "use_navigation_controller", 1),
        (SubTaskConfig, "object_ref", ""),
        (SubTaskConfig, "subtask_term_signal", 3),
        (SubTaskConfig, "selection_strategy", "closest"),
        (SubTaskConfig, "selection_strategy", NEAREST),  # without an object_ref
        (SubTaskConfig, "selection_strategy_kwargs", ["nn_k"]),
        (SubTaskConfig, "first_subtask_start_offset_range", (1, 0)),
        (SubTaskConfig, "subtask_start_offset_range", (4, 2)),
        (SubTaskConfig, "subtask_term_offset_range", (0.5, 2)),
        (SubTaskConfig, "action_noise", float("nan")),
        (SubTaskConfig, "action_noise", -0.01),
        (SubTaskConfig, "num_interpolation_steps", 2.5),
        (SubTaskConfig, "num_fixed_steps", -1),
        (SubTaskConfig, "apply_noise_during_interpolation", 0.5),
        (sequential, "eef_subtask_constraint_tuple", [("left", 1)]),
        (sequential, "eef_subtask_constraint_tuple", [("left", 0), ("left", 1)]),
        (sequential, "eef_subtask_constraint_tuple", [("left", "1"), ("right", 1)]),
        (sequential, "constraint_type", None),
        (sequential, "constraint_type", SubTaskConstraintType._SEQUENTIAL_LATTER),
        (sequential, "sequential_min_time_diff", -2),
        (coordination, "coordination_scheme", 3),
        (coordination, "coordination_scheme_pos_noise_scale", -0.1),
        (coordination, "coordination_scheme_rot_noise_scale", float("inf")),
        (coordination, "coordination_synchronize_start", "left"),
    ],
)
def test_a_wrong_value_is_refused_where_it_is_written(make, field, value):
    with pytest.raises(ConfigError) as error:
        make(**{field: value})
    assert field in str(error.value)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize("kwargs", [{"nn_k": 0}, {"nn_k": 2.5}, {"pos_weight": -1.0}, {"rot_weight": "1"}])
def test_a_wrong_argument_of_a_strategy_is_refused(kwargs):
    ((name, value),) = kwargs.items()
    with pytest.raises(ConfigError, match=f"{name} is {value!r}"):
        SubTaskConfig(object_ref="box", selection_strategy=NEAREST, selection_strategy_kwargs=kwargs)


@pytest.mark.parametrize("module", [mimic_cfg, upstream])
def test_subtasks_that_contradict_each_other_are_refused(module):
    subtasks = two_arms(module)
    subtasks["left"][0].subtask_term_signal = None
    with pytest.raises(ConfigError, match=r"subtask_configs\['left'\]\[0\]: subtask_term_signal is None"):
        MimicEnvCfg(subtask_configs=subtasks)


def test_constraints_that_contradict_the_subtasks_are_refused():
    places = [("left", 1), ("right", 5)]
    with pytest.raises(ConfigError, match=r"task_constraint_configs\[1\]: right has no subtask 5"):
        MimicEnvCfg(
            subtask_configs=two_arms(),
            task_constraint_configs=[coordination(), sequential(eef_subtask_constraint_tuple=places)],
        )


def test_what_is_changed_later_is_refused_when_the_environment_is_made():
    @configclass
    class Cfg(MimicEnvCfg):
        def __post_init__(self):
            self.subtask_configs = two_arms()

    cfg = Cfg()
    cfg.validate()
    cfg.subtask_configs["right"][1].action_noise = -1.0
    with pytest.raises(ConfigError, match=r"action_noise is -1\.0"):
        cfg.validate()


def test_a_whole_tasks_configuration_is_checked_before_its_environment_is_made():
    cfg = LiftBoxEnvCfg()
    cfg.validate()
    cfg.subtask_configs["left"][1].subtask_term_offset_range = (0, 4)
    with pytest.raises(ConfigError, match=r"subtask_term_offset_range is \(0, 4\)"):
        cfg.validate()


# -- upstream's instances


@pytest.mark.parametrize("outer", [mimic_cfg, upstream])
@pytest.mark.parametrize("inner", [mimic_cfg, upstream])
def test_ours_and_upstreams_make_the_same_plan(outer, inner):
    constraint = inner.SubTaskConstraintConfig(
        eef_subtask_constraint_tuple=PLACES,
        constraint_type=SubTaskConstraintType.COORDINATION,
        coordination_scheme=SubTaskConstraintCoordinationScheme.TRANSLATE,
    )
    cfg = outer.MimicEnvCfg(
        datagen_config=inner.DataGenConfig(), subtask_configs=two_arms(inner), task_constraint_configs=[constraint]
    )
    plan = read_subtasks(cfg, ("box",), torch.device("cpu"))
    assert plan.signals == (("left_grasp", None), ("right_grasp", None))
    torch.testing.assert_close(plan.noise, torch.full((2, 2), 0.03))
