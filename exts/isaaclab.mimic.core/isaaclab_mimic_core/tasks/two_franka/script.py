# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Scripted demonstrators for two arms that move like a person, in any number of environments.

They use only observations. Each arm goes through a list of phases. At the end of some phases it waits until the other
arm has reached a certain phase; so the arms take turns, or start together. As with one arm (`franka_stack.script`),
properties of the motion are drawn for each demonstration, arm and phase from a stream of random numbers.
"""

import math
from abc import abstractmethod

import isaaclab.utils.math as math_utils
import torch

from ... import randomness, rotations
from ...devices.device import TeleopDevice
from ...envs import BatchedEnv
from ..franka_stack.script import MotionStyle
from .clear_and_place import CUBE, PLATE_SIZE
from .lift_box import GRIP, LIFT_HEIGHT

APPROACH, DESCEND, CLOSE, LIFT, WAIT, CARRY, LOWER, SETTLE, OPEN, RETREAT, RAISE, LATE, STAY = range(13)

_TIMED = (CLOSE, SETTLE, OPEN, WAIT, LATE)
_PRECISE = (DESCEND, LOWER)
_STRAIGHT = (*_PRECISE, LIFT, RETREAT, RAISE)
_HOLDING = (LIFT, WAIT, CARRY, LOWER, SETTLE, RAISE, STAY)
"""Phases in which a closed gripper stays closed."""
_MAX_TURN = 0.15
"""Maximum angle between the target orientation and the hand's [rad]."""
_LATE_BY = (110, 140)
"""Range of the delay in phase LATE [steps]; half of the demonstrations have no delay."""
_TOGETHER = 0.045
"""Distance of the target position from the hand while both arms hold an object together [m]."""


