# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The task's own script in place of a person (`TaskSpec.script`)."""

from dataclasses import dataclass

from ..folder import device_in
from ..settings import DeviceSettings

DEVICE = device_in(
    __name__,
    "The task's own script",
    live=False,
    device="device:make",
    settings="ScriptSettings",
    check="device:check",
    probe="device:probe",
)


@dataclass(frozen=True)
class ScriptSettings(DeviceSettings):
    """Settings of the script."""

    seed: int = 1
    """Seed of its random numbers."""
