# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What stands around the objects of the humanoids' tasks on local assets: a table and the ground."""

from typing import Any, Literal

TABLE_SIZE = (1.8, 0.6, 0.05)
"""Extents of the table's top [m]."""
FRICTION = 1.0
"""Coefficient of friction of table, ground and objects."""


def furnish(scene: Any, table: str, top: float, depth: float = TABLE_SIZE[1]) -> None:
    """Replace table and ground in a scene's configuration.

    Args:
        scene: The scene, with `ground`.
        table: Name of the table in it.
        top: Height of the table's surface [m].
        depth: Of the table's top [m].
    """
    import isaaclab.sim as sim_utils

    asset = getattr(scene, table)
    asset.spawn = sim_utils.CuboidCfg(size=(TABLE_SIZE[0], depth, TABLE_SIZE[2]), **surface((0.55, 0.5, 0.45)))
    x, y, _ = asset.init_state.pos
    asset.init_state.pos = (x, y, top - TABLE_SIZE[2] / 2)
    # As thick as it is, feet do not sink in.
    scene.ground.spawn = sim_utils.CuboidCfg(size=(50.0, 50.0, 1.0), **surface((0.3, 0.3, 0.32)))
    scene.ground.init_state.pos = (0.0, 0.0, -0.5)


def surface(color: tuple[float, float, float], combine: Literal["average", "max"] = "average") -> dict[str, Any]:
    """Return what all shapes have in common: that they collide, with friction, and a color."""
    import isaaclab.sim as sim_utils
    from isaaclab.sim.schemas import UsdPhysicsCollisionCfg
    from isaaclab_physx.sim.spawners.materials import PhysxRigidBodyMaterialCfg

    return {
        "visual_material": sim_utils.PreviewSurfaceCfg(diffuse_color=color),
        "physics_material": PhysxRigidBodyMaterialCfg(
            static_friction=FRICTION, dynamic_friction=FRICTION, friction_combine_mode=combine
        ),
        "collision_props": [UsdPhysicsCollisionCfg()],
    }
