# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Forward kinematics and Jacobians of a point of a robot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputFileError, OptionError


class Kinematics:
    """Forward kinematics of a chain of joints, by pinocchio.

    Args:
        urdf: The robot's description; its meshes are not needed.
        frame: Link that the point belongs to.
        joints: The joints that vary; the others stay at their neutral position.
        offset: Position of the point in the link's frame [m].

    Raises:
        InputFileError: The description cannot be read.
        OptionError: The robot has no such link or joint.
    """

    def __init__(
        self, urdf: Path, frame: str, joints: Sequence[str], offset: Sequence[float] = (0.0, 0.0, 0.0)
    ) -> None:
        import pinocchio  # pyright: ignore[reportMissingImports]

        self._pin: Any = pinocchio
        try:
            self._model = self._pin.buildModelFromUrdf(str(urdf))
        except (ValueError, RuntimeError) as error:
            raise InputFileError(
                "is not a robot description that can be read", where=str(urdf), remedy="Give a URDF file: --urdf FILE"
            ) from error
        for name, known, what in (
            (frame, self._model.existFrame, "link"),
            *((joint, self._model.existJointName, "joint") for joint in joints),
        ):
            if not known(name):
                raise OptionError(f"the robot has no {what} {name!r}", where=str(urdf), remedy="Give its name there.")
        self._data = self._model.createData()
        self._frame = self._model.getFrameId(frame)
        self._columns = [self._model.joints[self._model.getJointId(name)].idx_q for name in joints]
        self._neutral = self._pin.neutral(self._model)
        self._offset = np.asarray(offset, dtype=np.float64)

    def poses(self, positions: np.ndarray) -> np.ndarray:
        """Return the point's poses in the robot's base frame: (T, joints) [rad] -> (T, 4, 4) [m]."""
        poses = np.tile(np.eye(4), (len(positions), 1, 1))
        # pinocchio takes one configuration at a time, a few microseconds each.
        for pose, configuration in zip(poses, self._full(positions), strict=True):
            self._pin.framesForwardKinematics(self._model, self._data, configuration)
            placement = self._data.oMf[self._frame]
            pose[:3, :3], pose[:3, 3] = placement.rotation, placement.act(self._offset)
        return poses

    def jacobians(self, positions: np.ndarray) -> np.ndarray:
        """Return the point's Jacobians: (T, joints) [rad] -> (T, 6, joints), linear rows first."""
        found = np.empty((len(positions), 6, len(self._columns)))
        for jacobian, configuration in zip(found, self._full(positions), strict=True):
            of_link = self._pin.computeFrameJacobian(
                self._model, self._data, configuration, self._frame, self._pin.LOCAL_WORLD_ALIGNED
            )[:, self._columns]
            self._pin.updateFramePlacement(self._model, self._data, self._frame)
            arm = self._data.oMf[self._frame].rotation @ self._offset
            jacobian[:3] = of_link[:3] + np.cross(of_link[3:].T, arm).T
            jacobian[3:] = of_link[3:]
        return found

    def _full(self, positions: np.ndarray) -> np.ndarray:
        full = np.tile(self._neutral, (len(positions), 1))
        full[:, self._columns] = positions
        return full
