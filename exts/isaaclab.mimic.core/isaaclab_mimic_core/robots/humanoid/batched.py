# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Humanoids with two dexterous hands under absolute inverse kinematics: batched forms of upstream's GR1T2 and G1.

Source: isaaclab_mimic.envs.{pickplace_gr1t2,locomanipulation_g1}_mimic_env of Isaac Lab 3.0.0.
"""

from typing import Any

import isaaclab.utils.math as math_utils
import torch

from ...envs.batched import BatchedEnv
from ...errors import ConfigError

_ARMS = ("left", "right")
"""Order of the arms in an action, whatever their order in the configuration."""
_POSE_DIM = 7


class _HumanoidEnv(BatchedEnv):
    """Two arms.

    Actions are the left target position [m] and quaternion (xyzw), the same of the right, what upstream calls the left
    hand, and all the rest as the right hand. Noise is added to position and quaternion; as upstream, it is neither
    clamped, nor is the quaternion normalised again.

    Upstream's two hands are slices of the action, while Isaac Lab's controllers mix the joints of both hands in these
    slices. So a part of each hand follows the other arm's source; kept, as target poses and actions are upstream's.

    The two slices need not be of one size: the smaller is padded with zeros at its end to `gripper_dim` numbers,
    which no action holds.
    """

    pose_action_dim = _POSE_DIM
    _left_hand_dim: int

    def __init__(self, env: Any, success_term: Any, info: dict):
        super().__init__(env, success_term, info)
        if set(self.eef_names) != set(_ARMS):
            raise ConfigError(
                f"the end effectors are {', '.join(self.eef_names) or 'none'}, but this robot has left and right",
                where="subtask_configs",
            )
        self._arms = [self.eef_names.index(name) for name in _ARMS]
        self._places = [_ARMS.index(name) for name in self.eef_names]
        hands = self.action_dim - len(_ARMS) * _POSE_DIM
        self._hand_dims = (self._left_hand_dim, hands - self._left_hand_dim)
        self.gripper_dim = max(self._hand_dims)

    def target_to_action(
        self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        pose_action = torch.cat([target[..., :3, 3], self._quat(target[..., :3, :3])], dim=-1)
        if noise is not None:
            pose_action = pose_action + noise
        poses = [pose_action[:, arm] for arm in self._arms]
        hands = [gripper[:, arm, :size] for arm, size in zip(self._arms, self._hand_dims, strict=True)]
        return torch.cat(poses + hands, dim=-1)

    def action_to_target(self, action: torch.Tensor) -> torch.Tensor:
        pose = action[:, : len(_ARMS) * _POSE_DIM].unflatten(-1, (len(_ARMS), _POSE_DIM))[:, self._places]
        return math_utils.make_pose(pose[..., :3], math_utils.matrix_from_quat(pose[..., 3:]))

    def action_to_gripper(self, action: torch.Tensor) -> torch.Tensor:
        hands = action[..., len(_ARMS) * _POSE_DIM :].split(self._hand_dims, dim=-1)
        padded = [torch.nn.functional.pad(hand, (0, self.gripper_dim - hand.shape[-1])) for hand in hands]
        return torch.stack([padded[place] for place in self._places], dim=-2)

    def term_signals(self) -> dict[str, torch.Tensor]:
        """Return none: these tasks' signals are marked by hand, their environments cannot tell them."""
        return {}

    def _quat(self, rotation: torch.Tensor) -> torch.Tensor:
        """Return the quaternions (xyzw) that an action holds: (..., 3, 3) -> (..., 4)."""
        return math_utils.quat_from_matrix(rotation)


class GR1T2Env(_HumanoidEnv):
    """Fourier GR1T2; eleven joints in each hand."""

    _left_hand_dim = 11

    def _quat(self, rotation: torch.Tensor) -> torch.Tensor:
        return math_utils.quat_unique(super()._quat(rotation))


class G1Env(_HumanoidEnv):
    """Unitree G1; seven joints in each hand, and the walking policy's four commands, which go with the right hand.

    Upstream adds noise in place, to the waypoint's own pose, so that it piles up while an end effector waits at one
    and is where the next interpolation begins. Here each action is disturbed once, as in every other environment.
    """

    _left_hand_dim = 7
