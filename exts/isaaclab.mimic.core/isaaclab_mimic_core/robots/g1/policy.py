# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The policy that G1 walks with: a network of the wheel `holosoma-inference`, and what has to be known to use it.

Its repository's README says Apache-2.0; the wheel holds no licence file. So it is used where it is installed, and never
fetched or copied. Scales and order of the observation are those of its repository (amazon-far/holosoma).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import torch

from ...errors import PlatformError
from ...requirements import PACKAGES, WALKING, how_to_reinstall, require
from .onnx_network import OnnxNetwork

STEP = 0.02
"""Time between two actions, as it was trained [s]."""

_WHEEL = "holosoma-inference"
_FILE = Path("holosoma_inference", "models", "loco", "g1_29dof", "ppo_g1_29dof.onnx")
_ARMS = ("shoulder", "elbow", "wrist")
_REST = {
    "hip_pitch": -0.312,
    "knee": 0.669,
    "ankle_pitch": -0.363,
    "shoulder_pitch": 0.2,
    "left_shoulder_roll": 0.2,
    "right_shoulder_roll": -0.2,
    "elbow": 0.6,
}
"""Part of a joint's name -> the position that its actions and observations are told from [rad]; 0 for others."""
_TURN_SCALE, _SPEED_SCALE, _ACTION_SCALE = 0.25, 0.05, 0.25
_MOST = 100.0
"""Largest action that it observes."""
_GAIT = 1.0
"""Time of two steps [s]."""
_STILL = 0.01
"""A smaller command, in all of its numbers, is to stand [m/s], [rad/s]."""
_RANGES = ("lin_vel_x", "lin_vel_y", "ang_vel_yaw")
"""What the file calls a command's numbers, in their order."""
_MOTOR = 20.0 * math.pi
"""Natural frequency of the drives [rad/s]: their armature follows from it."""


@dataclass(frozen=True)
class Gains:
    """Drives of a joint that the policy was trained with."""

    stiffness: float
    """[N m / rad]"""
    damping: float
    """[N m s / rad]"""
    armature: float
    """[kg m2]"""


def policy_file() -> Path:
    """Return the path of the policy.

    Raises:
        PlatformError: It is not installed, or in another version than the one whose scales are known here.
    """
    require(WALKING)
    wanted = next(package.requirement for package in PACKAGES if package.name == _WHEEL)
    try:
        wheel = metadata.distribution(_WHEEL)
        found = f"{_WHEEL}=={wheel.version}"
    except metadata.PackageNotFoundError:
        wheel, found = None, f"{_WHEEL} of an unknown version"
    if wheel is None or found != wanted:
        raise PlatformError(f"{found} is installed, and {wanted} wanted", remedy=how_to_reinstall(_WHEEL))
    return Path(str(wheel.locate_file(_FILE)))


