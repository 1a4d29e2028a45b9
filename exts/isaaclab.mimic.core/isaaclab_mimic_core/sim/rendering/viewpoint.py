# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where a camera stands that shows what a task is about, when nobody has said where it should."""

from collections.abc import Sequence

import numpy as np

_AZIMUTHS = np.radians((21.0, 45.0, 70.0, 90.0, -90.0))
"""Directions of the camera about the vertical, the best first: in front of a robot that faces x, a little aside."""
_RISE = np.radians(33.0)
"""Angle of its direction above the horizontal."""
_IN_BETWEEN = 0.5
"""Cosine of the angle to a robot's base from which on the robot would stand in between."""
_UPRIGHT, _ACROSS = np.tan(0.35), 4 / 3 * np.tan(0.35)
"""Half of what is seen at a distance of 1: the default field of view of `SceneView`, in a picture of 4:3 or wider."""
_MARGIN = 0.16
"""Room around each point, for the size of hands and objects, and for their motion [m]."""
_NEAREST, _FARTHEST = 0.5, 6.0
"""[m]"""


def viewpoint(
    points: Sequence[Sequence[float]] | np.ndarray, robots: Sequence[Sequence[float]] | np.ndarray = ()
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return a camera's position and the point in the middle of its picture, in the frame of the points [m].

    Args:
        points: (N, 3) positions of hands and objects [m], which fill the picture; those that are not finite count
            nothing.
        robots: (M, 3) positions of the robots' bases [m], which shall not stand between.
    """
    places = np.asarray(points, float).reshape(-1, 3)
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        places = np.zeros((1, 3))
    direction = _direction((places.min(axis=0) + places.max(axis=0)) / 2, np.asarray(robots, float).reshape(-1, 3))
    right = np.cross(-direction, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, -direction), -direction])
    seen = places @ axes.T  # right, up, away
    middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
    aside = np.abs(seen - middle) + _MARGIN
    needed = np.maximum(aside[:, 0] / _ACROSS, aside[:, 1] / _UPRIGHT) - (seen - middle)[:, 2]
    look_at = middle @ axes
    eye = look_at + float(np.clip(needed.max(), _NEAREST, _FARTHEST)) * direction
    return tuple(eye.tolist()), tuple(look_at.tolist())


def _direction(middle: np.ndarray, robots: np.ndarray) -> np.ndarray:
    """Return the first direction in which no robot stands, seen from the middle; else the one with most room: (3,)."""
    around = np.stack([np.cos(_AZIMUTHS), np.sin(_AZIMUTHS)], axis=1)
    bases = (robots - middle)[:, :2]
    bases = bases / np.maximum(np.linalg.norm(bases, axis=1, keepdims=True), 1e-6)
    nearest = (around @ bases.T).max(axis=1, initial=-1.0)
    free = nearest < _IN_BETWEEN
    best = around[free.argmax() if free.any() else nearest.argmin()]
    return np.array([*(np.cos(_RISE) * best), np.sin(_RISE)])
