# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A scripted demonstrator that pours with its left hand, and puts the beaker in the bin while the right hand puts the
bowl on the scale.

Upstream's policies see by a camera; the script knows where the objects are.
"""

from dataclasses import dataclass

import torch

from ...envs import BatchedEnv
from ..gr1t2.motions import Begun, HandStyle, TwoHandScript, between
from .local_scene import BEAKER_HEIGHT, BEAKER_RADIUS, BOWL_HEIGHT, BOWL_RADIUS

HOME, STAY, BEHIND, BESIDE, AT, UP, READY, POUR, CLEAR, OVER, DOWN, FREE, BACK = range(13)
"""Where a hand goes: home; nowhere; from behind and beside to its object; up; to the bowl, tilt, and away from it; over
where the object belongs; down to it; up from it, and back."""

_LOOSE, _BEAKER, _BOWL = 0.2, 0.85, 0.55
"""How far a hand is closed when it reaches for something, and when it holds beaker and bowl. Farther closed, the four
fingers would push the bowl out past the thumb."""

_AROUND = {
    BEHIND: (0.02, -0.10, 0.01),
    BESIDE: (0.02, 0.0, 0.0),
    CLEAR: (-0.12, 0.0, 0.0),
    FREE: (0.0, 0.0, 0.17),
    BACK: (0.03, -0.12, 0.0),
}
"""Shifts of the right wrist [m], mirrored for the left one; CLEAR is along the environment's axes, of the left hand."""


@dataclass(frozen=True)
class PourPlan:
    """Where the hands are when they do something, in the frame of a right hand that points ahead."""

    palm: float = 0.03
    """From the wrist to the surface of the palm, sideways [m]."""
    crook: float = 0.055
    """From the wrist to where the thumb touches what is held, ahead [m]."""
    beaker_height: float = 0.07
    """Where the beaker is grasped, above its frame [m]."""
    bowl_height: float = 0.045
    """The same of the bowl [m]."""
    pick_yaw: tuple[float, float] = (0.0, 0.3)
    """How far the left and the right hand are turned outward where they grasp [rad]."""
    pour_yaw: float = -0.5
    """How far the left hand is turned outward when it pours [rad]."""
    pour_roll: float = 2.5
    """How far it is tilted then [rad]."""
    ready_roll: float = 0.9
    """How far it is tilted before [rad]."""
    short: float = 0.025
    """How far the middle of the beaker's mouth stays before that of the bowl [m]."""
    above: float = 0.04
    """How far it is above the bowl's rim [m]."""
    put_yaw: tuple[float, float] = (0.3, 0.6)
    """How far the hands are turned outward where they put their objects [rad]."""
    on_scale: tuple[float, float, float] = (0.005, -0.02, 0.022)
    """Where the bowl is put, from the scale's frame [m]: as near to the robot as it may stand."""
    in_bin: tuple[float, float, float] = (0.0, 0.02, 0.04)
    """Where the beaker is let go of, from the bin's frame [m]."""


