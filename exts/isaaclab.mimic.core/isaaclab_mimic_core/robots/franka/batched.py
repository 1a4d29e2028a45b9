# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Franka arms under relative and absolute differential IK: batched forms of upstream's two stack environments.

Source: isaaclab_mimic.envs.franka_stack_ik_{rel,abs}_mimic_env of Isaac Lab 3.0.0.
"""

from typing import Any

import isaaclab.utils.math as math_utils
import torch

from ... import rotations
from ...envs.batched import BatchedEnv


class _FrankaEnv(BatchedEnv):
    """One arm, whose end-effector pose is among the policy's observations."""

    _seen: dict | None = None
    _seen_pose: torch.Tensor

    def eef_pose(self) -> torch.Tensor:
        # Cached, because it is called several times per step. Isaac Lab makes a new dictionary for new observations.
        observations = self.observations()
        if self._seen is not observations:
            self._seen, self._seen_pose = observations, self._pose_from(observations)
        return self._seen_pose

    def _pose_from(self, observations: dict) -> torch.Tensor:
        return rotations.pose_from_quat(observations["eef_pos"], observations["eef_quat"]).unsqueeze(1)

    def action_to_gripper(self, action: torch.Tensor) -> torch.Tensor:
        return action[..., None, -1:]


class FrankaRelEnv(_FrankaEnv):
    """Relative IK: an action is the change of position [m] and rotation vector [rad], and the gripper command."""

    pose_action_dim = 6
    response = 1.0 / 9.0

    def target_to_action(
        self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        current = self.eef_pose()
        shift = target[..., :3, 3] - current[..., :3, 3]
        turn = target[..., :3, :3] @ current[..., :3, :3].transpose(-1, -2)
        pose_action = torch.cat([shift, rotations.vector_from_matrix(turn)], dim=-1)
        if noise is not None:
            # Upstream clamps only actions with noise.
            pose_action = (pose_action + noise).clamp(-1.0, 1.0)
        return torch.cat([pose_action, gripper], dim=-1).squeeze(1)

    def action_to_target(self, action: torch.Tensor) -> torch.Tensor:
        current = self.eef_pose()
        rotvec = action[:, None, 3:6]
        angle = rotvec.norm(dim=-1)
        axis = rotvec / angle.unsqueeze(-1).clamp_min(1e-9)
        turn = math_utils.matrix_from_quat(math_utils.quat_from_angle_axis(angle, axis))
        return math_utils.make_pose(current[..., :3, 3] + action[:, None, :3], turn @ current[..., :3, :3])


class FrankaAbsEnv(_FrankaEnv):
    """Absolute IK: an action is the target position [m] and quaternion (xyzw), and the gripper command.

    The stack task's absolute controller moves the frame of the hand, but the observed pose is that of a point between
    the fingertips, 103.4 mm away. Upstream does not distinguish the two, so its first interpolation starts 10 cm off.
    Here the end-effector pose is that of the frame that the controller moves. Target poses and actions are the same as
    upstream's.
    """

    pose_action_dim = 7
    response = 2.0 / 9.0

    def __init__(self, env: Any, success_term: Any, info: dict):
        super().__init__(env, success_term, info)
        observed = torch.tensor(env.cfg.scene.ee_frame.target_frames[0].offset.pos, device=self.device)
        moved = env.cfg.actions.arm_action.body_offset
        self._moved_from_observed = torch.tensor(moved.pos if moved else (0.0, 0.0, 0.0), device=self.device) - observed

    def _pose_from(self, observations: dict) -> torch.Tensor:
        pose = super()._pose_from(observations)
        pose[..., :3, 3] += pose[..., :3, :3] @ self._moved_from_observed
        return pose

    def target_to_action(
        self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        pose_action = torch.cat([target[..., :3, 3], math_utils.quat_from_matrix(target[..., :3, :3])], dim=-1)
        if noise is not None:
            pose_action = pose_action + noise
        return torch.cat([pose_action, gripper], dim=-1).squeeze(1)

    def action_to_target(self, action: torch.Tensor) -> torch.Tensor:
        return math_utils.make_pose(action[:, :3], math_utils.matrix_from_quat(action[:, 3:7])).unsqueeze(1)
