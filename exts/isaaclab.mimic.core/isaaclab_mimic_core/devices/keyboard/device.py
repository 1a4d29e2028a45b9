# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The keyboard, with the keys of Isaac Lab's tutorial: hold to move, several at once."""

from typing import TYPE_CHECKING

from ...envs import BatchedEnv
from ..eef_device import EefDevice

if TYPE_CHECKING:
    from ..settings import EefSettings

MOVES = {
    "W": (0, 1.0),
    "S": (0, -1.0),
    "A": (1, 1.0),
    "D": (1, -1.0),
    "Q": (2, 1.0),
    "E": (2, -1.0),
    "Z": (3, 1.0),
    "X": (3, -1.0),
    "T": (4, 1.0),
    "G": (4, -1.0),
    "C": (5, 1.0),
    "V": (5, -1.0),
}
"""Key -> axis (x, y, z, about x, about y, about z) and direction. Source: isaaclab.devices.Se3Keyboard."""


class Keyboard(EefDevice):
    """Moves the end effector while keys are held; a host (`devices/hosts/`) passes the keys on."""

    name = "keyboard"

    def __init__(self, env: BatchedEnv, settings: "EefSettings"):
        super().__init__(env, settings)
        self._held: set[str] = set()

    def key(self, name: str, pressed: bool) -> None:
        repeats = pressed and name in self._held
        if pressed:
            self._held.add(name)
        else:
            self._held.discard(name)
        if not repeats:
            super().key(name, pressed)

    def release(self) -> None:
        self._held.clear()

    def deflection(self) -> tuple[float, float, float, float, float, float]:
        axes = [0.0] * 6
        for name in self._held:
            if name in MOVES:
                axis, direction = MOVES[name]
                axes[axis] += direction
        return (axes[0], axes[1], axes[2], axes[3], axes[4], axes[5])

    def readings(self) -> dict:
        return {**super().readings(), "keys": sorted(self._held)}

    def help(self) -> list[tuple[str, str]]:
        return [
            ("W S", "forward, back (x)"),
            ("A D", "left, right (y)"),
            ("Q E", "up, down (z)"),
            ("Z X", "roll"),
            ("T G", "pitch"),
            ("C V", "yaw"),
            ("K", "gripper"),
            *([("TAB", "other arm")] if len(self._closed) > 1 else []),
        ]
