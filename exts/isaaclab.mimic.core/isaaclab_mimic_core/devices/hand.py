# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Devices that push one hand around: from a velocity to the task's action.

The device keeps a target pose for every end effector. Each step moves the driven one's target by velocity / step rate,
so that a key held for a second moves the hand by its sensitivity whatever the rate, however the robot lags behind; the
others' targets stay, so that their arms hold still. The environment turns targets into actions, relative or absolute.
Robots are slow to follow (`BatchedEnv.response`): they are told to go beyond the target by as much as makes up half of
what is left in each step. The target is never far ahead of the hand: pushing against the table builds up no force to be
let loose later.
"""

from typing import Any

import isaaclab.utils.math as math_utils
import torch

from .. import rotations
from ..envs import BatchedEnv
from ..errors import TaskError
from .device import TeleopDevice

MAX_LEAD = 3.0
"""How far the target may be ahead of the hand, in steps at full speed."""
CATCH_UP = 0.5
"""Part of the way to the target that the hand shall make in one step."""
OPEN, CLOSED = 1.0, -1.0
"""Gripper commands of Isaac Lab's binary gripper actions."""


class HandDevice(TeleopDevice):
    """Drives one of a robot's hands at a time; subclasses say how fast it shall move.

    Args:
        env: The environments.
        settings: A `DeviceSettings`.

    Raises:
        TaskError: The hands are more than a gripper that opens and closes.
    """

    def __init__(self, env: BatchedEnv, settings: Any):
        super().__init__()
        if env.gripper_dim != 1:
            raise TaskError(
                f"its hands take {env.gripper_dim} numbers each; a {self.name} only opens and closes a gripper",
                where=env.info["task"],
                remedy="Drive it with --teleop-device xr.",
            )
        self._env = env
        rate = settings.step_hz or 1.0 / env.step_dt
        self._period = 1.0 / rate
        self._speeds = (settings.pos_sensitivity, settings.rot_sensitivity)
        self._lead = tuple(MAX_LEAD * speed / rate for speed in self._speeds)
        # Made so that it can be changed in and out of a stage's inference mode.
        with torch.inference_mode(False):
            self._target = torch.eye(4, device=env.device).repeat(env.num_envs, len(env.eef_names), 1, 1)
        self._closed = [False] * len(env.eef_names)
        self._beyond = max(CATCH_UP / env.response, 1.0)
        self._touched = False
        self._arm = 0

    def deflection(self) -> tuple[float, float, float, float, float, float]:
        """Return how far each axis is deflected: along x, y, z and about them, -1 to 1, environment frame."""
        raise NotImplementedError

    # -- what a person does

    def toggle_gripper(self) -> None:
        """Close the driven hand's gripper, or open it."""
        self._closed[self._arm] = not self._closed[self._arm]
        self._touched = True

    def next_arm(self) -> None:
        """Drive the next end effector; the one driven until now stays where it shall be."""
        self._arm = (self._arm + 1) % len(self._closed)

    def key(self, name: str, pressed: bool) -> None:
        super().key(name, pressed)
        if pressed and name == "TAB":
            self.next_arm()
        elif pressed and name == "K":
            self.toggle_gripper()

    # -- for the stage

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor) -> None:
        self._target[env_ids] = self._env.eef_pose()[env_ids]
        self._closed = [False] * len(self._closed)
        self._arm = 0
        self._touched = False

    def halt(self) -> None:
        self._target[:] = self._env.eef_pose()

    @property
    def active(self) -> bool:
        return self._touched or any(self.deflection())

    def action(self) -> torch.Tensor:
        deflection = self.deflection()
        if any(deflection):
            self._touched = True
            self._push(deflection)
        gripper = torch.tensor([[CLOSED if closed else OPEN] for closed in self._closed], device=self._target.device)
        return self._env.target_to_action(self._far_target(), gripper.expand(len(self._target), -1, -1))

    def readings(self) -> dict:
        return {
            "deflection": [round(value, 3) for value in self.deflection()],
            "arm": self._env.eef_names[self._arm],
            "closed": dict(zip(self._env.eef_names, self._closed, strict=True)),
        }

    def _far_target(self) -> torch.Tensor:
        """Return poses so far beyond the targets that the hands come as close to these as they shall."""
        hand = self._env.eef_pose()
        gap = self._target[..., :3, 3] - hand[..., :3, 3]
        lag = rotations.vector_from_matrix(self._target[..., :3, :3] @ hand[..., :3, :3].transpose(-1, -2))
        rotation = _matrix(self._beyond * lag) @ hand[..., :3, :3]
        return math_utils.make_pose(hand[..., :3, 3] + self._beyond * gap, rotation)

    def _push(self, deflection: tuple[float, ...]) -> None:
        """Move the driven arm's target by one step, and keep it close to where the hand is."""
        velocity = torch.tensor(deflection, device=self._target.device)
        target, hand = self._target[:, self._arm], self._env.eef_pose()[:, self._arm]
        shift = self._speeds[0] * self._period * velocity[:3]
        turn = self._speeds[1] * self._period * velocity[3:]
        gap = _shorten(target[:, :3, 3] + shift - hand[:, :3, 3], self._lead[0])
        lag = rotations.vector_from_matrix(_matrix(turn) @ target[:, :3, :3] @ hand[:, :3, :3].transpose(-1, -2))
        lag = _shorten(lag, self._lead[1])
        self._target[:, self._arm] = math_utils.make_pose(hand[:, :3, 3] + gap, _matrix(lag) @ hand[:, :3, :3])


def _matrix(rotvec: torch.Tensor) -> torch.Tensor:
    """Return the rotation matrices of rotation vectors: (..., 3) -> (..., 3, 3)."""
    angle = rotvec.norm(dim=-1)
    return rotations.matrix_from_axis(rotvec / angle[..., None].clamp_min(1e-12), angle)


def _shorten(vector: torch.Tensor, longest: float) -> torch.Tensor:
    """Return vectors (N, 3) no longer than `longest`."""
    return vector * (longest / vector.norm(dim=-1, keepdim=True).clamp_min(1e-12)).clamp_max(1.0)
