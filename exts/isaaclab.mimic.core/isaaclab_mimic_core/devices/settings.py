# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a person can set of the device that drives; part of the options of the stages that are driven.

Nothing heavy is imported here, for the command line's help is made from it.
"""

from dataclasses import dataclass

from ..errors import OptionError


@dataclass(frozen=True)
class DeviceSettings:
    """Who drives, and how fast."""

    teleop_device: str = "keyboard"
    """Who drives: keyboard, spacemouse, gamepad, xr or scripted."""
    step_hz: float = 30.0
    """Environment steps per second while a person drives; 0: as many as the machine makes."""
    pos_sensitivity: float = 0.25
    """How fast the hand moves at full deflection, or while a key is held [m/s]."""
    rot_sensitivity: float = 1.0
    """How fast it turns [rad/s]."""
    dead_zone: float = 0.08
    """SpaceMouse and gamepad: deflection, as a fraction of the full one, that counts as none."""
    curve: float = 1.6
    """SpaceMouse and gamepad: exponent of the deflection; above 1 small movements become finer."""
    axes: str = "x,y,z,roll,pitch,yaw"
    """SpaceMouse: which of its axes moves the hand along x, y, z and about them; a minus sign turns one around."""

    mcap_record: str = ""
    """XR: record the headset's session into this MCAP file, to be replayed without a headset."""
    mcap_replay: str = ""
    """XR: replay this recorded session."""
    cloudxr: str = "auto"
    """XR: how CloudXR is started: auto (if there is no other OpenXR runtime), none, quest, vision-pro, or a file of its
    settings."""

    def check_device(self) -> None:
        """Raise `OptionError` for a value that cannot be used."""
        for name in ("step_hz", "pos_sensitivity", "rot_sensitivity"):
            if not 0.0 <= getattr(self, name) <= 1000.0:
                raise OptionError(
                    f"0 to 1000 is possible, not {getattr(self, name)}", where=f"--{name.replace('_', '-')}"
                )
        if not 0.0 <= self.dead_zone < 1.0:
            raise OptionError(f"0 to less than 1 is possible, not {self.dead_zone}", where="--dead-zone")
        if not 0.1 <= self.curve <= 10.0:
            raise OptionError(f"0.1 to 10 is possible, not {self.curve}", where="--curve")
        if self.teleop_device != "xr" and (session := self.mcap_record or self.mcap_replay):
            raise OptionError(f"{session} is for --teleop-device xr", where=f"--teleop-device {self.teleop_device}")
