# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A headset and its controllers or hands, through Isaac Teleop."""

from ...plugins import DeviceSpec

DEVICE = DeviceSpec(
    "xr",
    "Headset",
    device=f"{__name__}.device:Xr",
    check=f"{__name__}.session:check_xr",
    probe=f"{__name__}.probe:probe",
    doctor=f"{__name__}.probe:examine",
)
