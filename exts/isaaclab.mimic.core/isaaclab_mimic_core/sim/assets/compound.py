# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rigid objects of several boxes and cylinders, such as bowls and bins. Import it after Isaac Lab."""

import math
from dataclasses import MISSING, dataclass
from typing import Any

import isaaclab.sim as sim_utils
from isaaclab.sim.schemas import MassCfg, UsdPhysicsCollisionCfg
from isaaclab.utils import configclass
from isaaclab_physx.sim.schemas import PhysxCollisionCfg, PhysxRigidBodyCfg
from isaaclab_physx.sim.spawners.materials import PhysxRigidBodyMaterialCfg


@dataclass
class Part:
    """A box, or a cylinder that stands.

    Not frozen, for Isaac Lab copies what is in a configuration field by field.
    """

    size: tuple[float, float, float]
    """Extents [m]; a cylinder's first one is its diameter, its last one its height."""
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Its middle in the object's frame [m]."""
    yaw: float = 0.0
    """How far it is turned about z [rad]."""
    round: bool = False
    """Whether it is a cylinder."""

    def scaled(self, factor: float) -> "Part":
        """Return the part of an object that is larger by a factor."""
        size, at = (tuple(factor * each for each in values) for values in (self.size, self.at))
        return Part(size, at, self.yaw, self.round)  # pyright: ignore[reportArgumentType]


@configclass
class CompoundCfg(sim_utils.RigidObjectSpawnerCfg):
    """An object of several parts with one color and one surface.

    The first part is around the origin of the object's frame.
    """

    func: Any = f"{__name__}:spawn_compound"
    parts: list = MISSING  # pyright: ignore[reportAssignmentType]
    """Its `Part`s."""
    color: tuple[float, float, float] = (0.5, 0.5, 0.5)
    friction: float = 0.5
    """Static and dynamic coefficient of friction."""
    combine: str = "average"
    """How friction is combined with that of what touches it: `average`, `min`, `multiply` or `max`."""
    contact_offset: float | None = None
    """Distance at which contacts arise [m]; None: PhysX's default."""
    scale: tuple[float, float, float] | None = None
    """Factor on all sizes, three times the same."""


def compound(parts: list[Part], mass: float, **more: Any) -> CompoundCfg:
    """Return the spawner of an object.

    Args:
        parts: The parts, the first one around the origin.
        mass: Of the whole object [kg].
        more: Other fields of `CompoundCfg`.
    """
    return CompoundCfg(
        parts=parts,
        mass_props=[MassCfg(mass=mass)],
        rigid_props=[PhysxRigidBodyCfg(solver_position_iteration_count=16, solver_velocity_iteration_count=1)],
        **more,
    )


def spawn_compound(
    prim_path: str, cfg: CompoundCfg, translation: Any = None, orientation: Any = None, **more: Any
) -> Any:
    """Spawn an object's first part as a rigid body, and its other parts as children.

    Arguments are those of Isaac Lab's spawners.
    """
    first, *others = (part.scaled(cfg.scale[0]) if cfg.scale else part for part in cfg.parts)
    core = _shape(first, cfg)
    core.mass_props, core.rigid_props = cfg.mass_props, cfg.rigid_props
    prim = core.func(prim_path, core, translation, orientation, **more)
    for index, part in enumerate(others, 1):
        shape, half = _shape(part, cfg), part.yaw / 2
        shape.func(f"{prim_path}/part_{index}", shape, part.at, (0.0, 0.0, math.sin(half), math.cos(half)))
    return prim


def _shape(part: Part, cfg: CompoundCfg) -> Any:
    """Return the spawner of one part, which collides."""
    surface: dict[str, Any] = {
        "visual_material": sim_utils.PreviewSurfaceCfg(diffuse_color=cfg.color),
        "physics_material": PhysxRigidBodyMaterialCfg(
            static_friction=cfg.friction,
            dynamic_friction=cfg.friction,
            friction_combine_mode=cfg.combine,  # pyright: ignore[reportArgumentType]
        ),
        "collision_props": [UsdPhysicsCollisionCfg(), PhysxCollisionCfg(contact_offset=cfg.contact_offset)],
    }
    if part.round:
        return sim_utils.CylinderCfg(radius=part.size[0] / 2, height=part.size[2], **surface)
    return sim_utils.CuboidCfg(size=part.size, **surface)


def cup(radius: float, height: float, wall: float, sides: int) -> list[Part]:
    """Return a disk with a wall around it, without a lid; the frame is in the middle of the disk.

    Args:
        radius: From the axis to the outside of the wall [m].
        height: From the underside of the disk to the rim [m].
        wall: Thickness of disk and wall [m].
        sides: Of how many boxes the wall is.
    """
    middle = radius - wall / 2
    width = 2 * radius * math.tan(math.pi / sides)
    turns = [2 * math.pi * (side + 0.5) / sides for side in range(sides)]
    return [
        Part((2 * radius, 2 * radius, wall), round=True),
        *(
            Part((wall, width, height), (middle * math.cos(a), middle * math.sin(a), (height - wall) / 2), a)
            for a in turns
        ),
    ]


def tray(width: float, depth: float, height: float, wall: float) -> list[Part]:
    """Return a plate with four walls; the frame is in the middle of the plate.

    Args:
        width: Along x, from outside to outside [m].
        depth: Along y [m].
        height: From the underside of the plate to the rims [m].
        wall: Thickness of plate and walls [m].
    """
    up, x, y = (height - wall) / 2, (width - wall) / 2, (depth - wall) / 2
    return [
        Part((width, depth, wall)),
        *(Part((wall, depth, height), (side * x, 0.0, up)) for side in (-1, 1)),
        *(Part((width, wall, height), (0.0, side * y, up)) for side in (-1, 1)),
    ]
