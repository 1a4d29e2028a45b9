# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Upstream's task of stacking cubes in a bin: local assets for its scene, its script and its signals.

The bin has the extents of that of the nut-pouring task (docs/humanoids.md), an estimate, times the factors of this one.
Names, observations, signals, success and reset events remain those of upstream's task (isaaclab_tasks.contrib.stack),
but the bin stands on the table, and the first cube on its floor, 4 mm higher.

Upstream's signals of grasps want the cube within 6 cm of the end effector, which in this task is the hand's frame,
10 cm from the fingertips, and it names a signal `stack_2` that it does not observe. So both grasps and the second stack
are told here, with upstream's limits, from the fingertips.
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
_WITHIN = 0.06
"""Distance of a cube that is held, from between the fingertips [m]; upstream's `object_grasped`."""


def use_local_assets(cfg: Any, engine: str) -> None:
    """Replace the spawned assets in the task's configuration, except the robot's.

    Args:
        cfg: The configuration.
        engine: Physics engine: `ovphysx`, `isaacsim` or `newton`.
    """
    from ...sim.assets.compound import compound, tray

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


def fingertips(position: torch.Tensor, rotation: torch.Tensor) -> torch.Tensor:
    """Return the points between the fingertips: (N, 3) [m].

    Args:
        position: (N, 3) of the hand's frame [m].
        rotation: (N, 3, 3) of the hand's frame.
    """
    return position + _TO_FINGERTIPS * rotation[..., 2]


class BinStackSignals:
    """Computes `grasp_1`, `grasp_2` and `stack_2`; `stack_1` is upstream's own.

    Args:
        env: A `BatchedEnv` of the task.
    """

    def __init__(self, env: Any):
        from isaaclab.managers import SceneEntityCfg

        self._env, cfg = env, env.cfg
        self._cubes = [env.object_names.index(name) for name in ("cube_2", "cube_3")]
        self._robot = env.env.scene["robot"]
        self._fingers, _ = self._robot.find_joints(cfg.gripper_joint_names)
        self._held_at = cfg.gripper_open_val - cfg.gripper_threshold
        self._stacked = tuple(SceneEntityCfg(name) for name in ("robot", "cube_3", "cube_2"))

    def signals(self) -> dict[str, torch.Tensor]:
        """Return each signal: (num_envs,) bool."""
        from isaaclab_tasks.contrib.stack.mdp import object_stacked

        hand, cubes = self._env.eef_pose()[:, 0], self._env.object_pose()[:, self._cubes, :3, 3]
        apart = (cubes - fingertips(hand[:, :3, 3], hand[:, :3, :3])[:, None]).norm(dim=-1)
        closed = (self._robot.data.joint_pos.torch[:, self._fingers] < self._held_at).all(dim=1)
        first, second = ((apart < _WITHIN) & closed[:, None]).unbind(dim=1)
        robot, upper, lower = self._stacked
        stacked = object_stacked(self._env.env, robot, upper, lower)
        return {"grasp_1": first, "grasp_2": second, "stack_2": stacked}


class BinStacker(ScriptedStacker):
    """Stacks in the bin; of the hand it sees the hand's frame, not the fingertips."""

    def see(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        position, rotation, cubes = super().see()
        return fingertips(position, rotation), rotation, cubes
