# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A scripted demonstrator with two hands: the left brings the object to the middle, the right puts it at the goal.

It uses only observations of the policy and returns the next action. A demonstration is a list of motions of both arms.
Places, durations, pauses and tremor are drawn for each demonstration and motion from a stream of random numbers, so
that a recording can be repeated exactly.
"""

from dataclasses import dataclass
from typing import Any

import isaaclab.utils.math as math_utils
import torch

from ... import randomness
from ...devices.device import TeleopDevice
from ...envs import BatchedEnv
from ...errors import DeviceError
from ...robots.gr1t2.hands import SYNERGY
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


@dataclass(frozen=True)
class HandStyle:
    """Properties of a person's motion. Values are drawn uniformly from each range."""

    pace: tuple[float, float] = (0.9, 1.15)
    """Factor on the durations of a demonstration."""
    motion_pace: tuple[float, float] = (0.9, 1.15)
    """Factor on the duration of each motion."""
    lift: tuple[float, float] = (0.09, 0.13)
    """Height that the object is lifted by [m]."""
    offset: float = 0.003
    """Largest distance along each axis from where a hand grasps [m]."""
    spread: float = 0.01
    """Largest distance along x and y from where the object is put [m]."""
    bend: float = 0.03
    """Largest deviation of a free path along each axis [m]."""
    tremor: float = 0.0004
    """Standard deviation of the random displacement added at each step [m]."""
    hesitation: float = 0.1
    """Probability that a motion begins with a pause."""
    pause: tuple[int, int] = (3, 9)
    """Length of a pause [steps]."""


