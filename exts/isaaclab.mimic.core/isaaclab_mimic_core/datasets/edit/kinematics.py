# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Forward kinematics and Jacobians of a point on a robot, by pinocchio."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputFileError, OptionError


class Kinematics:
    """Forward kinematics of a point that is fixed to a link.

    Args:
        urdf: The robot's URDF file; its meshes are not needed.
        frame: Name of the link.
        joints: Names of the joints that vary; the others stay at pinocchio's neutral position.
        offset: Position of the point in the link's frame [m].

    Raises:
        InputFileError: The URDF file cannot be read.
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
        """Return the poses of the point, with the link's orientation.

        Args:
            positions: Joint positions: (T, joints) [rad].

        Returns:
            (T, 4, 4) [m], in the robot's base frame.
        """
        poses = np.tile(np.eye(4), (len(positions), 1, 1))
        # pinocchio computes one configuration per call, in a few microseconds.
        for pose, configuration in zip(poses, self._full(positions), strict=True):
            self._pin.framesForwardKinematics(self._model, self._data, configuration)
            placement = self._data.oMf[self._frame]
            pose[:3, :3], pose[:3, 3] = placement.rotation, placement.act(self._offset)
        return poses

    def jacobians(self, positions: np.ndarray) -> np.ndarray:
        """Return the geometric Jacobians of the point.

        Args:
            positions: Joint positions: (T, joints) [rad].

        Returns:
            (T, 6, joints), in the axes of the robot's base frame: three linear rows [m/rad], then three angular rows.
        """
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
