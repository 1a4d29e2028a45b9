# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A scripted demonstrator with two hands: the left brings the object to the middle, the right puts it at the goal.

It uses only observations of the policy.
"""

import torch

from ...envs import BatchedEnv
from ..gr1t2.motions import Begun, HandStyle, TwoHandScript, between
from .local_scene import GRASP_YAW

HOME, STAY, BEHIND, BESIDE, AT, HIGH, OVER, DOWN, AWAY, BACK = range(10)
"""Where a hand goes: home; nowhere; from behind and beside to the object; up; over its goal; down to it; back off."""

_LEFT_THEN_RIGHT = (
    # left, right, whether they are closed, steps
    (STAY, STAY, 0, 0, 5),
    (BEHIND, STAY, 0, 0, 24),
    (BESIDE, STAY, 0, 0, 16),
    (AT, STAY, 0, 0, 14),
    (STAY, STAY, 1, 0, 14),
    (HIGH, STAY, 1, 0, 16),
    (OVER, STAY, 1, 0, 28),
    (DOWN, STAY, 1, 0, 18),
    (STAY, STAY, 1, 0, 4),
    (STAY, STAY, 0, 0, 12),
    (AWAY, STAY, 0, 0, 12),
    (BACK, STAY, 0, 0, 18),
    (HOME, BEHIND, 0, 0, 26),
    (STAY, BESIDE, 0, 0, 16),
    (STAY, AT, 0, 0, 14),
    (STAY, STAY, 0, 1, 14),
    (STAY, HIGH, 0, 1, 16),
    (STAY, OVER, 0, 1, 30),
    (STAY, DOWN, 0, 1, 18),
    (STAY, STAY, 0, 1, 4),
    (STAY, STAY, 0, 0, 12),
    (STAY, AWAY, 0, 0, 12),
    (STAY, BACK, 0, 0, 18),
    (STAY, HOME, 0, 0, 26),
)
_GRASP = (0.05, -0.085, 0.085)
"""From the object to the right wrist when it grasps straight ahead [m]; the left hand mirrors x."""
_AROUND = {
    BEHIND: (0.13, -0.12, 0.0),
    BESIDE: (0.09, 0.0, 0.0),
    AWAY: (0.03, -0.03, 0.005),
    BACK: (0.03, -0.18, 0.02),
}
"""Shifts of the wrist from where it grasps [m], mirrored as well."""
_MIDDLE, _GOAL = (0.02, 0.40), (0.49, 0.42)
"""Where the left hand puts the object, and the right one [m]."""
_PAST_HOME = (0.05, 0.0, 0.0)
"""How much farther inward than at the start the hands end [m]."""
_PICK_YAW, _PUT_YAW = (GRASP_YAW, 0.0), (0.0, GRASP_YAW)
"""How far the left and the right hand are turned outward where they grasp, and where they put [rad]."""


class ScriptedHandover(TwoHandScript):
    """Scripted demonstrator of upstream's pick-place task with GR1T2.

    Args:
        env: A pick-place environment.
        seed: Seed of all random numbers.
        style: Properties of the motion.

    Raises:
        DeviceError: The object is the cloud's, whose size is another.
    """

    motions = _LEFT_THEN_RIGHT
    free = (HOME, BEHIND, OVER)

    def __init__(self, env: BatchedEnv, seed: int, style: HandStyle | None = None):
        super().__init__(env, seed, style)
        n, d = env.num_envs, env.device
        self._shifts = torch.zeros(10, 3, device=d)
        for kind, shift in _AROUND.items():
            self._shifts[kind] = torch.tensor(shift, device=d)
        self._grasp = torch.tensor(_GRASP, device=d)
        self._pick_yaw, self._put_yaw = torch.tensor(_PICK_YAW, device=d), torch.tensor(_PUT_YAW, device=d)
        self._goals = torch.tensor([_MIDDLE, _GOAL], device=d)
        self._past_home = torch.tensor(_PAST_HOME, device=d) * self._mirror
        self._anchor, self._yaw = torch.zeros(n, 2, 3, device=d), torch.zeros(n, 2, device=d)

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor) -> None:
        super().begin(env_ids, numbers)
        self._yaw[env_ids] = 0.0

    def ends(self, begun: Begun) -> tuple[torch.Tensor, torch.Tensor]:
        style, kinds, demo, new = self._style, begun.kinds, begun.demo, begun.new[:, None]
        seen = self._env.observations()["object_pos"]
        beside = style.offset * (2.0 * demo[:, 1:7].view(-1, 2, 3) - 1.0)
        # A hand decides where the object is when it sets out, and where it will be when it has been put.
        object_at = seen[:, None].expand(-1, 2, 3)
        decides = new & (kinds == BEHIND) & (self._grips.cumsum(0)[begun.motion] == 0)
        self._yaw = torch.where(decides, self._pick_yaw, self._yaw)
        grasp = object_at + self._outward(self._grasp, self._yaw) + beside
        self._anchor = torch.where(decides[..., None], grasp, self._anchor)
        goal = self._goals + style.spread * (2.0 * demo[:, 7:11].view(-1, 2, 2) - 1.0)
        goal = torch.cat([goal, torch.zeros_like(goal[..., :1])], dim=-1)
        goal += self._outward(self._grasp, self._put_yaw.expand_as(self._yaw)) + beside
        goal[..., 2] = self._anchor[..., 2]
        lift = torch.zeros_like(goal)
        lift[..., 2] = between(style.lift, demo[:, 11])[:, None]
        # Success wants the right hand back at x < 0.26 m, and in generated motions home moves with the object.
        home = (self._home - self._past_home).expand_as(goal)
        end = self._anchor + self._outward(self._shifts[kinds], self._yaw)
        ends = {
            HOME: home,
            STAY: self._end,
            HIGH: self._anchor + lift,
            OVER: goal + lift,
            DOWN: goal,
        }
        for kind, where in ends.items():
            end = torch.where((kinds == kind)[..., None], where, end)
        # Once the object has been put somewhere, the hand leaves from there.
        self._anchor = torch.where((new & (kinds == DOWN))[..., None], goal, self._anchor)
        puts = new & ((kinds == OVER) | (kinds == DOWN))
        self._yaw = torch.where(puts, self._put_yaw, self._yaw)
        yaw = torch.where(kinds == HOME, 0.0, torch.where(kinds == STAY, self._angles_end[..., 0], self._yaw))
        return end, _only_yaw(yaw)

    def _outward(self, shift: torch.Tensor, yaw: torch.Tensor) -> torch.Tensor:
        """Turn a shift of the right wrist outward, and mirror it for the left: (num_envs, 2, 3) [m]."""
        return self.outward(shift, _only_yaw(yaw))


def _only_yaw(yaw: torch.Tensor) -> torch.Tensor:
    """Return the angles of hands that are not tilted: (num_envs, 2) -> (num_envs, 2, 2) [rad]."""
    return torch.stack([yaw, torch.zeros_like(yaw)], dim=-1)
