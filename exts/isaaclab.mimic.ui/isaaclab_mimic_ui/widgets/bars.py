# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A few named counts as horizontal bars, the most frequent first."""

from __future__ import annotations

from collections.abc import Sequence

import omni.ui as ui

from . import style


class Bars:
    """Builds into the current container.

    Args:
        nothing: What is said while there is nothing to count.
        most: So many are shown.
        name: Style of the bars.
    """

    def __init__(self, nothing: str, most: int = 6, name: str = "bar") -> None:
        self._nothing = nothing
        self._most = most
        self._name = name
        self._shown: list[tuple[str, int]] | None = None
        self._frame = ui.Frame(height=0)

    def show(self, counts: Sequence[tuple[str, int]]) -> None:
        """Show (name, count) pairs."""
        shown = list(counts)[: self._most]
        if shown == self._shown:
            return
        self._shown = shown
        largest = max((count for _, count in shown), default=1)
        with self._frame, ui.VStack(height=0, spacing=3):
            if not shown:
                ui.Label(self._nothing, name="hint", word_wrap=True, height=0)
            for text, count in shown:
                with ui.HStack(height=18, spacing=style.GAP):
                    ui.Label(text, name="hint", width=ui.Percent(48), elided_text=True, tooltip=text)
                    with ui.HStack():
                        with ui.VStack(width=ui.Percent(80 * count / largest)):
                            ui.Spacer()
                            ui.Rectangle(name=self._name, height=8)
                            ui.Spacer()
                        ui.Spacer(width=6)
                        ui.Label(str(count), name="hint")
