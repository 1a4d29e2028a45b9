# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Map the deflection of a cap or stick to a velocity of the end effector: axis map, dead zone, curve, heading."""

import math

from ..errors import OptionError

type Motion = tuple[float, float, float, float, float, float]
"""Along and about x, y and z."""

NAMES = ("x", "y", "z", "roll", "pitch", "yaw")


def parse_axes(text: str) -> tuple[tuple[int, float], ...]:
    """Return for each axis of the end effector the device's axis that moves it, and the sign.

    Args:
        text: Six names separated by commas, each with or without a minus sign; `-x,-y,z,-roll,-pitch,yaw` is for
            a person who faces the robot. `none` leaves an axis of the end effector unused.

    Raises:
        OptionError: The text is not of this form.
    """
    axes = []
    for part in text.split(","):
        name = part.strip().lower()
        sign = -1.0 if name.startswith("-") else 1.0
        name = name.lstrip("+-")
        if name == "none":
            axes.append((0, 0.0))
        elif name in NAMES:
            axes.append((NAMES.index(name), sign))
        else:
            raise OptionError(
                f"{part.strip()!r} is not an axis",
                where="--axes",
                remedy=f"Axes: {', '.join(NAMES)}, none; - turns one.",
            )
    if len(axes) != len(NAMES):
        raise OptionError(
            f"six axes are wanted, not {len(axes)}", where="--axes", remedy="Such as x,y,z,roll,pitch,yaw"
        )
    return tuple(axes)


def shape(value: float, dead_zone: float, curve: float) -> float:
    """Return the velocity as a fraction of the full one, for a deflection from -1 to 1.

    It is 0 within the dead zone d and rises to 1 at full deflection: `((|v| - d) / (1 - d)) ^ curve`.
    """
    size = (min(abs(value), 1.0) - dead_zone) / (1.0 - dead_zone)
    return math.copysign(size**curve, value) if size > 0.0 else 0.0


def turned(motion: Motion, heading: float) -> Motion:
    """Turn a motion about z, so that what was along x is along a direction; up stays up.

    Args:
        motion: Shift and rotation vector in x, y, z.
        heading: The direction: angle about z from +x [rad].
    """
    x, y, z, roll, pitch, yaw = motion
    c, s = math.cos(heading), math.sin(heading)
    return (c * x - s * y, s * x + c * y, z, c * roll - s * pitch, s * roll + c * pitch, yaw)
