# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Checks that quaternions have length 1 and that rotation matrices are rotations."""

from collections.abc import Iterator

import numpy as np

from ...options import Thresholds
from .. import layout
from .demo import Demo
from .finding import Finding

_TRANSFORMS = (layout.EEF_POSE, layout.TARGET_EEF_POSE, layout.OBJECT_POSE)


def find(demo: Demo, thresholds: Thresholds) -> Iterator[Finding]:
    """Find quaternions whose length is not 1, and matrices that are not rotations."""
    for path, values in demo.episode.data.items():
        quaternions = _quaternions(path, values)
        if quaternions is not None:
            error, what = np.abs(np.linalg.norm(quaternions, axis=-1) - 1.0), "quaternion of a length off 1"
        elif path.startswith(_TRANSFORMS) and values.shape[1:] == (4, 4):
            rotation = values[:, :3, :3].astype(np.float64)
            error = np.abs(rotation.swapaxes(-1, -2) @ rotation - np.eye(3)).max(axis=(-1, -2))
            mirrored = np.linalg.det(np.nan_to_num(rotation)) < 0.0
            error, what = np.where(mirrored, 2.0, error), "matrix that is not a rotation, off"
        else:
            continue
        # Another check finds values that are not finite.
        worst = float(np.nanmax(error, initial=0.0)) if error.size else 0.0
        if worst > thresholds.unit_tolerance:
            row = int(np.nanargmax(error)) // (error.size // len(values))
            message = f"{path}, row {row}: {what} by {worst:.3g}"
            yield Finding("error", "rotation", demo.name, message, worst, thresholds.unit_tolerance)


def _quaternions(path: str, values: np.ndarray) -> np.ndarray | None:
    """Return the quaternions in an array, recognised by its name: (T, ..., 4); None if there are none."""
    if layout.is_root_pose(path) and values.ndim == 2 and values.shape[1] == 7:
        return values[:, 3:]
    name = path.rsplit("/", 1)[-1]
    named = path.startswith(layout.OBS + "/") and name.endswith(("_quat", "_orientations"))
    if named and values.ndim == 2 and values.shape[1] and values.shape[1] % 4 == 0:
        return values.reshape(len(values), values.shape[1] // 4, 4)
    return None
