# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Planned paths between segments: where segments begin then, what is followed, and what a missing path means."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from isaaclab.envs.mimic_env_cfg import SubTaskConfig, SubTaskConstraintConfig, SubTaskConstraintType
from kinematic.upstream import source_pool
from scripted_env import ScriptedEnv, mimic_config, random_poses

from isaaclab_mimic_core.datagen.config import read_config, read_subtasks
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.planners import wants_planned
from isaaclab_mimic_core.datagen.planning import Query, Transition
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources.bank import SourceBank, draw_bounds, make_bank
from isaaclab_mimic_core.datagen.sources.segmentation import segment
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.datagen.tables import SubtaskTable
from isaaclab_mimic_core.errors import DatasetError, OptionError
from isaaclab_mimic_core.randomness import streams

LENGTH = 60
ENDS, STARTS = (18, 38), (6, 25, 46)
"""Last steps before term signals rise, and before start signals do."""
SETTINGS = replace(Settings(), early_stop=False, max_retries=0, correct_grasp=False)


class Planner:
    """Goes to wait somewhere: the same pose over and over, for as long as it is told."""

    max_waypoints = 9

    def __init__(self, lengths: dict[int, int], found: bool = True):
        self.lengths, self.found = lengths, found
        self.asked: list[Query] = []
        self.place = random_poses(1)[0]

    def plan(self, query: Query) -> Transition:
        self.asked.append(query)
        count = len(query.rows)
        return Transition(
            self.place.expand(count, self.max_waypoints, 4, 4),
            torch.full((count,), self.lengths[query.eef]),
            torch.full((count,), self.found),
        )


def make_env(eefs=("arm",), start=(0, 0), term=(0, 0), **config) -> ScriptedEnv:
    torch.manual_seed(0)

    def subtask(index: int) -> SubTaskConfig:
        last = index == len(ENDS)
        return SubTaskConfig(
            object_ref="object_0",
            subtask_term_signal=f"signal_{index}",
            subtask_start_offset_range=start,
            subtask_term_offset_range=(0, 0) if last else term,
            num_interpolation_steps=2,
            action_noise=0.0,
        )

    cfg = mimic_config({eef: [subtask(i) for i in range(3)] for eef in eefs}, use_skillgen=True, **config)
    return ScriptedEnv(cfg, random_poses(1, 2, len(eefs)), random_poses(1, 2, 1))


def make_demo(name="demo_0", eefs=("arm",), marked=True, ends=ENDS, starts=STARTS) -> SourceDemo:
    def rising(step: int) -> np.ndarray:
        return np.arange(LENGTH) > step

    return SourceDemo(
        name=name,
        actions=np.zeros((LENGTH, 2), np.float32),
        eef_pose={eef: random_poses(LENGTH).numpy() for eef in eefs},
        target_eef_pose={eef: random_poses(LENGTH).numpy() for eef in eefs},
        object_pose={"object_0": random_poses(LENGTH).numpy()},
        term_signals={f"signal_{i}": rising(step) for i, step in enumerate(ends)},
        start_signals={f"signal_{i}": rising(step) for i, step in enumerate(starts)} if marked else {},
    )


def subtasks_of(env: ScriptedEnv) -> SubtaskTable:
    return read_subtasks(env.cfg, env.object_names, env.device)


def make_generator(env: ScriptedEnv, bank: SourceBank, planner: "Planner", settings: Settings = SETTINGS) -> Generator:
    return Generator(env, read_config(env, settings, 1), bank, planner)


def bank_of(env: ScriptedEnv, *demos: SourceDemo) -> SourceBank:
    return make_bank(demos, env, subtasks_of(env))


# -- where segments begin


@pytest.mark.parametrize("case", range(10))
def test_marked_starts_are_read_as_upstream_reads_them(case):
    rng = np.random.default_rng(case)
    env, demo = (
        make_env(),
        make_demo(ends=[*rng.integers(15, 20, 1).tolist(), 38], starts=(*rng.integers(3, 9, 1), 25, 46)),
    )
    one = SimpleNamespace(cfg=env.cfg, device="cpu", actions_to_gripper_actions=lambda a: {"arm": a[:, -1:]})
    assert segment(demo, subtasks_of(env), 0) == source_pool(one, [demo]).subtask_boundaries["arm"][0]


def test_a_start_before_the_end_before_is_refused():
    demo = make_demo(starts=(6, 18, 46))
    assert segment(demo, subtasks_of(make_env(start=(1, 2))), 0)[1] == (19, 40)
    with pytest.raises(DatasetError, match="subtask 1 of arm may begin at step 19"):
        segment(demo, subtasks_of(make_env()), 0)


def test_a_start_signal_that_is_missing_or_never_rises_is_refused():
    demo = make_demo(starts=(6, 25))
    with pytest.raises(DatasetError, match="signal_2"):
        segment(demo, subtasks_of(make_env()), 0)
    with pytest.raises(DatasetError, match="start signal signal_2 of arm never changes"):
        segment(make_demo(starts=(6, 25, LENGTH)), subtasks_of(make_env()), 0)


def test_without_marks_a_segment_begins_with_the_last_stretch_to_its_object():
    demo = make_demo(marked=False)
    demo.object_pose["object_0"][:, :3, 3] = 0.0
    heights = np.interp(np.arange(LENGTH), [0, 18, 19, 38, 39, 59], [0.41, 0.04, 0.41, 0.2, 0.41, 0.02])
    demo.eef_pose["arm"][:, :3, 3] = np.stack([0 * heights, 0 * heights, heights], axis=1)
    (first, *_), (second, _), (third, _) = segment(demo, subtasks_of(make_env()), 0)
    for begin, reached in ((first, 0.04), (second, 0.2), (third, 0.02)):
        assert heights[begin] <= reached + 0.06 < heights[begin - 1]


