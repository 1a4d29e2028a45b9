# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Humanoids with two dexterous hands under absolute inverse kinematics: batched forms of upstream's GR1T2 and G1.

Source: isaaclab_mimic.envs.{pickplace_gr1t2,locomanipulation_g1}_mimic_env of Isaac Lab 3.0.0.
"""

from typing import TYPE_CHECKING

import isaaclab.utils.math as math_utils
import torch

from ...envs.batched import BatchedEnv
from ...errors import ConfigError

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLMimicEnv
    from isaaclab.managers import TerminationTermCfg

_ARMS = ("left", "right")
"""Order of the arms in an action; their order in the configuration may differ."""
_POSE_DIM = 7


class _HumanoidEnv(BatchedEnv):
    """Two arms.

    An action is the left target position [m] and quaternion (xyzw), those of the right, upstream's slice of the left
    hand, and the rest as the right hand. As in upstream, noise is added to position and quaternion without clamping,
    and the quaternion is not normalised again.

    Isaac Lab's controllers mix the joints of both hands in the two hand slices, so a part of each hand follows the
    other arm's source. This is kept, so that target poses and actions are the same as upstream's.

    The two slices may differ in size. The smaller one is padded with zeros to `gripper_dim`; actions have no padding.
    """

    pose_action_dim = _POSE_DIM
    _left_hand_dim: int

    def __init__(self, env: "ManagerBasedRLMimicEnv", success_term: "TerminationTermCfg", info: dict):
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
        """Return an empty dictionary: these environments have no signals, so annotation is manual."""
        return {}

    def _quat(self, rotation: torch.Tensor) -> torch.Tensor:
        """Return the quaternions (xyzw) of rotations, with the sign used in actions: (..., 3, 3) -> (..., 4)."""
        return math_utils.quat_from_matrix(rotation)


class GR1T2Env(_HumanoidEnv):
    """Fourier GR1T2, with eleven joints in each hand."""

    _left_hand_dim = 11

    def _quat(self, rotation: torch.Tensor) -> torch.Tensor:
        return math_utils.quat_unique(super()._quat(rotation))


class G1Env(_HumanoidEnv):
    """Unitree G1, with seven joints in each hand. The walking policy's four commands count as part of the right hand.

    Upstream adds noise to the stored pose of the waypoint, so noise accumulates while an end effector waits at a
    waypoint, and the next interpolation begins at the noisy pose. Here noise is added to each action once, as in all
    other environments.
    """

    _left_hand_dim = 7
