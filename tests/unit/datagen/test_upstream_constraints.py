# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Two arms under each kind of constraint: every waypoint, waits included, is upstream's."""

import isaaclab.utils.math as math_utils
import numpy as np
import pytest
import torch
from isaaclab.envs.mimic_env_cfg import (
    SubTaskConstraintConfig,
    SubTaskConstraintCoordinationScheme,
    SubTaskConstraintType,
)
from scripted_env import ScriptedEnv, mimic_config, random_poses
from test_upstream_waypoints import NUM_DEMOS, OBJECTS, STEPS, our_run, random_demo, random_subtask, upstream_run

from isaaclab_mimic_core.datagen.config import read_constraints
from isaaclab_mimic_core.errors import ConfigError

EEFS = ("right", "left")
SCHEMES = ("replay", "transform", "translate")
KINDS = ("sequential", "sequential overlapping", *SCHEMES)


def constraint(kind: str, rng: np.random.Generator) -> SubTaskConstraintConfig:
    right, left = int(rng.integers(0, 3)), int(rng.integers(0, 3))
    if kind.startswith("sequential"):
        return SubTaskConstraintConfig(
            eef_subtask_constraint_tuple=[("right", right), ("left", left)],
            constraint_type=SubTaskConstraintType.SEQUENTIAL,
            sequential_min_time_diff=-1 if kind == "sequential" else int(rng.integers(1, 6)),
        )
    return SubTaskConstraintConfig(
        eef_subtask_constraint_tuple=[("right", right), ("left", left)],
        constraint_type=SubTaskConstraintType.COORDINATION,
        coordination_scheme=SubTaskConstraintCoordinationScheme[kind.upper()],
        coordination_synchronize_start=bool(rng.random() < 0.5),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", range(25))
def test_same_waypoints_under_a_constraint(kind, case, monkeypatch):
    # Upstream's TRANSFORM calls a function that its library does not have; what it must mean is plain.
    monkeypatch.setattr(
        math_utils, "get_delta_object_pose", lambda now, then: now @ math_utils.pose_inv(then), raising=False
    )
    rng = np.random.default_rng([case, KINDS.index(kind)])
    torch.manual_seed(case)
    subtasks = {eef: [random_subtask(rng, i, last=i == 2) for i in range(3)] for eef in EEFS}
    for configs in subtasks.values():
        for config in configs:
            config.object_ref = config.object_ref or OBJECTS[0]
    cfg = mimic_config(subtasks, generation_select_src_per_subtask=True, generation_select_src_per_arm=True)
    cfg.task_constraint_configs = [constraint(kind, rng)]
    demos = [random_demo(rng, f"demo_{i}", EEFS, None) for i in range(NUM_DEMOS)]
    env = ScriptedEnv(cfg, *(random_poses(STEPS, 2, count) for count in (len(EEFS), len(OBJECTS))))

    for outcome in our_run(env, demos):
        expected = upstream_run(env, outcome.env, demos, outcome.sources, until_it_gives_up=True)
        # Upstream's arms may come to move together a step or two apart; its own check then stops it at the end of the
        # subtask. Up to there it is the same.
        assert len(expected) == outcome.steps or (kind in SCHEMES and 10 <= len(expected) < outcome.steps)
        for step, waypoints in enumerate(expected):
            for eef, name in enumerate(EEFS):
                pose, gripper, _ = waypoints[name]
                target, ours_gripper, _ = (asked[outcome.env, eef] for asked in env.asked[step])
                where = f"{name}, step {step}"
                assert (target[:3, 3] - pose[:3, 3]).norm() < 1e-5, where
                assert (target[:3, :3] - pose[:3, :3]).norm() < 1e-5, where
                assert torch.equal(ours_gripper, gripper), where


def plan_of(*constraints: SubTaskConstraintConfig, object_ref: str | None = "object_0"):
    rng = np.random.default_rng(0)
    subtasks = {eef: [random_subtask(rng, i, last=i == 2) for i in range(3)] for eef in EEFS}
    for configs in subtasks.values():
        for config in configs:
            config.object_ref = object_ref
    cfg = mimic_config(subtasks)
    cfg.task_constraint_configs = list(constraints)
    return read_constraints(cfg, torch.device("cpu"))


def sequential(first: tuple[str, int], second: tuple[str, int]) -> SubTaskConstraintConfig:
    return SubTaskConstraintConfig(
        eef_subtask_constraint_tuple=[first, second], constraint_type=SubTaskConstraintType.SEQUENTIAL
    )


@pytest.mark.parametrize(
    ("constraints", "words"),
    [
        ([sequential(("right", 0), ("middle", 1))], "no end effector 'middle'"),
        ([sequential(("right", 3), ("left", 1))], "no subtask 3"),
        ([sequential(("right", 0), ("right", 1))], "by itself"),
        ([sequential(("right", 0), ("left", 1)), sequential(("right", 1), ("left", 1))], "already"),
        ([sequential(("right", 1), ("left", 0)), sequential(("left", 1), ("right", 0))], "circle"),
        ([SubTaskConstraintConfig(eef_subtask_constraint_tuple=[("right", 0), ("left", 0)])], "constraint_type"),
    ],
)
def test_impossible_constraints_are_refused(constraints, words):
    with pytest.raises(ConfigError, match=words):
        plan_of(*constraints)


def test_only_replay_needs_no_object():
    rng = np.random.default_rng(0)
    assert plan_of(constraint("replay", rng), object_ref=None).num_pairs == 1
    with pytest.raises(ConfigError, match="object_ref"):
        plan_of(constraint("transform", rng), object_ref=None)
