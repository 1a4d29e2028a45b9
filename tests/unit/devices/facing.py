# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Robots that look somewhere, without a simulation."""

import math
from types import SimpleNamespace
from typing import Any

import torch


def face(env: Any, facing: float) -> None:
    """Turn the robot of an environment, so that it looks somewhere [rad]."""
    root = torch.tensor([[0.0, 0.0, 0.0, 0.0, 0.0, math.sin(facing / 2), math.cos(facing / 2)]] * env.num_envs)
    robot = SimpleNamespace(data=SimpleNamespace(root_pose_w=SimpleNamespace(torch=root)))
    term = SimpleNamespace(cfg=SimpleNamespace(asset_name="robot"))
    env.env.scene = SimpleNamespace(articulations={"robot": robot})
    env.env.action_manager = SimpleNamespace(active_terms=["arm"], get_term={"arm": term}.get)
