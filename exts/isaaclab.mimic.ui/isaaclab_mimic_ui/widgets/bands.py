# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The segments of a demonstration as coloured bands, one for each subtask, with its name."""

from __future__ import annotations

from collections.abc import Sequence

import omni.ui as ui

from ..running.subtask_names import Segment


def build_bands(segments: Sequence[Segment], samples: int, name: str = "band") -> None:
    """Add bands to the current container, over its whole width.

    Args:
        segments: See `segments_of`.
        samples: Samples of the whole width.
        name: Style of their labels.
    """
    with ui.HStack():
        for each in segments:
            tooltip = f"{each.subtask.tooltip}. Samples {each.begin} to {each.end - 1}."
            with ui.ZStack(width=ui.Percent(100.0 * (each.end - each.begin) / samples), tooltip=tooltip):
                ui.Rectangle(name=f"band_{each.subtask.index % 6}")
                with ui.HStack():
                    ui.Spacer(width=6)
                    ui.Label(each.subtask.title, name=name, elided_text=True)
                    ui.Spacer(width=2)
        ui.Spacer()
