# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Devices that move one end effector at a time: from a velocity to the task's action.

The device keeps a target pose for every end effector. Each step moves the driven end effector's target by
velocity / step rate, so a key held for one second moves it by the sensitivity, at any step rate and whatever the
robot's lag. The other targets stay, so the other arms hold still. The environment turns targets into relative or
absolute actions. A robot executes only a part of a relative action in one step (`BatchedEnv.response`), so the action
aims beyond the target, such that each step covers half of the remaining distance. The target stays close to the end
effector, so that pushing against the table does not build up force.
"""

from typing import TYPE_CHECKING

import isaaclab.utils.math as math_utils
import torch

from .. import rotations
from ..envs import BatchedEnv
from ..errors import TaskError
from .axis_map import Motion, turned
from .device import TeleopDevice
from .grip import Grip
from .settings import VIEW

if TYPE_CHECKING:
    from .settings import EefSettings

MAX_LEAD = 3.0
"""How far the target may be ahead of the end effector, in steps at full speed."""
CATCH_UP = 0.5
"""Fraction of the distance to the target that the end effector should cover in one step."""


class EefDevice(TeleopDevice):
    """A device that drives one end effector at a time; subclasses give its velocity (`deflection`).

    Args:
        env: The environments.
        settings: A `EefSettings`.

    Raises:
        TaskError: It is not known how the robot's hands close, or the robot walks: its hands would have to go along.
    """

    def __init__(self, env: BatchedEnv, settings: "EefSettings"):
        super().__init__()
        if env.navigates:
            raise TaskError(
                "one end effector is driven at a time, and a robot that walks would leave its hands behind",
                where=env.info["task"],
                remedy="Use --teleop-device scripted or xr, or the task without use_navigation_controller.",
            )
        self._env = env
        rate = settings.step_hz or 1.0 / env.step_dt
        self._period = 1.0 / rate
        self._grip = Grip(env, self._period)
        self._speeds = (settings.pos_sensitivity, settings.rot_sensitivity)
        self._lead = tuple(MAX_LEAD * speed / rate for speed in self._speeds)
        # A tensor made in inference mode could not be changed outside of it.
        with torch.inference_mode(False):
            self._target = torch.eye(4, device=env.device).repeat(env.num_envs, len(env.eef_names), 1, 1)
        self._closed = [False] * len(env.eef_names)
        self._gain = max(CATCH_UP / env.response, 1.0)
        self._touched = False
        self._arm = 0
        self._orientation: str = settings.orientation
        self._facing = 0.0
        """Where the driven robot looks [rad]."""
        self._view: float | None = None
        """Where the view looks; None as long as no host has said it [rad]."""

    def deflection(self) -> Motion:
        """Return each axis's deflection along and about forward, left and up, from -1 to 1: 6 values.

        These are the robot's, or as a view shows them (`EefSettings.orientation`).
        """
        raise NotImplementedError

    def displacement(self) -> Motion:
        """Return how far the next step moves along and about the environment's axes: 6 values.

        Each is a part of a step at full speed. Called once a step. By default the deflection, as the view looks now.
        """
        return turned(self.deflection(), self._heading)

    # -- user input

    @property
    def grip_help(self) -> str:
        """What toggling the gripper does, for people."""
        return "gripper" if len(self._closed) == 1 else "close or open the driven hand"

    @property
    def directions(self) -> tuple[str, str]:
        """What the first two axes are, for people: forward and back, left and right."""
        if self.follows_view:
            return "away, towards you", "left, right in the view"
        return "forward, back", "left, right"

    @property
    def follows_view(self) -> bool:
        return self._orientation == VIEW

    def heading(self, heading: float) -> None:
        self._view = heading

    def orient(self, orientation: str) -> None:
        self._orientation = orientation

    @property
    def _heading(self) -> float:
        """What is forward now: angle about z from +x of the environment's frame [rad]."""
        return self._facing if self._view is None or not self.follows_view else self._view

    def toggle_gripper(self) -> None:
        """Close the driven end effector's gripper, or open it."""
        self._closed[self._arm] = not self._closed[self._arm]
        self._touched = True

    def next_arm(self) -> None:
        """Drive the next end effector; the previous one holds its target."""
        self._arm = (self._arm + 1) % len(self._closed)

    def key(self, name: str, pressed: bool, at: float) -> None:
        super().key(name, pressed, at)
        if pressed and name == "TAB":
            self.next_arm()
        elif pressed and name == "K":
            self.toggle_gripper()

    # -- called by the stage

    def begin(self, env_ids: torch.Tensor, numbers: torch.Tensor) -> None:
        self._target[env_ids] = self._env.eef_pose()[env_ids]
        self._closed = [False] * len(self._closed)
        self._grip.reset()
        self._arm = 0
        self._touched = False
        self._facing = self._env.facing()[env_ids[0]].item()

    def halt(self) -> None:
        self._target[:] = self._env.eef_pose()

    @property
    def active(self) -> bool:
        return self._touched or any(self.deflection())

    def action(self) -> torch.Tensor:
        displacement = self.displacement()
        if any(displacement):
            self._touched = True
            self._push(displacement)
        return self._env.target_to_action(self._extrapolated_target(), self._grip.step(self._closed))

    def readings(self) -> dict:
        return {
            "deflection": [round(value, 3) for value in self.deflection()],
            "orientation": self._orientation,
            "arm": self._env.eef_names[self._arm],
            "closed": dict(zip(self._env.eef_names, self._closed, strict=True)),
        }

    def _extrapolated_target(self) -> torch.Tensor:
        """Return poses beyond the targets, to compensate for the part of an action that the robot does not execute."""
        eef = self._env.eef_pose()
        gap = self._target[..., :3, 3] - eef[..., :3, 3]
        lag = rotations.vector_from_matrix(self._target[..., :3, :3] @ eef[..., :3, :3].transpose(-1, -2))
        rotation = _matrix(self._gain * lag) @ eef[..., :3, :3]
        return math_utils.make_pose(eef[..., :3, 3] + self._gain * gap, rotation)

    def _push(self, displacement: Motion) -> None:
        """Move the driven end effector's target by one step along and about the environment's axes, and limit its
        distance from the end effector."""
        share = torch.tensor(displacement, device=self._target.device)
        target, eef = self._target[:, self._arm], self._env.eef_pose()[:, self._arm]
        shift = self._speeds[0] * self._period * share[:3]
        turn = self._speeds[1] * self._period * share[3:]
        gap = _shorten(target[:, :3, 3] + shift - eef[:, :3, 3], self._lead[0])
        lag = rotations.vector_from_matrix(_matrix(turn) @ target[:, :3, :3] @ eef[:, :3, :3].transpose(-1, -2))
        lag = _shorten(lag, self._lead[1])
        self._target[:, self._arm] = math_utils.make_pose(eef[:, :3, 3] + gap, _matrix(lag) @ eef[:, :3, :3])


def _matrix(rotvec: torch.Tensor) -> torch.Tensor:
    """Return the rotation matrices of rotation vectors: (..., 3) [rad] -> (..., 3, 3)."""
    angle = rotvec.norm(dim=-1)
    return rotations.matrix_from_axis(rotvec / angle[..., None].clamp_min(1e-12), angle)


def _shorten(vector: torch.Tensor, longest: float) -> torch.Tensor:
    """Scale vectors (N, 3) down to at most the length `longest`."""
    return vector * (longest / vector.norm(dim=-1, keepdim=True).clamp_min(1e-12)).clamp_max(1.0)
