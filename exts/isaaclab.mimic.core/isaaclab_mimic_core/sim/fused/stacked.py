# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The success term of the stack tasks with half the operations; it is evaluated at every step."""

import inspect
from typing import Any

import torch


class CubesStacked:
    """The same as `isaaclab_tasks.contrib.stack.mdp.cubes_stacked` of Isaac Lab 3.0.0, for grippers with joints.

    All cubes are evaluated together, and constants are looked up once.

    Args:
        env: The environment.
        params: The term's parameters with resolved scene entities.
    """

    def __init__(self, env: Any, params: dict):
        from isaaclab_tasks.contrib.stack.mdp import cubes_stacked

        bound = inspect.signature(cubes_stacked).bind(env, **params)
        bound.apply_defaults()
        given = bound.arguments
        cubes = (given["cube_1_cfg"], given["cube_2_cfg"], given["cube_3_cfg"])
        self._cubes = [env.scene[cube.name].data for cube in cubes if cube is not None]
        self._xy, self._above, self._height = given["xy_threshold"], given["height_threshold"], given["height_diff"]
        self._speed = given["max_lin_vel"]
        robot = env.scene[given["robot_cfg"].name]
        self._robot = robot.data
        self._joints, _ = robot.find_joints(env.cfg.gripper_joint_names)
        self._open = env.cfg.gripper_open_val
        self._close_to = given["atol"] + given["rtol"] * abs(self._open)

    @staticmethod
    def serves(env: Any, term: Any) -> bool:
        """Return whether a success term is that function with parameters that this class supports."""
        from isaaclab_tasks.contrib.stack.mdp import cubes_stacked

        return term.func is cubes_stacked and hasattr(env.cfg, "gripper_joint_names") and not env.scene.surface_grippers

    def __call__(self, env: Any) -> torch.Tensor:
        """Return whether the cubes are stacked, released and at rest: (num_envs,) bool."""
        position = torch.stack([cube.root_pos_w.torch for cube in self._cubes])
        gap = position[:-1] - position[1:]
        rise = gap[..., 2]
        above = (gap[..., :2].norm(dim=-1) < self._xy) & (rise.abs() - self._height < self._above) & (rise < 0.0)
        stacked = above.all(dim=0)
        stacked &= ((self._robot.joint_pos.torch[:, self._joints] - self._open).abs() <= self._close_to).all(dim=1)
        if self._speed is not None:
            velocity = torch.stack([cube.root_lin_vel_w.torch for cube in self._cubes])
            stacked &= (velocity.norm(dim=-1) < self._speed).all(dim=0)
        return stacked
