# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A gamepad, as Kit reads it."""

from ...plugins import DeviceSpec

DEVICE = DeviceSpec("gamepad", "Gamepad", device=f"{__name__}.device:Gamepad", probe=f"{__name__}.probe:probe")
