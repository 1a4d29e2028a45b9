# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a panel shows before the first run: what to do next."""

from __future__ import annotations

from collections.abc import Iterable

import omni.ui as ui

from . import style

_NUMBER, _BESIDE = 28, 12
"""[px] Size of a number, and room beside it."""


def build_empty(title: str, steps: Iterable[tuple[str, str]]) -> None:
    """Add a title and numbered steps, each with a hint."""
    ui.Spacer()
    with ui.HStack(height=0, spacing=_BESIDE):
        ui.Spacer(width=ui.Fraction(1))
        ui.Spacer(width=_NUMBER)
        ui.Label(title, name="heading", height=0, width=ui.Fraction(6), word_wrap=True)
        ui.Spacer(width=ui.Fraction(1))
    ui.Spacer(height=style.PADDING)
    for number, (text, hint) in enumerate(steps, 1):
        with ui.HStack(height=0, spacing=_BESIDE):
            ui.Spacer(width=ui.Fraction(1))
            with ui.VStack(width=_NUMBER), ui.ZStack(height=_NUMBER):
                ui.Circle(name="step", radius=14, size_policy=ui.CircleSizePolicy.FIXED)
                ui.Label(str(number), name="step", alignment=ui.Alignment.CENTER)
            with ui.VStack(width=ui.Fraction(6), height=0, spacing=2):
                ui.Label(text, word_wrap=True, height=0)
                ui.Label(hint, name="hint", word_wrap=True, height=0)
                ui.Spacer(height=6)
            ui.Spacer(width=ui.Fraction(1))
    ui.Spacer()
