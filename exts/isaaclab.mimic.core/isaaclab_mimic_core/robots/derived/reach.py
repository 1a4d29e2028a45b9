# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What poses an arm of fewer than six joints can take, read from its differential inverse kinematics."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ... import rotations

if TYPE_CHECKING:
    from ...sim.whole_arm_ik.reach import Reach

ALL = 6
"""With so many joints an arm can take any pose within its reach."""


class ArmReach:
    """The poses that one arm can take in the running environments; read when they are first asked for.

    Args:
        env: A `ManagerBasedEnv`.
        term: Its `DifferentialInverseKinematicsAction` for the arm.
        pose: Returns the frame that commands move: (num_envs, 4, 4) [m], environment frame.
        base: The same of the frame in which they are given, the robot's root.
    """

    def __init__(self, env: Any, term: Any, pose: Callable[[], torch.Tensor], base: Callable[[], torch.Tensor]):
        self._device, self._term, self._pose, self._base = env.device, term, pose, base
        self._data = env.scene[term.cfg.asset_name].data
        self._joints = torch.tensor(term._jacobi_joint_ids, device=env.device) - term._asset.num_base_dofs

    def nearest(self, target: torch.Tensor) -> torch.Tensor:
        """Return the poses next to target poses that the arm can take: (num_envs, 4, 4), environment frame [m]."""
        reached, _ = self._reach.follow(target[:, None], self._base(), self._joint_pos())
        return reached[:, 0]

    def miss(self, rows: torch.Tensor, paths: torch.Tensor) -> torch.Tensor:
        """Return how far from the poses of paths the arm is where it comes next to them.

        Args:
            rows: (K,) environments.
            paths: (K, M, P, 4, 4) M paths of P poses in each, environment frame [m].

        Returns:
            (K, M, P, 2) distances [m] and angles [rad].
        """
        many = paths.shape[1]
        start, base = self._joint_pos()[rows], self._base()[rows]
        _, miss = self._reach.follow(
            paths.flatten(0, 1), base.repeat_interleave(many, 0), start.repeat_interleave(many, 0)
        )
        return miss.unflatten(0, paths.shape[:2])

    def _joint_pos(self) -> torch.Tensor:
        return self._data.joint_pos.torch.index_select(1, self._joints)

    @cached_property
    def _reach(self) -> "Reach":
        from ...sim.whole_arm_ik.reach import Reach
        from ...sim.whole_arm_ik.simulated_chain import simulated_chain

        # All of a kind: the first environment's tells of them all.
        base, pose = self._base()[0].double(), self._pose()[0].double()
        tip = torch.linalg.inv(base) @ pose
        quat = rotations.quat_from_matrix(tip[:3, :3])
        chain = simulated_chain(
            self._term._joint_names,
            self._term._compute_frame_jacobian()[0].double().cpu().numpy(),
            tip[:3, 3].cpu().numpy(),
            self._joint_pos()[0].double().cpu().numpy(),
            torch.cat([tip[:3, 3], quat]).cpu().numpy(),
        )
        limits: np.ndarray = self._data.soft_joint_pos_limits.torch[0].index_select(0, self._joints).cpu().numpy()
        return Reach(chain, limits, str(self._device))
