# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Differential inverse kinematics by damped least squares in one kernel."""

from typing import TYPE_CHECKING, Any

import warp as wp
from isaaclab.envs.mdp.actions.task_space_actions import DifferentialInverseKinematicsAction

from .ik_kernel import solve

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv


class FusedDifferentialIK(DifferentialInverseKinematicsAction):
    """Isaac Lab's `DifferentialInverseKinematicsAction` with `apply_actions` as one kernel launch.

    Same mathematics (isaaclab.controllers.differential_ik, method `dls`, and isaaclab.envs.mdp.actions of Isaac Lab
    3.0.0): the pose error in the root's frame, the Jacobian shifted to the controlled frame, and
    dq = J^T (J J^T + lambda^2 I)^-1 e. The 6 x 6 system is solved by Cholesky's decomposition, so joint targets agree
    to rounding [about 1e-6 rad], not to the bit.
    """

    def __init__(self, cfg: Any, env: "ManagerBasedRLEnv"):
        super().__init__(cfg, env)
        joint_ids: Any = self._joint_ids
        joints = range(self._asset.num_joints) if isinstance(joint_ids, slice) else joint_ids
        self._joints = wp.array(list(joints), dtype=wp.int32, device=self.device)
        self._columns = wp.array(list(self._jacobi_joint_ids), dtype=wp.int32, device=self.device)
        offset: Any = self.cfg.body_offset
        position, rotation = (offset.pos, offset.rot) if offset is not None else ((0.0,) * 3, (0.0, 0.0, 0.0, 1.0))
        self._controlled = wp.transformf(wp.vec3f(*position), wp.quatf(*rotation))
        controller: Any = self._ik_controller
        self._damping = float(controller.cfg.ik_params["lambda_val"]) ** 2
        self._wanted = (wp.from_torch(controller.ee_pos_des, wp.vec3f), wp.from_torch(controller.ee_quat_des, wp.quatf))

    def apply_actions(self) -> None:
        data = self._asset.data
        wp.launch(
            solve,
            dim=self.num_envs,
            inputs=[
                data.root_link_pose_w.warp,
                data.body_link_pose_w.warp,
                data.body_com_pose_b.warp,
                data.body_com_jacobian_w.warp,
                data.joint_pos.warp,
                *self._wanted,
                self._controlled,
                self._body_idx,
                self._jacobi_body_idx,
                self._joints,
                self._columns,
                self._damping,
            ],
            outputs=[self._asset.actuators.target_command.position.warp],
            device=self.device,
        )
