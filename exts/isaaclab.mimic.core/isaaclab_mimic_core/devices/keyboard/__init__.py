# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The keyboard of a terminal or a window."""

from dataclasses import dataclass

from ...plugins import KEYS
from ..folder import device_in
from ..settings import EefSettings

DEVICE = device_in(__name__, "Keyboard", device="device:Keyboard", settings="KeyboardSettings", host_input=KEYS)


@dataclass(frozen=True)
class KeyboardSettings(EefSettings):
    """Settings of the keyboard."""
