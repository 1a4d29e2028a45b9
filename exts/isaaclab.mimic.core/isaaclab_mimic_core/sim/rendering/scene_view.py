# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Draw one environment of a running simulation from anywhere, whether or not its task has cameras."""

import copy
import math
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
import warp as wp

from ...errors import TaskError
from .newton_model import scene_in_parts
from .rasterizer import CameraBuffers, Lighting, Rasterizer

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

_FIRST = "/World/envs/env_0"
"""The environment whose shapes are read; the others are its copies."""
_LIGHTING = Lighting(direction=(-0.5, 0.4, -1.0), color=(0.85, 0.85, 0.82), sky=(0.35, 0.36, 0.4))
_BACKGROUND = (0.13, 0.14, 0.16)
_NEAR, _FAR = 0.02, 50.0
_TOLERANCE = 0.35
"""Largest error of a level of detail [pixels]."""


class SceneView:
    """Draws environments one at a time from a free camera.

    Its shapes are read from the stage when it is made, which takes a few seconds once, and costs the simulation nothing
    while nobody looks. Colours are those of the first environment. A ground plane outside of the environments is not
    drawn.

    Args:
        env: Isaac Lab's environment, `BatchedEnv.env`, simulated without Kit.
        width, height: Size of a picture [pixels].
        field_of_view: Vertical angle that is seen [rad].

    Raises:
        TaskError: The shapes of the scene cannot be read or drawn.
    """

    def __init__(self, env: "ManagerBasedRLEnv", width: int = 640, height: int = 400, field_of_view: float = 0.7):
        with _as_task_error():
            for _ in self._read(env):
                pass
            self.resize(width, height, field_of_view)

    @classmethod
    def in_parts(cls, env: "ManagerBasedRLEnv") -> Generator[None, None, Self]:
        """Make one in several parts, so that a simulation can go on in between; it has no size yet (see `resize`).

        Not in a thread: what takes the time is Python's own work, during which every call into torch would wait for the
        interpreter's lock, so that the simulation would hardly go on.

        Raises:
            TaskError: The shapes of the scene cannot be read or drawn.
        """
        view = cls.__new__(cls)
        with _as_task_error():
            yield from view._read(env)
        return view

    def _read(self, env: "ManagerBasedRLEnv") -> Generator[None, None, None]:
        import newton

        self._scene = env.scene
        sim: Any = env.sim
        if not sim.stage.GetPrimAtPath(_FIRST):
            raise TaskError("the scene has no environment of its own to draw", where=_FIRST)
        self._device = str(env.device)
        builder = newton.ModelBuilder(up_axis=newton.Axis.Z)
        builder.add_usd(
            sim.stage, root_path=_FIRST, skip_mesh_approximation=True, load_sites=False, hide_collision_shapes=True
        )
        yield
        model: Any = builder.finalize(self._device)
        yield
        scene = yield from scene_in_parts(model, sim.stage, detail=True)
        self._rasterizer = Rasterizer(scene, _LIGHTING)
        self._colors = model.shape_color
        self._poses: torch.Tensor = wp.to_torch(model.body_q).clone()
        """(bodies, 7) poses in the first environment's place, for those that the simulation says nothing of [m]."""
        self._bodies = self._match(list(model.body_label))
        self._everyone: Any = wp.ones(1, dtype=wp.int32, device=self._device)

    def with_size(self, width: int, height: int, field_of_view: float = 0.7) -> Self:
        """Return another camera that sees the same scene; it costs the memory of its picture only."""
        other = copy.copy(self)
        other.resize(width, height, field_of_view)
        return other

    def resize(self, width: int, height: int, field_of_view: float = 0.7) -> None:
        """Change the size of pictures [pixels], and the vertical angle that is seen [rad]."""
        self._size = width, height
        self._camera = CameraBuffers(self._rasterizer.scene, width, height, _NEAR, _FAR, _TOLERANCE)
        focal = height / 2 / math.tan(field_of_view / 2)
        matrix = [focal, 0.0, width / 2, 0.0, focal, height / 2, 0.0, 0.0, 1.0]
        self._intrinsics = wp.array([matrix], dtype=wp.mat33f, device=self._device)
        self._image: Any = wp.zeros((1, height, width), dtype=wp.uint32, device=self._device)
        self._camera.write_to({"color": self._image}, _BACKGROUND)

    @torch.inference_mode()
    def poses(self, index: int) -> torch.Tensor:
        """Return the poses of all bodies of an environment as it is now, moved to the first environment's place.

        Args:
            index: Its number.

        Returns:
            (bodies, 7) positions [m] and quaternions xyzw: what a picture depends on besides the camera.
        """
        poses = self._poses.clone()
        # The shapes that stand still are those of the first environment, so all others are moved there.
        moved = self._scene.env_origins[0] - self._scene.env_origins[index]
        for rows, pose_of in self._bodies:
            poses[rows] = pose_of(index)
            poses[rows, :3] += moved
        return poses

    @torch.inference_mode()
    def draw(
        self,
        index: int,
        eye: Sequence[float],
        look_at: Sequence[float],
        up: Sequence[float] = (0.0, 0.0, 1.0),
        poses: torch.Tensor | None = None,
    ) -> np.ndarray:
        """Draw an environment as it is now.

        Args:
            index: Its number.
            eye: Where the camera is, in the environment's frame [m].
            look_at: The point in the middle of the picture, in the same frame [m].
            up: Direction that is upwards in the picture, not that of the view.
            poses: What `poses(index)` returned, if it was asked already.

        Returns:
            (height, width, 4) uint8 RGBA, rows from the top.
        """
        poses = self.poses(index) if poses is None else poses
        position = torch.tensor([eye], dtype=torch.float32, device=self._device) + self._scene.env_origins[0]
        orientation = _towards(eye, look_at, up, self._device)
        self._camera.place(
            wp.from_torch(position, dtype=wp.vec3f), wp.from_torch(orientation, dtype=wp.quatf), self._intrinsics
        )
        body_poses = wp.from_torch(poses.contiguous(), dtype=wp.transformf)
        self._rasterizer.draw(self._camera, self._everyone, body_poses, self._colors)
        width, height = self._size
        # On a CPU Warp gives its own memory, which the next picture overwrites.
        return self._image.numpy().view(np.uint8).reshape(height, width, 4).copy()

    def _match(self, labels: list[str]) -> list[tuple[torch.Tensor, Any]]:
        """Return which bodies of the model have the poses of which asset: rows, and environment -> (rows, 7) [m]."""
        found: list[tuple[torch.Tensor, Any]] = []
        for robot in self._scene.articulations.values():
            # Links of a robot have names of their own, wherever they are below its root.
            names = {row: labels[row].rpartition("/")[2] for row in _below(robot.cfg.prim_path, labels)}
            rows = [row for row, name in names.items() if name in robot.body_names]
            own = torch.tensor([robot.body_names.index(names[row]) for row in rows], device=self._device)
            found.append(
                (
                    torch.tensor(rows, device=self._device),
                    lambda index, data=robot.data, own=own: data.body_link_pose_w.torch[index, own],
                )
            )
        for body in self._scene.rigid_objects.values():
            rows = torch.tensor(_below(body.cfg.prim_path, labels), device=self._device)
            found.append((rows, lambda index, data=body.data: data.root_link_pose_w.torch[index]))
        return [(rows, pose_of) for rows, pose_of in found if len(rows)]


