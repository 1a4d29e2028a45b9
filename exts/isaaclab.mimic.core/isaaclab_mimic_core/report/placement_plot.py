# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Plot of the success rate by the initial positions of the objects."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from . import labels, style
from .analysis import CELL, by_placement
from .plots import MAX_OBJECTS, NothingToDraw
from .run import RunRecord


def placements(record: RunRecord) -> Figure:
    """Plot for each object, from above, the success rate of the attempts in which it started in each square."""
    counted = dict(list(by_placement(record.attempts).items())[:MAX_OBJECTS])
    if not counted:
        raise NothingToDraw("The record of the run does not say where the objects stood.")
    places = np.array([place for cells in counted.values() for place in cells])
    low, high = places.min(axis=0) - CELL, places.max(axis=0) + CELL
    columns = min(3, len(counted))
    rows = -(-len(counted) // columns)
    width, height = high - low
    panel = (style.WIDTH - 0.9) / columns * float(np.clip(height / width, 0.3, 1.8))
    title = f"{record.succeeded:,} of {labels.count(len(record.attempts), 'attempt')} succeeded"
    figure, axes = style.new_figure(title, rows * (panel + 0.7) + 0.6, rows=rows, columns=columns)
    for axis, (name, cells) in zip(axes, counted.items(), strict=False):
        for (x, y), counts in cells.items():
            share = counts["succeeded"] / counts["attempts"]
            color = style.HEAT(share)
            axis.add_patch(Rectangle((x - CELL / 2, y - CELL / 2), CELL, CELL, facecolor=color, edgecolor=style.SOURCE))
            words = f"{counts['succeeded']}/{counts['attempts']}"
            ink = "white" if share > 0.5 else style.INK
            axis.text(x, y, words, ha="center", va="center", fontsize=style.FONT - 3, color=ink)
        axis.set_xlim(low[0], high[0])
        axis.set_ylim(low[1], high[1])
        axis.set_aspect("equal")
        style.name_panel(axis, style.plain(labels.short(name)))
        style.label(axis, x="x [m]", y="y [m]")
    for axis in axes[len(counted) :]:
        axis.set_visible(False)
    return figure
