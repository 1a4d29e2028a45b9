# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The kinematic stack task under our batched contract."""

from types import SimpleNamespace
from typing import Any

import torch

from isaaclab_mimic_core import rotations
from isaaclab_mimic_core.datagen.config import eef_names
from isaaclab_mimic_core.robots.franka.batched import FrankaRelEnv
from isaaclab_mimic_core.sim.visualizers import LiveView

from .world import ACTION_DIM, CUBES, StackWorld


def stack_config() -> Any:
    """Return a fresh copy of upstream's configuration of the relative Franka stack task."""
    from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env_cfg import FrankaCubeStackIKRelMimicEnvCfg

    return FrankaCubeStackIKRelMimicEnvCfg()


class KinematicStackEnv(FrankaRelEnv):
    """An environment for `datagen` and `stages.generation`; poses and actions are those of the real adapter.

    Args:
        num_envs: Number of environments.
        device: Where the tensors live.
        cfg: Its Mimic configuration, by default `stack_config()`.
    """

    step_dt = 0.05

    def __init__(self, num_envs: int, device: torch.device | str = "cpu", cfg: Any = None):
        # The base class's constructor reads a simulator's scene; here the world takes its place.
        self.world = self.env = StackWorld(num_envs, device)
        self.cfg = cfg or stack_config()
        self.info = {"task": "kinematic-stack", "physics": "none", "device": str(device), "versions": {}}
        self.num_envs = num_envs
        self.device = self.world.device
        self.eef_names = eef_names(self.cfg)
        self.object_names = CUBES
        self.live = LiveView(SimpleNamespace(sim=SimpleNamespace(visualizers=[])))
        self._action = torch.zeros(num_envs, ACTION_DIM, device=device)

    def object_pose(self, env_ids: torch.Tensor | None = None) -> torch.Tensor:
        pose = self.world.cube_pose if env_ids is None else self.world.cube_pose[env_ids]
        return rotations.pose_from_quat(pose[..., :3], pose[..., 3:])

    def term_signals(self) -> dict[str, torch.Tensor]:
        return self.world.obs_buf["subtask_terms"]

    def success(self) -> torch.Tensor:
        return self.world.stacked()

    @property
    def action_dim(self) -> int:
        return ACTION_DIM

    def step(self, action: torch.Tensor) -> None:
        self._action = action
        self.world.step(action)

    def reset(self, env_ids: torch.Tensor, keys: torch.Tensor) -> None:
        self.world.reset(env_ids, keys)

    def stop_drawing(self, env_ids: torch.Tensor) -> None:
        """Do nothing: it has no cameras."""

    def restore(self, state: dict[str, torch.Tensor], env_ids: torch.Tensor) -> None:
        self.world.restore(state, env_ids)

    def state(self) -> dict[str, torch.Tensor]:
        return self.world.state()

    def memory(self) -> list[torch.Tensor]:
        """Return nothing: no controller keeps anything."""
        return []

    def observations(self) -> dict[str, torch.Tensor]:
        return self.world.obs_buf["policy"]

    def processed_action(self) -> torch.Tensor:
        return self._action
