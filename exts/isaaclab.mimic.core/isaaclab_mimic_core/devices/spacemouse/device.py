# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A SpaceMouse: push, lift, tilt and twist its cap. The left button is the gripper, the right one resets."""

from typing import TYPE_CHECKING

from ...envs import BatchedEnv
from ..axis_map import Motion, parse_axes, shape
from ..device import RESET
from ..eef_device import EefDevice
from .hid import SpaceMouseReader

if TYPE_CHECKING:
    from . import SpaceMouseSettings

GRIPPER_BUTTONS = ("LEFT", "BTN_1", "MENU")
RESET_BUTTONS = ("RIGHT", "BTN_2", "FIT")
"""Names of the two buttons on the different models. A receiver does not report its model: it calls the left and right
button of a small one MENU and FIT."""


class SpaceMouse(EefDevice):
    """Moves the end effector like the cap.

    Args:
        env: The environments.
        settings: A `SpaceMouseSettings`.
        reader: Reads the device; opened here by default.
    """

    name = "spacemouse"

    def __init__(self, env: BatchedEnv, settings: "SpaceMouseSettings", reader: SpaceMouseReader | None = None):
        super().__init__(env, settings)
        self._axes = parse_axes(settings.axes)
        self._shape = (settings.dead_zone, settings.curve)
        self._reader = reader or SpaceMouseReader()

    def poll(self) -> None:
        for button, down in self._reader.poll():
            if down and button in GRIPPER_BUTTONS:
                self.toggle_gripper()
            elif down and button in RESET_BUTTONS:
                self.ask(RESET)

    @property
    def connected(self) -> bool:
        return self._reader.connected

    @property
    def trouble(self) -> str:
        return " ".join(filter(None, (self._reader.trouble, self._reader.remedy)))

    def deflection(self) -> Motion:
        values = list(self._reader.axes.values())
        x, y, z, roll, pitch, yaw = (shape(sign * values[index], *self._shape) for index, sign in self._axes)
        return (x, y, z, roll, pitch, yaw)

    def readings(self) -> dict:
        return {
            **super().readings(),
            "model": self._reader.model,
            "axes": {name: round(value, 3) for name, value in self._reader.axes.items()},
            "buttons": [name for name, down in self._reader.buttons.items() if down],
        }

    def help(self) -> list[tuple[str, str]]:
        names = self._reader.buttons
        gripper = next((f"button {name}" for name in GRIPPER_BUTTONS if name in names), "key K")
        reset = [(f"button {name}", "reset") for name in RESET_BUTTONS if name in names][:1]
        moves = [("push, pull", self.directions[0]), ("to the side", self.directions[1]), ("lift, press", "up, down")]
        return [*moves, ("tilt, twist", "turn"), (gripper, "gripper"), *reset]

    def close(self) -> None:
        self._reader.close()