@contextmanager
def _as_task_error() -> Iterator[None]:
    """Say of a scene that cannot be drawn that it can be simulated all the same."""
    try:
        yield
    except (ValueError, TypeError, LookupError, RuntimeError, ImportError) as error:
        # Newton refuses what it does not know as a ValueError or NotImplementedError (a RuntimeError), and stumbles
        # over empty or broken meshes. A package may be missing; short memory is a RuntimeError of Warp and torch.
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise TaskError(
            f"the shapes of the scene cannot be drawn: {said}",
            where=_FIRST,
            remedy="It can be simulated all the same: views show lines, and there are no films and no thumbnails.",
        ) from error


def _below(prim_path: str, labels: list[str]) -> list[int]:
    """Return which labels are those of an asset, or of prims below it; `prim_path` matches it in all environments."""
    asset = re.compile(f"(?:{prim_path})(?:/|$)")
    return [row for row, label in enumerate(labels) if asset.match(label)]


def _towards(eye: Sequence[float], look_at: Sequence[float], up: Sequence[float], device: str) -> torch.Tensor:
    """Return the orientation of a camera that looks at a point: (1, 4) xyzw, x forward and z up."""
    from isaaclab.utils.math import quat_from_matrix

    here, there, upwards = (torch.tensor(each, dtype=torch.float32) for each in (eye, look_at, up))
    forward = torch.nn.functional.normalize(there - here, dim=0)
    left = torch.nn.functional.normalize(torch.linalg.cross(upwards, forward), dim=0)
    axes = torch.stack([forward, left, torch.linalg.cross(forward, left)], dim=1)
    return quat_from_matrix(axes[None]).to(device)
