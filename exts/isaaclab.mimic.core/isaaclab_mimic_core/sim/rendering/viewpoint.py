# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where a camera stands that shows what a task is about, when nobody has said where it should."""

from collections.abc import Sequence

import numpy as np

_FROM = np.array((0.78, 0.3, 0.55)) / np.linalg.norm((0.78, 0.3, 0.55))
"""Direction of the camera, seen from what it looks at: in front of the robot, a little aside, above."""
_UPRIGHT, _ACROSS = np.tan(0.35), 4 / 3 * np.tan(0.35)
"""Half of what is seen at a distance of 1: the default field of view of `SceneView`, in a picture of 4:3 or wider."""
_MARGIN = 0.16
"""Room around each point, for the size of hands and objects, and for their motion [m]."""
_NEAREST, _FARTHEST = 0.5, 6.0
"""[m]"""


def viewpoint(points: Sequence[Sequence[float]] | np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return a camera's position and the point in the middle of its picture, in the frame of the points [m].

    Args:
        points: (N, 3) positions of hands and objects [m], which fill the picture; those that are not finite count
            nothing.
    """
    places = np.asarray(points, float).reshape(-1, 3)
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        places = np.zeros((1, 3))
    right = np.cross(-_FROM, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, -_FROM), -_FROM])
    seen = places @ axes.T  # right, up, away
    middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
    aside = np.abs(seen - middle) + _MARGIN
    needed = np.maximum(aside[:, 0] / _ACROSS, aside[:, 1] / _UPRIGHT) - (seen - middle)[:, 2]
    look_at = middle @ axes
    eye = look_at + float(np.clip(needed.max(), _NEAREST, _FARTHEST)) * _FROM
    return tuple(eye.tolist()), tuple(look_at.tolist())
