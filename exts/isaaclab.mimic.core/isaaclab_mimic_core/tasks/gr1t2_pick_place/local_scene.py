# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Local assets for the pick-place scene of GR1T2: a table, and a rod on a foot in place of the steering wheel.

Names, initial poses, actions, subtasks, success and reset events remain those of upstream's task
(isaaclab_tasks.contrib.pick_place of Isaac Lab 3.0.0); docs/humanoids.md lists what differs.
"""

import math
from typing import Any

from ..gr1t2.room import furnish, surface

EDGE, HEIGHT = 0.05, 0.28
"""Size of the object, a square rod [m]: what one hand of the robot holds, and can reach where upstream's object is."""
FOOT_RADIUS, FOOT_HEIGHT = 0.09, 0.02
"""Size of the foot that the rod stands on, within its height [m]: fingers that open neither tip nor turn it."""
GRASP_YAW = 0.96
"""How far the rod's faces are turned in its frame [rad]: as the left hand that reaches for it."""

_MASS = 0.3
_CENTER = (0.0, 0.0, -0.09)
"""Center of mass in the rod's frame [m]: most of the mass is in the foot."""


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the spawned assets in a pick-place task's configuration, except the robot's.

    Args:
        cfg: A configuration of `isaaclab_tasks.contrib.pick_place` with `object` and `packing_table`.
        engine: Physics engine: `ovphysx` or `isaacsim`.
    """
    import isaaclab.sim as sim_utils
    from isaaclab.sim.schemas import MassCfg
    from isaaclab_physx.sim.schemas import PhysxRigidBodyCfg

    scene = cfg.scene
    thing = scene.object
    thing.spawn = sim_utils.CylinderCfg(
        func=_spawn_stand,
        radius=EDGE / 2,
        height=HEIGHT,
        mass_props=[MassCfg(mass=_MASS)],
        rigid_props=[PhysxRigidBodyCfg(solver_position_iteration_count=16, solver_velocity_iteration_count=1)],
        # Fingers have the default friction, 0.5; it is to hold.
        **surface((0.8, 0.08, 0.05), combine="max"),
    )
    # The object keeps upstream's initial pose, so the table is where the rod stands on it.
    furnish(scene, "packing_table", thing.init_state.pos[2] - HEIGHT / 2)
    # The contact sensors drive a glove's haptics and name a prim of the steering wheel.
    scene.left_hand_contact = scene.right_hand_contact = None
    scene.robot.spawn.activate_contact_sensors = False
    cfg.haptic_feedback = None
    # The picture is for the person in a headset, and the object's pose is among the observations without it.
    if getattr(scene, "robot_pov_cam", None) is not None:
        scene.robot_pov_cam = cfg.observations.policy.robot_pov_cam = None
        cfg.image_obs_list = []


def _spawn_stand(prim_path: str, cfg: Any, translation: Any = None, orientation: Any = None, **more: Any) -> Any:
    """Spawn the core of a rod, and the rod around it and its foot as parts of the same body.

    Arguments are those of Isaac Lab's spawners. `--object-scale` has changed the core; the rest is as much larger.
    """
    import isaaclab.sim as sim_utils
    from pxr import Gf, UsdPhysics

    prim = sim_utils.spawn_cylinder(prim_path, cfg, translation, orientation, **more)
    factor, half = cfg.height / HEIGHT, GRASP_YAW / 2
    edge, height = factor * EDGE, factor * HEIGHT
    rod: Any = sim_utils.CuboidCfg(size=(edge, edge, height), **surface((0.8, 0.08, 0.05), combine="max"))
    rod.func(f"{prim_path}/rod", rod, orientation=(0.0, 0.0, math.sin(half), math.cos(half)))
    radius, thick = factor * FOOT_RADIUS, factor * FOOT_HEIGHT
    foot: Any = sim_utils.CylinderCfg(radius=radius, height=thick, **surface((0.2, 0.2, 0.22)))
    foot.func(f"{prim_path}/foot", foot, translation=(0.0, 0.0, (thick - height) / 2))
    mass: Any = UsdPhysics.MassAPI.Apply(prim)
    mass.CreateCenterOfMassAttr(factor * Gf.Vec3f(*_CENTER))
    return prim
