# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the pose command of an end effector means, and both ways between commands and target poses.

Commands are those of Isaac Lab's task-space actions (isaaclab.envs.mdp.actions, isaaclab.controllers 3.0.0): absolute
poses, or changes of position and rotation vector along the axes of the base frame.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import isaaclab.utils.math as math_utils
import torch

from ... import rotations

if TYPE_CHECKING:
    from .reach import ArmReach

Poses = Callable[[], torch.Tensor]
"""Returns poses in the environment's frame: (num_envs, 4, 4) [m]."""


@dataclass(frozen=True)
class Arm:
    """How one end effector is commanded."""

    name: str
    """Words that name it, such as those of its action term and asset; an end effector is found by them."""
    start: int
    """Column of an action in which its command begins."""
    pose: Poses
    """The frame that the command moves."""
    base: Poses | None = None
    """The frame in which the command is given; None: the environment's."""
    base_moves: bool = False
    """Whether the base may move between resets."""
    relative: bool = True
    """The command is a change of the current pose; False: a pose."""
    rotates: bool = True
    """The command has a rotation; False: it is a position, and the rotation is left to the controller."""
    scale: tuple[float, ...] = ()
    """What the action term multiplies an action by; () for 1. Numbers that are multiplied by 0 have no effect."""
    offset: tuple[float, ...] = ()
    """What the action term adds to the scaled action; () for 0."""
    clip: tuple[tuple[float, float], ...] = ()
    """Least and largest number that the term hands on, by number of the command; () for no bounds."""
    unique_quat: bool = False
    """Commands hold the quaternion of positive w; False: either of the two that are the same rotation."""
    clamps: bool = True
    """Whether changes of pose with noise are clamped to ±1, as upstream's Mimic classes do."""
    response: float = 1.0
    """Fraction of the way to a target pose that is made in one step in free space."""
    asset: str = ""
    """Name of its articulation in the scene."""
    body: int = 0
    """Index of the articulation's body that the moved frame is on."""
    reach: "ArmReach | None" = None
    """The poses that it can take, for an arm that has too few joints for all of them."""
    hand: tuple[int, ...] = field(default=(), kw_only=True)
    """Columns of an action that say what its gripper does."""

    @property
    def size(self) -> int:
        """Numbers in its command: positions of 3, and rotation vectors of 3 or quaternions of 4."""
        return 3 + (0 if not self.rotates else 3 if self.relative else 4)

    def unscaled(self) -> "Arm":
        """Return this arm with actions taken for commands as they are, as upstream's Mimic classes take them."""
        shrink = sum(self.scale) / len(self.scale) if self.scale else 1.0
        return replace(self, scale=(), offset=(), clip=(), clamps=True, response=self.response * shrink)


class Base:
    """Frames in which commands are given, as far as they differ from the environment's.

    Args:
        poses: (..., 4, 4) in the environment's frame [m].
        moves: Whether they may differ at every step.
    """

    def __init__(self, poses: torch.Tensor, moves: bool = False):
        self.position = poses[..., :3, 3]
        rotation = poses[..., :3, :3]
        # Robots mostly stand straight, and then there is nothing to compute at every step. Whether they do is not asked
        # at every step, because the answer has to come from the device.
        straight = not moves and torch.equal(rotation, torch.eye(3, device=poses.device).expand_as(rotation))
        self._out = None if straight else rotation
        self._into = None if straight else rotation.transpose(-1, -2)

    @property
    def is_same_everywhere(self) -> bool:
        """Whether the frames of all environments are the same."""
        parts = [self.position, *([] if self._out is None else [self._out])]
        return all(torch.allclose(part, part[:1].expand_as(part), atol=1e-5) for part in parts)

    def first(self) -> "Base":
        """Return the frames of the first environment."""
        base = copy(self)
        base.position = self.position[:1]
        base._out, base._into = (None if each is None else each[:1] for each in (self._out, self._into))
        return base

    def into(self, vector: torch.Tensor) -> torch.Tensor:
        """Rotate vectors, (..., 3), from the environment's axes to those of the frames."""
        return vector if self._into is None else _rotate(self._into, vector)

    def out_of(self, vector: torch.Tensor) -> torch.Tensor:
        """Rotate vectors back."""
        return vector if self._out is None else _rotate(self._out, vector)

    def rotation_into(self, rotation: torch.Tensor) -> torch.Tensor:
        """Return rotations, (..., 3, 3), as seen from the frames."""
        return rotation if self._into is None else self._into @ rotation

    def rotation_out_of(self, rotation: torch.Tensor) -> torch.Tensor:
        """Return rotations seen from the frames as those in the environment's frame."""
        return rotation if self._out is None else self._out @ rotation


def command_to(
    current: torch.Tensor,
    target: torch.Tensor,
    base: Base | None,
    relative: bool,
    rotates: bool = True,
    unique_quat: bool = False,
) -> torch.Tensor:
    """Return commands that ask for target poses.

    Args:
        current: Poses now: (..., 4, 4) [m].
        target: Target poses in the same frame: (..., 4, 4) [m].
        base: Base frames of the commands; None if they are the frame of the poses.
        relative: Whether commands are changes of the current pose.
        rotates: Whether commands have a rotation.
        unique_quat: Whether quaternions have a positive w.

    Returns:
        (..., 3), (..., 6) with a rotation vector [rad], or (..., 7) with a quaternion (xyzw).
    """
    position, rotation = target[..., :3, 3], target[..., :3, :3]
    if relative:
        position = position - current[..., :3, 3]
    elif base is not None:
        position = position - base.position
    if base is not None:
        position = base.into(position)
    if not rotates:
        return position
    if relative:
        turn = rotations.vector_from_matrix(rotation @ current[..., :3, :3].transpose(-1, -2))
        turn = turn if base is None else base.into(turn)
    else:
        turn = rotations.quat_from_matrix(rotation if base is None else base.rotation_into(rotation))
        turn = math_utils.quat_unique(turn) if unique_quat else turn
    return torch.cat([position, turn], dim=-1)


def target_of(current: torch.Tensor, command: torch.Tensor, base: Base | None, relative: bool) -> torch.Tensor:
    """Return the target poses of commands: (..., 4, 4) [m]; the inverse of `command_to`.

    Args:
        current: Poses now: (..., 4, 4) [m].
        command: (..., 3), (..., 6) or (..., 7).
        base: As for `command_to`.
        relative: Whether commands are changes of the current pose.
    """
    position, turn = command[..., :3], command[..., 3:]
    if base is not None:
        position = base.out_of(position)
    if relative:
        position = position + current[..., :3, 3]
    elif base is not None:
        position = position + base.position
    if turn.shape[-1] == 0:
        return math_utils.make_pose(position, current[..., :3, :3])
    if relative:
        turn = turn if base is None else base.out_of(turn)
        angle = turn.norm(dim=-1)
        axis = turn / angle.unsqueeze(-1).clamp_min(1e-9)
        return math_utils.make_pose(position, rotations.matrix_from_axis(axis, angle) @ current[..., :3, :3])
    rotation = math_utils.matrix_from_quat(turn)
    return math_utils.make_pose(position, rotation if base is None else base.rotation_out_of(rotation))


def _rotate(rotation: torch.Tensor, vector: torch.Tensor) -> torch.Tensor:
    """(..., 3, 3), (..., 3) -> (..., 3), faster than a product of as many small matrices."""
    return (rotation * vector.unsqueeze(-2)).sum(dim=-1)
