# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Hands that stand where a test puts them, behind the real adapters of the real tasks."""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import isaaclab.utils.math as math_utils
import pytest
import torch

from isaaclab_mimic_core.robots.franka.batched import FrankaAbsEnv, FrankaRelEnv
from isaaclab_mimic_core.robots.two_franka.batched import TwoFrankaRelEnv

sys.path.insert(0, str(Path(__file__).parent))

START = (0.4, 0.1, 0.3)
"""Where the hand stands [m]."""
DOWN = (1.0, 0.0, 0.0, 0.0)
"""How it stands (xyzw): pointing down."""
QUARTER = math.sqrt(0.5)


def _place(env: Any, position, quat=DOWN) -> None:
    """Move the hands of an environment: a new observation, as after a step."""
    rows = {"eef_pos": torch.tensor([position] * env.num_envs), "eef_quat": torch.tensor([quat] * env.num_envs)}
    env.env.obs_buf = {"policy": rows}


@pytest.fixture
def place() -> Callable[..., None]:
    """Moves the hands of an environment: `place(env, position, quat)`."""
    return _place


@pytest.fixture
def make_env() -> Callable[..., Any]:
    """Builds environments: `rel`, `abs` or `two_arms`."""

    def make(kind: str, num_envs: int = 1) -> Any:
        adapter: Any = {"rel": FrankaRelEnv, "abs": FrankaAbsEnv, "two_arms": TwoFrankaRelEnv}[kind]
        env = adapter.__new__(adapter)
        env.num_envs, env.device, env.step_dt = num_envs, torch.device("cpu"), 0.05
        env.info = {"task": kind}
        env.eef_names = ("left", "right") if kind == "two_arms" else ("franka",)
        env.env = SimpleNamespace(obs_buf={})
        _place(env, START)
        if kind == "abs":
            env._moved_from_observed = torch.zeros(3)
        if kind == "two_arms":
            # The left arm's base looks along +y, the right one's along -y.
            bases = torch.tensor([[0.0, 0.0, QUARTER, QUARTER], [0.0, 0.0, -QUARTER, QUARTER]])
            env._base_rotation = math_utils.matrix_from_quat(bases).expand(num_envs, 2, 3, 3)

            def pose(name: str) -> torch.Tensor:
                seen = env.env.obs_buf["policy"]
                return math_utils.make_pose(seen["eef_pos"], math_utils.matrix_from_quat(seen["eef_quat"]))

            env.env.get_robot_eef_pose = pose
        return env

    return make
