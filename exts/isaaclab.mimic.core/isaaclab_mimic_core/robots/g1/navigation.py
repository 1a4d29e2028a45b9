# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where G1 stands on the ground, and how it walks to another place.

A place is x, y [m] and yaw [rad]: (..., 3). A pose beside it is x, y, z [m] and yaw [rad]: (..., 4).
"""

import math
from dataclasses import dataclass
from typing import Any

import torch


def place_of(env: Any) -> torch.Tensor:
    """Return where the robot of an environment stands: (num_envs, 3), environment's frame.

    Args:
        env: Isaac Lab's environment, with a `robot` in its scene.
    """
    data = env.scene["robot"].data
    position = data.root_pos_w.torch[:, :2] - env.scene.env_origins[:, :2]
    x, y, z, w = data.root_quat_w.torch.unbind(dim=1)
    yaw = torch.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
    return torch.cat([position, yaw[:, None]], dim=1)


def seen_from(place: torch.Tensor, pose: torch.Tensor) -> torch.Tensor:
    """Return poses as seen from places: (..., 3), (..., 4) -> (..., 4)."""
    cos, sin = place[..., 2].cos(), place[..., 2].sin()
    x, y = pose[..., 0] - place[..., 0], pose[..., 1] - place[..., 1]
    yaw = turn(pose[..., 3] - place[..., 2])
    return torch.stack([cos * x + sin * y, cos * y - sin * x, pose[..., 2], yaw], dim=-1)


def put_at(place: torch.Tensor, pose: torch.Tensor) -> torch.Tensor:
    """Return poses that are seen from places, as they are in the places' frame; the inverse of `seen_from`."""
    cos, sin = place[..., 2].cos(), place[..., 2].sin()
    x, y = pose[..., 0], pose[..., 1]
    x, y = place[..., 0] + cos * x - sin * y, place[..., 1] + sin * x + cos * y
    return torch.stack([x, y, pose[..., 2], turn(pose[..., 3] + place[..., 2])], dim=-1)


def turn(angle: torch.Tensor) -> torch.Tensor:
    """Return the same angles from -pi to pi."""
    return torch.remainder(angle + math.pi, 2.0 * math.pi) - math.pi


@dataclass(frozen=True)
class WalkSettings:
    """How the robot walks. It makes steps of a least length, so it is told to stand where it is near enough."""

    gain: float = 5.0
    """Speed for each metre and radian that is left [1/s]; the robot makes a third of what it is told."""
    most: tuple[float, float, float] = (0.5, 0.6, 0.5)
    """Largest velocity that is commanded forward and sideways [m/s], and about the vertical [rad/s]."""
    near: tuple[float, float] = (0.035, 0.07)
    """Where a walk ends: distance [m], angle [rad]. With 0.02 m no walk of a generation run ended in time."""
    far: tuple[float, float] = (0.07, 0.14)
    """Where one begins."""


class Walk:
    """Walks N robots to places: a proportional controller that commands nothing where they are near enough.

    Args:
        num: N.
        device: Device of the tensors.
        settings: How to walk.
    """

    def __init__(self, num: int, device: torch.device, settings: WalkSettings | None = None):
        self._settings = settings or WalkSettings()
        self._most = torch.tensor(self._settings.most, device=device)
        self.walks = torch.zeros(num, dtype=torch.bool, device=device)
        """Whether each robot is on its way: (N,)."""

    def reset(self, rows: torch.Tensor) -> None:
        """Let some robots stand."""
        self.walks[rows] = False

    def command(self, here: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
        """Return velocities as `velocity` does, and take note of them."""
        velocity = self.velocity(here, goal)
        self.note(velocity)
        return velocity

    def note(self, velocity: torch.Tensor) -> None:
        """Take note of what the robots are told now, (N, 3): who walks goes on until it is near enough."""
        self.walks.copy_((velocity != 0.0).any(dim=1))

    def velocity(self, here: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
        """Return velocities forward, to the left and about the vertical: (N, 3) [m/s], [rad/s].

        Args:
            here: (N, 3) places of the robots.
            goal: (N, 3) places to go to.
        """
        settings = self._settings
        gap = seen_from(here, torch.stack([goal[:, 0], goal[:, 1], torch.zeros_like(goal[:, 0]), goal[:, 2]], dim=1))
        distance, angle = gap[:, :2].norm(dim=1), gap[:, 3].abs()
        begins = (distance > settings.far[0]) | (angle > settings.far[1])
        arrived = (distance < settings.near[0]) & (angle < settings.near[1])
        walks = begins | (self.walks & ~arrived)
        wanted = settings.gain * gap[:, [0, 1, 3]]
        # All numbers are made smaller together, so that it goes straight there.
        wanted = wanted / (wanted.abs() / self._most).amax(dim=1, keepdim=True).clamp_min(1.0)
        return torch.where(walks[:, None], wanted, 0.0)