class TwoArmScript(TeleopDevice):
    """Scripted demonstrator that moves both arms through their phases. Subclasses define phases and positions.

    Args:
        env: The environments.
        seed: Seed of all random numbers.
        style: Properties of the motion.
    """

    name = "scripted"
    live = False

    phases: tuple[tuple[int, ...], ...]
    """Phases of the left and the right arm; each list ends with STAY."""
    gates: tuple[dict[int, int], ...]
    """For each arm: index of a phase -> index of the other arm's phase that must be reached before the phase ends."""
    turns: int
    """Number of headings per full turn in which the gripper can grasp the object."""

    def __init__(self, env: BatchedEnv, seed: int, style: MotionStyle | None = None):
        super().__init__()
        self._env, self._seed, self._style = env, seed, style or MotionStyle()
        n, d, arms = env.num_envs, env.device, len(self.phases)
        width = max(map(len, self.phases))
        self._table = torch.tensor([[*p, *[STAY] * (width - len(p))] for p in self.phases], device=d)
        self._gate = torch.zeros_like(self._table)
        for index, gates in enumerate(self.gates):
            for phase, other in gates.items():
                self._gate[index, phase] = other
        self._arms = torch.arange(arms, device=d)
        self._headings = torch.arange(self.turns, device=d) * (2.0 * math.pi / self.turns)
        self._stream = torch.zeros(n, arms, dtype=torch.long, device=d)
        self._phase, self._clock, self._steps = (torch.zeros_like(self._stream) for _ in range(3))
        self._begins = torch.ones(n, arms, dtype=torch.bool, device=d)
        self._resting = torch.zeros_like(self._begins)
        self._anchor = torch.zeros(n, arms, 3, device=d)
        self._heading = torch.zeros(n, arms, device=d)
        self._velocity, self._tremor = torch.zeros_like(self._anchor), torch.zeros_like(self._anchor)
        self._traits = torch.zeros(n, arms, 12, device=d)

    @abstractmethod
    def look(self, objects: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return for each arm the point at which it grasps its object, the object's heading, and the point's goal.

        Args:
            objects: Poses in the order of the observation `object`, position [m] and quaternion xyzw, env frame:
                (num_envs, objects, 7).

        Returns:
            Grasp point (num_envs, arms, 3) [m], heading (num_envs, arms) [rad], goal (num_envs, arms, 3) [m].
        """

    @property
    def finished(self) -> torch.Tensor:
        """Whether both arms are in their last phase: (num_envs,) bool."""
        return (self._table[self._arms, self._phase] == STAY).all(dim=1)

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor) -> None:
        """Start new demonstrations.

        Args:
            env_ids: Environments that were just reset: (K,).
            numbers: Numbers of the demonstrations, which select their random numbers: (K,).
        """
        for index in range(len(self.phases)):
            self._stream[env_ids, index] = randomness.streams(self._seed, f"scripted/{index}", numbers)
        for count in (self._phase, self._clock, self._steps):
            count[env_ids] = 0
        self._begins[env_ids] = True
        self._velocity[env_ids] = 0.0
        self._tremor[env_ids] = 0.0

    def action(self) -> torch.Tensor:
        """Return the next action for the current observations: (num_envs, action_dim)."""
        pose = self._env.eef_pose()
        position, rotation = pose[..., :3, 3], pose[..., :3, :3]
        objects = self._env.observations()["object"].unflatten(-1, (-1, 7))
        grip, yaw, place = self.look(objects)
        kind = self._table[self._arms, self._phase]
        self._enter_phases(position, rotation, yaw, kind)

        goal = self._goal(position, grip, place, kind)
        aim, turn_left = self._aim(rotation)
        gap = goal - position
        velocity = self._pace(gap, kind)
        target = math_utils.make_pose(position + velocity + self._shake(kind), aim)
        closed = (kind == CLOSE) | (_one_of(kind, _HOLDING) & self._has_closed())
        self._leave_phases(kind, gap.norm(dim=-1), turn_left)
        return self._env.target_to_action(target, 1.0 - 2.0 * closed.float().unsqueeze(-1))

    def _has_closed(self) -> torch.Tensor:
        """Return whether the last gripper command was to close: (num_envs, arms) bool."""
        done = torch.arange(self._table.shape[1], device=self._phase.device) < self._phase.unsqueeze(-1)
        closes = (done & (self._table == CLOSE)).sum(dim=-1)
        return closes > (done & (self._table == OPEN)).sum(dim=-1)

    def _enter_phases(
        self, position: torch.Tensor, rotation: torch.Tensor, yaw: torch.Tensor, kind: torch.Tensor
    ) -> None:
        """Draw random numbers for the phases that begin now, and store the hands' positions at their start."""
        begins = self._begins
        traits = randomness.uniform(self._stream, 1 + self._phase, self._traits.shape[-1])
        self._traits = torch.where(begins[..., None], traits, self._traits)
        self._anchor = torch.where(begins[..., None], position, self._anchor)
        # The hand points down, so the direction of its x axis is its heading. Turn to the nearest grasp.
        heading = torch.atan2(rotation[..., 1, 0], rotation[..., 0, 0])
        turns = yaw[..., None] + self._headings - heading[..., None]
        turns = torch.remainder(turns + math.pi, 2 * math.pi) - math.pi
        nearest = turns.take_along_dim(turns.abs().argmin(dim=-1, keepdim=True), dim=-1)[..., 0]
        aligned = heading + nearest + self._style.tilt * (2.0 * self._traits[..., 0] - 1.0)
        self._heading = torch.where(begins & (kind == APPROACH), aligned, self._heading)
        self._begins = torch.zeros_like(begins)

    def _goal(
        self, position: torch.Tensor, grip: torch.Tensor, place: torch.Tensor, kind: torch.Tensor
    ) -> torch.Tensor:
        """Return the position of each hand at the end of its phase: (num_envs, arms, 3) [m], env frame."""
        style, trait = self._style, self._traits
        up = torch.tensor([0.0, 0.0, 1.0], device=position.device)
        beside = style.offset * (2.0 * trait[..., 1:4] - 1.0)
        beside = torch.cat([beside[..., :2], beside[..., 2:].abs()], dim=-1)
        hover = (style.hover[0] + (style.hover[1] - style.hover[0]) * trait[..., 4])[..., None] * up
        put = position + place - grip + beside
        goals = {
            APPROACH: grip + hover,
            DESCEND: grip + beside,
            LIFT: self._anchor + 1.1 * hover,
            CARRY: put + 0.7 * hover,
            LOWER: put + 0.004 * up,
            RETREAT: self._anchor + 1.1 * hover,
            RAISE: self._anchor + 1.2 * LIFT_HEIGHT * up,
        }
        goal = self._anchor
        for phase, where in goals.items():
            goal = torch.where((kind == phase)[..., None], where, goal)
        return goal

    def _aim(self, rotation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the next target rotations (num_envs, arms, 3, 3) and the angles to the wanted headings [rad]."""
        zero = torch.zeros_like(self._heading)
        wanted = math_utils.matrix_from_quat(math_utils.quat_from_euler_xyz(zero + math.pi, zero, self._heading))
        error = rotations.vector_from_matrix(wanted @ rotation.transpose(-1, -2))
        angle = error.norm(dim=-1)
        turn = rotations.matrix_from_axis(error / angle.clamp_min(1e-9)[..., None], angle.clamp_max(_MAX_TURN))
        return turn @ rotation, angle

    def _pace(self, gap: torch.Tensor, kind: torch.Tensor) -> torch.Tensor:
        """Return the displacements of the next targets from the hands: (num_envs, arms, 3) [m]."""
        style, trait = self._style, self._traits
        demo = randomness.uniform(self._stream, 0, 1)[..., 0]
        speed = style.speed[0] + (style.speed[1] - style.speed[0]) * demo
        speed = speed * (style.phase_speed[0] + (style.phase_speed[1] - style.phase_speed[0]) * trait[..., 5])
        speed = torch.where(_one_of(kind, _PRECISE), 0.55 * speed, speed)
        speed = torch.where(kind == RAISE, _TOGETHER, speed)
        # A free path deviates sideways, in proportion to the remaining distance.
        sideways = 2.0 * torch.stack([-gap[..., 1], gap[..., 0], 0.5 * gap[..., 2].abs()], dim=-1)
        bend = torch.where(_one_of(kind, _STRAIGHT), 0.0, 2.0 * style.bend * (trait[..., 6] - 0.5))
        # The arms move half of the commanded displacement per step, so command twice the gap.
        wish = 2.0 * gap + bend[..., None] * sideways
        wish = wish * (speed / wish.norm(dim=-1).clamp_min(1e-9)).clamp_max(1.0)[..., None]
        # No pause while both arms hold an object together.
        may_rest = ~_one_of(kind, (*_TIMED, RAISE))
        pause = style.pause[0] + (style.pause[1] - style.pause[0]) * trait[..., 8]
        self._resting = (trait[..., 7] < style.hesitation) & may_rest & (self._clock < pause)
        wish = torch.where(self._resting[..., None], 0.0, wish)
        self._velocity = 0.5 * self._velocity + 0.5 * wish
        return self._velocity

    def _shake(self, kind: torch.Tensor) -> torch.Tensor:
        kick = self._style.tremor * randomness.normal(self._stream, 1000 + self._steps, 3)
        self._tremor = 0.7 * self._tremor + torch.where((kind == RAISE)[..., None], 0.2, 1.0) * kick
        self._steps = self._steps + 1
        return self._tremor

    def _leave_phases(self, kind: torch.Tensor, distance: torch.Tensor, turn_left: torch.Tensor) -> None:
        style = self._style
        wait = style.wait[0] + (style.wait[1] - style.wait[0]) * self._traits[..., 9]
        late = _LATE_BY[0] + (_LATE_BY[1] - _LATE_BY[0]) * self._traits[..., 10]
        late = torch.where(self._traits[..., 9] < 0.5, late, 0.0)
        wait = torch.where(kind == LATE, late, wait)
        there = distance < torch.where(_one_of(kind, _PRECISE), 0.005, 0.015)
        there &= (turn_left < 0.06) | (kind != APPROACH)
        done = torch.where(_one_of(kind, _TIMED), self._clock >= wait, there & ~self._resting)
        done &= self._phase.flip(-1) >= self._gate[self._arms, self._phase]
        done &= kind != STAY
        self._clock = torch.where(done, 0, self._clock + 1)
        self._phase = self._phase + done.long()
        self._begins = done


class ScriptedLifters(TwoArmScript):
    """Grasp the long box at its ends, wait for each other, and raise it together."""

    phases = ((APPROACH, DESCEND, CLOSE, WAIT, RAISE, STAY),) * 2
    gates = ({3: 3}, {3: 3})
    turns = 2

    def look(self, objects: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        box = objects[:, :1].expand(-1, 2, -1)
        ends = torch.tensor([[-GRIP, 0.0, 0.0], [GRIP, 0.0, 0.0]], device=box.device).expand(len(box), 2, 3)
        grip = box[..., :3] + math_utils.quat_apply(box[..., 3:7], ends)
        return grip, _yaw(box[..., 3:7]), grip


class ScriptedClearers(TwoArmScript):
    """The right arm moves the blocker aside; the left arm holds its cube until the plate is clear, then places it."""

    phases = (
        (APPROACH, DESCEND, CLOSE, LIFT, WAIT, CARRY, LOWER, SETTLE, OPEN, RETREAT, STAY),
        (LATE, APPROACH, DESCEND, CLOSE, LIFT, CARRY, LOWER, SETTLE, OPEN, RETREAT, STAY),
    )
    gates = ({4: 10}, {})
    turns = 4

    _ASIDE = ((0.16, 0.2), (-0.06, 0.06))
    """Goal of the blocker relative to the plate: ranges of x and y [m]."""

    def look(self, objects: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hands, plate = objects[:, :2], objects[:, 2, :3]
        height = torch.tensor([0.0, 0.0, (CUBE + PLATE_SIZE[2]) / 2], device=plate.device)
        draw = randomness.uniform(self._stream[:, 1], 999, 2)
        (x0, x1), (y0, y1) = self._ASIDE
        aside = torch.stack([x0 + (x1 - x0) * draw[:, 0], y0 + (y1 - y0) * draw[:, 1]], dim=-1)
        aside = torch.cat([plate[:, :2] + aside, torch.full_like(plate[:, :1], CUBE / 2)], dim=-1)
        place = torch.stack([plate + height, aside], dim=1)
        return hands[..., :3], _yaw(hands[..., 3:7]), place


def _one_of(kind: torch.Tensor, phases: tuple[int, ...]) -> torch.Tensor:
    return torch.isin(kind, torch.tensor(phases, device=kind.device))


def _yaw(quat: torch.Tensor) -> torch.Tensor:
    """Return the rotation angle about the vertical axis [rad]: quaternions xyzw (..., 4) -> (...)."""
    rotation = math_utils.matrix_from_quat(quat)
    return torch.atan2(rotation[..., 1, 0], rotation[..., 0, 0])
