# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A scripted demonstrator: its left hand takes the pipe and gives it in the air to the right one, which lays it into
the blue bin.

Upstream's policies see by a camera; the script knows where the objects are.
"""

from dataclasses import dataclass

import torch

from ...envs import BatchedEnv
from ..gr1t2.motions import Begun, HandStyle, TwoHandScript, between

HOME, STAY, BEHIND, BESIDE, AT, UP, GIVE, OVER, DOWN, OFF = range(10)
"""Where a hand goes: home; nowhere; from behind and beside to the pipe; up; where the pipe changes hands; over the bin,
turning the pipe level; down into it; away from the pipe."""

_LOOSE, _CLOSED = 0.05, 1.0
"""How far a hand is closed when it reaches for the pipe, and when it holds it."""
_HOLD = (-0.054, 0.09, 0.0)
"""From the right wrist to the middle of what it holds, in the frame of a hand that points ahead [m]."""
_AROUND = {
    BEHIND: (0.04, -0.10, 0.0),
    BESIDE: (0.03, 0.0, 0.0),
    OFF: (0.10, -0.04, 0.0),
}
"""Shifts of the wrist from where it grasps [m], mirrored for the left hand."""


@dataclass(frozen=True)
class PipePlan:
    """Where the hands are when they do something."""

    along: tuple[float, float] = (0.215, 0.115)
    """How far from the pipe's frame the left and the right hand grasp it [m]."""
    take_yaw: tuple[float, float] = (-0.3, -0.2)
    """How far the hands are turned outward where they grasp [rad]."""
    give: tuple[float, float, float] = (0.02, 0.38, 1.15)
    """Where the left hand holds the pipe when it gives it away [m]."""
    put_yaw: float = -1.0
    """How far the right hand is turned outward where it puts the pipe: inward [rad]."""
    put_roll: float = 1.5
    """How far its palm is turned downward there [rad]."""
    put: tuple[float, float, float] = (0.03, 0.04, 0.06)
    """Where it holds the pipe then, from the bin's frame [m]."""


class ScriptedPipeHandover(TwoHandScript):
    """Scripted demonstrator of upstream's exhaust-pipe task with GR1T2.

    Args:
        env: An exhaust-pipe environment.
        seed: Seed of all random numbers.
        style: Properties of the motion.
        plan: Where the hands are.

    Raises:
        DeviceError: The objects are the cloud's, whose sizes are others.
    """

    motions = (
        # left, right, how far they are closed, steps
        (STAY, STAY, _LOOSE, 0.0, 5),
        (BEHIND, STAY, _LOOSE, 0.0, 24),
        (BESIDE, STAY, _LOOSE, 0.0, 18),
        (AT, STAY, _LOOSE, 0.0, 12),
        (STAY, STAY, _CLOSED, 0.0, 14),
        (UP, STAY, _CLOSED, 0.0, 18),
        (GIVE, STAY, _CLOSED, _LOOSE, 28),
        (STAY, BEHIND, _CLOSED, _LOOSE, 26),
        (STAY, BESIDE, _CLOSED, _LOOSE, 18),
        (STAY, AT, _CLOSED, _LOOSE, 12),
        (STAY, STAY, _CLOSED, _CLOSED, 14),
        (STAY, STAY, 0.0, _CLOSED, 14),
        (OFF, STAY, 0.0, _CLOSED, 16),
        (HOME, OVER, 0.0, _CLOSED, 40),
        (STAY, DOWN, 0.0, _CLOSED, 18),
        (STAY, STAY, 0.0, 0.0, 14),
        (STAY, UP, 0.0, 0.0, 18),
    )
    home_angles = ((0.105, 0.214), (0.0, 0.0))
    free = (BEHIND, GIVE, HOME)

    def __init__(self, env: BatchedEnv, seed: int, style: HandStyle | None = None, plan: PipePlan | None = None):
        super().__init__(env, seed, style)
        self._plan = plan = plan or PipePlan()
        d, names = env.device, ("blue_exhaust_pipe", "blue_sorting_bin")
        self._objects = torch.tensor([env.object_names.index(name) for name in names], device=d)
        self._hold = torch.tensor(_HOLD, device=d)
        self._along = torch.tensor(plan.along, device=d)
        zero = torch.zeros(env.num_envs, 2, device=d)
        self._take = torch.stack([torch.tensor(plan.take_yaw, device=d) + zero, zero], dim=-1)
        self._level = torch.stack([zero + plan.put_yaw, zero + plan.put_roll], dim=-1)
        self._give, self._put = torch.tensor(plan.give, device=d), torch.tensor(plan.put, device=d)
        self._shift = {kind: torch.tensor(shift, device=d) for kind, shift in _AROUND.items()}

    def ends(self, begun: Begun) -> tuple[torch.Tensor, torch.Tensor]:
        style, kinds, demo, before = self._style, begun.kinds, begun.demo, self._angles_end
        pipe, into = self._env.object_pose()[:, self._objects].unbind(dim=1)
        beside = style.offset * (2.0 * demo[:, 1:7].view(-1, 2, 3) - 1.0)
        spread = style.spread * (2.0 * demo[:, 7:9] - 1.0)
        spread = torch.cat([spread, torch.zeros_like(spread[:, :1])], dim=-1)[:, None]
        # Where the pipe is held; it may be inclined.
        held = pipe[:, None, :3, 3] + self._along[:, None] * pipe[:, None, :3, 2]
        grasp = held - self.outward(self._hold, self._take) + beside
        goal = into[:, None, :3, 3] + self._put + spread - self.outward(self._hold, self._level)
        up = torch.zeros_like(goal)
        up[..., 2] = between(style.lift, demo[:, 11])[:, None]
        where = {
            HOME: (self._home.expand_as(goal), self._home_angles.expand_as(before)),
            BEHIND: (grasp + self.outward(self._shift[BEHIND], self._take), self._take),
            BESIDE: (grasp + self.outward(self._shift[BESIDE], self._take), self._take),
            AT: (grasp, self._take),
            UP: (self._end + up, before),
            GIVE: (self._give + spread - self.outward(self._hold, self._take), self._take),
            OVER: (goal + up, self._level),
            DOWN: (goal, self._level),
            OFF: (self._end + self.outward(self._shift[OFF], before), before),
        }
        return self.chosen(kinds, where)
