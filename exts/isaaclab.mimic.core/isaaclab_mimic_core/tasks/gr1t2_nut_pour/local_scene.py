# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Local assets for the nut-pouring scene of GR1T2: a table, a scale, a bowl, a beaker with a nut in it, and a bin.

Names, initial poses, actions, subtasks, success and reset events remain those of upstream's task
(isaaclab_tasks.contrib.pick_place of Isaac Lab 3.0.0); docs/humanoids.md lists what differs, and says where the sizes
come from.
"""

import math
from typing import Any

from ..gr1t2.room import furnish

BEAKER_RADIUS, BEAKER_HEIGHT = 0.028, 0.15
"""Of the beaker, outside [m]: what one hand holds, and a mouth above the hand."""
BOWL_RADIUS, BOWL_HEIGHT = 0.045, 0.09
"""Of the bowl, outside [m]: success wants the nut within 5 cm of its middle, and one hand holds it."""
_WALL = 0.004
"""Thickness of walls and floors [m]. Frames are in the middle of the floors, so the table's top is below them."""
_SCALE = (0.16, 0.16, 0.02)
"""Extents of the scale [m]: success wants the bowl at most 2.5 cm above its frame."""
_BIN = (0.16, 0.26, 0.03)
"""Extents of the bin [m]: success wants the beaker within 8 and 12 cm of its middle."""
_NUT, _NUT_HEIGHT = 0.012, 0.0065
"""Width across flats and height of the nut [m]: half of an M16 nut, which is 24 mm wide and 13 mm high."""
_BEAKER_MASS, _BOWL_MASS, _NUT_MASS = 0.1, 0.15, 0.2
"""[kg]; the nut's is upstream's."""


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the spawned assets in the nut-pouring task's configuration, except the robot's.

    Args:
        cfg: The configuration.
        engine: Physics engine: `ovphysx` or `isaacsim`.
    """
    from ...sim.assets.compound import Part, compound, cup, tray

    scene = cfg.scene
    # The task has no contact sensor.
    scene.robot.spawn.activate_contact_sensors = False
    scene.sorting_beaker.spawn = compound(
        cup(BEAKER_RADIUS, BEAKER_HEIGHT, _WALL, 8), _BEAKER_MASS, color=(0.8, 0.08, 0.05), friction=1.0
    )
    # Thicker where the nut falls.
    inside = 2 * (BOWL_RADIUS - _WALL)
    bowl = [*cup(BOWL_RADIUS, BOWL_HEIGHT, _WALL, 12), Part((inside, inside, _WALL), (0.0, 0.0, _WALL), round=True)]
    scene.sorting_bowl.spawn = compound(bowl, _BOWL_MASS, color=(0.85, 0.7, 0.05), friction=1.0)
    # A hexagon is three rectangles.
    side = _NUT / math.sqrt(3)
    nut = [Part((_NUT, side, _NUT_HEIGHT), yaw=turn * math.pi / 3) for turn in range(3)]
    # Smooth, as polished steel: it slides out of the beaker.
    scene.factory_nut.spawn = compound(nut, _NUT_MASS, color=(0.05, 0.6, 0.1), friction=0.0, contact_offset=0.02)
    plate = Part((_SCALE[0], _SCALE[1], _WALL))
    body = Part((_SCALE[0], _SCALE[1], _SCALE[2] - _WALL), (0.0, 0.0, _SCALE[2] / 2))
    scene.sorting_scale.spawn = compound([plate, body], 1.0, color=(0.75, 0.75, 0.78), friction=1.0)
    scene.black_sorting_bin.spawn = compound(tray(*_BIN, _WALL), 1.0, color=(0.05, 0.15, 0.8), friction=1.0)
    furnish(scene, "table", scene.sorting_scale.init_state.pos[2] - _WALL / 2)
