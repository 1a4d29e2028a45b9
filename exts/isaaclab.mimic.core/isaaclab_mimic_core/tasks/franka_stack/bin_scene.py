# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Upstream's task of stacking cubes in a bin: local assets for its scene, and its script.

The bin has the extents of that of the nut-pouring task (docs/humanoids.md), an estimate, times the factors of this one.
Names, observations, signals, success and reset events remain those of upstream's task (isaaclab_tasks.contrib.stack),
but the bin stands on the table, and the first cube on its floor, 4 mm higher.

Upstream's signals of grasps want the cube within 6 cm of the end effector, which in this task is the hand's frame,
10 cm from the fingertips: they never rise. So these demonstrations are marked by hand, or with signals of a descriptor.
"""

from typing import Any

import torch

from .local_scene import use_local_assets as use_stack_assets
from .script import ScriptedStacker

BIN = (0.235, 0.416, 0.099)
"""Extents of the bin [m]."""
_WALL = 0.004
"""Thickness of its walls and floor [m]."""
_BIN_MASS = 1.0
"""[kg]"""
_TO_FINGERTIPS = 0.1034
"""From the frame of the hand, which is observed and moved here, to between the fingertips [m]."""


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the spawned assets in the task's configuration, except the robot's.

    Args:
        cfg: The configuration.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.
    """
    from ..gr1t2.compound import compound, tray

    use_stack_assets(cfg, engine)
    scene = cfg.scene
    scene.blue_sorting_bin.spawn = compound(tray(*BIN, _WALL), _BIN_MASS, color=(0.05, 0.15, 0.8))
    # The frame of ours is in the middle of the floor.
    on_table, on_floor = _WALL / 2, _WALL
    for asset, event, height in (
        (scene.blue_sorting_bin, cfg.events.reset_blue_bin_pose, on_table),
        (scene.cube_1, cfg.events.reset_cube_1_pose, scene.cube_2.init_state.pos[2] + on_floor),
    ):
        x, y, _ = asset.init_state.pos
        asset.init_state.pos = (x, y, height)
        event.params["pose_range"]["z"] = (height, height)


class BinStacker(ScriptedStacker):
    """Stacks in the bin; of the hand it sees the hand's frame, not the fingertips."""

    def see(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        position, rotation, cubes = super().see()
        return position + _TO_FINGERTIPS * rotation[..., 2], rotation, cubes
