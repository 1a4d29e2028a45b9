# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How large the objects of a scene are."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batched import BatchedEnv


def half_sizes(env: "BatchedEnv") -> dict[str, tuple[float, float, float]]:
    """Return half of each object's extents along the axes of its frame [m], from the scene's shapes."""
    from isaaclab.sim.utils import get_current_stage
    from pxr import Gf, Usd, UsdGeom

    stage: Any = get_current_stage()
    scene = env.env.scene
    cache: Any = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_, UsdGeom.Tokens.render])
    found = {}
    for name, body in scene.rigid_objects.items():
        prim = stage.GetPrimAtPath(body.cfg.prim_path.replace(scene.env_regex_ns, scene.env_prim_paths[0]))
        if prim.IsValid():
            own: Any = Gf.Transform(UsdGeom.Xformable(prim).GetLocalTransformation()).GetScale()
            size = cache.ComputeUntransformedBound(prim).ComputeAlignedRange().GetSize()
            found[name] = tuple(float(size[axis] * own[axis]) / 2 for axis in range(3))
    return found
