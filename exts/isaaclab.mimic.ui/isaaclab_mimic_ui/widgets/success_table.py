# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How often each policy succeeded, with its interval; the best one is marked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import omni.ui as ui

from isaaclab_mimic_core.events import PolicyEvaluated

from . import style


class SuccessTable:
    """Builds into the current container.

    Args:
        nothing: What is said while nothing is measured.
    """

    def __init__(self, nothing: str) -> None:
        self._nothing = nothing
        self._shown: list[PolicyEvaluated] | None = None
        self._frame = ui.Frame(height=0)

    def show(self, measured: Iterable[PolicyEvaluated]) -> None:
        """Show measurements, the best first."""
        ordered = sorted(measured, key=lambda each: (bool(each.variant), -each.success / each.rollouts, -each.low))
        if ordered == self._shown:
            return
        self._shown = ordered
        with self._frame, ui.VStack(height=0, spacing=3):
            if not ordered:
                ui.Label(self._nothing, name="hint", height=0, word_wrap=True)
            for number, each in enumerate(ordered):
                self._build_row(each, best=number == 0 and len(ordered) > 1)

    def _build_row(self, each: PolicyEvaluated, best: bool) -> None:
        rate = each.success / each.rollouts
        words = f"{100 * rate:.0f} %  ({100 * each.low:.0f} to {100 * each.high:.0f})"
        title = Path(each.checkpoint).stem + (f", {each.variant}" if each.variant else "")
        with ui.HStack(height=20, spacing=style.GAP, tooltip=each.checkpoint):
            ui.Label(title, name="mark" if best else "log", width=ui.Percent(34), elided_text=True)
            with ui.ZStack():
                with ui.VStack():
                    ui.Spacer()
                    ui.Rectangle(name="track", height=8)
                    ui.Spacer()
                with ui.HStack():
                    ui.Spacer(width=ui.Percent(100 * each.low))
                    with ui.VStack(width=ui.Percent(max(1.0, 100 * (each.high - each.low)))):
                        ui.Spacer()
                        ui.Rectangle(name="bar_dim", height=8)
                        ui.Spacer()
                    ui.Spacer()
                with ui.HStack():
                    ui.Spacer(width=ui.Percent(99 * rate))
                    ui.Rectangle(name="bar", width=4)
                    ui.Spacer()
            ui.Label(words, name="hint", width=104)
            ui.Label(f"{each.success} of {each.rollouts}{'  best' if best else ''}", name="hint", width=92)
