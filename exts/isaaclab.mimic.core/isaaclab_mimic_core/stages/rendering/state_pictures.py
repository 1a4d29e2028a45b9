# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of recorded states: by a camera of the scene, or by one that stands where all there is to do is seen."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...sim.rendering.camera_file import CameraEntry
from ...sim.rendering.viewpoint import viewpoint

if TYPE_CHECKING:
    from ...envs import BatchedEnv
    from ...sim.rendering.scene_view import SceneView

Draw = Callable[[int], np.ndarray]
"""Draws the first N environments as they are: N -> (N, height, width, 3) uint8."""


_MOMENTS = 8
"""At how many moments of a demonstration the camera looks for the objects."""
_FAR = 1.5
"""An object this far from where it began has fallen, and is not looked for [m]."""


def show(env: "BatchedEnv", states: Mapping[str, np.ndarray]) -> None:
    """Put the first environments into states, given by path as for `BatchedEnv.restore`, at most one for each."""
    values = {path: torch.as_tensor(rows).to(env.device, torch.float32) for path, rows in states.items()}
    env.restore(values, torch.arange(len(next(iter(values.values()))), device=env.device))


def free_camera(
    env: "BatchedEnv",
    width: int,
    height: int,
    states: Mapping[str, np.ndarray] | None = None,
    shapes: "SceneView | None" = None,
) -> Draw:
    """Return what draws environments from a camera that sees all hands where they begin, and objects where they go.

    Args:
        env: The environments.
        width, height: Size of a picture [pixels].
        states: States of a demonstration, one after the other; by default the one that the first environment is in.
        shapes: The shapes of the scene, if they have been read.

    Raises:
        TaskError: There is something in the scene that the rasteriser does not draw.
    """
    from ...sim.rendering.scene_view import SceneView

    view = SceneView(env.env, width, height) if shapes is None else shapes.with_size(width, height)
    if states is not None:
        show(env, {path: rows[:1] for path, rows in states.items()})
    objects = env.object_pose()[0, :, :3, 3].clone()
    around = torch.cat([env.eef_pose()[0, :, :3, 3], objects, *_on_the_way(env, states or {}, objects)])
    scene = env.env.scene
    bases = [robot.data.root_link_pose_w.torch[0, :3] - scene.env_origins[0] for robot in scene.articulations.values()]
    eye, look_at = viewpoint(around.cpu().numpy(), [base.tolist() for base in bases])
    return lambda count: np.stack([view.draw(index, eye, look_at)[..., :3] for index in range(count)])


def _on_the_way(env: "BatchedEnv", states: Mapping[str, np.ndarray], start: torch.Tensor) -> Iterator[torch.Tensor]:
    """Yield where the objects that began at `start`, (objects, 3) [m], are at some moments: each (K, 3) [m]."""
    samples = min(map(len, states.values()), default=0)
    for row in np.linspace(0, samples - 1, min(_MOMENTS, samples), dtype=int):
        show(env, {path: values[row : row + 1] for path, values in states.items()})
        there = env.object_pose()[0, :, :3, 3]
        yield there[(there - start).norm(dim=-1) < _FAR]


def scene_camera(env: "BatchedEnv", camera: str, entry: CameraEntry) -> Draw:
    """Return what draws environments by a camera that is in their scene.

    Args:
        env: The environments.
        camera: The camera's name in the scene.
        entry: What a file says of it.

    Raises:
        OptionError: There is no such body as it is to move with.
    """
    from ...sim.rendering.added_cameras import CameraPoses

    poses = CameraPoses(env.env, {camera: entry})

    def look(count: int) -> np.ndarray:
        if count < env.num_envs:
            env.stop_drawing(torch.arange(count, env.num_envs, device=env.device))
        poses.update()
        seen = env.env.scene[camera].data.output["rgb"].torch[:count, ..., :3]
        return seen.to("cpu", copy=True).numpy()

    return look


class StatePictures:
    """Draws recorded states, as many at once as there are environments.

    Args:
        env: The environments; they are in the last states afterwards.
        look: What draws them.
    """

    def __init__(self, env: "BatchedEnv", look: Draw):
        self._env, self._look = env, look

    @torch.inference_mode()
    def of(self, states: Mapping[str, np.ndarray]) -> np.ndarray:
        """Draw states, given by path as for `BatchedEnv.restore`, (N, ...): (N, height, width, 3) uint8."""
        env, count = self._env, len(next(iter(states.values())))
        pictures = []
        for begin in range(0, count, env.num_envs):
            end = min(begin + env.num_envs, count)
            show(env, {path: rows[begin:end] for path, rows in states.items()})
            pictures.append(self._look(end - begin))
        return np.concatenate(pictures)
