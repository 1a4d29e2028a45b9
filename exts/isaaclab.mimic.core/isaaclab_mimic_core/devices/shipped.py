# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The devices that come with this package, in the order shown to people."""

from ..plugins import register_device
from . import gamepad, keyboard, scripted, spacemouse, xr


def register() -> None:
    """Register all of them."""
    for device in (keyboard, spacemouse, gamepad, xr, scripted):
        register_device(device.DEVICE)
