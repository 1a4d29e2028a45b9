# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a window asks of a stage that it looks into, and what it gets: cameras and pictures, as plain data."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from . import typed

MOST_PIXELS = 1920 * 1200
"""Size of all pictures of a moment together at most [pixels]."""
_MOST_CAMERAS = 4
_FIELDS_OF_VIEW = 0.05, 2.5


@dataclass(frozen=True)
class Camera:
    """Where a picture is taken from.

    Attributes:
        width, height: Its size [pixels].
        eye, look_at: Where the camera is, and what is in the middle, in the frame of the environment or of what it
            follows [m].
        up: Direction that is upwards in the picture, in the same frame.
        field_of_view: Vertical angle that is seen [rad].
        follows: End effector of the watched environment that it moves with; empty: it stands still.
        env: Environment that it sees; -1: the one that is watched.
    """

    width: int
    height: int
    eye: list[float]
    look_at: list[float]
    up: list[float] = field(default_factory=lambda: [0.0, 0.0, 1.0])
    field_of_view: float = 0.7
    follows: str = ""
    env: int = -1


@dataclass(frozen=True)
class Picture:
    """A moment of an environment, seen by every camera that was asked for.

    Attributes:
        info: Plain data: what `stages.watched.watched_poses` returns at this moment, and `cameras`: each `Camera` as a
            dictionary, with `eye`, `look_at` and `up` in the environment's frame.
        images: For each camera (height, width, 4) uint8 RGBA, rows from the top.
    """

    info: dict[str, Any]
    images: list[Any]


def read_cameras(asked: object) -> tuple[Camera, ...]:
    """Return the cameras of a request.

    Raises:
        ValueError: One cannot be used; says why.
    """
    cameras = typed.read(list[Camera], asked, "cameras")
    for number, camera in enumerate(cameras):
        where = f"cameras[{number}]"
        vectors = camera.eye, camera.look_at, camera.up
        if any(len(vector) != 3 or not all(map(math.isfinite, vector)) for vector in vectors):
            raise ValueError(f"{where}: eye, look_at and up should be three numbers each")
        if min(camera.width, camera.height) < 1:
            raise ValueError(f"{where}: a picture has one pixel at least")
        if not _FIELDS_OF_VIEW[0] <= camera.field_of_view <= _FIELDS_OF_VIEW[1]:
            raise ValueError(f"{where}: field_of_view should be {_FIELDS_OF_VIEW[0]} to {_FIELDS_OF_VIEW[1]}")
        forward = [there - here for here, there in zip(camera.eye, camera.look_at, strict=True)]
        if math.hypot(*_cross(forward, camera.up)) < 1e-6 * (1e-6 + math.hypot(*forward)):
            raise ValueError(f"{where}: up is the direction of the view")
    if len(cameras) > _MOST_CAMERAS or sum(camera.width * camera.height for camera in cameras) > MOST_PIXELS:
        raise ValueError(f"at most {_MOST_CAMERAS} cameras of {MOST_PIXELS} pixels together")
    return tuple(cameras)


def _cross(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float]:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
