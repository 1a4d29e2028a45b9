# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Any Mimic environment by its own methods, with actions computed in a loop over environments.

Upstream's methods (isaaclab.envs.ManagerBasedRLMimicEnv of Isaac Lab 3.0.0) work on all environments at once, except
`target_eef_pose_to_action`, which is called once for each environment.
"""

import warnings
from typing import TYPE_CHECKING

import isaaclab.utils.math as math_utils
import torch

from ..datagen.config import read_frames
from .batched import BatchedEnv
from .frames import FramePoses

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLMimicEnv
    from isaaclab.managers import TerminationTermCfg


class LoopedEnv(BatchedEnv):
    """An environment whose class no robot names; all its own methods are used, overridden ones included.

    Upstream's `target_eef_pose_to_action` draws its own noise. Here it is called without noise, and noise is added to
    the pose components of the action that it returns. The components are found by trial:

    - a component belongs to a gripper if changing it changes the result of `actions_to_gripper_actions`; else it is a
      pose component;
    - a pose component belongs to the end effector whose target changes it; if there is none, it gets no noise.

    The number of components of an end effector is known only once there are observations, so noise is drawn for all
    pose components for each end effector, and only its own are used. Upstream's relative environments clamp noisy
    actions to ±1 (one metre in a step); here they are not clamped.
    """

    def __init__(self, env: "ManagerBasedRLMimicEnv", success_term: "TerminationTermCfg | None", info: dict):
        super().__init__(env, success_term, info)
        warnings.warn(
            f"There is no batched form of {type(env).__name__}: actions are made for one environment after the other,"
            " so generation will be slow with many environments.",
            stacklevel=3,
        )
        nothing = torch.zeros(1, self.action_dim, device=self.device)
        found = env.actions_to_gripper_actions(nothing)
        self._gripper_dims = [found[name].shape[-1] for name in self.eef_names]
        self.gripper_dim = max(self._gripper_dims)
        single = torch.eye(self.action_dim, device=self.device)
        # In both directions, because a gripper may use only the sign of a command.
        grippers = self.action_to_gripper(torch.stack([single, -single]))
        is_gripper = (grippers != self.action_to_gripper(nothing)).flatten(2).any(dim=-1).any(dim=0)
        self._pose_components = torch.nonzero(~is_gripper).squeeze(-1)
        self.pose_action_dim = len(self._pose_components)
        self._owner: torch.Tensor | None = None

    def _read_frames(self) -> FramePoses:
        from isaaclab.envs import ManagerBasedRLMimicEnv

        # A method of its own may give poses in another frame than the environment's, which other assets are not in.
        theirs = type(self.env).get_object_poses is ManagerBasedRLMimicEnv.get_object_poses
        return FramePoses(read_frames(self.cfg), self.env.scene, tuple(self.env.get_object_poses()), others=theirs)

    def _body_pose(self, rows: torch.Tensor | slice) -> torch.Tensor:
        """Return the object poses as some environments (K of them) give them: (K, bodies, 4, 4) [m].

        Some environments use the robot's base frame, for end effectors too.
        """
        return torch.stack(list(self.env.get_object_poses().values()), dim=1)[rows]

    def target_to_action(
        self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        action = torch.stack([self._action_of(env_id, target, gripper) for env_id in range(self.num_envs)])
        if noise is not None:
            if self._owner is None:
                self._owner = self._find_owners()
            component = torch.arange(self.pose_action_dim, device=self.device)
            drawn = noise[:, self._owner.clamp_min(0), component]
            action[:, self._pose_components] += torch.where(self._owner >= 0, drawn, 0.0)
        return action

    def action_to_target(self, action: torch.Tensor) -> torch.Tensor:
        poses = self.env.action_to_target_eef_pose(action)
        return torch.stack([poses[name] for name in self.eef_names], dim=1)

    def action_to_gripper(self, action: torch.Tensor) -> torch.Tensor:
        """Return the grippers' part of actions, (..., action_dim) -> (..., num_eefs, gripper_dim).

        Grippers of fewer numbers than `gripper_dim` are padded with zeros, which no action holds.
        """
        grippers = self.env.actions_to_gripper_actions(action.reshape(-1, action.shape[-1]))
        padded = [
            torch.nn.functional.pad(grippers[name], (0, self.gripper_dim - size))
            for name, size in zip(self.eef_names, self._gripper_dims, strict=True)
        ]
        return torch.stack(padded, dim=1).unflatten(0, action.shape[:-1])

    def _own_signals(self) -> dict[str, torch.Tensor]:
        """Return each subtask termination signal, (num_envs,) bool; no signals if the environment has none."""
        try:
            return super()._own_signals()
        except NotImplementedError:
            return {}

    def _action_of(self, env_id: int, target: torch.Tensor, gripper: torch.Tensor) -> torch.Tensor:
        """Return one environment's action without noise: (action_dim,); the arguments hold all environments."""
        action = self.env.target_eef_pose_to_action(
            target_eef_pose_dict={name: target[env_id, eef] for eef, name in enumerate(self.eef_names)},
            gripper_action_dict={
                name: gripper[env_id, eef, :size]
                for eef, (name, size) in enumerate(zip(self.eef_names, self._gripper_dims, strict=True))
            },
            env_id=env_id,
        )
        # Some of upstream's classes put a dimension of size 1 in front.
        return action.reshape(-1)

    def _find_owners(self) -> torch.Tensor:
        """Return which end effector's target changes each pose component, -1 for none: (pose_action_dim,) int64."""
        owner = torch.full((self.pose_action_dim,), -1, dtype=torch.long, device=self.device)
        target = self.eef_pose()
        gripper = torch.zeros(self.num_envs, len(self.eef_names), self.gripper_dim, device=self.device)
        still = self._action_of(0, target, gripper)
        # In an arbitrary direction, and small enough to stay within limits.
        shift, turn = torch.tensor([[0.011, 0.017, 0.023], [0.05, 0.07, 0.11]], device=self.device)
        nudge = math_utils.make_pose(
            shift, math_utils.matrix_from_quat(math_utils.quat_from_angle_axis(turn.norm(), turn / turn.norm()))
        )
        for eef in range(len(self.eef_names)):
            moved = target.clone()
            moved[0, eef] = moved[0, eef] @ nudge
            changed = (self._action_of(0, moved, gripper) != still)[self._pose_components]
            owner[changed] = eef
        return owner
