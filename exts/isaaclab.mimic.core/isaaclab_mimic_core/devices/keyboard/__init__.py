# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The keyboard of a terminal or a window."""

from ...plugins import DeviceSpec

DEVICE = DeviceSpec("keyboard", "Keyboard", device=f"{__name__}.device:Keyboard", probe=f"{__name__}.probe:probe")
