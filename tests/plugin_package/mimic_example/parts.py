# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The robot's batched form, the device and the planner themselves."""

import torch

from isaaclab_mimic_core.datagen.planning import Query, Transition
from isaaclab_mimic_core.robots.franka.batched import FrankaRelEnv
from isaaclab_mimic_core.robots.franka.local import use_local_robot
from isaaclab_mimic_core.tasks.franka_stack.script import ScriptedStacker


class ExampleArmEnv(FrankaRelEnv):
    """Poses and actions in many environments at once."""


def use_local_arm(cfg, engine):
    """Take the arm that is on this machine in place of the asset server's."""
    use_local_robot(cfg.scene.robot, engine)
    cfg.scene.robot.init_state.joint_pos["panda_finger_joint.*"] = 0.035


class ExamplePad(ScriptedStacker):
    """Drives by itself, so that nobody is needed to try it."""

    def __init__(self, env, settings):
        super().__init__(env, settings.seed + settings.variant)


class Hop:
    """Goes to where a segment begins by way of one point above, in steps of 1 cm."""

    max_waypoints = 120

    def plan(self, query: Query) -> Transition:
        start, goal = query.start[:, :3, 3], query.goal[:, :3, 3]
        top = (start + goal) / 2
        top[:, 2] = torch.maximum(start[:, 2], goal[:, 2]) + 0.08
        far = (top - start).norm(dim=1) + (goal - top).norm(dim=1)
        length = (far / 0.01).long().clamp(1, self.max_waypoints)
        share = torch.arange(1, self.max_waypoints + 1, device=start.device) / length[:, None].clamp_min(1)
        share = share.clamp_max(1.0)[..., None]
        way = torch.where(
            share < 0.5,
            start[:, None] + 2 * share * (top - start)[:, None],
            top[:, None] + (2 * share - 1) * (goal - top)[:, None],
        )
        poses = query.goal[:, None].repeat(1, self.max_waypoints, 1, 1)
        poses[..., :3, 3] = way
        return Transition(poses, length, torch.ones_like(length, dtype=torch.bool))
