# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Stand-ins for assets of NVIDIA's server: boxes of the same size, by the assets' names, in any task's scene.

The edge of blocks is twice the height at which isaaclab_tasks 3.0.0 puts them on the table, whose top is at z = 0. No
task states edge and mass of the dex cube: 6 cm and the density of water are estimates. Robots are in `ROBOTS`.
"""

from dataclasses import dataclass
from typing import Any

from ...plugins import resolve
from .cloud import cloud_paths


@dataclass(frozen=True)
class StandIn:
    """A box in place of an asset."""

    size: tuple[float, float, float]
    """Extents [m], at scale 1."""
    color: tuple[float, float, float]
    mass: float = 0.0
    """[kg], at scale 1; 0: it does not move."""
    turned: tuple[float, float, float, float] | None = None
    """Orientation (xyzw) in the scene, if it is not that of the asset."""
    top: bool = False
    """Whether the asset's frame is on its top, not in its middle."""


_TABLE = StandIn((1.0, 1.5, 1.05), (0.55, 0.5, 0.45), turned=(0.0, 0.0, 0.0, 1.0), top=True)
_GROUND = StandIn((200.0, 200.0, 0.1), (0.3, 0.3, 0.32), top=True)
_BLOCK = (0.0406, 0.0406, 0.0406)
_DEX_CUBE = (0.06, 0.06, 0.06)

STAND_INS: dict[str, StandIn] = {
    "Props/Mounts/SeattleLabTable/table_instanceable.usd": _TABLE,
    "Props/Blocks/red_block.usd": StandIn(_BLOCK, (0.8, 0.08, 0.05), 0.1),
    "Props/Blocks/green_block.usd": StandIn(_BLOCK, (0.05, 0.6, 0.1), 0.1),
    "Props/Blocks/blue_block.usd": StandIn(_BLOCK, (0.05, 0.15, 0.8), 0.1),
    "Props/Blocks/yellow_block.usd": StandIn(_BLOCK, (0.85, 0.7, 0.05), 0.1),
    "Props/Blocks/DexCube/dex_cube_instanceable.usd": StandIn(_DEX_CUBE, (0.75, 0.55, 0.3), 0.216),
}
"""End of an asset's path -> its stand-in."""

ROBOTS: dict[str, str] = {
    "Robots/FrankaEmika/franka_panda.usda": "isaaclab_mimic_core.robots.franka.local:use_local_robot",
}
"""End of a robot's path -> `(cfg, engine) -> None`, which replaces it in an `ArticulationCfg`."""


_KEPT = ("mass_props", "collision_props", "activate_contact_sensors", "semantic_tags", "physics_material")
"""What else a task says of an asset, and what holds of its stand-in as well."""


def use_stand_ins(scene: Any, engine: str) -> None:
    """Replace what has a stand-in in a scene's configuration; the rest stays as it is.

    Args:
        scene: The `InteractiveSceneCfg`.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.
    """
    for asset in list(vars(scene).values()):
        found = _stand_in(asset)
        if isinstance(found, StandIn):
            _replace(asset, found)
        elif found is not None:
            resolve(found)(asset, engine)


def without_stand_in(scene: Any) -> list[str]:
    """Return the assets of NVIDIA's server that have none, as paths below its root, each once."""
    assets = [asset for asset in vars(scene).values() if _stand_in(asset) is None]
    return list(dict.fromkeys(cloud_paths(assets)))


def _stand_in(asset: Any) -> StandIn | str | None:
    """Return the stand-in of an asset, or the function that replaces a robot; None if there is none."""
    spawn = getattr(asset, "spawn", None)
    path = str(getattr(spawn, "usd_path", ""))
    if type(spawn).__name__ == "GroundPlaneCfg":
        return _GROUND
    if not path.startswith("http"):
        return None
    return next((found for end, found in (STAND_INS | ROBOTS).items() if path.endswith(f"/{end}")), None)


def _replace(asset: Any, stand_in: StandIn) -> None:
    """Replace what is spawned, and keep the physical properties that the task says."""
    spawn = asset.spawn
    scale = getattr(spawn, "scale", None) or (1.0, 1.0, 1.0)
    width, depth, height = (extent * factor for extent, factor in zip(stand_in.size, scale, strict=True))
    mass = stand_in.mass * scale[0] * scale[1] * scale[2]
    asset.spawn = box(
        (width, depth, height), stand_in.color, rigid_props=getattr(spawn, "rigid_props", None), mass=mass
    )
    for name in _KEPT:
        if said := getattr(spawn, name, None):
            setattr(asset.spawn, name, said)
    if stand_in.top:
        x, y, z = asset.init_state.pos
        asset.init_state.pos = (x, y, z - height / 2)
    if stand_in.turned is not None:
        asset.init_state.rot = stand_in.turned


def box(
    size: tuple[float, float, float], color: tuple[float, float, float], rigid_props: Any = None, mass: float = 0.0
) -> Any:
    """Return a box that things collide with.

    Args:
        size: Extents [m].
        color: Red, green and blue, from 0 to 1.
        rigid_props: Properties of a rigid body; None: it does not move.
        mass: [kg]; 0: by its density.
    """
    import isaaclab.sim as sim_utils
    from isaaclab.sim.schemas import MassCfg, UsdPhysicsCollisionCfg

    return sim_utils.CuboidCfg(
        size=size,
        visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=color),
        collision_props=[UsdPhysicsCollisionCfg()],
        rigid_props=rigid_props,
        mass_props=[MassCfg(mass=mass)] if mass else None,
    )
