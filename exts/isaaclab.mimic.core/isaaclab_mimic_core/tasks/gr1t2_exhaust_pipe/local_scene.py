# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Local assets for the exhaust-pipe scene of GR1T2: a table, a pipe that stands on it, and two bins.

Names, initial poses, actions, subtasks, success and reset events remain those of upstream's task
(isaaclab_tasks.contrib.pick_place of Isaac Lab 3.0.0); docs/humanoids.md lists what differs, and says where the sizes
come from.
"""

import math
from typing import Any

from ..gr1t2.room import furnish

PIPE_LENGTH, PIPE_RADIUS = 0.275, 0.022
"""Of the pipe [m]: upstream's initial pose has its frame, which is at one end, that high above the table."""
_FLANGES = 0.03, 0.045
"""Radii of the flanges at its frame and at its other end, on which it stands at first [m]."""
_WALL = 0.004
"""Thickness of the bins' walls and floors [m]. Their frames are in the middle of the floors."""
_FLANGE = 0.008
"""Thickness of flanges [m]."""
_BIN = (0.21, 0.44, 0.03)
"""Extents of each bin [m]: that of the nut-pouring task, scaled as upstream scales it here."""
_PIPE_MASS, _BIN_MASS = 0.2, 2.0
"""[kg]"""


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the spawned assets in the exhaust-pipe task's configuration, except the robot's.

    Args:
        cfg: The configuration.
        engine: Physics engine: `ovphysx` or `isaacsim`.
    """
    from ...sim.assets.compound import Part, compound, tray

    scene = cfg.scene
    # The task has no contact sensor.
    scene.robot.spawn.activate_contact_sensors = False
    # Eight-sided, so that it does not roll between fingers: an octagon is four rectangles.
    width = 2 * PIPE_RADIUS
    side = width * math.tan(math.pi / 8)
    end, other = (2 * radius for radius in _FLANGES)
    pipe = [
        Part((end, end, _FLANGE), round=True),
        *(
            Part((width, side, PIPE_LENGTH - _FLANGE), (0.0, 0.0, (PIPE_LENGTH - _FLANGE) / 2), turn * math.pi / 4)
            for turn in range(4)
        ),
        Part((other, other, _FLANGE), (0.0, 0.0, PIPE_LENGTH - _FLANGE / 2), round=True),
    ]
    scene.blue_exhaust_pipe.spawn = compound(pipe, _PIPE_MASS, color=(0.05, 0.15, 0.8), friction=1.0, combine="max")
    for bin_, color in ((scene.blue_sorting_bin, (0.1, 0.3, 0.9)), (scene.black_sorting_bin, (0.05, 0.05, 0.05))):
        bin_.spawn = compound(tray(*_BIN, _WALL), _BIN_MASS, color=color, friction=1.0)
    furnish(scene, "table", scene.blue_exhaust_pipe.init_state.pos[2] - PIPE_LENGTH)
