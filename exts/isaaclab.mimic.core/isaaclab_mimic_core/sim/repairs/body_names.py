# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""PhysX without Kit (isaaclab_ov 3.0.0) calls the one body of every rigid object `base_link`.

Tasks that name it as Isaac Sim does, after its prim, would not be opened. A rigid object has one body, so that its name
says nothing.
"""

from typing import Any


def forget_body_names(cfg: Any) -> None:
    """Remove names of rigid objects' bodies from an environment's configuration; nested values are included."""
    from isaaclab.assets import RigidObjectCfg
    from isaaclab.managers import SceneEntityCfg

    seen: set[int] = set()

    def look(value: Any) -> None:
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, SceneEntityCfg):
            if isinstance(getattr(cfg.scene, value.name, None), RigidObjectCfg):
                value.body_names = None
        elif isinstance(value, dict):
            for part in value.values():
                look(part)
        elif isinstance(value, list | tuple):
            for part in value:
                look(part)
        elif hasattr(type(value), "__dataclass_fields__"):
            for part in vars(value).values():
                look(part)

    look(cfg)
