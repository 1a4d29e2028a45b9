# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a recorded demonstration shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import isaaclab.utils.math as math_utils
import torch

from ...sim.object_sizes import Box
from ..signals.facts import Facts

_GRASPABLE = Box((0.025, 0.025, 0.025))
"""A cube that one hand can grasp, where a box is unknown."""


@dataclass(frozen=True)
class Evidence:
    """The states of one demonstration before each of its T actions; poses in the environment's frame."""

    name: str
    """Name of the demonstration."""
    facts: Facts
    """The states, T of them."""
    eefs: tuple[str, ...]
    """The end effectors, each with fingers in `facts`."""
    objects: tuple[str, ...]
    """The rigid objects."""
    step_dt: float
    """Duration of a step [s]."""
    boxes: Mapping[str, Box] = field(default_factory=dict)
    """Object -> its box, where it is known."""

    @cached_property
    def steps(self) -> int:
        """T."""
        return len(self.facts.eef_pose(self.eefs[0]))

    def steps_in(self, seconds: float) -> int:
        """Return how many steps a time takes, at least one."""
        return max(1, round(seconds / self.step_dt))

    def half_size(self, name: str) -> torch.Tensor:
        """Return half of an object's extents along the axes of its frame: (3,) [m]."""
        return torch.tensor(self.boxes.get(name, _GRASPABLE).half)

    def center(self, name: str) -> torch.Tensor:
        """Return where the middle of an object is in its frame: (3,) [m]."""
        return torch.tensor(self.boxes.get(name, _GRASPABLE).center)

    def middle(self, name: str, step: int) -> torch.Tensor:
        """Return where the middle of an object is in the environment's frame at a step: (3,) [m]."""
        pose = self.facts.pose(name)[step]
        return pose[:3] + math_utils.quat_apply(pose[None, 3:], self.center(name).to(pose)[None])[0]


def from_arrays(
    poses: Mapping[str, torch.Tensor],
    eef_poses: Mapping[str, torch.Tensor],
    joints: Mapping[str, torch.Tensor],
    fingers: Mapping,
    step_dt: float,
    joint_names: Mapping[str, list[str]] | None = None,
) -> Facts:
    """Return the states of T steps as `Facts`; velocities are those of the poses.

    Args:
        poses: Object -> (T, 7) position [m] and quaternion (xyzw).
        eef_poses: End effector -> (T, 4, 4) [m].
        joints: Articulation -> (T, joints) positions [rad, m].
        fingers: As for `Facts`.
        step_dt: Duration of a step [s].
        joint_names: Articulation -> names of its joints, for statements about them.
    """

    def velocity(position: torch.Tensor) -> torch.Tensor:
        return torch.diff(position, dim=0, prepend=position[:1]) / step_dt

    return Facts(
        pose=poses.__getitem__,
        velocity=lambda name: velocity(poses[name][:, :3]),
        eef_pose=eef_poses.__getitem__,
        eef_velocity=lambda eef: velocity(eef_poses[eef][:, :3, 3]),
        joints=joints.__getitem__,
        joint_index=lambda asset, joint: (joint_names or {})[asset].index(joint),
        fingers=fingers,
    )
