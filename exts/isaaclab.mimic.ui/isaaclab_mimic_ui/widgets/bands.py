# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The segments of a demonstration as coloured bands, one for each subtask, with its name."""

from __future__ import annotations

from collections.abc import Sequence

import omni.ui as ui

from ..running.subtask_names import Segment

_NAMED = 0.05
"""Bands that are a smaller part of the width have no name in them: it would need more room than they have."""
_LEAST = 1e-4
"""A fraction of nothing would be one of the usual size."""


def put_at(share: float, before: ui.Widget, after: ui.Widget) -> None:
    """Put what is between two widgets of a row at a share of the row's width.

    With a percentage of the width before it, a row would be wider than there is, and its container grow in every frame.
    """
    before.width, after.width = ui.Fraction(max(share, _LEAST)), ui.Fraction(max(1.0 - share, _LEAST))


def build_bands(segments: Sequence[Segment], samples: int, name: str = "band") -> None:
    """Add bands to the current container, over its whole width.

    Args:
        segments: See `segments_of`.
        samples: Samples of the whole width.
        name: Style of their labels.
    """
    # Fractions for the reason that is at `put_at`.
    with ui.HStack():
        at = 0
        for each in segments:
            begin, end = min(each.begin, samples), min(each.end, samples)
            if begin > at:
                ui.Spacer(width=ui.Fraction(begin - at))
            if end <= begin:
                continue
            at = end
            tooltip = f"{each.subtask.tooltip}. Samples {each.begin} to {each.end - 1}."
            with ui.ZStack(width=ui.Fraction(end - begin), tooltip=tooltip):
                ui.Rectangle(name=f"band_{each.subtask.index % 6}")
                if end - begin < _NAMED * samples:
                    continue
                with ui.HStack():
                    ui.Spacer(width=6)
                    ui.Label(each.subtask.title, name=name, elided_text=True)
                    ui.Spacer(width=2)
        if at < samples:
            ui.Spacer(width=ui.Fraction(samples - at))
