# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A scripted demonstrator that stacks the cubes like a person, in any number of environments.

It uses only observations of the policy (`eef_pos`, `eef_quat`, `object`) and returns the next action. Demonstrations
differ from each other: properties of the motion (`MotionStyle`) are drawn for each demonstration and phase from a
stream of random numbers, so that a recording can be repeated exactly.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import isaaclab.utils.math as math_utils
import torch

from ... import randomness, rotations
from ...devices.device import TeleopDevice
from ...envs import BatchedEnv
from .local_scene import CUBE_EDGE

APPROACH, DESCEND, CLOSE, LIFT, CARRY, LOWER, SETTLE, OPEN, RETREAT = range(9)
PHASES = 9
_PLACEMENTS = ((1, 0), (2, 1))
"""Indices of the upper and the lower cube: red on blue, then green on red."""
_RISE = 1.2
"""How high a cube is lifted, in heights of the hover."""

_WAITS = (CLOSE, SETTLE, OPEN)
_PRECISE = (DESCEND, LOWER)
_RISES = (LIFT, RETREAT)
_HEADINGS = tuple(k * math.pi / 2 for k in range(-2, 3))
"""Equivalent headings of a cube [rad]: it looks the same after a quarter turn."""


@dataclass(frozen=True)
class MotionStyle:
    """Properties of a person's motion. Values are drawn uniformly from each range."""

    speed: tuple[float, float] = (0.055, 0.095)
    """Maximum distance of the target position from the hand [m], drawn for each demonstration."""
    phase_speed: tuple[float, float] = (0.8, 1.2)
    """Factor on the speed, drawn for each phase."""
    bend: float = 0.25
    """Maximum sideways deviation of a free path, as a fraction of the remaining distance."""
    hover: tuple[float, float] = (0.09, 0.13)
    """Height above a cube at the end of the approach and after lifting [m]."""
    offset: float = 0.002
    """Maximum distance from the cube's center at which it is grasped or placed [m]."""
    tilt: float = 0.06
    """Maximum difference between the headings of hand and cube [rad]."""
    tremor: float = 0.0006
    """Standard deviation of the random displacement added at each step [m]."""
    hesitation: float = 0.15
    """Probability that a phase begins with a pause."""
    pause: tuple[int, int] = (3, 9)
    """Length of a pause [steps]."""
    wait: tuple[int, int] = (4, 7)
    """Time for the gripper to close or open, and for a cube to settle before its release [steps]."""


