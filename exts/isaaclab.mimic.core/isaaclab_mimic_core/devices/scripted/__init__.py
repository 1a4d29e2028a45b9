# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The task's own script in place of a person (`TaskSpec.script`)."""

from ...plugins import DeviceSpec

DEVICE = DeviceSpec(
    "scripted",
    "The task's own script",
    live=False,
    device=f"{__name__}.device:make",
    check=f"{__name__}.device:check",
    probe=f"{__name__}.device:probe",
)
