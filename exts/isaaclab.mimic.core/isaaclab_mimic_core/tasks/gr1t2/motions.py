# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Scripted demonstrators with GR1T2's two hands that move like a person, in any number of environments.

A demonstration is a list of motions of both hands. Places, durations, pauses and tremor are drawn for each
demonstration and motion from a stream of random numbers, so that a recording can be repeated exactly.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import isaaclab.utils.math as math_utils
import torch

from ... import randomness
from ...devices.device import TeleopDevice
from ...envs import BatchedEnv
from ...robots.gr1t2.hands import SYNERGY
from ...robots.synergy import hand_joints
from ..local_objects import check_objects


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


@dataclass
class Begun:
    """What is known when motions begin."""

    kinds: torch.Tensor
    """(num_envs, 2) where the left and the right hand go, as the script numbers places."""
    motion: torch.Tensor
    """(num_envs,) which of the motions these are."""
    new: torch.Tensor
    """(num_envs,) bool: whose motion begins now; what is returned for others is not used."""
    demo: torch.Tensor
    """(num_envs, 12) random numbers of the demonstration, from 0 to 1."""


class TwoHandScript(TeleopDevice):
    """Scripted demonstrator with two hands. Subclasses say the motions, and where they end.

    Args:
        env: The environments.
        seed: Seed of all random numbers.
        style: Properties of the motion.

    Raises:
        DeviceError: The objects are the cloud's, or `--object-scale` has changed them: their sizes are others.
    """

    name = "scripted"
    live = False

    motions: ClassVar[tuple[tuple[int, int, float, float, int], ...]]
    """Where the left and the right hand go, how far they are closed at the end, and how long it takes [steps]."""
    home_angles: ClassVar[tuple[tuple[float, float], tuple[float, float]]] = ((0.0, 0.0), (0.0, 0.0))
    """How the left and the right hand are turned in the initial pose, as of `ends` [rad]."""
    free: ClassVar[tuple[int, ...]]
    """Places to which hands go on bent paths."""

    def __init__(self, env: BatchedEnv, seed: int, style: HandStyle | None = None):
        super().__init__()
        check_objects(env)
        self._env, self._seed, self._style = env, seed, style or HandStyle()
        n, d = env.num_envs, env.device
        table = torch.tensor(self.motions, device=d)
        self._kinds, self._grips, self._steps = table[:, :2].long(), table[:, 2:4].float(), table[:, 4].float()
        # Left, right: what is said of the right hand holds of the left one with another sign of x.
        self._mirror = torch.tensor([[-1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], device=d)
        cfg: Any = env.cfg
        idle = torch.tensor(_idle_action(cfg), device=d)
        self._home = idle[:14].view(2, 7)[:, :3]
        # Pointing ahead, the palm inward: as the right hand is at first, in all tasks.
        self._turn = idle[10:14]
        self._home_angles = torch.tensor(self.home_angles, device=d)
        # The columns of `_grip` are the left and the right hand.
        self._fingers = SYNERGY.table(hand_joints(env.env), ("left", "right"), d)
        self._bent = torch.tensor(self.free, device=d)
        self._stream = torch.zeros(n, dtype=torch.long, device=d)
        self._motion, self._clock, self._count = (torch.zeros_like(self._stream) for _ in range(3))
        self._start, self._end = torch.zeros(n, 2, 3, device=d), torch.zeros(n, 2, 3, device=d)
        self._bend, self._length = torch.zeros_like(self._end), torch.ones(n, device=d)
        self._grip = torch.zeros(n, 2, device=d)
        self._angles_start, self._angles_end = torch.zeros(2, n, 2, 2, device=d)
        self._waits, self._tremor = torch.zeros(n, device=d), torch.zeros_like(self._end)

    @abstractmethod
    def ends(self, begun: Begun) -> tuple[torch.Tensor, torch.Tensor]:
        """Return where the motions that begin now end: the wrists' positions and how the hands are turned there.

        Returns:
            (num_envs, 2, 3) of the left and the right wrist [m], environment's frame.
            (num_envs, 2, 2) angles by which each hand is turned outward, and its palm downward [rad]; with both 0 it
            points ahead, and its palm is turned inward.
        """

    def chosen(
        self, kinds: torch.Tensor, where: Mapping[int, tuple[torch.Tensor, torch.Tensor]]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return for each hand where it goes, and how it is turned there, as `ends` does.

        Args:
            kinds: (num_envs, 2) the places that are chosen.
            where: Place -> (num_envs, 2, 3) positions [m] and (num_envs, 2, 2) angles [rad]; to any other place hands
                do not move.
        """
        end, angles = self._end, self._angles_end
        for kind, (position, turned) in where.items():
            which = (kinds == kind)[..., None]
            end, angles = torch.where(which, position, end), torch.where(which, turned, angles)
        return end, angles

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
        for angles in (self._angles_start, self._angles_end):
            angles[env_ids] = self._home_angles
        self._grip[env_ids] = 0.0
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
        angles = self._angles_start + (self._angles_end - self._angles_start) * eased
        hands = torch.cat([position, self._turned(angles)], dim=-1).flatten(1)
        self._leave(left >= 1.0, grip)
        return torch.cat([hands, self._fingers.positions(grip)], dim=-1)

    def outward(self, shift: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
        """Turn shifts with the hands: (..., 3) of the right hand, mirrored for the left one -> (num_envs, 2, 3) [m].

        Args:
            shift: In the frame of a right hand that points ahead.
            angles: (num_envs, 2, 2) as of `ends` [rad].
        """
        x, y, z = shift.expand(*angles.shape[:2], 3).unbind(-1)
        yaw, roll = angles.unbind(-1)
        # The right palm looks to -x; downward, it turns about y.
        x, z = roll.cos() * x - roll.sin() * z, roll.sin() * x + roll.cos() * z
        cos, sin = yaw.cos(), yaw.sin()
        return torch.stack([cos * x + sin * y, cos * y - sin * x, z], dim=-1) * self._mirror

    def _enter(self, motion: torch.Tensor) -> None:
        """Draw what is random of the motions that begin now, and find out where they end."""
        style, begins = self._style, (self._clock == 0) & ~self.finished
        trait = randomness.uniform(self._stream, 1 + motion, 16)
        demo = randomness.uniform(self._stream, 0, 12)
        pace = between(style.pace, demo[:, 0]) * between(style.motion_pace, trait[:, 0])
        waits = torch.where(trait[:, 1] < style.hesitation, between(style.pause, trait[:, 2]).round(), 0.0)
        kinds = self._kinds[motion]
        end, angles = self.ends(Begun(kinds, motion, begins, demo))
        bend = style.bend * (2.0 * trait[:, 3:9].view(-1, 2, 3) - 1.0)
        new = begins[:, None, None]
        self._start = torch.where(new, self._end, self._start)
        self._end = torch.where(new, end, self._end)
        self._bend = torch.where(new, torch.where(torch.isin(kinds, self._bent)[..., None], bend, 0.0), self._bend)
        self._length = torch.where(begins, (self._steps[motion] * pace).round().clamp_min(1.0), self._length)
        self._waits = torch.where(begins, waits, self._waits)
        self._angles_start = torch.where(new, self._angles_end, self._angles_start)
        self._angles_end = torch.where(new, angles, self._angles_end)

    def _turned(self, angles: torch.Tensor) -> torch.Tensor:
        """Return the hands' orientations: (num_envs, 2, 2) angles -> (num_envs, 2, 4) xyzw."""
        yaw, roll = (0.5 * angles * -self._mirror[:, :1]).unbind(-1)
        zero = torch.zeros_like(yaw)
        about_z = torch.stack([zero, zero, yaw.sin(), yaw.cos()], dim=-1)
        about_y = torch.stack([zero, roll.sin(), zero, roll.cos()], dim=-1)
        return math_utils.quat_mul(about_z, math_utils.quat_mul(about_y, self._turn.expand_as(about_y)))

    def _leave(self, over: torch.Tensor, grip: torch.Tensor) -> None:
        over = over & ~self.finished
        self._grip = torch.where(over[:, None], grip, self._grip)
        self._clock = torch.where(over, 0, self._clock + 1)
        self._motion = self._motion + over.long()
        self._count = self._count + 1


def _idle_action(cfg: Any) -> list[float]:
    """Return the action that holds a task's robot in its initial pose."""
    if hasattr(cfg, "idle_action"):
        return list(cfg.idle_action)
    # Upstream's task with the waist enabled says none; its robot stands as in the other one.
    from isaaclab_tasks.contrib.pick_place.pickplace_gr1t2_env_cfg import PickPlaceGR1T2EnvCfg

    return list(PickPlaceGR1T2EnvCfg().idle_action)


def between(ends: tuple[float, float], part: torch.Tensor) -> torch.Tensor:
    """Return where a part of a range, from 0 to 1, lies in it."""
    return ends[0] + (ends[1] - ends[0]) * part
