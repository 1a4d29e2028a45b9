# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What there is for a headset: Isaac Teleop, the OpenXR runtime, CloudXR, and what to do about what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import omni.ui as ui

from . import style
from .layout import section


def build_xr(rows: Sequence[tuple[str, bool, str, str]]) -> None:
    """Add what `devices.xr.session.state` has found to the current container."""
    section("HEADSET")
    for topic, well, found, remedy in rows:
        with ui.HStack(height=0, spacing=style.GAP):
            ui.Label(topic, name="dim", width=style.LABEL_WIDTH, height=0, alignment=ui.Alignment.LEFT_TOP)
            with ui.VStack(height=0, spacing=2):
                ui.Label(found, name="log" if well else "log_problem", height=0, word_wrap=True)
                if remedy:
                    ui.Label(remedy, name="code", height=0, word_wrap=True)
    ready = all(well for _, well, _, _ in rows)
    ui.Label(
        "Press Record: it starts the session; put the headset on, and begin with its start button."
        if ready
        else "Record says what is missing, too, before anything is opened.",
        name="hint",
        height=0,
        word_wrap=True,
    )
