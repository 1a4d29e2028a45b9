# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The state of a scene as flat paths, which episodes keep and environments are restored from."""

from typing import TYPE_CHECKING

import torch

from ..flat_paths import flatten

if TYPE_CHECKING:
    from isaaclab.scene import InteractiveScene


class SceneState:
    """Reads the state of a scene, relative to each environment's origin.

    Paths are `articulation/<name>/{root_pose, root_velocity, joint_position, joint_velocity}` and
    `rigid_object/<name>/{root_pose, root_velocity}`; tensors are (num_envs, size), poses with xyzw quaternions.
    They are views of one tensor, which is copied from the simulation once a step.
    """

    def __init__(self, scene: "InteractiveScene"):
        self._scene = scene
        self._origin: torch.Tensor | None = None
        self._state: dict[str, torch.Tensor] = {}
        self._step: object = None

    def read(self, step: object) -> dict[str, torch.Tensor]:
        """Return the state.

        Args:
            step: An object that is another one after each step and each reset; None: read in any case.
        """
        if step is None or self._step is not step:
            self._step, self._state = step, self._read()
        return self._state

    def _read(self) -> dict[str, torch.Tensor]:
        scene = self._scene
        if scene.cable_objects or scene.deformable_objects or scene.surface_grippers:
            return flatten(scene.get_state(is_relative=True))
        parts: dict[str, torch.Tensor] = {}
        for name, robot in scene.articulations.items():
            path, data = f"articulation/{name}", robot.data
            parts[f"{path}/root_pose"], parts[f"{path}/root_velocity"] = data.root_pose_w.torch, data.root_vel_w.torch
            parts[f"{path}/joint_position"], parts[f"{path}/joint_velocity"] = (
                data.joint_pos.torch,
                data.joint_vel.torch,
            )
        for name, body in scene.rigid_objects.items():
            path, data = f"rigid_object/{name}", body.data
            parts[f"{path}/root_pose"], parts[f"{path}/root_velocity"] = data.root_pose_w.torch, data.root_vel_w.torch
        if self._origin is None:
            origin = {path: torch.zeros_like(part) for path, part in parts.items()}
            for path, part in origin.items():
                if path.endswith("/root_pose"):
                    part[:, :3] = scene.env_origins
            self._origin = torch.cat(list(origin.values()), dim=1)
        row = torch.cat(list(parts.values()), dim=1).sub_(self._origin)
        return dict(zip(parts, row.split([part.shape[1] for part in parts.values()], dim=1), strict=True))
