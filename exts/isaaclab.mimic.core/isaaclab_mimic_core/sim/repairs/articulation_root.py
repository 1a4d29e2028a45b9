# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The URDF importer (isaacsim-asset-isolated 6.2.0) leaves the articulation root on the robot's first link.

PhysX treats a root on a rigid link as a floating base, although the importer was told to fix the base: the robot's
state becomes NaN at the first step. A fixed-base articulation has its root on the prim above its links.
"""

from pathlib import Path
from typing import Any

_SCHEMAS = ("PhysicsArticulationRootAPI", "NewtonArticulationRootAPI")


def move_articulation_root(usd_file: Path) -> bool:
    """Move the articulation root to the default prim, in the file's root layer; return whether that was needed.

    The schemas are moved by name: Newton's is not registered with USD, so `GetAppliedSchemas` would not list it.
    """
    from pxr import Usd

    stage: Any = Usd.Stage.Open(str(usd_file))
    top = stage.GetDefaultPrim()
    moved = False
    for prim in stage.Traverse():
        if prim == top:
            continue
        listed = prim.GetMetadata("apiSchemas")
        names = listed.GetAddedOrExplicitItems() if listed else []
        for schema in _SCHEMAS:
            if schema in names:
                prim.RemoveAppliedSchema(schema)
                top.AddAppliedSchema(schema)
                moved = True
    if moved:
        stage.GetRootLayer().Save()
    return moved
