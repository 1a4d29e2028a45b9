# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Two arms under relative differential IK: the environment of `tasks.two_franka` and its batched form.

An action is for each arm, left then right, the change of position [m] and rotation vector [rad] of the fingertips in
the frame of the arm's base, and the gripper command.
"""

from collections.abc import Sequence
from typing import Any

import isaaclab.utils.math as math_utils
import torch
from isaaclab.envs import ManagerBasedRLMimicEnv

from ... import rotations
from ...datagen.config import eef_names
from ..derived.arm import Base, command_to, target_of
from ..derived.batched import DerivedEnv

_POSE, _GRIPPER = 6, 1
_ARM = _POSE + _GRIPPER


def action_between(
    current: torch.Tensor,
    target: torch.Tensor,
    gripper: torch.Tensor,
    bases: Base,
    noise: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return the action that leads from current to target poses.

    Args:
        current: Current poses: (..., num_eefs, 4, 4) [m].
        target: Target poses in the same frame: (..., num_eefs, 4, 4) [m].
        gripper: Gripper commands: (..., num_eefs, 1).
        bases: Each arm's base: (..., num_eefs).
        noise: Noise added in action space: (..., num_eefs, 6).

    Returns:
        Actions: (..., num_eefs * 7).
    """
    command = command_to(current, target, bases, relative=True)
    if noise is not None:
        # As in upstream's environments, clamp only actions with noise.
        command = (command + noise).clamp(-1.0, 1.0)
    return torch.cat([command, gripper], dim=-1).flatten(-2)


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
        return action_between(current, target, gripper, Base(self.bases()[env_id]), noise)

    def action_to_target_eef_pose(self, action: torch.Tensor) -> dict[str, torch.Tensor]:
        names = self._eef_names()
        current = torch.stack([self.get_robot_eef_pose(name) for name in names], dim=1)
        command = action.unflatten(-1, (-1, _ARM))[..., :_POSE]
        return dict(zip(names, target_of(current, command, Base(self.bases()), relative=True).unbind(1), strict=True))

    def actions_to_gripper_actions(self, actions: torch.Tensor) -> dict[str, torch.Tensor]:
        grippers = actions.unflatten(-1, (-1, _ARM))[..., _POSE:]
        return dict(zip(self._eef_names(), grippers.unbind(-2), strict=True))

    def get_subtask_term_signals(self, env_ids: Sequence[int] | None = None) -> dict[str, torch.Tensor]:
        rows: Any = slice(None) if env_ids is None else env_ids
        signals: Any = self.obs_buf["subtask_terms"]
        return {name: signal[rows] for name, signal in signals.items()}

    def bases(self) -> torch.Tensor:
        """Return the poses of the robots' bases in the environment's frame: (num_envs, num_eefs, 4, 4) [m]."""
        roots = [self.scene[f"robot_{name}"].data.root_pose_w.torch for name in self._eef_names()]
        pose = torch.stack(roots, dim=1)
        return rotations.pose_from_quat(pose[..., :3] - self.scene.env_origins[:, None], pose[..., 3:7])

    def _eef_names(self) -> tuple[str, ...]:
        return eef_names(self.cfg)


class TwoFrankaRelEnv(DerivedEnv):
    """The batched form: both arms of all environments at once.

    Like upstream's class for one arm, and all files annotated so far, it takes actions for the change of pose itself,
    although the action terms halve them.
    """

    scaled = False
