# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether gamepads can be read."""

from ...sim.host import inside_kit
from ..listing import Listed


def probe() -> list[Listed]:
    """Say whether gamepads can be read here."""
    if inside_kit():
        return [Listed("gamepad", True, "read by this Kit")]
    return [Listed("gamepad", False, "read by Kit only", "Use the Mimic window in Isaac Sim.")]
