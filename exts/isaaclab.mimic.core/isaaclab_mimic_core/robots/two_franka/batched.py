# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Two arms under relative differential IK: the environment of `tasks.two_franka` and its batched form.

An action is for each arm, left then right, the change of position [m] and rotation vector [rad] of the fingertips in
the frame of the arm's base, and the gripper command.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import isaaclab.utils.math as math_utils
import torch
from isaaclab.envs import ManagerBasedRLMimicEnv

from ... import rotations
from ...datagen.config import eef_names
from ...envs.batched import BatchedEnv

if TYPE_CHECKING:
    from isaaclab.managers import TerminationTermCfg

_POSE, _GRIPPER = 6, 1
_ARM = _POSE + _GRIPPER


def action_between(
    current: torch.Tensor,
    target: torch.Tensor,
    gripper: torch.Tensor,
    base_rotation: torch.Tensor,
    noise: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return the action that leads from current to target poses.

    Args:
        current: Current poses: (..., num_eefs, 4, 4) [m].
        target: Target poses in the same frame: (..., num_eefs, 4, 4) [m].
        gripper: Gripper commands: (..., num_eefs, 1).
        base_rotation: Orientation of each arm's base in the frame of the poses: (..., num_eefs, 3, 3).
        noise: Noise added in action space: (..., num_eefs, 6).

    Returns:
        Actions: (..., num_eefs * 7).
    """
    into_base = base_rotation.transpose(-1, -2)
    shift = target[..., :3, 3] - current[..., :3, 3]
    turn = rotations.vector_from_matrix(target[..., :3, :3] @ current[..., :3, :3].transpose(-1, -2))
    pose_action = torch.cat([_rotate(into_base, shift), _rotate(into_base, turn)], dim=-1)
    if noise is not None:
        # As in upstream's environments, clamp only actions with noise.
        pose_action = (pose_action + noise).clamp(-1.0, 1.0)
    return torch.cat([pose_action, gripper], dim=-1).flatten(-2)


def target_of(current: torch.Tensor, action: torch.Tensor, base_rotation: torch.Tensor) -> torch.Tensor:
    """Return the target poses of actions: (..., num_eefs, 4, 4) [m]; the inverse of `action_between`."""
    arms = action.unflatten(-1, (-1, _ARM))
    shift, rotvec = _rotate(base_rotation, arms[..., :3]), _rotate(base_rotation, arms[..., 3:_POSE])
    angle = rotvec.norm(dim=-1)
    turn = rotations.matrix_from_axis(rotvec / angle.unsqueeze(-1).clamp_min(1e-9), angle)
    return math_utils.make_pose(current[..., :3, 3] + shift, turn @ current[..., :3, :3])


def gripper_of(action: torch.Tensor) -> torch.Tensor:
    """Return the gripper commands in actions: (..., num_eefs * 7) -> (..., num_eefs, 1)."""
    return action.unflatten(-1, (-1, _ARM))[..., _POSE:]


def _rotate(rotation: torch.Tensor, vector: torch.Tensor) -> torch.Tensor:
    return (rotation @ vector.unsqueeze(-1)).squeeze(-1)


class TwoFrankaMimicEnv(ManagerBasedRLMimicEnv):
    """Implement Isaac Lab's interface per environment, so that upstream's tools can use these tasks, too."""

    def get_robot_eef_pose(self, eef_name: str, env_ids: Sequence[int] | None = None) -> torch.Tensor:
        rows: Any = slice(None) if env_ids is None else env_ids
        observed: Any = self.obs_buf["policy"]
        rotation = math_utils.matrix_from_quat(observed[f"{eef_name}_eef_quat"][rows])
        return math_utils.make_pose(observed[f"{eef_name}_eef_pos"][rows], rotation)

    def target_eef_pose_to_action(
        self,
        target_eef_pose_dict: dict,
        gripper_action_dict: dict,
        action_noise_dict: dict | None = None,
        env_id: int = 0,
    ) -> torch.Tensor:
        names = self._eef_names()
        target = torch.stack([target_eef_pose_dict[name] for name in names])
        gripper = torch.stack([gripper_action_dict[name].reshape(_GRIPPER) for name in names])
        current = torch.stack([self.get_robot_eef_pose(name, [env_id])[0] for name in names])
        noise = None
        if action_noise_dict is not None:
            amplitude = torch.tensor([action_noise_dict[name] for name in names], device=target.device)
            noise = amplitude[:, None] * torch.randn(len(names), _POSE, device=target.device)
        return action_between(current, target, gripper, self.base_rotation()[env_id], noise)

    def action_to_target_eef_pose(self, action: torch.Tensor) -> dict[str, torch.Tensor]:
        names = self._eef_names()
        current = torch.stack([self.get_robot_eef_pose(name) for name in names], dim=1)
        return dict(zip(names, target_of(current, action, self.base_rotation()).unbind(1), strict=True))

    def actions_to_gripper_actions(self, actions: torch.Tensor) -> dict[str, torch.Tensor]:
        return dict(zip(self._eef_names(), gripper_of(actions).unbind(-2), strict=True))

    def get_subtask_term_signals(self, env_ids: Sequence[int] | None = None) -> dict[str, torch.Tensor]:
        rows: Any = slice(None) if env_ids is None else env_ids
        signals: Any = self.obs_buf["subtask_terms"]
        return {name: signal[rows] for name, signal in signals.items()}

    def base_rotation(self) -> torch.Tensor:
        """Return the orientations of the robots' bases in the world frame: (num_envs, num_eefs, 3, 3)."""
        bases = [self.scene[f"robot_{name}"].data.root_quat_w.torch for name in self._eef_names()]
        return math_utils.matrix_from_quat(torch.stack(bases, dim=1))

    def _eef_names(self) -> tuple[str, ...]:
        return eef_names(self.cfg)


class TwoFrankaRelEnv(BatchedEnv):
    """The batched form: both arms of all environments at once."""

    pose_action_dim = _POSE
    gripper_dim = _GRIPPER
    response = 1.0 / 9.0

    _seen: object = None
    _seen_pose: torch.Tensor

    def __init__(self, env: TwoFrankaMimicEnv, success_term: "TerminationTermCfg", info: dict):
        super().__init__(env, success_term, info)
        # The bases never move.
        self._base_rotation = env.base_rotation().clone()

    def eef_pose(self) -> torch.Tensor:
        # Cached, because it is called several times per step. Isaac Lab makes a new dictionary for new observations.
        if self._seen is not self.env.obs_buf["policy"]:
            self._seen = self.env.obs_buf["policy"]
            self._seen_pose = super().eef_pose()
        return self._seen_pose

    def target_to_action(
        self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        return action_between(self.eef_pose(), target, gripper, self._base_rotation, noise)

    def action_to_target(self, action: torch.Tensor) -> torch.Tensor:
        return target_of(self.eef_pose(), action, self._base_rotation)

    def action_to_gripper(self, action: torch.Tensor) -> torch.Tensor:
        return gripper_of(action)
