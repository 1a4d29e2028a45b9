# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The SO-101 of the wheel `isaaclab-so101`, with fingers that can grasp.

Its file puts collision shapes on groups of meshes, signed distance fields for the fingers. PhysX without Kit reads none
of them, so the fingers get boxes.
"""

from typing import Any

from isaaclab.sim.spawners.from_files.from_files import spawn_from_usd_file
from isaaclab.sim.utils import clone
from isaaclab_so101.assets import SO101_CFG, SO101_HIGH_PD_CFG

FINGERS = {
    "gripper": ((-0.0148, 0.0, -0.079), (0.0126, 0.013, 0.050)),
    "jaw": ((-0.0073, -0.061, 0.0188), (0.0085, 0.042, 0.013)),
}
"""Link -> middle and size of its finger's box in the link's frame [m], measured from the meshes."""
BETWEEN_FINGERS = (0.009, 0.0, -0.095)
"""Where the middle of a 25 mm cube is when the open jaw comes down on it, 5 mm from the fixed finger; in the frame of
the link `gripper`, whose -z axis runs along the fingers [m]."""

ARMATURE = 0.02
"""Inertia of a servo's rotor as the joint feels it through its gears: an estimate [kg m^2]. Without it the links are so
light that what the jaw holds keeps the whole arm from moving: of eight scripted attempts three succeed, with it all."""


@clone
def spawn_arm(
    prim_path: str,
    cfg: Any,
    translation: tuple[float, float, float] | None = None,
    orientation: tuple[float, float, float, float] | None = None,
    **_: Any,
) -> Any:
    """Spawn the wheel's file, and give its fingers boxes to collide with; arguments as for `spawn_from_usd`."""
    from pxr import Gf, UsdGeom, UsdPhysics

    prim = spawn_from_usd_file(prim_path, cfg.usd_path, cfg, translation, orientation)
    stage = prim.GetStage()
    # Isaac Lab fixes the base with a joint of its own; a second one is one too many for what draws the scene.
    stage.GetPrimAtPath(f"{prim_path}/root_joint").SetActive(False)
    for link, (middle, size) in FINGERS.items():
        box = UsdGeom.Cube.Define(stage, f"{prim_path}/{link}/finger")
        box.CreateSizeAttr(1.0)
        box.AddTranslateOp().Set(Gf.Vec3d(*middle))
        box.AddScaleOp().Set(Gf.Vec3f(*size))
        # It is not drawn.
        box.CreatePurposeAttr(UsdGeom.Tokens.guide)
        UsdPhysics.CollisionAPI.Apply(box.GetPrim())
    return prim


def _actuators() -> dict[str, Any]:
    """Return stiff drives for the arm, as the wheel advises for inverse kinematics, and a jaw as soft as a servo."""
    named = {**SO101_HIGH_PD_CFG.actuators, "gripper": SO101_CFG.actuators["gripper"]}
    return {name: drive.replace(armature=ARMATURE) for name, drive in named.items()}


ARM_CFG = SO101_HIGH_PD_CFG.replace(spawn=SO101_HIGH_PD_CFG.spawn.replace(func=spawn_arm), actuators=_actuators())
