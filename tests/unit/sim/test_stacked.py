# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The quick success term agrees with Isaac Lab's in random scenes around the limits of each condition."""

from types import SimpleNamespace

import pytest
import torch

from isaaclab_mimic_core.sim.fused.choice import use_fused_success
from isaaclab_mimic_core.sim.fused.stacked import CubesStacked

ROWS = 20_000


class Scene(dict):
    """Three cubes and a gripper, each of whose conditions is met in most of the rows."""

    surface_grippers: dict = {}

    def __init__(self):
        random = torch.Generator().manual_seed(0)

        def uniform(low: float, high: float, *shape: int) -> torch.Tensor:
            return low + (high - low) * torch.rand(ROWS, *shape, generator=random)

        position = torch.zeros(ROWS, 3)
        for index in (1, 2, 3):
            data = SimpleNamespace(
                root_pos_w=SimpleNamespace(torch=position),
                root_lin_vel_w=SimpleNamespace(torch=uniform(-0.03, 0.03, 3)),
            )
            self[f"cube_{index}"] = SimpleNamespace(data=data)
            step = torch.cat([uniform(-0.03, 0.03, 2), uniform(0.03, 0.055, 1)], dim=1)
            position = position + step * torch.where(uniform(0.0, 1.0, 1) < 0.05, -1.0, 1.0)
        joints = 0.04 + uniform(-0.00012, 0.00012, 9)
        self["robot"] = SimpleNamespace(
            data=SimpleNamespace(joint_pos=SimpleNamespace(torch=joints)),
            find_joints=lambda names: ([7, 8], ["panda_finger_joint1", "panda_finger_joint2"]),
        )


@pytest.fixture
def env() -> SimpleNamespace:
    cfg = SimpleNamespace(gripper_joint_names=["panda_finger_.*"], gripper_open_val=0.04)
    return SimpleNamespace(scene=Scene(), cfg=cfg, device="cpu")


@pytest.mark.parametrize("params", [{}, {"max_lin_vel": None}, {"cube_3_cfg": None}, {"xy_threshold": 0.02}])
def test_they_agree(env, params):
    from isaaclab_tasks.contrib.stack.mdp import cubes_stacked

    theirs = cubes_stacked(env, **params)
    ours = CubesStacked(env, params)(env)
    assert 0.02 < theirs.float().mean() < 0.98, "not all of both kinds are there"
    assert ours.equal(theirs)


def test_other_terms_are_left_alone(env):
    other = SimpleNamespace(func=lambda env: None, params={})
    assert use_fused_success(env, other) is other


def test_suction_is_left_to_isaac_lab(env):
    from isaaclab_tasks.contrib.stack.mdp import cubes_stacked

    env.scene.surface_grippers = {"surface_gripper": None}
    term = SimpleNamespace(func=cubes_stacked, params={})
    assert use_fused_success(env, term) is term
