# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Humanoids with two dexterous hands under absolute inverse kinematics: batched forms of upstream's GR1T2 and G1.

Source: isaaclab_mimic.envs.{pickplace_gr1t2,locomanipulation_g1}_mimic_env of Isaac Lab 3.0.0.
"""

from collections.abc import Sequence
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any

import torch

from ...datagen.config import wants_navigation
from ...envs import BatchedEnv
from ..derived.arm import Arm
from ..derived.batched import TaskSpaceEnv
from ..g1.hands import HIP_HEIGHT
from ..g1.hands import SYNERGY as DEX3
from ..gr1t2.hands import SYNERGY as FOURIER
from ..synergy import Synergy, SynergyTable, hand_joints

_ARMS = ("left", "right")
"""Order of the arms in an action; their order in the configuration may differ."""
_POSE_DIM = 7


class _HumanoidEnv(TaskSpaceEnv):
    """Two arms.

    An action is the left target position [m] and quaternion (xyzw), those of the right, upstream's slice of the left
    hand, and the rest as the right hand. As in upstream, noise is added to position and quaternion without clamping,
    and the quaternion is not normalised again.

    Isaac Lab's controllers mix the joints of both hands in the two hand slices, so a part of each hand follows the
    other arm's source. This is kept, so that target poses and actions are the same as upstream's.

    The two slices may differ in size. The smaller one is padded with zeros to `gripper_dim`; actions have no padding.
    """

    closing_time = 0.5
    _left_hand_dim: int
    _synergy: Synergy
    _unique_quat = False
    _after_hands: Sequence[float] = ()
    """What an action ends with that is no hand's, where somebody only opens and closes the hands."""

    def arms(self) -> Sequence[Arm]:
        middle = len(_ARMS) * _POSE_DIM + self._left_hand_dim
        hands = range(len(_ARMS) * _POSE_DIM, middle), range(middle, self.action_dim)
        return [
            Arm(
                name,
                index * _POSE_DIM,
                partial(self.env.get_robot_eef_pose, name),
                relative=False,
                unique_quat=self._unique_quat,
                hand=tuple(hand),
            )
            for index, (name, hand) in enumerate(zip(_ARMS, hands, strict=True))
        ]

    def _own_signals(self) -> dict[str, torch.Tensor]:
        """Return an empty dictionary: these environments have no signals, so annotation is manual."""
        return {}

    @cached_property
    def synergy(self) -> SynergyTable:
        """How the hands close; the joints in the action's order."""
        return self._synergy.table(hand_joints(self.env), self.eef_names, self.device)

    def grip(self, closed: torch.Tensor) -> torch.Tensor:
        fingers = self.synergy.positions(closed)
        fingers = torch.cat([fingers, fingers.new_tensor(self._after_hands)])
        middle = self._left_hand_dim
        left = torch.nn.functional.pad(fingers[:middle], (0, self.gripper_dim - middle))
        slices = {"left": left, "right": fingers[middle:]}
        return torch.stack([slices[name] for name in self.eef_names])


class GR1T2Env(_HumanoidEnv):
    """Fourier GR1T2, with eleven joints in each hand."""

    # As in upstream's pipeline for a headset.
    wrist_turns = MappingProxyType({"left": (0.0, 0.0, 0.0), "right": (0.0, 0.0, 180.0)})
    _left_hand_dim = 11
    _synergy = FOURIER
    _unique_quat = True


class G1Env(_HumanoidEnv):
    """Unitree G1, with seven joints in each hand. The walking policy's four commands count as part of the right hand.

    Upstream adds noise to the stored pose of the waypoint, so noise accumulates while an end effector waits at a
    waypoint, and the next interpolation begins at the noisy pose. Here noise is added to each action once, as in all
    other environments.
    """

    _left_hand_dim = 7
    _synergy = DEX3
    _after_hands = (0.0, 0.0, 0.0, HIP_HEIGHT)

    @classmethod
    def for_config(cls, cfg: Any) -> type[BatchedEnv]:
        if not wants_navigation(cfg):
            return cls
        from ..g1.walking_env import WalkingG1Env

        return WalkingG1Env
