# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Hands that stand where a test puts them, behind the real adapters of the real tasks."""

import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
import torch

from isaaclab_mimic_core import rotations
from isaaclab_mimic_core.robots.derived.arm import Arm
from isaaclab_mimic_core.robots.derived.batched import TaskSpaceEnv
from isaaclab_mimic_core.robots.franka.batched import FrankaRelEnv

sys.path.insert(0, str(Path(__file__).parent))

from facing import face

START = (0.4, 0.1, 0.3)
"""Where the hand stands [m]."""
DOWN = (1.0, 0.0, 0.0, 0.0)
"""How it stands (xyzw): pointing down."""
QUARTER = math.sqrt(0.5)


class AbsoluteArm(TaskSpaceEnv):
    """One arm under absolute IK, as what is derived from upstream's stack task."""

    pose_action_dim = 7
    response = 2.0 / 9.0

    def arms(self) -> list[Arm]:
        return [Arm("arm", 0, self._observed, relative=False, hand=(7,))]

    def _observed(self) -> torch.Tensor:
        seen = self.env.obs_buf["policy"]
        return rotations.pose_from_quat(seen["eef_pos"], seen["eef_quat"])


class TwoArms(TaskSpaceEnv):
    """Two arms under relative IK, as those of the two Frankas."""

    pose_action_dim = 6
    response = 1.0 / 9.0

    def arms(self) -> list[Arm]:
        # The left arm's base looks along +y, the right one's along -y.
        return [
            Arm("left", 0, self._observed, lambda: self._base(QUARTER), hand=(6,)),
            Arm("right", 7, self._observed, lambda: self._base(-QUARTER), hand=(13,)),
        ]

    _observed = AbsoluteArm._observed

    def _base(self, turn: float) -> torch.Tensor:
        quat = torch.tensor([[0.0, 0.0, turn, QUARTER]]).expand(self.num_envs, 4)
        return rotations.pose_from_quat(torch.zeros(self.num_envs, 3), quat)


class TwoHands(TaskSpaceEnv):
    """Two hands with two fingers each under absolute IK, as those of a humanoid."""

    pose_action_dim = 7
    gripper_dim = 2
    closing_time = 0.2
    wrist_turns = MappingProxyType({"left": (0.0, 0.0, 0.0), "right": (0.0, 0.0, 180.0)})

    def arms(self) -> list[Arm]:
        fingers = {"left": (14, 15), "right": (16, 17)}
        return [
            Arm(name, 7 * index, self._observed, relative=False, hand=fingers[name])
            for index, name in enumerate(self.eef_names)
        ]

    _observed = AbsoluteArm._observed

    def grip(self, closed: torch.Tensor) -> torch.Tensor:
        return closed[:, None] * torch.tensor([-1.0, -1.5])


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
    """Builds environments: `rel`, `abs`, `two_arms` or `two_hands`."""

    def make(kind: str, num_envs: int = 1) -> Any:
        adapter: Any = {"rel": FrankaRelEnv, "abs": AbsoluteArm, "two_arms": TwoArms, "two_hands": TwoHands}[kind]
        env = adapter.__new__(adapter)
        env.num_envs, env.device, env.step_dt = num_envs, torch.device("cpu"), 0.05
        env.info = {"task": kind, "assets": "local"}
        env.eef_names = ("left", "right") if kind in ("two_arms", "two_hands") else ("franka",)
        env.env = SimpleNamespace(obs_buf={})
        face(env, 0.0)
        _place(env, START)
        return env

    return make
