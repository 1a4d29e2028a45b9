# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a recorded demonstration shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import torch

from ..signals.facts import Facts


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
    half_sizes: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    """Object -> half of its extents along the axes of its frame [m], where they are known."""

    @cached_property
    def steps(self) -> int:
        """T."""
        return len(self.facts.eef_pose(self.eefs[0]))

    def half_size(self, name: str) -> torch.Tensor:
        """Return half of an object's extents: (3,) [m]; those of a cube that one hand can grasp if they are unknown."""
        return torch.tensor(self.half_sizes.get(name, (0.025, 0.025, 0.025)))


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
