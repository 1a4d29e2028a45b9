# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""G1 with its body as an end effector: the navigation controller of upstream's data generation.

Upstream (isaaclab_mimic.datagen.data_generator, Isaac Lab 3.0.0) repeats the last command of a walk until an
environment says that the robot has arrived, and leaves the commands to the environment. Here the body's waypoints are
places on the ground, a controller walks there, and every waypoint waits for the robot.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import isaaclab.utils.math as math_utils
import torch

from ... import rotations
from ...envs import BatchedEnv
from ...errors import ConfigError
from ..derived.arm import command_to, target_of
from ..synergy import SynergyTable, hand_joints
from .hands import HIP_HEIGHT, SYNERGY
from .navigation import Walk, place_of, turn

if TYPE_CHECKING:
    from isaaclab.managers import TerminationTermCfg

BODY = "body"
"""The end effector that upstream's navigation controller moves."""
_HANDS = ("left", "right")
"""Order of the hands in an action."""
_POSE = 7
_LAG = (0.12, 0.3)
"""How far the robot may be behind its waypoint before that waits [m], [rad]."""
_SLACK = (0.05, 0.1)
"""How far the robot may stand from its place without taking its hands along [m], [rad]: arms make up for it."""


class WalkingG1Env(BatchedEnv):
    """G1 with the end effectors `left`, `right` and `body`.

    A waypoint of the body is where the robot stands: a pose on the ground, turned about the vertical. It becomes the
    velocities of an action. Those of the hands are in the environment's frame; where the robot is farther from its
    place than the arms make up for, they go along with it. The fingers of a hand, and the height of the hips, are what
    an end effector's gripper does.
    """

    closing_time = 0.5
    navigates = True

    def __init__(self, env: Any, success_term: "TerminationTermCfg | None", info: dict):
        super().__init__(env, success_term, info)
        if sorted(self.eef_names) != sorted((*_HANDS, BODY)):
            raise ConfigError(
                f"end effectors are {', '.join(self.eef_names)}, but must be left, right and {BODY} to walk",
                where="subtask_configs",
                remedy="Add them, or leave use_navigation_controller out.",
            )
        joints = hand_joints(env)
        first = len(_HANDS) * _POSE
        columns = {
            **{hand: [first + at for at, name in enumerate(joints) if name.startswith(hand)] for hand in _HANDS},
            BODY: [self.action_dim - 1],
        }
        self.pose_action_dim, self.gripper_dim = _POSE, max(map(len, columns.values()))
        self._order = [self.eef_names.index(name) for name in (*_HANDS, BODY)]
        # Where the numbers of all grippers, side by side, are in an action.
        where = [
            (eef * self.gripper_dim + at, column)
            for eef, name in enumerate(self.eef_names)
            for at, column in enumerate(columns[name])
        ]
        self._numbers, self._columns = torch.tensor(where, device=self.device).unbind(dim=1)
        self._walk = Walk(self.num_envs, self.device)

    # -- the contract

    def eef_pose(self) -> torch.Tensor:
        hands = [self.env.get_robot_eef_pose(name) for name in _HANDS]
        return self._in_order(torch.stack([*hands, _on_ground(place_of(self.env))], dim=1))

    def target_to_action(
        self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        target = target[:, self._order]
        here, goal = place_of(self.env), _place(target[:, 2])
        hands = command_to(target[:, :2], _carried(target[:, :2], goal, here), None, relative=False)
        velocity = self._walk.velocity(here, goal)
        if noise is not None:
            noise = noise[:, self._order]
            hands, velocity = hands + noise[:, :2], torch.where(velocity == 0.0, 0.0, velocity + noise[:, 2, :3])
        action = torch.zeros(self.num_envs, self.action_dim, device=self.device)
        action[:, : len(_HANDS) * _POSE] = hands.flatten(1)
        action[:, -4:-1] = velocity
        action[:, self._columns] = gripper.flatten(1)[:, self._numbers]
        return action

    def is_behind(self, target: torch.Tensor) -> torch.Tensor:
        here, goal = place_of(self.env), _place(target[:, self._order[2]])
        far = (here[:, :2] - goal[:, :2]).norm(dim=1) > _LAG[0]
        return far | (turn(here[:, 2] - goal[:, 2]).abs() > _LAG[1])

    def action_to_target(self, action: torch.Tensor) -> torch.Tensor:
        """Return target poses. A robot is where it was told to be: its velocities say no place."""
        current = self.eef_pose()[:, self._order]
        hands = target_of(current[:, :2], action[:, : len(_HANDS) * _POSE].unflatten(1, (2, _POSE)), None, False)
        return self._in_order(torch.cat([hands, current[:, 2:]], dim=1))

    def action_to_gripper(self, action: torch.Tensor) -> torch.Tensor:
        numbers = action.new_zeros(*action.shape[:-1], len(self.eef_names) * self.gripper_dim)
        numbers[..., self._numbers] = action[..., self._columns]
        return numbers.unflatten(-1, (len(self.eef_names), self.gripper_dim))

    def _own_signals(self) -> dict[str, torch.Tensor]:
        """Return an empty dictionary: upstream's environment has no signals."""
        return {}

    # -- driving

    @cached_property
    def synergy(self) -> SynergyTable:
        """How the hands close; the joints in the action's order."""
        return SYNERGY.table(hand_joints(self.env), self.eef_names, self.device)

    def grip(self, closed: torch.Tensor) -> torch.Tensor:
        first = len(_HANDS) * _POSE
        action = torch.zeros(self.action_dim, device=self.device)
        action[first:-4], action[-1] = self.synergy.positions(closed), HIP_HEIGHT
        return self.action_to_gripper(action)

    # -- simulation

    def step(self, action: torch.Tensor) -> None:
        super().step(action)
        self._walk.note(action[:, -4:-1])

    def memory(self) -> list[torch.Tensor]:
        return [*super().memory(), self._walk.walks]

    def reset(self, env_ids: torch.Tensor, keys: torch.Tensor) -> None:
        super().reset(env_ids, keys)
        self._walk.reset(env_ids)

    def restore(self, state: dict[str, torch.Tensor], env_ids: torch.Tensor) -> None:
        super().restore(state, env_ids)
        self._walk.reset(env_ids)

    def _in_order(self, poses: torch.Tensor) -> torch.Tensor:
        """Return poses of left, right and body in the order of the end effectors: (num_envs, 3, 4, 4)."""
        found = torch.empty_like(poses)
        found[:, self._order] = poses
        return found


def _on_ground(place: torch.Tensor) -> torch.Tensor:
    """Return places, (N, 3), as poses: (N, 4, 4) [m]."""
    x, y, yaw = place.unbind(dim=1)
    zero, half = torch.zeros_like(x), 0.5 * yaw
    quat = torch.stack([zero, zero, half.sin(), half.cos()], dim=1)
    return rotations.pose_from_quat(torch.stack([x, y, zero], dim=1), quat)


def _place(pose: torch.Tensor) -> torch.Tensor:
    """Return where poses stand on the ground: (N, 4, 4) -> (N, 3)."""
    yaw = torch.atan2(pose[:, 1, 0], pose[:, 0, 0])
    return torch.cat([pose[:, :2, 3], yaw[:, None]], dim=1)


def _carried(target: torch.Tensor, goal: torch.Tensor, here: torch.Tensor) -> torch.Tensor:
    """Take the hands' targets along where the robot is not near its place.

    Args:
        target: (N, 2, 4, 4) [m].
        goal: (N, 3) where the robot is to stand.
        here: (N, 3) where it stands.
    """
    gap, angle = here[:, :2] - goal[:, :2], turn(here[:, 2] - goal[:, 2])
    beyond = (1.0 - _SLACK[0] / gap.norm(dim=1).clamp_min(1e-9)).clamp_min(0.0)
    turned = angle * (1.0 - _SLACK[1] / angle.abs().clamp_min(1e-9)).clamp_min(0.0)
    moved = torch.cat([goal[:, :2] + beyond[:, None] * gap, (goal[:, 2] + turned)[:, None]], dim=1)
    motion = _on_ground(moved) @ math_utils.pose_inv(_on_ground(goal))
    return motion[:, None] @ target
