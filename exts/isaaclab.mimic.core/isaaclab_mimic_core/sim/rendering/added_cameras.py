# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Add the cameras of a YAML file to a task's configuration, and move them in the running environments."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from ...errors import OptionError
from ..engines.cameras import cameras_of, renderer_for
from .camera_file import CameraEntry

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg

_SIZE, _CLIPPING, _FOCAL, _APERTURE = 84, (0.01, 10.0), 24.0, 20.955
"""Defaults of a camera [pixels, m]; the last two are Isaac Lab's."""
_OPTICS = ("focal_length", "horizontal_aperture", "clipping_range")


def change_cameras(cfg: "ManagerBasedRLEnvCfg", entries: Mapping[str, CameraEntry], renderer: str, engine: str) -> None:
    """Change a task's cameras, and add others, before its environments are built.

    Args:
        cfg: The task's configuration.
        entries: Cameras by name; those that the task already has are changed.
        renderer: `auto`, `rasterizer` or `newton`.
        engine: The physics engine; in Isaac Sim `auto` leaves cameras to its own renderer.

    Raises:
        OptionError: A name is that of something else in the scene, or the rasteriser does not support a camera.
    """
    import isaaclab.sim as sim_utils
    from isaaclab.sensors import CameraCfg
    from isaaclab_newton.renderers import NewtonWarpRendererCfg

    for name, entry in entries.items():
        camera: Any = getattr(cfg.scene, name, None)
        if camera is None:
            camera = CameraCfg(
                prim_path=f"{{ENV_REGEX_NS}}/{name}",
                height=_SIZE,
                width=_SIZE,
                data_types=["rgb"],
                spawn=sim_utils.PinholeCameraCfg(focal_length=_FOCAL, horizontal_aperture=_APERTURE),
            )
            camera.spawn.clipping_range = _CLIPPING
            camera.update_latest_camera_pose = True
            setattr(cfg.scene, name, camera)
        elif not isinstance(camera, CameraCfg):
            raise OptionError(
                f"{name} is something else in the scene", where="--cameras", remedy="Give it another name."
            )
        for field in ("height", "width"):
            if (value := getattr(entry, field)) is not None:
                setattr(camera, field, value)
        # Observation terms may need the data types of the task's own camera.
        camera.data_types = list(dict.fromkeys([*camera.data_types, *(entry.data_types or ())]))
        optics = {field: value for field in _OPTICS if (value := getattr(entry, field)) is not None}
        spawn: Any = camera.spawn
        if spawn is None and optics:
            raise OptionError(f"{name} has the {', '.join(optics)} of the scene's own file", where="--cameras")
        for field, value in optics.items():
            setattr(spawn, field, value)
        if spawn is not None:
            # Otherwise the vertical aperture would stay that of another image size.
            spawn.vertical_aperture = None
    for name, camera in cameras_of(cfg).items():
        if renderer == "auto" and engine == "isaacsim":
            continue
        chosen = renderer_for(camera, cfg.scene)
        if renderer == "newton":
            chosen = NewtonWarpRendererCfg()
        elif renderer == "rasterizer" and isinstance(chosen, NewtonWarpRendererCfg):
            raise OptionError(f"the rasterizer cannot draw {name}", where="--renderer", remedy="Use auto or newton.")
        camera.renderer_cfg = chosen


class CameraPoses:
    """Moves cameras to the poses of their entries, in all environments.

    Args:
        env: Isaac Lab's environment, `BatchedEnv.env`.
        entries: Cameras by name; those without a pose keep the task's.

    Raises:
        OptionError: There is no such body.
    """

    def __init__(self, env: "ManagerBasedRLEnv", entries: Mapping[str, CameraEntry]):
        self._env = env
        self._placed = []
        for name, entry in entries.items():
            if (entry.body, entry.pos, entry.rot, entry.look_at) == (None, None, None, None):
                continue
            position = torch.tensor(entry.pos or (0.0, 0.0, 0.0), device=env.device)
            self._placed.append(
                (env.scene[name], self._of_body(name, entry.body), position, _rotation(entry, env.device))
            )

    def places(self, camera: str) -> bool:
        """Whether any camera has a pose of its own."""
        return any(self._env.scene[camera] is placed for placed, *_ in self._placed)

    def update(self) -> None:
        """Move the cameras with their bodies, and render them."""
        from isaaclab.utils.math import combine_frame_transforms

        count = self._env.num_envs
        for camera, pose_of, position, rotation in self._placed:
            frame = pose_of()
            there = combine_frame_transforms(
                frame[:, :3], frame[:, 3:7], position.expand(count, 3), rotation.expand(count, 4)
            )
            camera.set_world_poses(*there, convention="opengl")
            camera.update(0.0, force_recompute=True)

    def _of_body(self, camera: str, body: str | None) -> Any:
        """Return a function that returns the pose of a camera's parent frame: (num_envs, 7) [m], quaternion xyzw."""
        scene = self._env.scene
        if body is None:
            still = torch.zeros(self._env.num_envs, 7, device=self._env.device)
            still[:, :3], still[:, 6] = scene.env_origins, 1.0
            return lambda: still
        if body in scene.rigid_objects:
            return lambda: scene.rigid_objects[body].data.root_pose_w.torch
        for robot in scene.articulations.values():
            if body in robot.body_names:
                index = robot.body_names.index(body)
                return lambda: robot.data.body_link_pose_w.torch[:, index]
        known = sorted(
            {*scene.rigid_objects, *(name for robot in scene.articulations.values() for name in robot.body_names)}
        )
        raise OptionError(f"there is no body {body!r}", where=f"--cameras, {camera}", remedy=f"Use {', '.join(known)}.")


def _rotation(entry: CameraEntry, device: Any) -> torch.Tensor:
    """Return a camera's rotation in its parent frame: (4,) xyzw, OpenGL's convention."""
    from isaaclab.utils.math import (
        convert_camera_frame_orientation_convention,
        create_rotation_matrix_from_view,
        quat_from_matrix,
    )

    if entry.look_at is not None:
        eye = torch.tensor([entry.pos or (0.0, 0.0, 0.0)], device=device)
        target = torch.tensor([entry.look_at], device=device)
        return quat_from_matrix(create_rotation_matrix_from_view(eye, target, "Z", device=device))[0]
    convention: Any = entry.convention or "ros"
    given = torch.tensor([entry.rot or (0.0, 0.0, 0.0, 1.0)], dtype=torch.float32, device=device)
    given = given / given.norm()
    return convert_camera_frame_orientation_convention(given, origin=convention, target="opengl")[0]