def test_starts_are_shifted_within_their_range():
    env = make_env(start=(-2, 3), term=(0, 4))
    bank = bank_of(env, make_demo())
    drawn = draw_bounds(bank, subtasks_of(env), streams(1, "bounds", torch.arange(200)), False)[:, 0, 0]
    shifts = drawn[..., 0] - bank.bounds[0, 0, :, 0]
    assert [sorted(set(column.tolist())) for column in shifts.T] == [list(range(-2, 4))] * 3


# -- what is followed


def follow(generator: Generator, env: ScriptedEnv, steps: int) -> torch.Tensor:
    """Make attempts, and return the targets: (steps, num_envs, num_eefs, 4, 4)."""
    generator.begin(torch.arange(env.num_envs), torch.arange(env.num_envs))
    for _ in range(steps):
        env.step(generator.action())
        generator.observe()
    return torch.stack([asked[0] for asked in env.asked])


def test_the_path_is_followed_first_with_the_gripper_of_what_it_leads_to():
    env, demo, planner = make_env(), make_demo(), Planner({0: 5})
    demo.actions[:, -1] = np.arange(LENGTH)
    bank = bank_of(env, demo)
    targets = follow(make_generator(env, bank, planner), env, 30)
    assert torch.equal(targets[:5], planner.place.expand(5, 2, 1, 4, 4))
    grippers = torch.stack([asked[1] for asked in env.asked])[:, 0, 0, 0]
    # Five steps of the path and two of interpolation, all with what the segment begins with, then its actual pose.
    begin = STARTS[0] + 1
    assert grippers[: 5 + 2 + 1].tolist() == [begin] * 8
    assert grippers[8:12].tolist() == [begin, begin + 1, begin + 2, begin + 3]
    # The path was asked for from where the end effector is to where the segment begins now.
    query = planner.asked[0]
    torch.testing.assert_close(query.start, env.eef_pose()[:, 0])
    then = torch.as_tensor(demo.object_pose["object_0"][begin])
    goal = env.object_pose()[:, 0] @ torch.linalg.inv(then) @ torch.as_tensor(demo.eef_pose["arm"][begin])
    torch.testing.assert_close(query.goal, goal, atol=1e-4, rtol=0)
    torch.testing.assert_close(targets[7, :, 0], goal, atol=1e-4, rtol=0)
    assert query.reference.tolist() == [0, 0]


@pytest.mark.parametrize("retries", [0, 2])
@pytest.mark.parametrize("mode", ["default", "upstream"])
def test_no_path_fails_the_subtask_at_once(mode, retries):
    env, planner = make_env(), Planner({0: 5}, found=False)
    settings = replace(Settings.of(mode), max_retries=retries, correct_grasp=False)
    generator = make_generator(env, bank_of(env, *map(make_demo, "abc")), planner, settings)
    generator.begin(torch.arange(2), torch.arange(2))
    outcomes = []
    while not outcomes:
        env.step(generator.action())
        outcomes = generator.observe()
    assert [(o.success, o.cause, o.subtask, o.steps, o.retries) for o in outcomes] == [
        (False, "no_path", "arm/0", 1, retries)
    ] * 2
    # That is no guess which an early stop would have made.
    assert not any(o.flagged for o in outcomes)
    # Each try asks for the path to another source's segment.
    goals = {tuple(query.goal[0].flatten().tolist()) for query in planner.asked}
    assert len(goals) == 1 + retries


def test_the_arm_without_a_path_is_the_one_that_failed():
    eefs = ("left", "right")
    env = make_env(eefs, generation_select_src_per_arm=True)
    planner = Planner({0: 3, 1: 8})
    plan = planner.plan
    planner.plan = lambda query: replace(plan(query), found=torch.full((len(query.rows),), query.eef == 0))
    generator = make_generator(env, bank_of(env, make_demo(eefs=eefs)), planner)
    generator.begin(torch.arange(2), torch.arange(2))
    env.step(generator.action())
    assert [(o.cause, o.subtask) for o in generator.observe()] == [("no_path", "right/0")] * 2


def test_arms_that_begin_together_wait_at_the_ends_of_their_paths():
    eefs = ("left", "right")
    env = make_env(eefs, generation_select_src_per_arm=True)
    env.cfg.task_constraint_configs = [
        SubTaskConstraintConfig(
            eef_subtask_constraint_tuple=[("left", 0), ("right", 0)],
            constraint_type=SubTaskConstraintType.COORDINATION,
            coordination_synchronize_start=True,
        )
    ]
    planner = Planner({0: 3, 1: 8})
    bank = bank_of(env, make_demo(eefs=eefs))
    targets = follow(make_generator(env, bank, planner), env, 24)
    on_path = (targets == planner.place).flatten(-2).all(dim=-1)
    assert on_path[:3, :, 0].all() and not on_path[3:, :, 0].any()
    assert on_path[:8, :, 1].all() and not on_path[8:, :, 1].any()
    # The left arm stands at its path's end until the right one has come, then both move on.
    moves = (targets[1:] != targets[:-1]).flatten(-2).any(dim=-1)
    assert not moves[3:7, :, 0].any()
    assert moves[7:9].all()


def test_who_decides_whether_paths_are_planned():
    env = make_env()
    choices = {choice: wants_planned(choice) for choice in ("task", "straight", "lift")}
    assert choices == {"task": None, "straight": False, "lift": True}
    tables = [read_subtasks(env.cfg, env.object_names, env.device, planned=planned) for planned in choices.values()]
    assert [table.planned for table in tables] == [True, False, True]
    with pytest.raises(OptionError, match="'curobo' is not one of task, straight, lift"):
        wants_planned("curobo")