class ScriptedStacker(TeleopDevice):
    """Scripted demonstrator of the stack task with a Franka.

    Args:
        env: A stack environment with relative or absolute actions.
        seed: Seed of all random numbers.
        style: Properties of the motion.
        placements: Indices of the upper and the lower object, in order.
        heights: Height of each upper object's frame above the lower one's [m].
    """

    name = "scripted"
    live = False
    rise = _RISE
    """How high an object is lifted, in heights of the hover."""
    gripper = (1.0, -1.0)
    """What opens the gripper, and what closes it."""

    def __init__(
        self,
        env: BatchedEnv,
        seed: int,
        style: MotionStyle | None = None,
        placements: Sequence[tuple[int, int]] = _PLACEMENTS,
        heights: Sequence[float] = (CUBE_EDGE,) * len(_PLACEMENTS),
    ):
        super().__init__()
        self._env = env
        self._seed = seed
        self._style = style or MotionStyle()
        n, d = env.num_envs, env.device
        self._rows = torch.arange(n, device=d)
        self._stream = torch.zeros(n, dtype=torch.long, device=d)
        self._phase = torch.zeros(n, dtype=torch.long, device=d)
        self._clock = torch.zeros(n, dtype=torch.long, device=d)
        self._steps = torch.zeros(n, dtype=torch.long, device=d)
        self._begins = torch.ones(n, dtype=torch.bool, device=d)
        self._anchor = torch.zeros(n, 3, device=d)
        self._heading = torch.zeros(n, device=d)
        self._velocity = torch.zeros(n, 3, device=d)
        self._tremor = torch.zeros(n, 3, device=d)
        self._traits = torch.zeros(n, 12, device=d)
        self._placements = torch.tensor(placements, device=d)
        self._heights = torch.tensor(heights, device=d)
        self._end = PHASES * len(placements)
        self._headings = torch.tensor(_HEADINGS, device=d)
        self._up = torch.tensor((0.0, 0.0, 1.0), device=d)
        # By kind of phase, so that no step has to copy anything to the device.
        self._is_precise, self._is_rising, self._is_waiting = (
            torch.tensor([kind in kinds for kind in range(PHASES)], device=d) for kinds in (_PRECISE, _RISES, _WAITS)
        )

    @property
    def finished(self) -> torch.Tensor:
        """Whether all phases are over: (num_envs,) bool."""
        return self._phase >= self._end

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor) -> None:
        """Start new demonstrations.

        Args:
            env_ids: Environments that were just reset: (K,).
            numbers: Numbers of the demonstrations, which select their random numbers: (K,).
        """
        self._stream[env_ids] = randomness.streams(self._seed, "scripted", numbers)
        self._phase[env_ids] = 0
        self._clock[env_ids] = 0
        self._steps[env_ids] = 0
        self._begins[env_ids] = True
        self._velocity[env_ids] = 0.0
        self._tremor[env_ids] = 0.0

    def action(self) -> torch.Tensor:
        """Return the next action for the current observations: (num_envs, action_dim)."""
        position, rotation, objects = self.see()
        kind = self._phase % PHASES
        placement = (self._phase // PHASES).clamp_max(len(self._placements) - 1)
        upper, lower = self._placements[placement].unbind(-1)
        held, base = objects[self._rows, upper], objects[self._rows, lower]
        self._enter_phases(position, rotation, held, kind)

        goal = self._goal(position, held[:, :3], base[:, :3], self._heights[placement], kind)
        goal, wanted = self.within_reach(goal, self._wanted())
        aim, turn_left = self._aim(rotation, wanted)
        gap = goal - position
        distance = gap.norm(dim=-1)
        velocity = self._pace(gap, distance, kind)
        target = math_utils.make_pose(position + velocity + self._shake(), aim)
        closed = self.holds(kind).float()
        self._leave_phases(kind, distance, turn_left)
        opens, closes = self.gripper
        gripper = (opens + (closes - opens) * closed)[:, None, None]
        # The controlled frame of the hand may differ from the observed one.
        observed = math_utils.make_pose(position, rotation)
        moved = math_utils.pose_inv(observed) @ self._env.eef_pose()[:, 0]
        return self._env.target_to_action((target @ moved).unsqueeze(1), gripper)

    def see(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return the hand's position (num_envs, 3) [m] and rotation (num_envs, 3, 3), and the objects' poses.

        Poses are position [m] and quaternion xyzw, env frame: (num_envs, objects, 7).
        """
        see = self._env.observations()
        cubes = see["object"][:, :21].reshape(-1, 3, 7)
        return see["eef_pos"], math_utils.matrix_from_quat(see["eef_quat"]), cubes

    def within_reach(self, goal: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return what the hand can come to next to positions (num_envs, 3) [m] and rotations (num_envs, 3, 3)."""
        return goal, wanted

    def holds(self, kind: torch.Tensor) -> torch.Tensor:
        """Return whether the gripper is to be closed in the current phases: (num_envs,) bool."""
        return (kind >= CLOSE) & (kind < OPEN) & ~self.finished

    def _enter_phases(
        self, position: torch.Tensor, rotation: torch.Tensor, held: torch.Tensor, kind: torch.Tensor
    ) -> None:
        """Draw random numbers for the phases that begin now, and store the hand's position at their start."""
        begins = self._begins
        traits = randomness.uniform(self._stream, 1 + self._phase, self._traits.shape[1])
        self._traits = torch.where(begins[:, None], traits, self._traits)
        self._anchor = torch.where(begins[:, None], position, self._anchor)
        # The hand points down, so the direction of its x axis is its heading. Turn to the nearest face of the cube.
        heading = torch.atan2(rotation[:, 1, 0], rotation[:, 0, 0])
        yaw = math_utils.euler_xyz_from_quat(held[:, 3:7])[2]
        faces = yaw[:, None] + self._headings
        turns = torch.remainder(faces - heading[:, None] + math.pi, 2 * math.pi) - math.pi
        nearest = turns.abs().argmin(dim=-1)
        aligned = heading + turns[self._rows, nearest] + self._style.tilt * (2.0 * self._traits[:, 0] - 1.0)
        self._heading = torch.where(begins & (kind == APPROACH), aligned, self._heading)
        self._begins = torch.zeros_like(begins)

    def _goal(
        self,
        position: torch.Tensor,
        held: torch.Tensor,
        base: torch.Tensor,
        height: torch.Tensor,
        kind: torch.Tensor,
    ) -> torch.Tensor:
        """Return the position of the hand at the end of the current phase: (num_envs, 3) [m], env frame."""
        style, trait = self._style, self._traits
        up = self._up
        beside = style.offset * (2.0 * trait[:, 1:4] - 1.0)
        beside = torch.cat([beside[:, :2], beside[:, 2:].abs()], dim=-1)
        hover = (style.hover[0] + (style.hover[1] - style.hover[0]) * trait[:, 4])[:, None] * up
        place = position + base + height[:, None] * up + beside - held
        rise = self._anchor + self.rise * hover + beside * (1.0 - up)
        goals = torch.stack(
            [
                held + hover,
                held + beside,
                self._anchor,
                rise,
                place + 0.7 * hover,
                place + 0.004 * up,
                self._anchor,
                self._anchor,
                rise,
            ],
            dim=1,
        )
        goal = goals[self._rows, kind]
        return torch.where(self.finished[:, None], self._anchor, goal)

    def _wanted(self) -> torch.Tensor:
        """Return the rotations in which the hand points down with the wanted heading: (num_envs, 3, 3)."""
        zero = torch.zeros_like(self._heading)
        return math_utils.matrix_from_quat(math_utils.quat_from_euler_xyz(zero + math.pi, zero, self._heading))

    def _aim(self, rotation: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the next target rotation (num_envs, 3, 3), and the angle to the wanted one (num_envs,) [rad]."""
        error = rotations.vector_from_matrix(wanted @ rotation.transpose(-1, -2))
        angle = error.norm(dim=-1)
        axis = error / angle.clamp_min(1e-9)[:, None]
        turn = math_utils.matrix_from_quat(math_utils.quat_from_angle_axis(angle.clamp_max(0.15), axis))
        return turn @ rotation, angle

    def _pace(self, gap: torch.Tensor, distance: torch.Tensor, kind: torch.Tensor) -> torch.Tensor:
        """Return the displacement of the next target from the hand: (num_envs, 3) [m]."""
        style, trait = self._style, self._traits
        demo = randomness.uniform(self._stream, 0, 1)[:, 0]
        speed = style.speed[0] + (style.speed[1] - style.speed[0]) * demo
        speed = speed * (style.phase_speed[0] + (style.phase_speed[1] - style.phase_speed[0]) * trait[:, 5])
        precise = self._is_precise[kind]
        # People move slowly toward a cube, and quickly straight up.
        rises = self._is_rising[kind]
        speed = torch.where(precise, 0.55 * speed, torch.where(rises, 1.5 * speed, speed))
        # A free path deviates sideways, in proportion to the remaining distance.
        sideways = 2.0 * torch.stack([-gap[:, 1], gap[:, 0], 0.5 * gap[:, 2].abs()], dim=-1)
        swerve = torch.where(precise | rises, 0.0, 2.0 * style.bend * (trait[:, 6] - 0.5))[:, None] * sideways
        # With relative actions the hand moves half of the commanded displacement per step, so command twice the gap.
        wish = 2.0 * gap + swerve
        wish = wish * (speed / wish.norm(dim=-1).clamp_min(1e-9)).clamp_max(1.0)[:, None]
        hesitates = (trait[:, 7] < style.hesitation) & ~self._is_waiting[kind]
        pause = style.pause[0] + (style.pause[1] - style.pause[0]) * trait[:, 8]
        self._resting = hesitates & (self._clock < pause)
        wish = torch.where(self._resting[:, None], 0.0, wish)
        self._velocity = 0.5 * self._velocity + 0.5 * wish
        return self._velocity

    def _shake(self) -> torch.Tensor:
        kick = self._style.tremor * randomness.normal(self._stream, 1000 + self._steps, 3)
        self._tremor = 0.7 * self._tremor + kick
        self._steps = self._steps + 1
        return self._tremor

    def _leave_phases(self, kind: torch.Tensor, distance: torch.Tensor, turn_left: torch.Tensor) -> None:
        style = self._style
        wait = style.wait[0] + (style.wait[1] - style.wait[0]) * self._traits[:, 9]
        waits = self._is_waiting[kind]
        precise = self._is_precise[kind]
        there = distance < torch.where(precise, 0.004, 0.015)
        there &= (turn_left < 0.06) | (kind != APPROACH)
        done = torch.where(waits, self._clock >= wait, there & ~self._resting) & ~self.finished
        self._clock = torch.where(done, 0, self._clock + 1)
        self._phase = self._phase + done.long()
        self._begins = done
