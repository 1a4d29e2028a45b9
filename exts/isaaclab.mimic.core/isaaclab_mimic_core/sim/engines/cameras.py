# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task's own cameras without Isaac Sim: rendered without Kit, on a CPU or a GPU."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg

_NEEDS_KIT = ("randomize_scene_lighting_domelight", "randomize_visual_texture_material")
"""Events that change the scene for Isaac Sim's renderer, and fail without Kit."""


def draw_without_kit(cfg: "ManagerBasedRLEnvCfg") -> None:
    """Configure a task's cameras for rendering without Kit, and remove the events that need Isaac Sim's renderer.

    These events randomise lights and textures, so the images vary less than Isaac Sim's.
    """
    for name, event in vars(cfg.events).items() if cfg.events else ():
        if getattr(getattr(event, "func", None), "__name__", "") in _NEEDS_KIT:
            setattr(cfg.events, name, None)
    for camera in cameras_of(cfg).values():
        camera.renderer_cfg = renderer_for(camera, cfg.scene)
        # Isaac Sim's renderer takes a camera's pose from its prim. Ours take it from the sensor, which by default keeps
        # the pose in the stage file: a wrist camera would not move with the wrist.
        camera.update_latest_camera_pose = True


def cameras_of(cfg: "ManagerBasedRLEnvCfg") -> dict[str, Any]:
    """Return the cameras in a task's configuration by their names in the scene."""
    from isaaclab.sensors import CameraCfg

    return {name: sensor for name, sensor in vars(cfg.scene).items() if isinstance(sensor, CameraCfg)}


def camera_terms(cfg: Any) -> dict[str, str]:
    """Return the policy's observation terms that are camera images: term -> camera."""
    cameras, found = cameras_of(cfg), {}
    for term, settings in vars(cfg.observations.policy).items():
        for value in (getattr(settings, "params", None) or {}).values():
            if getattr(value, "name", None) in cameras:
                found[term] = value.name
    return found


def leave_out_cameras(cfg: "ManagerBasedRLEnvCfg", keep: str = "") -> None:
    """Remove a task's cameras, but for one, and their observation terms; change nothing else."""
    cameras = {name: camera for name, camera in cameras_of(cfg).items() if name != keep}
    for group in vars(cfg.observations).values():
        for term, settings in list(vars(group).items()) if hasattr(group, "__dict__") else ():
            seen = [getattr(value, "name", None) for value in (getattr(settings, "params", None) or {}).values()]
            if not cameras.keys().isdisjoint(seen):
                setattr(group, term, None)
    for name in cameras:
        setattr(cfg.scene, name, None)


def renderer_for(camera: Any, scene: Any) -> Any:
    """Return the renderer for a camera without Kit: the rasteriser, or Newton's ray caster if that cannot draw it.

    Args:
        camera: A `CameraCfg`.
        scene: The configuration of the scene that it looks at.
    """
    from isaaclab.assets import DeformableObjectCfg
    from isaaclab_newton.renderers import NewtonWarpRendererCfg

    from ..rendering.renderer_cfg import RasterizerCfg

    rasterizer = RasterizerCfg()
    drawn = {str(kind) for kind in rasterizer.supported_output_types()}
    if (
        camera.isp_cfg is not None
        or getattr(camera.spawn, "distortion", None) is not None
        or not drawn.issuperset(camera.data_types)
        or any(isinstance(asset, DeformableObjectCfg) for asset in vars(scene).values())
    ):
        return NewtonWarpRendererCfg()
    return rasterizer


def drawn_flags(env: "ManagerBasedRLEnv") -> list[Any]:
    """Return each rasteriser's flags for the environments to draw: (num_envs,) int32 tensors that can be written to.

    Args:
        env: Isaac Lab's environment, `BatchedEnv.env`.
    """
    import warp as wp
    from isaaclab.sensors import Camera

    from ..rendering.renderer_cfg import RasterizerCfg

    settings = [sensor.cfg.renderer_cfg for sensor in env.scene.sensors.values() if isinstance(sensor, Camera)]
    # Cameras with equal settings share one renderer.
    renderers = [env.sim.get_or_create_backend(cfg) for cfg in settings if isinstance(cfg, RasterizerCfg)]
    return [wp.to_torch(renderer.drawn) for renderer in {id(renderer): renderer for renderer in renderers}.values()]
