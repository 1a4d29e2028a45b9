# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task's own cameras where there is no Isaac Sim: drawn by Newton's renderer, on a CPU as well as on a GPU."""

from typing import Any

_NEEDS_KIT = ("randomize_scene_lighting_domelight", "randomize_visual_texture_material")
"""Events that change the scene for Isaac Sim's renderer, and fail without Kit."""


def draw_without_kit(cfg: Any) -> None:
    """Let Newton's renderer draw a configuration's cameras, and remove the events that need Isaac Sim's renderer.

    These events randomise lights and textures, so the images vary less than Isaac Sim's.
    """
    from isaaclab.sensors import CameraCfg

    for name, event in vars(cfg.events).items() if cfg.events else ():
        if getattr(getattr(event, "func", None), "__name__", "") in _NEEDS_KIT:
            setattr(cfg.events, name, None)
    cameras = [sensor for sensor in vars(cfg.scene).values() if isinstance(sensor, CameraCfg)]
    if not cameras:
        return
    # Imported here, because a task without cameras does not need the package.
    from isaaclab_newton.renderers import NewtonWarpRendererCfg

    for camera in cameras:
        camera.renderer_cfg = NewtonWarpRendererCfg()
        # Isaac Sim's renderer finds a camera where its prim is. This one draws from the pose the sensor tells it, which
        # would stay that of the stage as it was written: a wrist camera would not move with the wrist.
        camera.update_latest_camera_pose = True
