# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Steps of inverse kinematics for N robots of one kind at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import warp as wp

from .chain import Chain
from .kernel import ChainArrays, Workspace, solve


@dataclass(frozen=True)
class IKSettings:
    """What the solver weighs against each other."""

    damping: float = 0.05
    """Damping factor lambda [m/rad]."""
    posture: float = 0.01
    """Part of the way to the posture that the null space goes in a step."""
    max_position: float = 0.04
    """Largest position error that is corrected at once [m]."""
    max_rotation: float = 0.15
    """Largest rotation error that is corrected at once [rad]."""
    gain: float = 1.0
    """Part of an error that is corrected in a step."""


def chain_arrays(chain: Chain, limits: np.ndarray, device: str) -> Any:
    """Return a chain as a `ChainArrays` on a device, with what its joints are drawn to and how fast they are left out.

    Args:
        chain: The joints.
        limits: (J, 2) their least and largest positions [rad].
        device: Where to compute.
    """
    arrays: Any = ChainArrays()
    for name, values, kind in (
        ("parent", chain.parent, wp.int32),
        ("placement", chain.placement, wp.transformf),
        ("axis", chain.axis, wp.vec3f),
        ("limits", limits, wp.vec2f),
        ("tip_joint", chain.tip_joint, wp.int32),
        ("tip_placement", chain.tip_placement, wp.transformf),
        ("moves", chain.moves, wp.int32),
    ):
        setattr(arrays, name, wp.array(np.asarray(values), dtype=kind, device=device))
    return arrays


def workspace(num: int, chain: Chain, device: str) -> Any:
    """Return a `Workspace` for `num` threads on a device."""
    joints, tips = len(chain.joints), len(chain.tip_joint)
    work: Any = Workspace()
    for name, shape, kind in (
        ("frame", (joints,), wp.transformf),
        ("step", (joints,), wp.float32),
        ("free", (joints,), wp.int32),
        ("jacobian", (6 * tips, joints), wp.float32),
        ("system", (6 * tips, 6 * tips), wp.float32),
        ("error", (6 * tips,), wp.float32),
        ("solution", (6 * tips,), wp.float32),
    ):
        setattr(work, name, wp.zeros((num, *shape), dtype=kind, device=device))
    return work


class WholeArmSolver:
    """Moves the end effectors of N robots toward their targets, a step at a time.

    Args:
        chain: The joints.
        moved: Names of the joints that it may move, in the order of its results; the others are where they are.
        rest: Joint -> position of the posture [rad]; joints that are not in it have none.
        limits: (J, 2) least and largest positions of the chain's joints [rad].
        num: N.
        dt: Time of a step [s]; no joint is moved faster than its largest speed.
        device: Where to compute.
        settings: Weights.
    """

    def __init__(
        self,
        chain: Chain,
        moved: Sequence[str],
        rest: Mapping[str, float],
        limits: np.ndarray,
        num: int,
        dt: float,
        device: str,
        settings: IKSettings | None = None,
    ):
        settings = settings or IKSettings()
        self.chain = chain
        self._num, self._device = num, device
        place = {name: index for index, name in enumerate(moved)}
        self._columns = self._array([place.get(name, -1) for name in chain.joints], wp.int32)
        self._damping, self._gain = settings.damping**2, settings.gain
        vector: Any = wp.vec2f
        self._most = vector(settings.max_position, settings.max_rotation)
        arrays = chain_arrays(chain, limits, device)
        arrays.largest_step = self._array(
            [speed * dt if name in place else 0.0 for name, speed in zip(chain.joints, chain.speed, strict=True)],
            wp.float32,
        )
        arrays.rest = self._array([rest.get(name, 0.0) for name in chain.joints], wp.float32)
        arrays.posture = self._array([settings.posture if name in rest else 0.0 for name in chain.joints], wp.float32)
        self._chain = arrays
        self._work = workspace(num, chain, device)

    def step(
        self, base_pose: Any, base: int, origin: Any, action: Any, joint_pos: Any, joints: Any, target: Any
    ) -> None:
        """Write joint position targets; arguments are those of `kernel.solve`, as Warp arrays."""
        wp.launch(
            solve,
            dim=self._num,
            inputs=[
                base_pose,
                base,
                origin,
                action,
                joint_pos,
                joints,
                self._columns,
                self._chain,
                self._work,
                self._damping,
                self._most,
                self._gain,
            ],
            outputs=[target],
            device=self._device,
        )

    def converge(self, action: torch.Tensor, joint_pos: torch.Tensor, steps: int) -> torch.Tensor:
        """Return the joint positions after some steps, with the base at rest in the environment's origin.

        Args:
            action: (N, 7 E) position [m] and quaternion xyzw of each end effector in the base's frame.
            joint_pos: (N, J) positions of the chain's joints to begin with [rad].
            steps: How many.
        """
        base = torch.tensor([[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]], device=action.device).repeat(self._num, 1, 1)
        bases = wp.from_torch(base, wp.transformf)
        origins: Any = wp.zeros(self._num, dtype=wp.vec3f, device=self._device)
        targets = wp.from_torch(action.contiguous())
        columns = torch.tensor(self._columns.numpy(), device=action.device)
        moved = (columns >= 0).nonzero().squeeze(1)
        positions, found = joint_pos.clone().contiguous(), torch.empty(self._num, len(moved), device=action.device)
        joints = self._array(range(joint_pos.shape[1]), wp.int32)
        for _ in range(steps):
            self.step(bases, 0, origins, targets, wp.from_torch(positions), joints, wp.from_torch(found))
            positions[:, moved] = found[:, columns[moved]]
        return positions

    def _array(self, values: Any, kind: Any) -> Any:
        return wp.array(
            np.asarray(list(values) if isinstance(values, range) else values), dtype=kind, device=self._device
        )
