# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A Franka arm under relative differential IK as upstream's Mimic class takes its actions, batched.

Source: isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env of Isaac Lab 3.0.0.
"""

from collections.abc import Sequence

import torch

from ... import rotations
from ..derived.arm import Arm
from ..derived.batched import TaskSpaceEnv


class FrankaRelEnv(TaskSpaceEnv):
    """Relative IK: an action is the change of position [m] and rotation vector [rad], and the gripper command.

    It differs from what would be derived from the action terms (`robots.derived`) in two ways, which are upstream's
    and those of all files annotated with it. Actions are taken for the change itself, although the arm's action term
    halves them. And the pose is the observed one, 103.4 mm from the hand, although the term moves a frame at 107 mm.
    """

    pose_action_dim = 6
    response = 1.0 / 9.0

    def arms(self) -> Sequence[Arm]:
        return [Arm("arm", 0, self._observed, hand=(6,))]

    def _observed(self) -> torch.Tensor:
        observations = self.observations()
        return rotations.pose_from_quat(observations["eef_pos"], observations["eef_quat"])
