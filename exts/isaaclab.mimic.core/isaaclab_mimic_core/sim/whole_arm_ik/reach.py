# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What poses an arm of fewer than six joints can take: the nearest ones to those that are asked of it.

An arm of five joints can be at any position within its reach, and be turned in two of three ways there. So its position
is what is asked for, and its rotation as near to that as it can be: weighted least squares, by the method of Levenberg
(1944) and Marquardt (1963).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import warp as wp

from .chain import Chain
from .reach_kernel import follow
from .solver import chain_arrays, workspace


@dataclass(frozen=True)
class ReachSettings:
    """What is weighed against each other, and for how long."""

    lever: float = 0.01
    """How far off a position may be for a rotation that is off by 1 rad [m]."""
    damping: float = 0.001
    """Least damping factor lambda [m/rad]."""
    max_position: float = 0.1
    """Largest position error that is corrected at once [m]."""
    max_rotation: float = 0.5
    """Largest rotation error that is corrected at once [rad]."""
    steps: int = 40
    """Largest number of steps for a pose."""


class Reach:
    """The poses that one arm can take.

    Args:
        chain: Its joints and its end effector.
        limits: (J, 2) least and largest positions of the joints [rad].
        device: Where to compute.
        settings: Weights.
    """

    def __init__(self, chain: Chain, limits: np.ndarray, device: str, settings: ReachSettings | None = None):
        self.settings = settings or ReachSettings()
        self._device, self._chain = device, chain
        self._arrays = chain_arrays(chain, limits, device)
        self._joints: Any = wp.array(np.arange(len(chain.joints)), dtype=wp.int32, device=device)
        vector: Any = wp.vec2f
        self._most = vector(self.settings.max_position, self.settings.max_rotation)
        self._work, self._room = workspace(0, chain, device), 0

    def follow(
        self, poses: torch.Tensor, base: torch.Tensor, joint_pos: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the poses next to those of some paths that the arm can take, one after the other.

        Args:
            poses: (N, P, 4, 4) [m].
            base: (N, 4, 4) pose of the arm's base in the same frame [m].
            joint_pos: (N, J) where the joints are before the first pose [rad].

        Returns:
            (N, P, 4, 4) the poses, and (N, P, 2) how far they are from what is asked for [m], [rad].
        """
        count, settings = len(poses), self.settings
        if count > self._room:
            self._work, self._room = workspace(count, self._chain, self._device), count
        reached = torch.empty_like(poses, memory_format=torch.contiguous_format)
        miss = torch.empty(*poses.shape[:2], 2, device=poses.device)
        wp.launch(
            follow,
            dim=count,
            inputs=[
                wp.from_torch(base.contiguous(), wp.mat44f),
                wp.from_torch(poses.contiguous(), wp.mat44f),
                wp.from_torch(joint_pos.clone(memory_format=torch.contiguous_format)),
                self._joints,
                self._arrays,
                self._work,
                settings.damping**2,
                self._most,
                settings.lever,
                settings.steps,
            ],
            outputs=[wp.from_torch(reached, wp.mat44f), wp.from_torch(miss, wp.vec2f)],
            device=self._device,
        )
        return reached, miss
