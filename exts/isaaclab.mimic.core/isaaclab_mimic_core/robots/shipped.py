# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The robots that come with this package."""

from ..plugins import register_robot
from .franka import ROBOT as FRANKA
from .g1 import ROBOT as G1
from .gr1t2 import ROBOT as GR1T2
from .two_franka import ROBOT as TWO_FRANKA


def register() -> None:
    """Register all robots of this package."""
    for robot in (FRANKA, TWO_FRANKA, GR1T2, G1):
        register_robot(robot)
