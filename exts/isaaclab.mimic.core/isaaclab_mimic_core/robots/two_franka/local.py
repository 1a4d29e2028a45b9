# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Replace NVIDIA's Franka assets by those converted from the URDF, for two robots."""

from typing import Any

from ..franka.local import use_local_robot


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the robots' assets in the configuration of a task with two Frankas.

    Args:
        cfg: Configuration of the task; the robots are `scene.robot_left` and `scene.robot_right`.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.
    """
    for robot in (cfg.scene.robot_left, cfg.scene.robot_right):
        use_local_robot(robot, engine)