class WalkingPolicy:
    """Walks N robots: keeps the phase of their gaits and what it did last.

    It was trained with arms that it moves itself, and is shown arms that rest where others move them, as LeRobot does
    (lerobot.robots.unitree_g1, 0.6).

    Args:
        path: The ONNX file.
        num: N.
        device: Where to compute.

    Raises:
        PlatformError: The file is not what is expected.
    """

    def __init__(self, path: Path, num: int, device: torch.device | str):
        try:
            self._network = OnnxNetwork(path, device)
            self.gains, ranges = _said(self._network.metadata)
            """Joint -> what drives it."""
            self.joints: tuple[str, ...] = tuple(self.gains)
            """The robot's J joints in the policy's order."""
            self._network.check(3 * len(self.joints) + 13, len(self.joints))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _unusable(path, str(error)) from error
        self._path = path
        self._least, self._largest = torch.tensor(ranges, device=device).unbind(dim=1)
        self._rest = torch.tensor([_rest(name) for name in self.joints], device=device)
        self._own = torch.tensor([not any(part in name for part in _ARMS) for name in self.joints], device=device)
        self._last = torch.zeros(num, len(self.joints), device=device)
        self._phase = torch.zeros(num, 2, device=device)
        self._stands = torch.ones(num, dtype=torch.bool, device=device)
        self._step = 2.0 * math.pi * STEP / _GAIT
        self._begin = torch.tensor([0.0, math.pi], device=device)

    @property
    def memory(self) -> tuple[torch.Tensor, ...]:
        """What it keeps from step to step, to be put back in place with a robot's state: (N, ...) each."""
        return self._last, self._phase, self._stands

    def check_robot(self, joints: Sequence[str], moved: Sequence[str]) -> None:
        """See to it that the policy fits a robot.

        Args:
            joints: All of the robot's joints.
            moved: Those that it is to move.

        Raises:
            PlatformError: The robot lacks a joint of the policy, or the policy knows one that it is to move.
        """
        if absent := [name for name in self.joints if name not in joints]:
            raise _unusable(self._path, f"the robot has no {', '.join(absent)}")
        if absent := [name for name in moved if name not in self.joints]:
            raise _unusable(self._path, f"it does not move {', '.join(absent)}")

    def reset(self, rows: torch.Tensor | slice) -> None:
        """Forget what some of the robots did."""
        self._last[rows] = 0.0
        self._stands[rows] = True

    def targets(
        self,
        command: torch.Tensor,
        turning: torch.Tensor,
        gravity: torch.Tensor,
        joint_pos: torch.Tensor,
        joint_vel: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the next actions and the joint position targets that they mean: (N, J) each, targets in [rad].

        Args:
            command: (N, 3) velocities forward and to the left [m/s], and about the vertical [rad/s]; what is not finite
                is taken for 0, and what is beyond the policy's range for its limit.
            turning: (N, 3) angular velocity of the base in its frame [rad/s].
            gravity: (N, 3) direction of gravity in the base's frame.
            joint_pos: (N, J) [rad].
            joint_vel: (N, J) [rad/s].
        """
        command = torch.nan_to_num(command, 0.0, 0.0, 0.0).clamp(self._least, self._largest)
        stands = (command.abs() < _STILL).all(dim=1)
        # Standing, both legs are at the end of a step; walking begins with the left one.
        going = torch.remainder(self._phase + self._step + math.pi, 2.0 * math.pi) - math.pi
        going = torch.where(self._stands[:, None], self._begin, going)
        self._phase.copy_(torch.where(stands[:, None], math.pi, going))
        self._stands.copy_(stands)
        observed = torch.cat(
            [
                self._last,
                _TURN_SCALE * turning,
                command[:, 2:],
                command[:, :2],
                self._phase.cos(),
                torch.where(self._own, joint_pos - self._rest, 0.0),
                torch.where(self._own, _SPEED_SCALE * joint_vel, 0.0),
                gravity,
                self._phase.sin(),
            ],
            dim=1,
        )
        self._last.copy_(self._network(observed).clamp(-_MOST, _MOST))
        return self._last, self._rest + _ACTION_SCALE * self._last


def _said(metadata: Mapping[str, str]) -> tuple[dict[str, Gains], list[list[float]]]:
    """Return what the file says of itself: gains by joint, and least and largest velocity of each kind.

    Raises:
        ValueError: It makes no sense; or `KeyError`, `TypeError`.
    """
    said = {key: json.loads(metadata[key]) for key in ("dof_names", "kp", "kd", "command_ranges")}
    names = said["dof_names"]
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise ValueError("dof_names are not the names of joints")
    drives = list(zip(names, map(float, said["kp"]), map(float, said["kd"]), strict=True))
    if not all(0.0 < gain < math.inf for _, *gains in drives for gain in gains):
        raise ValueError("kp and kd are not positive numbers")
    ranges = [[float(end) for end in said["command_ranges"][key]] for key in _RANGES]
    if not all(len(each) == 2 and -math.inf < each[0] <= 0.0 <= each[1] < math.inf for each in ranges):
        raise ValueError("command_ranges are not a least and a largest velocity each, with 0 between them")
    return {name: Gains(kp, kd, kp / _MOTOR**2) for name, kp, kd in drives}, ranges


def _unusable(path: Path, why: str) -> PlatformError:
    return PlatformError(f"the walking policy cannot be used: {why}", where=str(path), remedy=how_to_reinstall(_WHEEL))


def _rest(joint: str) -> float:
    return next((value for part, value in _REST.items() if part in joint), 0.0)