class ScriptedPourer(TwoHandScript):
    """Scripted demonstrator of upstream's nut-pouring task with GR1T2.

    Args:
        env: A nut-pouring environment.
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
        (STAY, STAY, _BEAKER, 0.0, 14),
        (UP, STAY, _BEAKER, 0.0, 18),
        (READY, STAY, _BEAKER, 0.0, 26),
        (POUR, STAY, _BEAKER, 0.0, 22),
        (STAY, STAY, _BEAKER, 0.0, 10),
        (CLEAR, STAY, _BEAKER, 0.0, 24),
        (OVER, BEHIND, _BEAKER, _LOOSE, 26),
        (STAY, BESIDE, _BEAKER, _LOOSE, 18),
        (DOWN, AT, _BEAKER, _LOOSE, 14),
        (STAY, STAY, 0.0, _BOWL, 14),
        (FREE, UP, 0.0, _BOWL, 20),
        (STAY, OVER, 0.0, _BOWL, 26),
        (HOME, DOWN, 0.0, _BOWL, 18),
        (STAY, STAY, 0.0, 0.0, 14),
        (STAY, BACK, 0.0, 0.0, 16),
    )
    free = (BEHIND, READY, OVER, HOME)

    def __init__(self, env: BatchedEnv, seed: int, style: HandStyle | None = None, plan: PourPlan | None = None):
        super().__init__(env, seed, style)
        self._plan = plan = plan or PourPlan()
        names = ("sorting_beaker", "sorting_bowl", "black_sorting_bin", "sorting_scale")
        d = env.device
        self._objects = torch.tensor([env.object_names.index(name) for name in names], device=d)
        radii = torch.tensor([BEAKER_RADIUS, BOWL_RADIUS], device=d)
        heights = (plan.beaker_height, plan.bowl_height)
        # From the wrist to the point of the object's axis that the hand holds.
        self._hold = torch.stack([-(plan.palm + radii), plan.crook + radii, torch.zeros_like(radii)], dim=-1)
        self._low = torch.tensor([[0.0, 0.0, height] for height in heights], device=d)
        self._mouth = self._hold + torch.tensor([0.0, 0.0, BEAKER_HEIGHT - plan.beaker_height], device=d)
        self._short = torch.tensor([plan.short, 0.0, 0.0], device=d)
        self._only_yaw = torch.tensor([1.0, 0.0], device=d)
        self._pick, self._put = (torch.tensor(yaws, device=d) for yaws in (plan.pick_yaw, plan.put_yaw))
        self._goals = torch.tensor([plan.in_bin, plan.on_scale], device=d)
        self._shift = {kind: torch.tensor(shift, device=d) for kind, shift in _AROUND.items()}

    def ends(self, begun: Begun) -> tuple[torch.Tensor, torch.Tensor]:
        plan, style, kinds, demo = self._plan, self._style, begun.kinds, begun.demo
        objects = self._env.object_pose()[:, self._objects, :3, 3]
        things, places = objects[:, :2], objects[:, 2:]
        before = self._angles_end
        zero = torch.zeros_like(before[..., 0])
        pick, put = (torch.stack([yaw + zero, zero], dim=-1) for yaw in (self._pick, self._put))
        beside = style.offset * (2.0 * demo[:, 1:7].view(-1, 2, 3) - 1.0)
        grasp = things + self._low - self.outward(self._hold, pick) + beside
        spread = style.spread * (2.0 * demo[:, 7:11].view(-1, 2, 2) - 1.0)
        spread = torch.cat([spread, zero[..., None]], dim=-1)
        goal = places + self._goals + spread + self._low - self.outward(self._hold, put)
        up = torch.zeros_like(goal)
        up[..., 2] = between(style.lift, demo[:, 11])[:, None]
        tilts = {
            kind: torch.stack([plan.pour_yaw + zero, roll + zero], dim=-1)
            for kind, roll in ((READY, plan.ready_roll), (POUR, plan.pour_roll))
        }
        where = {
            HOME: (self._home.expand_as(goal), torch.zeros_like(before)),
            BEHIND: (grasp + self.outward(self._shift[BEHIND], pick), pick),
            BESIDE: (grasp + self.outward(self._shift[BESIDE], pick), pick),
            AT: (grasp, pick),
            UP: (self._end + up, before),
            READY: (self._above(things[:, 1], tilts[READY], 0.04), tilts[READY]),
            POUR: (self._above(things[:, 1], tilts[POUR], 0.0), tilts[POUR]),
            CLEAR: (self._above(things[:, 1], tilts[READY], 0.1) + self._shift[CLEAR], pick),
            OVER: (goal + up * 0.7, put),
            DOWN: (goal, put),
            FREE: (self._end + self._shift[FREE], before),
            BACK: (self._end + self.outward(self._shift[BACK], before), before),
        }
        return self.chosen(kinds, where)

    def _above(self, bowl: torch.Tensor, tilt: torch.Tensor, more: float) -> torch.Tensor:
        """Return where wrists are when the beaker's mouth is at the bowl: (num_envs, 2, 3) [m].

        Args:
            bowl: (num_envs, 3) the bowl's position [m].
            tilt: (num_envs, 2, 2) the hands' angles [rad].
            more: How much higher than for pouring [m].
        """
        point = bowl[:, None] + self.outward(self._short, tilt * self._only_yaw)
        point[..., 2] += BOWL_HEIGHT + self._plan.above + more
        return point - self.outward(self._mouth, tilt)
