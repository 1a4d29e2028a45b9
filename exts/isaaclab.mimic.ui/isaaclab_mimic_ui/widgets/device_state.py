# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a device needs before it can drive, and what to do about what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import omni.ui as ui

from isaaclab_mimic_core.finding import Finding

from . import style
from .layout import section


def build_device_state(title: str, found: Sequence[Finding], start: str) -> None:
    """Add what a device has found (`DeviceSpec.state`) to the current container.

    Args:
        title: The device.
        found: What is there, and what is missing.
        start: How to begin once nothing is missing (`DeviceSpec.start`).
    """
    section(title.upper())
    for each in found:
        with ui.HStack(height=0, spacing=style.GAP):
            ui.Label(each.topic, name="dim", width=style.LABEL_WIDTH, height=0, alignment=ui.Alignment.LEFT_TOP)
            with ui.VStack(height=0, spacing=2):
                name = "log" if each.level == "ok" else "log_problem"
                ui.Label(each.text, name=name, height=0, word_wrap=True)
                if each.remedy:
                    ui.Label(each.remedy, name="code", height=0, word_wrap=True)
    ready = all(each.level == "ok" for each in found)
    text = start if ready else "Record says what is missing, too, before anything is opened."
    ui.Label(text, name="hint", height=0, word_wrap=True)
