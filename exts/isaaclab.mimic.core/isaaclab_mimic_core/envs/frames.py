# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Places that a task's configuration names (`frame_configs`), which motions can refer to as to objects."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from .. import rotations
from ..datagen.config import Frame, read_frames
from ..errors import ConfigError


class FramePoses:
    """Poses of named frames in all environments: fixed in the environment, or fixed to an asset of the scene.

    Args:
        frames: The frames.
        scene: The scene.
        bodies: The objects that `poses` is given, in their order.
        others: Whether other assets of the scene than these can be parents.

    Raises:
        ConfigError: A frame has the name of something in the scene, or a parent that is not in each environment.
    """

    def __init__(self, frames: Sequence[Frame], scene: Any, bodies: Sequence[str], others: bool = True):
        self.bodies, self.names = tuple(bodies), tuple(frame.name for frame in frames)
        self.parents = {frame.name: frame.parent for frame in frames}
        """Frame -> name of what it is fixed to; None: the environment."""
        self._scene, self._others = scene, others
        self._device = device = scene.env_origins.device
        self._robots: list[Any] = []
        """Articulations that are parents; their poses follow those of the bodies."""
        self._parents: list[Any] = []
        """The asset that each frame moves with; None if it stands still."""
        rows, offsets = [], []
        for frame in frames:
            if frame.name in (*bodies, *scene.keys()):
                raise ConfigError(
                    "has the name of something in the scene", where=_where(frame), remedy="Give it another name."
                )
            row, offset = self._place(frame)
            rows.append(row)
            offsets.append(offset)
        if frames:
            # The last of the poses that frames are relative to is the environment's own frame.
            last = len(bodies) + len(self._robots)
            self._row = torch.tensor([last if row is None else row for row in rows], device=device)
            self._offset = torch.stack(offsets)

    def poses(self, bodies: torch.Tensor, rows: torch.Tensor | slice) -> torch.Tensor:
        """Return the frames' poses in the environment's frame: (K, frames, 4, 4) [m].

        Args:
            bodies: (K, bodies, 4, 4) the objects' poses [m].
            rows: Which environments they are of.
        """
        if not self.names:
            return bodies[:, :0]
        poses = [bodies]
        if self._robots:
            root = torch.stack([robot.data.root_pose_w.torch[rows] for robot in self._robots], dim=1)
            origins = self._scene.env_origins[rows, None]
            poses.append(rotations.pose_from_quat(root[..., :3] - origins, root[..., 3:7]))
        poses.append(torch.eye(4, device=self._device).expand(len(bodies), 1, 4, 4))
        return torch.cat(poses, dim=1)[:, self._row] @ self._offset

    def velocity(self, name: str, position: torch.Tensor) -> torch.Tensor:
        """Return the velocity of a frame's origin: (num_envs, 3) [m/s].

        Args:
            name: The frame.
            position: (num_envs, 3) where it is, in the environment's frame [m].
        """
        parent = self._parents[self.names.index(name)]
        if parent is None:
            return torch.zeros_like(position)
        data = parent.data
        # The velocity that Isaac Lab calls a root's is that of its center of mass.
        arm = position + self._scene.env_origins - data.root_com_pos_w.torch
        return data.root_lin_vel_w.torch + torch.linalg.cross(data.root_ang_vel_w.torch, arm)

    def _place(self, frame: Frame) -> tuple[int | None, torch.Tensor]:
        """Return the number of the pose that a frame is relative to, None for the environment's, and its pose in it."""
        offset = _pose(frame.pos, frame.rot, self._device)
        parent, scene = frame.parent, self._scene
        row, moving = None, None
        if parent in self.bodies:
            row, moving = self.bodies.index(parent), scene.rigid_objects.get(parent)
        elif self._others and parent in scene.articulations:
            moving = scene.articulations[parent]
            if moving not in self._robots:
                self._robots.append(moving)
            row = len(self.bodies) + self._robots.index(moving)
        elif parent is not None:
            known = [*self.bodies, *(scene.articulations if self._others else ())]
            raise ConfigError(
                f"parent {parent!r} is not in the scene",
                where=_where(frame),
                remedy=f"Use {', '.join(known)} or a table; or leave it out for a place in the environment.",
            )
        self._parents.append(moving)
        return row, offset


def place_still_frames(cfg: Any) -> None:
    """Give frames whose parent only has a prim, such as a table, their place in the environment.

    It is where the configuration puts the parent, whatever local asset then takes its place.

    Args:
        cfg: An environment's configuration.

    Raises:
        ConfigError: A parent is not in each environment, or part of something else.
    """
    from isaaclab.assets import AssetBaseCfg

    for frame in read_frames(cfg):
        asset = vars(cfg.scene).get(frame.parent) if frame.parent else None
        # Its subclasses are what physics moves.
        if type(asset) is not AssetBaseCfg:
            continue
        if re.fullmatch(r"\{ENV_REGEX_NS\}/[^/]+", asset.prim_path) is None:
            raise ConfigError(
                f"parent {frame.parent!r} is not an asset of its own in each environment",
                where=_where(frame),
                remedy="Leave it out, and give the place in the environment's frame.",
            )
        cpu = torch.device("cpu")
        pose = _pose(asset.init_state.pos, asset.init_state.rot, cpu) @ _pose(frame.pos, frame.rot, cpu)
        config = cfg.frame_configs[frame.name]
        quat = rotations.quat_from_matrix(pose[:3, :3])
        config.parent, config.pos, config.rot = None, tuple(pose[:3, 3].tolist()), tuple(quat.tolist())


def scale_frames(cfg: Any, scales: Mapping[str, float]) -> None:
    """Move frames with the objects that are larger or smaller than the task has them: a place on one stays on it.

    Args:
        cfg: An environment's configuration.
        scales: Factor by object (`sim.object_scale.scale_objects`).

    Raises:
        ConfigError: A frame is no place.
    """
    for frame in read_frames(cfg):
        factor = scales.get(frame.parent or "", 1.0)
        cfg.frame_configs[frame.name].pos = tuple(factor * each for each in frame.pos)


def _where(frame: Frame) -> str:
    return f"frame_configs[{frame.name!r}]"


def _pose(pos: Any, rot: Any, device: torch.device) -> torch.Tensor:
    """Return position and quaternion (xyzw) as a matrix: (4, 4) [m]."""
    quat = torch.as_tensor(rot, dtype=torch.float32, device=device)
    return rotations.pose_from_quat(torch.as_tensor(pos, dtype=torch.float32, device=device), quat / quat.norm())
