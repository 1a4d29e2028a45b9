# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A gripper's two positions as joint position targets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import warp as wp
from isaaclab.envs.mdp.actions.binary_joint_actions import BinaryJointPositionAction

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv


class FusedBinaryGripper(BinaryJointPositionAction):
    """Isaac Lab's `BinaryJointPositionAction`, writing straight into the actuators' targets.

    Isaac Lab's term also sends its own targets to the physics, just before `write_data_to_sim` sends all targets.
    """

    def __init__(self, cfg: Any, env: "ManagerBasedRLEnv"):
        super().__init__(cfg, env)
        self._columns: Sequence[int] = wp.to_torch(self._joint_ids).tolist()

    def apply_actions(self) -> None:
        self._asset.actuators.target_command.position.torch[:, self._columns] = self._processed_actions
