# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Local assets for the scene of G1: a table, and a rod on a foot in place of the steering wheel.

Names, initial poses, actions, subtasks and success remain those of upstream's task
(isaaclab_tasks.contrib.locomanip_pick_place of Isaac Lab 3.0.0); docs/humanoids.md lists what differs.
"""

from typing import Any

from ..gr1t2.room import FRICTION, furnish

EDGE, HEIGHT = 0.045, 0.30
"""Size of the object, a square rod [m]: what one hand of the robot holds, as high as its arms reach far."""
FOOT_EDGE, FOOT_HEIGHT = 0.14, 0.02
"""Size of the square foot that the rod stands on, within its height [m]: a round one would roll when it is tilted."""
TABLE_DEPTH = 0.42
"""Of the table's top [m]: the robot stands before it with its feet, and reaches what success wants."""

SHIFT = (0.03, 0.02)
"""How far from its initial place the object may stand along x and y [m]; upstream's always stands there."""

_MASS = 0.3
"""[kg]"""


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the spawned assets in the task's configuration, except the robot's.

    Args:
        cfg: A configuration of `isaaclab_tasks.contrib.locomanip_pick_place` with `object` and `packing_table`.
        engine: Physics engine: `ovphysx` or `isaacsim`.
    """
    from isaaclab.managers import EventTermCfg, SceneEntityCfg

    from ...envs.reset_sampling import randomize_object_pose
    from ...sim.assets.compound import Part, compound

    scene = cfg.scene
    foot = Part((FOOT_EDGE, FOOT_EDGE, FOOT_HEIGHT), (0.0, 0.0, (FOOT_HEIGHT - HEIGHT) / 2))
    scene.object.spawn = compound(
        [Part((EDGE, EDGE, HEIGHT)), foot], _MASS, color=(0.8, 0.08, 0.05), friction=FRICTION, combine="max"
    )
    furnish(scene, "packing_table", scene.object.init_state.pos[2] - HEIGHT / 2, TABLE_DEPTH)
    x, y, z = scene.object.init_state.pos
    cfg.events.reset_object = EventTermCfg(
        func=randomize_object_pose,
        mode="reset",
        params={
            "asset_cfgs": [SceneEntityCfg("object")],
            "pose_range": {
                "x": (x - SHIFT[0], x + SHIFT[0]),
                "y": (y - SHIFT[1], y + SHIFT[1]),
                "z": (z, z),
            },
        },
    )
    # The contact sensors drive a glove's haptics.
    scene.left_hand_contact = scene.right_hand_contact = None
    scene.robot.spawn.activate_contact_sensors = False
    cfg.haptic_feedback = None
    # The picture is for the person in a headset, and the object's pose is among the observations without it.
    scene.robot_pov_cam = cfg.observations.policy.robot_pov_cam = None
    cfg.image_obs_list = []
