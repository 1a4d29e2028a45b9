# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Policies that move a hand to a cube, and a share of their evaluation without physics: `reached:start`.

A policy is a file with its speed [m a step]; where it aims differs from one rollout to the next, so that some fail.
"""

from pathlib import Path
from typing import Any

import torch
from kinematic import KinematicStackEnv

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.learning.api import PolicySpec
from isaaclab_mimic_core.plugins import LearnerSpec, register_learner
from isaaclab_mimic_core.stages.learning.evaluation_share import Share, ShareOptions


class ReachEnv(KinematicStackEnv):
    """The task is to have the hand at the first cube."""

    def success(self) -> torch.Tensor:
        return (self.world.eef_position - self.world.cube_position[:, 0]).norm(dim=1) < 0.03

    def observation_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"eef_pos": (3,), "cube_positions": (9,)}


class Reach:
    """Moves toward a place near the cube."""

    def __init__(self, speed: float):
        self.spec = PolicySpec({"eef_pos": (3,), "cube_positions": (9,)}, 7)
        self._speed = speed

    def begin(self, env_ids: torch.Tensor, num_envs: int) -> None:
        pass

    def act(self, observations: dict[str, torch.Tensor], streams: torch.Tensor) -> torch.Tensor:
        aim = 0.025 * randomness.normal(streams, torch.zeros_like(streams), 3)
        gap = observations["cube_positions"][:, :3] + aim - observations["eef_pos"]
        gap *= (self._speed / gap.norm(dim=1, keepdim=True).clamp_min(1e-9)).clamp_max(1.0)
        return torch.cat([gap, torch.zeros(len(gap), 3), torch.ones(len(gap), 1)], dim=1)


class ReachLearner:
    packages = ()

    def require(self) -> None:
        pass

    def owns(self, path: str) -> bool:
        return Path(path).read_bytes().startswith(b"reach ")

    def plan(self, request: Any) -> Any:
        raise NotImplementedError

    def export(self, checkpoint: str, path: Path) -> dict:
        raise NotImplementedError

    def load(self, path: str, device: str, actions: str) -> Any:
        return Reach(float(Path(path).read_text().split()[1]))


def register() -> None:
    """Let its policies be known."""
    register_learner(LearnerSpec("reach", "Reaching", learner=ReachLearner))


def start(**options: Any) -> Share:
    """Build the share, as a worker process gets it."""
    torch.set_num_threads(1)
    register()
    given = ShareOptions(**options)
    return Share(given, ReachEnv(given.num_envs))
