# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The keyboard of a terminal or a window."""

from dataclasses import dataclass

from ...option import option
from ...plugins import KEYS
from ..folder import device_in
from ..settings import EefSettings

DEVICE = device_in(__name__, "Keyboard", device="device:Keyboard", settings="KeyboardSettings", host_input=KEYS)


@dataclass(frozen=True)
class KeyboardSettings(EefSettings):
    """Settings of the keyboard."""

    ramp: float = option(0.5, label="Gentle start", unit="s", low=0, high=10)
    """Time after which a key that is held moves at full speed: until then it moves slower, so that a short press is a
    small step. 0: at full speed at once."""
