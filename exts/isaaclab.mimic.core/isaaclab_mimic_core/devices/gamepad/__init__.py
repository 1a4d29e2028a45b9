# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A gamepad, as Kit reads it."""

from dataclasses import dataclass

from ...plugins import GAMEPAD
from ..folder import device_in
from ..settings import DeflectionSettings

DEVICE = device_in(__name__, "Gamepad", device="device:Gamepad", settings="GamepadSettings", host_input=GAMEPAD)


@dataclass(frozen=True)
class GamepadSettings(DeflectionSettings):
    """Settings of the gamepad."""
