# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Segments on objects of another size than the source's meet the same faces."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from isaaclab.envs.mimic_env_cfg import SubTaskConfig
from scripted_env import ScriptedEnv, mimic_config

from isaaclab_mimic_core.datagen.config import read_config
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.datagen.trajectory.object_size import grown, size_shift

HALF = 0.02
CUBE = torch.tensor([[[-HALF] * 3, [HALF] * 3]])


@pytest.mark.parametrize("factor", [0.8, 1.2])
@pytest.mark.parametrize(
    ("point", "moves"),
    [
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ((0.0, 0.0, HALF), (0.0, 0.0, 1.0)),
        ((0.0, 0.0, 0.3), (0.0, 0.0, 1.0)),
        ((0.3, -HALF / 2, -0.1), (1.0, -0.5, -1.0)),
    ],
)
def test_a_point_moves_with_the_faces_it_is_beyond_of(factor, point, moves):
    shift = size_shift(torch.tensor([[point]]), CUBE, factor * CUBE)[0, 0]
    assert shift == pytest.approx(torch.tensor(moves) * HALF * (factor - 1), abs=1e-7)


def test_a_box_that_changes_on_one_side_only_moves_what_is_there():
    taller = CUBE.clone()
    taller[:, 1, 2] = 0.05
    shift = size_shift(torch.tensor([[(0.1, 0.1, 0.1), (0.1, 0.1, -0.1)]]), CUBE, taller)[0]
    assert torch.allclose(shift, torch.tensor([[0.0, 0.0, 0.03], [0.0, 0.0, 0.0]]), atol=1e-7)


def test_what_is_carried_touches_where_both_boxes_meet():
    rod = torch.tensor([[[-0.1, -0.01, 0.0], [0.1, 0.01, 0.03]]])
    quarter = torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])
    region = grown(CUBE, rod, quarter)[0]
    # Across it lies along y; its origin is at its bottom, so it touches the top at once, and from below by its height.
    assert torch.allclose(region, torch.tensor([[-0.03, -0.12, -0.05], [0.03, 0.12, 0.02]]), atol=1e-7)


def demonstration() -> SourceDemo:
    """Take object 0 at its middle, and set it down on object 1: T steps of one end effector."""
    steps = 30
    eef, cube, base = (np.tile(np.eye(4), (steps, 1, 1)) for _ in range(3))
    base[:, :3, 3] = 0.5, 0.0, HALF
    cube[:, :3, 3] = 0.3, 0.0, HALF
    eef[:, :3, 3] = 0.3, 0.0, HALF
    eef[:10, 2, 3] = np.linspace(0.3, HALF, 10)
    eef[10:, 0, 3] = np.linspace(0.3, 0.5, 20)
    eef[10:, 2, 3] = 3 * HALF
    cube[10:, :3, 3] = eef[10:, :3, 3]
    actions = np.zeros((steps, 8), dtype=np.float32)
    signal = np.arange(steps) >= 9
    poses = {"arm": eef.astype(np.float32)}
    objects = {"object_0": cube.astype(np.float32), "object_1": base.astype(np.float32)}
    return SourceDemo("demo_0", actions, poses, poses, objects, {"taken": signal})


@pytest.mark.parametrize("turn", [0.0, math.pi / 4])
@pytest.mark.parametrize(("fit", "expected"), [(True, 1.0), (False, 0.0)])
def test_the_generator_sets_down_on_the_top_of_a_larger_object(turn, fit, expected):
    demo = demonstration()
    take = SubTaskConfig(object_ref="object_0", subtask_term_signal="taken")
    cfg = mimic_config({"arm": [take, SubTaskConfig(object_ref="object_1")]})
    objects = torch.eye(4).repeat(1, 1, 2, 1, 1)
    objects[..., 0, :3, 3] = torch.tensor([0.3, 0.0, 1.5 * HALF])
    objects[..., 1, :3, 3] = torch.tensor([0.2, 0.4, 1.5 * HALF])
    objects[..., 1, :2, :2] = torch.tensor([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    hand = torch.eye(4).repeat(1, 1, 1, 1, 1)
    hand[..., 2, 3] = 0.3
    env = ScriptedEnv(cfg, hand, objects)
    larger = {name: 1.5 * CUBE[0].numpy() for name in env.object_names}
    settings = replace(Settings.of("default"), fit_sizes=fit, early_stop=False, max_retries=0, correct_grasp=False)
    config = read_config(env, settings, 0)
    usual = replace(demo, object_box={name: CUBE[0].numpy() for name in env.object_names})
    generator = Generator(env, config, make_bank([usual], env, config.subtasks, larger))
    generator.begin(torch.tensor([0]), torch.tensor([0]))
    heights = []
    for _ in range(200):
        env.step(generator.action())
        heights.append(env.asked[-1][0][0, 0, 2, 3].item())
        generator.observe()
        if generator.attempts.arm_done[0, 0]:
            break
    # Half of each is higher by 1 cm where it stands, and the carried one's half comes on top.
    lowest = 1.5 * HALF + 2 * HALF + expected * 2 * 0.5 * HALF
    assert heights[-1] == pytest.approx(lowest, abs=1e-5)
    assert min(heights) == pytest.approx(1.5 * HALF, abs=1e-5), "where the object is taken nothing moves"