class ScriptedHandover(TeleopDevice):
    """Scripted demonstrator of upstream's pick-place task with GR1T2.

    Args:
        env: A pick-place environment.
        seed: Seed of all random numbers.
        style: Properties of the motion.

    Raises:
        DeviceError: The object is the cloud's, whose size is another.
    """

    name = "scripted"
    live = False

    def __init__(self, env: BatchedEnv, seed: int, style: HandStyle | None = None):
        super().__init__()
        if env.info["assets"] != "local":
            raise DeviceError(
                "the script grasps the local object, not the cloud's",
                where="--teleop-device scripted",
                remedy="Use --assets local.",
            )
        self._env, self._seed, self._style = env, seed, style or HandStyle()
        n, d = env.num_envs, env.device
        self._rows = torch.arange(n, device=d)
        table = torch.tensor(_LEFT_THEN_RIGHT, device=d)
        self._kinds, self._grips, self._steps = table[:, :2], table[:, 2:4].float(), table[:, 4]
        self._shifts = torch.zeros(10, 3, device=d)
        for kind, shift in _AROUND.items():
            self._shifts[kind] = torch.tensor(shift, device=d)
        # Left, right.
        self._mirror = torch.tensor([[-1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], device=d)
        self._grasp = torch.tensor(_GRASP, device=d)
        self._pick_yaw, self._put_yaw = torch.tensor(_PICK_YAW, device=d), torch.tensor(_PUT_YAW, device=d)
        self._goals = torch.tensor([_MIDDLE, _GOAL], device=d)
        idle = torch.tensor(_idle_action(env), device=d)
        self._home, self._turn = idle[:14].view(2, 7)[:, :3], idle[:14].view(2, 7)[:, 3:]
        # The columns of `_grip` are the left and the right hand.
        term: Any = env.env.action_manager.get_term("upper_body_ik")
        self._fingers = SYNERGY.table(term._hand_joint_names, ("left", "right"), d)
        self._past_home = torch.tensor(_PAST_HOME, device=d) * self._mirror
        self._free = torch.tensor((HOME, BEHIND, OVER), device=d)
        self._stream = torch.zeros(n, dtype=torch.long, device=d)
        self._motion, self._clock, self._count = (torch.zeros_like(self._stream) for _ in range(3))
        self._start, self._end = torch.zeros(n, 2, 3, device=d), torch.zeros(n, 2, 3, device=d)
        self._bend, self._length = torch.zeros_like(self._end), torch.ones(n, device=d)
        self._anchor, self._grip = torch.zeros_like(self._end), torch.zeros(n, 2, device=d)
        self._yaw, self._yaw_start, self._yaw_end = torch.zeros(3, n, 2, device=d)
        self._waits, self._tremor = torch.zeros(n, device=d), torch.zeros_like(self._end)

    @property
    def finished(self) -> torch.Tensor:
        """Whether all motions are over: (num_envs,) bool."""
        return self._motion >= len(self._kinds)

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor) -> None:
        """Start new demonstrations.

        Args:
            env_ids: Environments that were just reset: (K,).
            numbers: Numbers of the demonstrations, which select their random numbers: (K,).
        """
        self._stream[env_ids] = randomness.streams(self._seed, "scripted", numbers)
        for count in (self._motion, self._clock, self._count):
            count[env_ids] = 0
        for position in (self._start, self._end):
            position[env_ids] = self._home
        for angle in (self._grip, self._yaw, self._yaw_start, self._yaw_end):
            angle[env_ids] = 0.0
        self._tremor[env_ids] = 0.0

    def action(self) -> torch.Tensor:
        """Return the next action for the current observations: (num_envs, action_dim)."""
        motion = self._motion.clamp_max(len(self._kinds) - 1)
        self._enter(motion)
        left = (self._clock + 1 - self._waits).clamp_min(0.0) / self._length
        # Who has finished stays at the end of the last motion.
        left = torch.where(self.finished, 1.0, left)
        done = left.clamp_max(1.0)[:, None, None]
        # Minimum jerk (Flash and Hogan, 1985).
        eased = done**3 * (10.0 - 15.0 * done + 6.0 * done**2)
        arc = self._bend * (16.0 * (done * (1.0 - done)) ** 2)
        kick = self._style.tremor * randomness.normal(self._stream, 1000 + self._count, 6).view(-1, 2, 3)
        self._tremor = 0.7 * self._tremor + kick
        position = self._start + (self._end - self._start) * eased + arc + self._tremor
        wanted = torch.where(self.finished[:, None], 0.0, self._grips[motion])
        grip = self._grip + (wanted - self._grip) * done[:, :, 0]
        fingers = self._fingers.positions(grip)
        outward = self._yaw_start + (self._yaw_end - self._yaw_start) * eased[..., 0]
        hands = torch.cat([position, self._turned(outward)], dim=-1).flatten(1)
        self._leave(left >= 1.0, grip)
        return torch.cat([hands, fingers], dim=-1)

    def _enter(self, motion: torch.Tensor) -> None:
        """Draw what is random of the motions that begin now, and find out where they end."""
        style, begins = self._style, (self._clock == 0) & ~self.finished
        trait = randomness.uniform(self._stream, 1 + motion, 16)
        demo = randomness.uniform(self._stream, 0, 12)
        pace = _between(style.pace, demo[:, 0]) * _between(style.motion_pace, trait[:, 0])
        waits = torch.where(trait[:, 1] < style.hesitation, _between(style.pause, trait[:, 2]).round(), 0.0)
        seen = self._env.observations()["object_pos"]
        beside = style.offset * (2.0 * demo[:, 1:7].view(-1, 2, 3) - 1.0)
        kinds = self._kinds[motion]
        # A hand decides where the object is when it sets out, and where it will be when it has been put.
        object_at = seen[:, None].expand(-1, 2, 3)
        decides = begins[:, None] & (kinds == BEHIND) & (self._grips.cumsum(0)[motion] == 0)
        self._yaw = torch.where(decides, self._pick_yaw, self._yaw)
        grasp = object_at + self._outward(self._grasp, self._yaw) + beside
        self._anchor = torch.where(decides[..., None], grasp, self._anchor)
        goal = self._goals + style.spread * (2.0 * demo[:, 7:11].view(-1, 2, 2) - 1.0)
        goal = torch.cat([goal, torch.zeros_like(goal[..., :1])], dim=-1)
        goal += self._outward(self._grasp, self._put_yaw.expand_as(self._yaw)) + beside
        goal[..., 2] = self._anchor[..., 2]
        lift = torch.zeros_like(goal)
        lift[..., 2] = _between(style.lift, demo[:, 11])[:, None]
        # Success wants the right hand back at x < 0.26 m, and in generated motions home moves with the object.
        home = (self._home - self._past_home).expand_as(goal)
        around = self._anchor + self._outward(self._shifts[kinds], self._yaw)
        ends = {
            HOME: home,
            STAY: self._end,
            HIGH: self._anchor + lift,
            OVER: goal + lift,
            DOWN: goal,
        }
        end = around
        for kind, where in ends.items():
            end = torch.where((kinds == kind)[..., None], where, end)
        bend = style.bend * (2.0 * trait[:, 3:9].view(-1, 2, 3) - 1.0)
        free = torch.isin(kinds, self._free)[..., None]
        new = begins[:, None, None]
        self._start = torch.where(new, self._end, self._start)
        self._end = torch.where(new, end, self._end)
        self._bend = torch.where(new, torch.where(free, bend, 0.0), self._bend)
        self._length = torch.where(begins, (self._steps[motion] * pace).round().clamp_min(1.0), self._length)
        self._waits = torch.where(begins, waits, self._waits)
        # Once the object has been put somewhere, the hand leaves from there.
        self._anchor = torch.where(new & (kinds == DOWN)[..., None], goal, self._anchor)
        puts = begins[:, None] & ((kinds == OVER) | (kinds == DOWN))
        self._yaw = torch.where(puts, self._put_yaw, self._yaw)
        self._yaw_start = torch.where(begins[:, None], self._yaw_end, self._yaw_start)
        turned = torch.where(kinds == HOME, 0.0, torch.where(kinds == STAY, self._yaw_end, self._yaw))
        self._yaw_end = torch.where(begins[:, None], turned, self._yaw_end)

    def _outward(self, shift: torch.Tensor, yaw: torch.Tensor) -> torch.Tensor:
        """Turn a shift of the right wrist outward, and mirror it for the left: (num_envs, 2, 3) [m]."""
        x, y, z = shift.expand(*yaw.shape, 3).unbind(-1)
        cos, sin = yaw.cos(), yaw.sin()
        return torch.stack([cos * x + sin * y, cos * y - sin * x, z], dim=-1) * self._mirror

    def _turned(self, yaw: torch.Tensor) -> torch.Tensor:
        """Return the hands' orientations, turned outward: (num_envs, 2, 4) xyzw."""
        half = 0.5 * yaw * -self._mirror[:, 0]
        zero = torch.zeros_like(half)
        about_z = torch.stack([zero, zero, half.sin(), half.cos()], dim=-1)
        return math_utils.quat_mul(about_z, self._turn.expand_as(about_z))

    def _leave(self, over: torch.Tensor, grip: torch.Tensor) -> None:
        over = over & ~self.finished
        self._grip = torch.where(over[:, None], grip, self._grip)
        self._clock = torch.where(over, 0, self._clock + 1)
        self._motion = self._motion + over.long()
        self._count = self._count + 1


def _idle_action(env: BatchedEnv) -> list[float]:
    """Return upstream's action that holds the robot in its initial pose."""
    cfg: Any = env.cfg
    return list(cfg.idle_action)


def _between(ends: tuple[float, float], part: torch.Tensor) -> torch.Tensor:
    return ends[0] + (ends[1] - ends[0]) * part
