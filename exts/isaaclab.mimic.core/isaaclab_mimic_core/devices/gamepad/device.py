# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A gamepad, with the controls of Isaac Lab's: sticks move and turn, the D-pad tilts, X is the gripper.

Kit reads the gamepad; `hosts/kit.py` passes its controls on.
"""

from typing import TYPE_CHECKING

from ...envs import BatchedEnv
from ..axis_map import Motion, shape
from ..device import RESET, TOGGLE_PAUSE
from ..eef_device import EefDevice

if TYPE_CHECKING:
    from ..settings import DeflectionSettings

DPAD = 0.8
"""Deflection of a pressed arrow of the D-pad, as in Isaac Lab's gamepad."""
CONTROLS = {
    "LEFT_STICK_UP": (0, 1.0),
    "LEFT_STICK_DOWN": (0, -1.0),
    "LEFT_STICK_LEFT": (1, 1.0),
    "LEFT_STICK_RIGHT": (1, -1.0),
    "RIGHT_STICK_UP": (2, 1.0),
    "RIGHT_STICK_DOWN": (2, -1.0),
    "RIGHT_STICK_LEFT": (5, 1.0),
    "RIGHT_STICK_RIGHT": (5, -1.0),
    "DPAD_LEFT": (3, DPAD),
    "DPAD_RIGHT": (3, -DPAD),
    "DPAD_DOWN": (4, DPAD),
    "DPAD_UP": (4, -DPAD),
}
"""Control -> axis (x, y, z, about x, about y, about z) and deflection when it is fully pressed.

As in isaaclab.devices.Se3Gamepad, except that the sticks' left and right are swapped: left is +y and a positive turn
about z, like the keys A and C.
"""
_PRESSED = 0.5


class Gamepad(EefDevice):
    """Moves the end effector by sticks and D-pad."""

    name = "gamepad"

    def __init__(self, env: BatchedEnv, settings: "DeflectionSettings"):
        super().__init__(env, settings)
        self._shape = (settings.dead_zone, settings.curve)
        self._values: dict[str, float] = {}

    def gamepad(self, control: str, value: float) -> None:
        went_down = value > _PRESSED and self._values.get(control, 0.0) <= _PRESSED
        self._values[control] = value
        if not went_down:
            return
        if control == "X":
            self.toggle_gripper()
        elif control == "Y":
            self.next_arm()
        elif control == "B":
            self.ask(RESET)
        elif control == "MENU2":
            self.ask(TOGGLE_PAUSE)

    def release(self) -> None:
        self._values.clear()

    def deflection(self) -> Motion:
        axes = [0.0] * 6
        for control, value in self._values.items():
            if control in CONTROLS:
                axis, full = CONTROLS[control]
                # Arrows are pressed or not; sticks are deflected more or less.
                axes[axis] += full * (
                    float(value > _PRESSED) if control.startswith("DPAD") else shape(value, *self._shape)
                )
        return (axes[0], axes[1], axes[2], axes[3], axes[4], axes[5])

    def readings(self) -> dict:
        controls = {name: round(value, 3) for name, value in self._values.items() if value}
        return {**super().readings(), "controls": controls}

    def help(self) -> list[tuple[str, str]]:
        return [
            ("left stick", ", ".join(self.directions)),
            ("right stick", "up, down, yaw"),
            ("D-pad", "roll, pitch"),
            ("X", self.grip_help),
            ("B", "reset"),
            *([("Y", "drive the next hand")] if len(self._closed) > 1 else []),
        ]
