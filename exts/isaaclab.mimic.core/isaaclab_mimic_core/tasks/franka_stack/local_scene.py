# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Local assets for the stack task's scene: table and cubes as plain boxes.

Only the spawned assets are replaced. Names, poses, observations, signals, success and reset events remain those of
upstream's task (isaaclab_tasks.contrib.stack). Upstream's cubes have an edge of 40.6 mm, although its height thresholds
assume 46.8 mm. The boxes here have an edge of 40.6 mm and a mass of 0.1 kg.
"""

from typing import Any

CUBE_EDGE = 0.0406
"""Edge of a cube [m]."""

_CUBE_MASS = 0.1
_TABLE_SIZE = (1.0, 1.5, 1.05)
_TO_THE_HAND = "/".join([*(f"panda_link{number}" for number in range(9)), "panda_hand"])
"""Path of the hand's prim below the robot's: each link is a child of the one before it."""
_COLORS = {"cube_1": (0.05, 0.15, 0.8), "cube_2": (0.8, 0.08, 0.05), "cube_3": (0.05, 0.6, 0.1)}


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the spawned assets in a stack task's configuration, except the robot's.

    Args:
        cfg: A configuration of `isaaclab_tasks.contrib.stack` with a Franka.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.
    """
    scene = cfg.scene
    for name, color in _COLORS.items():
        cube = getattr(scene, name)
        cube.spawn = _box((CUBE_EDGE, CUBE_EDGE, CUBE_EDGE), color, rigid_props=cube.spawn.rigid_props, mass=_CUBE_MASS)
    width, depth, height = _TABLE_SIZE
    scene.table.spawn = _box((width, depth, height), (0.55, 0.5, 0.45))
    scene.table.init_state.pos = (0.5, 0.0, -height / 2)
    scene.table.init_state.rot = (0.0, 0.0, 0.0, 1.0)
    scene.plane.spawn = _box((200.0, 200.0, 0.1), (0.3, 0.3, 0.32))
    scene.plane.init_state.pos = (0.0, 0.0, -height - 0.05)
    if wrist_camera := getattr(scene, "wrist_cam", None):
        # Upstream's path is a pattern for several robots; rendering without Kit needs the exact path.
        wrist_camera.prim_path = f"{{ENV_REGEX_NS}}/Robot/Geometry/{_TO_THE_HAND}/wrist_cam"


def _box(
    size: tuple[float, float, float], color: tuple[float, float, float], rigid_props: Any = None, mass: float = 0.0
) -> Any:
    import isaaclab.sim as sim_utils
    from isaaclab.sim.schemas import MassCfg, UsdPhysicsCollisionCfg

    return sim_utils.CuboidCfg(
        size=size,
        visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=color),
        collision_props=[UsdPhysicsCollisionCfg()],
        rigid_props=rigid_props,
        mass_props=[MassCfg(mass=mass)] if mass else None,
    )
