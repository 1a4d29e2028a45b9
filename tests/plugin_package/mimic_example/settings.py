# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Settings of the device: flags of the command line and rows of the Record form."""

from dataclasses import dataclass

from isaaclab_mimic_core.devices.settings import DeviceSettings
from isaaclab_mimic_core.option import option


@dataclass(frozen=True)
class PadSettings(DeviceSettings):
    """What can be set of my pad."""

    variant: int = option(0, label="Variant", low=0, high=9)
    """Which of the pad's ways to stack is shown."""
    seed: int = 1
    """The stage's seed."""
