# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""PhysX without Kit (isaaclab_ov 3.0.0) calls the one body of every rigid object `base_link`.

Tasks that name it as Isaac Sim does, after its prim, would not be opened. A rigid object has one body, so that its name
says nothing.
"""

from typing import Any

from ..nested import nested


def forget_body_names(cfg: Any) -> None:
    """Remove names of rigid objects' bodies from an environment's configuration; nested values are included."""
    from isaaclab.assets import RigidObjectCfg
    from isaaclab.managers import SceneEntityCfg

    for value in nested(cfg):
        if isinstance(value, SceneEntityCfg) and isinstance(getattr(cfg.scene, value.name, None), RigidObjectCfg):
            value.body_names = None
