# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where a view of its own looks from: matrices for row vectors, z up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

_FIELD = 0.42
"""[rad] Seen from top to bottom."""
_LEAST = 0.16
"""[m] Half of what is seen at least, however small the scene is."""


def frame(points: Iterable[Sequence[float]]) -> tuple[list[float], float]:
    """Return the middle of points, and the distance from which a view sees them all [m]."""
    axes = list(zip(*points, strict=True))
    middle = [(min(values) + max(values)) / 2 for values in axes]
    across = math.hypot(*(max(values) - min(values) for values in axes)) / 2
    return middle, max(_LEAST, across) / math.sin(_FIELD / 2)


def projection(field: float = _FIELD, near: float = 0.05, far: float = 20.0) -> list[float]:
    """Return a projection; `field` [rad] is seen from top to bottom, from `near` to `far` [m]."""
    scale = 1.0 / math.tan(field / 2.0)
    depth = (far + near) / (near - far), 2 * far * near / (near - far)
    return [scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, depth[0], -1, 0, 0, depth[1], 0]


def looking_at(target: list[float], distance: float = 2.2, azimuth: float = 0.9, height: float = 0.5) -> list[float]:
    """Return a view of `target` from `distance` [m], from directions `azimuth` and `height` [rad]."""
    eye = [
        target[0] + distance * math.cos(height) * math.cos(azimuth),
        target[1] + distance * math.cos(height) * math.sin(azimuth),
        target[2] + distance * math.sin(height),
    ]
    back = _unit([e - t for e, t in zip(eye, target, strict=True)])
    right = _unit(_cross([0.0, 0.0, 1.0], back))
    up = _cross(back, right)
    moved = [-sum(a * e for a, e in zip(axis, eye, strict=True)) for axis in (right, up, back)]
    columns = [value for row in range(3) for value in (right[row], up[row], back[row], 0)]
    return [*columns, *moved, 1]


def _unit(vector: list[float]) -> list[float]:
    length = math.hypot(*vector)
    return [value / length for value in vector]


def _cross(a: list[float], b: list[float]) -> list[float]:
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
