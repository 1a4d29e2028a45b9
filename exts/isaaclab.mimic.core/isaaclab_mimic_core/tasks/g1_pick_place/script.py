# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A scripted demonstrator that walks: it takes the object with the right hand, carries it to the goal, and goes back.

It uses only observations of the policy. Places, paces, paths, pauses and tremor are drawn for each demonstration and
motion from a stream of random numbers, so that a recording can be repeated exactly.
"""

import math
from dataclasses import dataclass

import torch

from ... import randomness
from ...devices.device import TeleopDevice
from ...envs import BatchedEnv
from ...robots.g1.hands import HIP_HEIGHT, SYNERGY
from ...robots.g1.navigation import Walk, place_of, put_at, seen_from
from ...robots.synergy import hand_joints
from ..local_objects import check_objects

CARRY, BEFORE, AT, UP, OVER, DOWN, STAY, ASIDE = range(8)
"""Where the right hand goes: to the body; beside the object; to it; up; over the goal; down to it; nowhere; off."""
HERE, OBJECT, GOAL, HOME = range(4)
"""Where the robot goes: nowhere; before the object; before the goal; back to the middle."""

_MOTIONS = (
    # hand, robot, whether the hand is closed, steps
    (CARRY, HERE, 0, 30),
    (CARRY, OBJECT, 0, 20),
    (BEFORE, HERE, 0, 45),
    (AT, HERE, 0, 35),
    (STAY, HERE, 1, 30),
    (UP, HERE, 1, 35),
    (CARRY, HERE, 1, 35),
    (CARRY, GOAL, 1, 20),
    (OVER, HERE, 1, 50),
    (DOWN, HERE, 1, 35),
    (STAY, HERE, 1, 8),
    (STAY, HERE, 0, 30),
    (ASIDE, HERE, 0, 30),
    (CARRY, HERE, 0, 40),
    (CARRY, HOME, 0, 20),
    (CARRY, HERE, 0, 20),
)
_REST = ((0.17, 0.16, 0.93), (0.17, -0.16, 0.93))
"""Where the left and the right wrist are when the robot walks [m]: ahead, to the left of it, and above the object."""
_CARRY = (0.23, -0.17, 0.89)
"""The same of a hand with the object."""
_GRASP = (-0.10, -0.05, 0.09)
"""From the object to the right wrist when it grasps: ahead, to the left and up of a robot that looks along y [m]."""
_BESIDE, _ASIDE = (-0.02, -0.10, 0.0), (-0.02, -0.11, 0.0)
"""Shifts of the wrist from where it grasps, before and after it [m]."""
_BEFORE_OBJECT = (0.33, -0.12)
"""Where the object is for a robot that stands before it: ahead and to the left [m]."""
_GOAL = (0.50, 0.45)
"""Where the object is put [m]."""
_HOME = (0.0, 0.05)
"""Where the robot goes in the end [m]: success wants the right hand at x < 0.26 m."""
_LONGEST = 500
"""A walk that takes longer is given up [steps]."""
_AHEAD = math.pi / 2
"""The yaw of a robot that looks along y."""


@dataclass(frozen=True)
class CarrierStyle:
    """Properties of a person's motion. Values are drawn uniformly from each range."""

    pace: tuple[float, float] = (0.9, 1.15)
    """Factor on the durations of a demonstration."""
    lift: tuple[float, float] = (0.08, 0.11)
    """Height that the object is lifted by [m]."""
    offset: float = 0.003
    """Largest distance along each axis from where the hand grasps [m]."""
    stand: float = 0.015
    """Largest distance along x and y from where the robot stands [m]."""
    spread: float = 0.015
    """Largest distance along x and y from where the object is put [m]."""
    bend: float = 0.02
    """Largest deviation of the hand's path along each axis [m]."""
    tremor: float = 0.0003
    """Standard deviation of the random displacement added at each step [m]."""


