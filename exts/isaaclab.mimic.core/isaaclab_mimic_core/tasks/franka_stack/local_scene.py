# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Local assets for the stack task's scene: table and cubes as plain boxes (`sim.assets.stand_ins`).

Only the spawned assets are replaced. Names, poses, observations, signals, success and reset events remain those of
upstream's task (isaaclab_tasks.contrib.stack). Upstream's cubes have an edge of 40.6 mm, although its height thresholds
assume 46.8 mm. The boxes here have an edge of 40.6 mm and a mass of 0.1 kg.
"""

from typing import Any

from ...sim.assets.stand_ins import use_stand_ins

CUBE_EDGE = 0.0406
"""Edge of a cube [m]."""

_TO_THE_HAND = "/".join([*(f"panda_link{number}" for number in range(9)), "panda_hand"])
"""Path of the hand's prim below the robot's: each link is a child of the one before it."""


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the spawned assets in a stack task's configuration, except the robot's.

    Args:
        cfg: A configuration of `isaaclab_tasks.contrib.stack` with a Franka.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.
    """
    use_stand_ins(cfg.scene, engine)
    if wrist_camera := getattr(cfg.scene, "wrist_cam", None):
        # Upstream's path is a pattern for several robots; rendering without Kit needs the exact path.
        wrist_camera.prim_path = f"{{ENV_REGEX_NS}}/Robot/Geometry/{_TO_THE_HAND}/wrist_cam"
