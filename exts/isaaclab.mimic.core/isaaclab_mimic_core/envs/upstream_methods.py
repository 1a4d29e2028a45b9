# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Upstream's per-environment methods, derived from the batched contract, so that upstream's tools accept it.

Signatures are those of isaaclab.envs.ManagerBasedRLMimicEnv of Isaac Lab 3.0.0.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from ..datagen.contract import MimicEnv


class UpstreamMethods:
    """A batched environment as upstream's `DataGenerator` and its like want one.

    Whatever else is asked for (`scene`, `recorder_manager`, `step`, ...) is that of the Isaac Lab environment below the
    batched one where there is one, else of the batched one. Grippers are `gripper_dim` numbers for every end effector;
    where one has fewer, those at the end mean nothing.

    Args:
        batched: The environment.
    """

    def __init__(self, batched: MimicEnv):
        self.batched = batched
        self.cfg = batched.cfg
        self.device = batched.device
        self.num_envs = batched.num_envs

    def __getattr__(self, name: str) -> Any:
        if name == "batched":  # While a copy or an unpickled one has nothing in it yet.
            raise AttributeError(name)
        return getattr(getattr(self.batched, "env", self.batched), name)

    def get_robot_eef_pose(
        self, eef_name: str, env_ids: Sequence[int] | slice | torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return where an end effector is, in the environment's frame: (len(env_ids), 4, 4) [m].

        Args:
            eef_name: Which end effector.
            env_ids: Which environments; all by default.
        """
        return self.batched.eef_pose()[_rows(env_ids), self._eef(eef_name)]

    def target_eef_pose_to_action(
        self,
        target_eef_pose_dict: Mapping[str, torch.Tensor],
        gripper_action_dict: Mapping[str, torch.Tensor],
        action_noise_dict: Mapping[str, Any] | None = None,
        env_id: int = 0,
    ) -> torch.Tensor:
        """Turn target poses into one environment's action.

        Args:
            target_eef_pose_dict: Per end effector (4, 4), environment frame [m].
            gripper_action_dict: Per end effector (G,), G at most `gripper_dim`.
            action_noise_dict: Per end effector the noise's standard deviation, in action units; no noise by default.
            env_id: Which environment.

        Returns:
            (action_dim,).
        """
        env = self.batched
        # The other environments' actions are made along with it, and left.
        target = env.eef_pose().clone()
        gripper = torch.zeros(env.num_envs, len(env.eef_names), env.gripper_dim, device=env.device)
        for eef, name in enumerate(env.eef_names):
            target[env_id, eef] = target_eef_pose_dict[name]
            command = gripper_action_dict[name]
            gripper[env_id, eef, : command.shape[-1]] = command
        noise = None
        if action_noise_dict is not None:
            noise = torch.zeros(env.num_envs, len(env.eef_names), env.pose_action_dim, device=env.device)
            for eef, name in enumerate(env.eef_names):
                noise[env_id, eef] = action_noise_dict[name] * torch.randn_like(noise[env_id, eef])
        return env.target_to_action(target, gripper, noise)[env_id]

    def action_to_target_eef_pose(self, action: torch.Tensor) -> dict[str, torch.Tensor]:
        """Turn an action (num_envs, action_dim) into target poses: per end effector (num_envs, 4, 4) [m]."""
        target = self.batched.action_to_target(action)
        return {name: target[:, eef] for eef, name in enumerate(self.batched.eef_names)}

    def actions_to_gripper_actions(self, actions: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the grippers' part of actions: (steps, action_dim) -> per end effector (steps, gripper_dim)."""
        grippers = self.batched.action_to_gripper(actions)
        return {name: grippers[..., eef, :] for eef, name in enumerate(self.batched.eef_names)}

    def get_object_poses(self, env_ids: Sequence[int] | slice | torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        """Return where the objects are, in the environment's frame: by name (len(env_ids), 4, 4) [m].

        Args:
            env_ids: Which environments; all by default.
        """
        poses = self.batched.object_pose()[_rows(env_ids)]
        return {name: poses[:, index] for index, name in enumerate(self.batched.object_names)}

    def get_subtask_term_signals(
        self, env_ids: Sequence[int] | slice | torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """Return each subtask termination signal: by name (len(env_ids),) bool.

        Args:
            env_ids: Which environments; all by default.
        """
        rows = _rows(env_ids)
        return {name: signal[rows] for name, signal in self.batched.term_signals().items()}

    def _eef(self, name: str) -> int:
        return self.batched.eef_names.index(name)


def _rows(env_ids: Any) -> Any:
    return slice(None) if env_ids is None else env_ids
