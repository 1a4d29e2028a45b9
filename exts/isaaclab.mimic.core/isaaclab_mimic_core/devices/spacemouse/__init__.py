# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""3Dconnexion's SpaceMouse models."""

from dataclasses import dataclass

from ..axis_map import parse_axes
from ..folder import device_in
from ..settings import DeflectionSettings

DEVICE = device_in(
    __name__,
    "SpaceMouse",
    device="device:SpaceMouse",
    settings="SpaceMouseSettings",
    check="hid:check",
    doctor="probe:examine",
)


@dataclass(frozen=True)
class SpaceMouseSettings(DeflectionSettings):
    """Settings of the SpaceMouse."""

    axes: str = "x,y,z,roll,pitch,yaw"
    """Which of its axes moves the hand along x, y, z and about them; a minus sign turns one around."""

    def check(self) -> None:
        super().check()
        parse_axes(self.axes)