class ScriptedCarrier(TeleopDevice):
    """Scripted demonstrator of upstream's loco-manipulation task with G1.

    Args:
        env: The environments.
        seed: Seed of all random numbers.
        style: Properties of the motion.

    Raises:
        DeviceError: The object is the cloud's, or `--object-scale` has changed it: its size is another.
    """

    name = "scripted"
    live = False

    def __init__(self, env: BatchedEnv, seed: int, style: CarrierStyle | None = None):
        super().__init__()
        check_objects(env)
        self._env, self._seed, self._style = env, seed, style or CarrierStyle()
        n, d = env.num_envs, env.device
        table = torch.tensor(_MOTIONS, device=d)
        self._hands, self._places, self._grips, self._steps = table.long().unbind(dim=1)
        self._walk = Walk(n, d)
        self._fingers = SYNERGY.table(hand_joints(env.env), ("left", "right"), d)
        self._rest = torch.tensor([(*each, 0.0) for each in _REST], device=d)
        self._carry = torch.tensor((*_CARRY, 0.0), device=d)
        self._still = torch.tensor([0.0, 0.0, _AHEAD], device=d)
        self._from_object = torch.tensor(_along_y(_GRASP), device=d)
        self._beside, self._aside = (torch.tensor((*shift, 0.0), device=d) for shift in (_BESIDE, _ASIDE))
        self._before = torch.tensor([_BEFORE_OBJECT[1], -_BEFORE_OBJECT[0]], device=d)
        self._put, self._home = (torch.tensor(place, device=d) for place in (_GOAL, _HOME))
        self._stream = torch.zeros(n, dtype=torch.long, device=d)
        self._motion, self._clock, self._count = (torch.zeros_like(self._stream) for _ in range(3))
        self._start, self._end, self._bend = (torch.zeros(n, 4, device=d) for _ in range(3))
        self._wrist = torch.zeros(n, 4, device=d)  # the last target of the right one, environment's frame
        self._grasp = torch.zeros(n, 4, device=d)  # where it grasps or has grasped, seen by a robot that looks along y
        self._length, self._grip = torch.ones(n, device=d), torch.zeros(n, device=d)
        self._goal = torch.zeros(n, 3, device=d)
        self._tremor = torch.zeros(n, 3, device=d)

    @property
    def finished(self) -> torch.Tensor:
        """Whether all motions are over: (num_envs,) bool."""
        return self._motion >= len(self._hands)

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor) -> None:
        """Start new demonstrations.

        Args:
            env_ids: Environments that were just reset: (K,).
            numbers: Numbers of the demonstrations, which select their random numbers: (K,).
        """
        self._stream[env_ids] = randomness.streams(self._seed, "scripted", numbers)
        for count in (self._motion, self._clock, self._count):
            count[env_ids] = 0
        here = place_of(self._env.env)[env_ids]
        self._goal[env_ids] = here
        self._wrist[env_ids] = put_at(here, self._rest[1].expand(len(env_ids), 4))
        self._grip[env_ids] = 0.0
        self._tremor[env_ids] = 0.0
        self._walk.reset(env_ids)

    def action(self) -> torch.Tensor:
        """Return the next action for the current observations: (num_envs, action_dim)."""
        motion = self._motion.clamp_max(len(self._hands) - 1)
        here = place_of(self._env.env)
        # A hand that is at the body goes with it; else it is where it is to be, however the robot sways.
        carried = (self._hands[motion] == CARRY)[:, None]
        frame = torch.where(carried, here, self._still)
        self._enter(motion, frame)
        done = torch.where(self.finished, 1.0, ((self._clock + 1) / self._length).clamp_max(1.0))
        # Minimum jerk (Flash and Hogan, 1985).
        eased = (done**3 * (10.0 - 15.0 * done + 6.0 * done**2))[:, None]
        arc = self._bend * (16.0 * (done * (1.0 - done)) ** 2)[:, None]
        self._wrist = put_at(frame, self._start + (self._end - self._start) * eased + arc)
        self._tremor = 0.7 * self._tremor + self._style.tremor * randomness.normal(self._stream, 1000 + self._count, 3)
        wanted = self._grips[motion].float()
        grip = self._grip + (wanted - self._grip) * done
        command = self._walk.command(here, self._goal)
        self._leave(done >= 1.0, grip)
        wrists = torch.stack([put_at(here, self._rest[0].expand_as(self._wrist)), self._wrist], dim=1)
        position = wrists[..., :3].clone()
        position[:, 1] += self._tremor
        half, zero = 0.5 * wrists[..., 3], torch.zeros_like(wrists[..., 3])
        hands = torch.cat([position, torch.stack([zero, zero, half.sin(), half.cos()], dim=-1)], dim=-1).flatten(1)
        fingers = self._fingers.positions(torch.stack([torch.zeros_like(grip), grip], dim=1))
        return torch.cat([hands, fingers, command, torch.full_like(command[:, :1], HIP_HEIGHT)], dim=1)

    def _enter(self, motion: torch.Tensor, frame: torch.Tensor) -> None:
        """Find out where the motions that begin now end, and draw what is random of them."""
        style, begins = self._style, (self._clock == 0) & ~self.finished
        trait, demo = randomness.uniform(self._stream, 1 + motion, 4), randomness.uniform(self._stream, 0, 12)
        hand, place = self._hands[motion], self._places[motion]
        self._goal = torch.where(begins[:, None], self._place(place, demo), self._goal)
        seen = self._env.observations()["object_pos"]
        beside = style.offset * (2.0 * demo[:, 1:4] - 1.0)
        # Where it would grasp the object where that is now, and where it has to be to put it at the goal.
        takes = begins & (hand == BEFORE)
        self._grasp = torch.where(takes[:, None], self._at(seen + self._from_object + beside), self._grasp)
        goal = self._put + style.spread * (2.0 * demo[:, 4:6] - 1.0)
        puts = self._at(torch.cat([goal, seen[:, 2:]], dim=1) + self._from_object + beside)
        puts[:, 2] = self._grasp[:, 2]
        self._grasp = torch.where((begins & (hand == OVER))[:, None], puts, self._grasp)
        lift = torch.zeros_like(self._grasp)
        lift[:, 2] = style.lift[0] + (style.lift[1] - style.lift[0]) * demo[:, 6]
        holds = self._grips[motion].bool()[:, None]
        start = seen_from(frame, self._wrist)
        ends = {
            CARRY: torch.where(holds, self._carry, self._rest[1]),
            BEFORE: self._grasp + self._beside,
            AT: self._grasp,
            UP: self._grasp + lift,
            OVER: self._grasp + lift,
            DOWN: self._grasp,
            STAY: start,
            ASIDE: self._grasp + self._aside,
        }
        end = start
        for kind, where in ends.items():
            end = torch.where((hand == kind)[:, None], where, end)
        free = ((hand == BEFORE) | (hand == OVER))[:, None]
        bend = torch.nn.functional.pad(style.bend * (2.0 * trait[:, 1:4] - 1.0), (0, 1))
        pace = style.pace[0] + (style.pace[1] - style.pace[0]) * demo[:, 0]
        pace = pace * (style.pace[0] + (style.pace[1] - style.pace[0]) * trait[:, 0])
        new = begins[:, None]
        self._start, self._end = torch.where(new, start, self._start), torch.where(new, end, self._end)
        self._bend = torch.where(new, torch.where(free, bend, 0.0), self._bend)
        self._length = torch.where(begins, (self._steps[motion] * pace).round().clamp_min(1.0), self._length)

    def _place(self, place: torch.Tensor, demo: torch.Tensor) -> torch.Tensor:
        """Return where the robot is to stand: (num_envs, 3)."""
        seen = self._env.observations()["object_pos"]
        before = self._before + self._style.stand * (2.0 * demo[:, 7:9] - 1.0)
        where = {OBJECT: seen[:, :2] + before, GOAL: self._put + before, HOME: self._home.expand_as(before)}
        found = self._goal
        for kind, xy in where.items():
            there = torch.cat([xy, torch.full_like(xy[:, :1], _AHEAD)], dim=1)
            found = torch.where((place == kind)[:, None], there, found)
        return found

    def _at(self, position: torch.Tensor) -> torch.Tensor:
        """Return positions in the environment's frame as poses of a hand that points along y, seen along y."""
        pose = torch.cat([position, torch.full_like(position[:, :1], _AHEAD)], dim=1)
        return seen_from(self._still.expand(len(pose), 3), pose)

    def _leave(self, over: torch.Tensor, grip: torch.Tensor) -> None:
        over = over & ~self.finished & (~self._walk.walks | (self._clock > _LONGEST))
        self._grip = torch.where(over, grip, self._grip)
        self._clock = torch.where(over, 0, self._clock + 1)
        self._motion = self._motion + over.long()
        self._count = self._count + 1


def _along_y(shift: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return a shift ahead, to the left and up of a robot that looks along y, in the environment's frame."""
    ahead, left, up = shift
    return -left, ahead, up
