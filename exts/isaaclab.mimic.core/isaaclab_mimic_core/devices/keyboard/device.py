# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The keyboard, with the keys of Isaac Lab's tutorial: hold to move, several at once."""

import time
from typing import TYPE_CHECKING

from ...envs import BatchedEnv
from ..axis_map import Motion, turned
from ..eef_device import EefDevice
from .held_keys import HeldKeys

if TYPE_CHECKING:
    import torch

    from . import KeyboardSettings

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
    """Moves the end effector while keys are held; a host (`devices/hosts/`) passes the keys on.

    A key keeps the direction in which it was pressed, until it is released: a view that turns meanwhile, or axes that
    follow something else, bend no motion, and what is made too far is taken back along the line on which it was made.
    """

    name = "keyboard"

    def __init__(self, env: BatchedEnv, settings: "KeyboardSettings"):
        super().__init__(env, settings)
        self._down: dict[str, float] = {}
        """Keys that are down -> what was forward when each went down [rad]."""
        self._moving: HeldKeys[tuple[str, float]] = HeldKeys(self._period, settings.ramp, counted=not settings.step_hz)

    def key(self, name: str, pressed: bool, at: float) -> None:
        repeats = pressed and name in self._down
        along = self._down.setdefault(name, self._heading) if pressed else self._down.pop(name, self._heading)
        if name in MOVES:
            (self._moving.press if pressed else self._moving.release)((name, along), at, time.monotonic())
        if not repeats:
            super().key(name, pressed, at)

    def release(self) -> None:
        self._down.clear()
        self._moving.clear()

    def begin(self, env_ids: "torch.Tensor", numbers: "torch.Tensor") -> None:
        super().begin(env_ids, numbers)
        self.rest()

    def rest(self) -> None:
        self._moving.rest(time.monotonic())

    @property
    def active(self) -> bool:
        return super().active or self._moving.pending

    def deflection(self) -> Motion:
        return _along_axes({(name, 0.0): 1.0 for name in self._down.keys() & MOVES.keys()})

    def displacement(self) -> Motion:
        return _along_axes(self._moving.step(time.monotonic()))

    def readings(self) -> dict:
        return {**super().readings(), "keys": sorted(self._down)}

    def help(self) -> list[tuple[str, str]]:
        ahead, aside = self.directions
        return [
            ("W S", ahead),
            ("A D", aside),
            ("Q E", "up, down"),
            ("Z X", "roll"),
            ("T G", "pitch"),
            ("C V", "yaw"),
            ("K", self.grip_help),
            *([("TAB", "drive the next hand")] if len(self._closed) > 1 else []),
        ]


def _along_axes(moves: dict[tuple[str, float], float]) -> Motion:
    """Return the sum of keys' motions along each axis; a key is its name, and what was forward."""
    total: Motion = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for (name, heading), share in moves.items():
        axis, direction = MOVES[name]
        axes = [0.0] * 6
        axes[axis] = direction * share
        x, y, z, roll, pitch, yaw = turned((axes[0], axes[1], axes[2], axes[3], axes[4], axes[5]), heading)
        total = (total[0] + x, total[1] + y, total[2] + z, total[3] + roll, total[4] + pitch, total[5] + yaw)
    return total
