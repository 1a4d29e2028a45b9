# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""3Dconnexion's SpaceMouse models."""

from ...plugins import DeviceSpec

DEVICE = DeviceSpec(
    "spacemouse",
    "SpaceMouse",
    device=f"{__name__}.device:SpaceMouse",
    check=f"{__name__}.hid:check",
    probe=f"{__name__}.probe:probe",
    doctor=f"{__name__}.probe:examine",
)
