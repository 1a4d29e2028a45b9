# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An environment that is wherever it is told to be: what a generator asks of it does not depend on its actions."""

from types import SimpleNamespace
from typing import Any

import isaaclab.utils.math as math_utils
import torch
from isaaclab.envs.mimic_env_cfg import MimicEnvCfg, SubTaskConfig

POSE_ACTION_DIM = 6


def random_poses(*shape: int, turn: float | None = None) -> torch.Tensor:
    """Return poses anywhere within a metre: (*shape, 4, 4).

    Args:
        shape: Leading dimensions.
        turn: About how far they are turned [rad]; in any way by default.
    """
    quat = torch.randn(*shape, 4)
    if turn is not None:
        quat = torch.cat([quat[..., :3] * turn / 2, torch.ones(*shape, 1)], dim=-1)
    quat = torch.nn.functional.normalize(quat, dim=-1)
    return math_utils.make_pose(torch.rand(*shape, 3), math_utils.matrix_from_quat(quat))


def mimic_config(subtasks: dict[str, list[SubTaskConfig]], **datagen: Any) -> MimicEnvCfg:
    """Return a configuration with these subtasks and these fields of `datagen_config`."""
    cfg = MimicEnvCfg()
    cfg.subtask_configs = subtasks
    for field, value in datagen.items():
        assert hasattr(cfg.datagen_config, field), field
        setattr(cfg.datagen_config, field, value)
    return cfg


class ScriptedEnv:
    """The batched contract over prescribed poses and successes; keeps what it is asked to do.

    Its only state is how many steps each environment has made since it began, or since where it was put back to.

    Args:
        cfg: Its Mimic configuration.
        eef_poses: (steps, num_envs, num_eefs, 4, 4); the last ones stay.
        object_poses: (steps, num_envs, num_objects, 4, 4).
        success: (steps, num_envs) bool; never by default.
        signals: Per name (steps, num_envs) bool.
    """

    pose_action_dim = POSE_ACTION_DIM
    gripper_dim = 1
    navigates = False

    def __init__(
        self,
        cfg: MimicEnvCfg,
        eef_poses: torch.Tensor,
        object_poses: torch.Tensor,
        success: torch.Tensor | None = None,
        signals: dict[str, torch.Tensor] | None = None,
    ):
        self.cfg = cfg
        self.device = torch.device("cpu")
        self.num_envs = eef_poses.shape[1]
        self.eef_names = tuple(cfg.subtask_configs)
        self.object_names = tuple(f"object_{i}" for i in range(object_poses.shape[2]))
        self.frame_names: tuple[str, ...] = ()
        self.limited = (False,) * len(self.eef_names)
        self.time = torch.zeros(self.num_envs, dtype=torch.long)
        self.asked: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = []
        """Per step the target poses, gripper actions and noise of all environments."""
        self._eef_poses, self._object_poses = eef_poses, object_poses
        self._success = torch.zeros(1, self.num_envs, dtype=torch.bool) if success is None else success
        self._signals = signals or {}

    def eef_pose(self) -> torch.Tensor:
        return self._now(self._eef_poses)

    def object_pose(self, env_ids: torch.Tensor | None = None) -> torch.Tensor:
        poses = self._now(self._object_poses)
        return poses if env_ids is None else poses[env_ids]

    def target_to_action(self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        self.asked.append((target.clone(), gripper.clone(), noise.clone()))
        return torch.zeros(self.num_envs, 1)

    def action_to_gripper(self, action: torch.Tensor) -> torch.Tensor:
        """The last numbers of an action are the grippers', one for each end effector."""
        return action[..., -len(self.eef_names) :, None]

    def term_signals(self) -> dict[str, torch.Tensor]:
        return {name: self._now(values) for name, values in self._signals.items()}

    def success(self) -> torch.Tensor:
        return self._now(self._success)

    def step(self, action: torch.Tensor) -> None:
        self.time += 1

    def state(self) -> dict[str, torch.Tensor]:
        return {"time": self.time[:, None].clone()}

    def restore(self, state: dict[str, torch.Tensor], env_ids: torch.Tensor) -> None:
        self.time[env_ids] = state["time"][:, 0]

    def memory(self) -> list[torch.Tensor]:
        return []

    def _now(self, values: torch.Tensor) -> torch.Tensor:
        return values[self.time.clamp_max(len(values) - 1), torch.arange(self.num_envs)]


class UpstreamScriptedEnv:
    """One environment of a `ScriptedEnv`, with what upstream's `DataGenerator.generate` asks of an environment."""

    def __init__(self, env: ScriptedEnv, env_id: int):
        self.cfg = env.cfg
        self.device = "cpu"
        self.asked: list[dict[str, tuple[torch.Tensor, torch.Tensor, float]]] = []
        """Per step and end effector the target pose, the gripper action and the amplitude of the noise."""
        self.scene = SimpleNamespace(get_state=lambda is_relative: {})
        self.recorder_manager = SimpleNamespace(
            reset=lambda env_ids: None,
            set_success_to_episodes=lambda ids, success: None,
            export_episodes=lambda ids: None,
        )
        self._env, self._env_id = env, env_id

    def get_robot_eef_pose(self, eef_name: str, env_ids: list[int]) -> torch.Tensor:
        return self._env.eef_pose()[self._env_id, self._env.eef_names.index(eef_name)][None]

    def get_object_poses(self, env_ids: list[int]) -> dict[str, torch.Tensor]:
        poses = self._env.object_pose()[self._env_id]
        return {name: poses[i][None] for i, name in enumerate(self._env.object_names)}

    def actions_to_gripper_actions(self, actions: torch.Tensor) -> dict[str, torch.Tensor]:
        gripper = self._env.action_to_gripper(actions)
        return {name: gripper[:, i] for i, name in enumerate(self._env.eef_names)}

    def target_eef_pose_to_action(
        self, target_eef_pose_dict: dict, gripper_action_dict: dict, action_noise_dict: dict, env_id: int = 0
    ) -> torch.Tensor:
        self.asked.append(
            {
                name: (pose.clone(), gripper_action_dict[name].clone(), float(action_noise_dict[name]))
                for name, pose in target_eef_pose_dict.items()
            }
        )
        return torch.zeros(1, 1)

    def step(self, action: torch.Tensor) -> None:
        self._env.time += 1
