# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Plots of the success rate by subtask and by source demonstration."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from ..outcomes import FailureCause
from . import labels, style
from .analysis import by_source, by_subtask
from .plots import MAX_SOURCE_ROWS, NothingToDraw
from .run import RunRecord


def subtasks(record: RunRecord, names: dict[str, str]) -> Figure:
    """Plot how many attempts began and passed each subtask; `names` are the labels of subtasks."""
    counts = by_subtask(record.attempts)
    if not counts:
        raise NothingToDraw("The record of the run does not say which subtasks were begun.")
    order = sorted(counts, key=labels.subtask_key)
    rows = {names.get(key, key): (counts[key]["passed"], counts[key]["begun"]) for key in order}
    shares = {name: passed / begun for name, (passed, begun) in rows.items()}
    least = min(shares, key=lambda name: shares[name])
    title = "Attempts by subtask"
    if len(rows) > 1 and shares[least] < 1:
        title = f"{style.plain(least)}: {labels.percent(shares[least])} passed, the fewest"
    return _bars(title, rows, "passed", "attempts that began it")


def sources(record: RunRecord) -> Figure:
    """Plot how many attempts used each source demonstration, and how many of them succeeded."""
    counts = by_source(record.attempts)
    if not counts:
        raise NothingToDraw("The record of the run does not say which source demonstrations were used.")
    order = sorted(counts, key=lambda number: (-counts[number]["succeeded"] / counts[number]["attempts"], number))
    rows = {
        f"source {number}": (counts[number]["succeeded"], counts[number]["attempts"])
        for number in order[:MAX_SOURCE_ROWS]
    }
    left_out = len(order) - len(rows)
    title = f"The best {len(rows)} of {len(order)} sources" if left_out else "Attempts by source demonstration"
    return _bars(title, rows, "succeeded", "attempts that used it")


def _bars(title: str, rows: Mapping[str, tuple[int, int]], good: str, what: str) -> Figure:
    """Draw a bar for each row (successes, total), with the success rate as text beside it.

    Args:
        title: Title of the figure.
        rows: Label -> successes and total.
        good: Name of the successes in the legend.
        what: Label of the horizontal axis.
    """
    figure, (axes,) = style.new_figure(title, 1.3 + 0.34 * len(rows))
    place = np.arange(len(rows))
    won, tried = np.array(list(rows.values())).T
    axes.barh(place, won, 0.62, color=style.GENERATED, edgecolor="white", label=good)
    failed = tried - won
    if failed.any():
        color = FailureCause.NOT_GRASPED.color
        axes.barh(place, failed, 0.62, won, color=color, edgecolor="white", label="failed")
    texts = [f"{labels.percent(count / of)}  ({count:,} of {of:,})" for count, of in rows.values()]
    style.name_bars(axes, list(rows), tried, texts)
    style.label(axes, x=what)
    style.legend_below(figure, axes)
    return figure
