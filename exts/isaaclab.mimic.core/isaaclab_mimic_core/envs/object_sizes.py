# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How large the objects of a scene are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batched import BatchedEnv


@dataclass(frozen=True)
class Box:
    """The box around an object, along the axes of its frame."""

    half: tuple[float, float, float]
    """Half of its extents [m]."""
    center: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Its middle in the object's frame [m]."""


def boxes(env: "BatchedEnv") -> dict[str, Box]:
    """Return the box of each object by its name, from the scene's shapes; without objects that have none."""
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
            bound = cache.ComputeUntransformedBound(prim).ComputeAlignedRange()
            if not bound.IsEmpty():
                found[name] = box_of(bound.GetMin(), bound.GetMax(), own)
    return found


def box_of(low: Sequence[float], high: Sequence[float], scale: Sequence[float]) -> Box:
    """Return the box between two corners in an object's frame, which is then scaled; each (3,) [m]."""
    ends = [(factor * a, factor * b) for a, b, factor in zip(low, high, scale, strict=True)]
    x, y, z = (abs(b - a) / 2 for a, b in ends)
    return Box((x, y, z), ((ends[0][0] + ends[0][1]) / 2, (ends[1][0] + ends[1][1]) / 2, (ends[2][0] + ends[2][1]) / 2))
