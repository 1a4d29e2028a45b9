# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A few named counts as horizontal bars, the most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import omni.ui as ui

from isaaclab_mimic_core.outcomes import FailureCause

from ..running.subtask_names import SubtaskNames
from . import style


@dataclass(frozen=True)
class Bar:
    """A count, and what is counted."""

    text: str
    count: int
    color: str = ""
    """As `#RRGGBB`; empty for that of all bars."""


def failure_bars(failures: Counter[tuple[str, FailureCause]], whole: str, subtasks: SubtaskNames) -> list[Bar]:
    """Return a bar for each subtask and cause of failures, the commonest first.

    Args:
        failures: (subtask, cause) -> how often.
        whole: What failed where the subtask is not known.
        subtasks: What subtasks are called.
    """
    return [
        Bar(f"{subtasks.title(subtask) if subtask else whole}: {cause.label or 'no success'}", count, cause.color)
        for (subtask, cause), count in failures.most_common()
    ]


class Bars:
    """Builds into the current container.

    Args:
        nothing: What is said while there is nothing to count, unless `show` says otherwise.
        most: So many are shown.
        name: Style of the bars.
    """

    def __init__(self, nothing: str, most: int = 6, name: str = "bar") -> None:
        self._nothing = nothing
        self._most = most
        self._name = name
        self._told: tuple[list[Bar], str] | None = None
        self._frame = ui.Frame(height=0)

    def show(self, bars: Sequence[Bar], nothing: str = "") -> None:
        """Show bars, from top to bottom; or say what it means that there are none."""
        told = list(bars)[: self._most], nothing or self._nothing
        if told == self._told:
            return
        self._told = shown, nothing = told
        largest = max((bar.count for bar in shown), default=1)
        with self._frame, ui.VStack(height=0, spacing=3):
            if not shown:
                ui.Label(nothing, name="hint", word_wrap=True, height=0)
            for bar in shown:
                with ui.HStack(height=18, spacing=style.GAP):
                    ui.Label(bar.text, name="hint", width=ui.Percent(48), elided_text=True, tooltip=bar.text)
                    with ui.HStack():
                        with ui.VStack(width=ui.Percent(80 * bar.count / largest)):
                            ui.Spacer()
                            own = {"style": {"background_color": ui.color(bar.color)}} if bar.color else {}
                            ui.Rectangle(name=self._name, height=8, **own)
                            ui.Spacer()
                        ui.Spacer(width=6)
                        ui.Label(str(bar.count), name="hint")
