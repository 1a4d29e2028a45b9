# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of recorded states: by a camera of the scene, or by one that stands where all there is to do is seen."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...sim.rendering.camera_file import CameraEntry
from ...sim.rendering.viewpoint import viewpoint

if TYPE_CHECKING:
    from ...envs import BatchedEnv

Draw = Callable[[int], np.ndarray]
"""Draws the first N environments as they are: N -> (N, height, width, 3) uint8."""


def show(env: "BatchedEnv", states: Mapping[str, np.ndarray]) -> None:
    """Put the first environments into states, given by path as for `BatchedEnv.restore`, at most one for each."""
    values = {path: torch.as_tensor(rows).to(env.device, torch.float32) for path, rows in states.items()}
    env.restore(values, torch.arange(len(next(iter(values.values()))), device=env.device))


def free_camera(env: "BatchedEnv", width: int, height: int, states: Mapping[str, np.ndarray] | None = None) -> Draw:
    """Return what draws environments from a camera that sees all hands and objects where they begin.

    Args:
        env: The environments.
        width, height: Size of a picture [pixels].
        states: States of which the first is what is looked at; by default what the first environment is in.

    Raises:
        TaskError: There is something in the scene that the rasteriser does not draw.
    """
    from ...sim.rendering.scene_view import SceneView

    view = SceneView(env.env, width, height)
    if states is not None:
        show(env, {path: rows[:1] for path, rows in states.items()})
    around = torch.cat([env.eef_pose()[0, :, :3, 3], env.object_pose()[0, :, :3, 3]])
    scene = env.env.scene
    bases = [robot.data.root_link_pose_w.torch[0, :3] - scene.env_origins[0] for robot in scene.articulations.values()]
    eye, look_at = viewpoint(around.cpu().numpy(), [base.tolist() for base in bases])
    return lambda count: np.stack([view.draw(index, eye, look_at)[..., :3] for index in range(count)])


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
