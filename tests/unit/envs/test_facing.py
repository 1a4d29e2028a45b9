# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where robots look, by their roots' poses, against values worked out by hand."""

import math
from types import SimpleNamespace

import pytest
import torch

from isaaclab_mimic_core.envs import BatchedEnv

QUARTER = math.pi / 2


def root(*angles: float, tilt: float = 0.0) -> SimpleNamespace:
    """Return an articulation whose root is turned about z in each environment, after it was tilted about x [rad]."""
    rows = []
    for angle in angles:
        c, s, cx, sx = math.cos(angle / 2), math.sin(angle / 2), math.cos(tilt / 2), math.sin(tilt / 2)
        rows.append([0.0, 0.0, 0.0, c * sx, s * sx, s * cx, c * cx])
    return SimpleNamespace(data=SimpleNamespace(root_pose_w=SimpleNamespace(torch=torch.tensor(rows))))


def make(moved: tuple[str, ...], kind: type[BatchedEnv] = BatchedEnv, **articulations) -> BatchedEnv:
    """Return environments whose actions move some of their articulations."""
    env = kind.__new__(kind)
    terms = {f"{name}_{part}": SimpleNamespace(cfg=SimpleNamespace(asset_name=name)) for name in moved for part in "ag"}
    manager = SimpleNamespace(active_terms=list(terms), get_term=terms.get)
    env.env = SimpleNamespace(action_manager=manager, scene=SimpleNamespace(articulations=articulations))
    return env


def test_a_robot_looks_where_its_root_looks_in_each_environment():
    env = make(("robot",), robot=root(0.0, QUARTER, -2.5), drawer=root(1.0, 1.0, 1.0))
    assert env.facing().tolist() == pytest.approx([0.0, QUARTER, -2.5], abs=1e-6)
    assert make(("robot",), robot=root(0.7, tilt=0.4)).facing().item() == pytest.approx(0.7, abs=1e-6)


def test_a_robot_whose_root_looks_another_way_says_so():
    class Turned(BatchedEnv):
        front = -QUARTER

    assert make(("robot",), Turned, robot=root(0.0, math.pi)).facing().tolist() == pytest.approx([-QUARTER, QUARTER])


def test_several_robots_look_where_they_look_together():
    side_by_side = make(("left", "right"), left=root(QUARTER), right=root(QUARTER + 0.2))
    assert side_by_side.facing().item() == pytest.approx(QUARTER + 0.1, abs=1e-6)
    # As the two Frankas of this package, which look along +x and -x: seen along +y, the first is on the left.
    across = make(("left", "right"), left=root(0.0), right=root(math.pi))
    assert across.facing().item() == pytest.approx(QUARTER, abs=1e-6)


def test_without_a_robot_that_actions_move_it_is_along_x():
    env = make(("suction",), drawer=root(1.0, 1.0))
    env.num_envs, env.device = 2, torch.device("cpu")
    assert env.facing().tolist() == [0.0, 0.0]
