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
    from ...sim.whole_arm_ik.chain import Chain
    from ...sim.whole_arm_ik.reach import Reach

ALL = 6
"""With so many joints an arm can take any pose within its reach."""
_STILL = 1e-6
"""[m/rad], [rad/rad], [m/m] A joint that moves the hand by less does not move it."""


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

    @property
    def is_known(self) -> bool:
        """Whether the poses can be told: all joints between base and hand turn, and are those of the term."""
        return self._chain is not None

    @cached_property
    def _chain(self) -> "Chain | None":
        from ...sim.whole_arm_ik.simulated_chain import simulated_chain

        # All of a kind: the first environment's tells of them all.
        term = self._term
        moves = term._asset.data.body_link_jacobian_w.torch[0, term._jacobi_body_idx].abs().amax(dim=0).cpu().numpy()
        moves[: term._asset.num_base_dofs] = 0.0
        moves[term._jacobi_joint_ids] = 0.0
        if (moves > _STILL).any():
            return None
        base, pose = self._base()[0].double(), self._pose()[0].double()
        tip = torch.linalg.inv(base) @ pose
        quat = rotations.quat_from_matrix(tip[:3, :3])
        try:
            return simulated_chain(
                term._joint_names,
                term._compute_frame_jacobian()[0].double().cpu().numpy(),
                tip[:3, 3].cpu().numpy(),
                self._joint_pos()[0].double().cpu().numpy(),
                torch.cat([tip[:3, 3], quat]).cpu().numpy(),
            )
        except ValueError:
            return None

    @cached_property
    def _reach(self) -> "Reach":
        from ...sim.whole_arm_ik.reach import Reach

        assert self._chain is not None, "the arm's poses cannot be told"
        limits: np.ndarray = self._data.soft_joint_pos_limits.torch[0].index_select(0, self._joints).cpu().numpy()
        return Reach(self._chain, limits, str(self._device))
