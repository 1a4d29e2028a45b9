# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Style of all plots. Neither pyplot nor rcParams are used, so plots of the host application are not affected."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from . import labels

INK = "#22303A"
MUTED = "#66727C"
RULE = "#DDE3E7"
GENERATED = "#0B7A75"
SOURCE = "#8A949D"
# Shades of the same two colours for further end effectors.
GENERATED_SHADES = (GENERATED, "#4FB3A5", "#07403E")
SOURCE_SHADES = (SOURCE, "#B9C1C7", "#555F68")

HEAT = LinearSegmentedColormap.from_list("heat", ["#F4F8F8", "#9FD0CB", GENERATED, "#07403E"])

DPI = 170
WIDTH = 6.4
"""Width of all figures [inch]."""
FONT = 11.0


def new_figure(
    title: str, height: float, rows: int = 1, columns: int = 1, row_heights: Sequence[float] | None = None, **axes
) -> tuple[Figure, list[Axes]]:
    """Return a new figure with a title, and its axes row by row.

    Args:
        title: Title of the figure.
        height: Height of the figure [inch].
        rows: Number of rows of axes.
        columns: Number of columns of axes.
        row_heights: Relative heights of the rows; equal if None.
        axes: Further arguments of `Figure.subplots`.
    """
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.set(w_pad=0.09, h_pad=0.08)  # pyright: ignore[reportCallIssue]
    figure.suptitle(title, x=0.013, ha="left", fontsize=FONT + 2, fontweight="bold", color=INK)
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw={"height_ratios": row_heights}, **axes)
    found = [cell for row in grid for cell in row]
    for cell in found:
        _tidy(cell)
    return figure, found


def plain(name: str) -> str:
    """Return a name from a file for use in plots: shortened, and escaped so that matplotlib reads no formula in it."""
    return labels.short(name).replace("$", r"\$")


def name_panel(axes: Axes, text: str, color: str = INK) -> None:
    """Set the title of a panel."""
    axes.set_title(text, loc="left", fontsize=FONT, color=color)


def name_bars(axes: Axes, names: Sequence[str], ends: Sequence[float] | np.ndarray, texts: Sequence[str]) -> None:
    """Label horizontal bars, the first at the top, and write a text beside the end of each.

    Args:
        axes: The panel.
        names: Labels of the bars.
        ends: Values at which the bars end.
        texts: Texts beside the ends.
    """
    for row, (end, text) in enumerate(zip(ends, texts, strict=True)):
        place = {"xytext": (5, 0), "textcoords": "offset points", "va": "center"}
        axes.annotate(text, (end, row), fontsize=FONT - 1, color=INK, **place)
    axes.set_yticks(range(len(names)), [plain(name) for name in names])
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 1.45 * max(ends))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.grid(False, axis="y")


def label(axes: Axes, x: str = "", y: str = "") -> None:
    """Label the axes of a panel."""
    axes.set_xlabel(x, fontsize=FONT, color=MUTED)
    axes.set_ylabel(y, fontsize=FONT, color=MUTED)


def in_percent(axes: Axes) -> None:
    """Show the values of the vertical axis, from 0 to 1, in percent."""
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))


def legend_below(figure: Figure, *panels: Axes) -> None:
    """Put a legend of the panels below them."""
    entries = [entry for panel in panels for entry in zip(*panel.get_legend_handles_labels(), strict=True)]
    figure.legend(
        [handle for handle, _ in entries],
        [text for _, text in entries],
        loc="outside lower left",
        ncols=4,
        fontsize=FONT - 1,
        frameon=False,
        labelcolor=INK,
        handlelength=1.3,
        columnspacing=1.6,
    )


def say_instead(axes: Axes, text: str) -> None:
    """Show a sentence instead of a plot."""
    axes.set_axis_off()
    axes.text(0.0, 0.6, text, ha="left", va="center", fontsize=FONT + 1, color=MUTED, transform=axes.transAxes)


def png(figure: Figure) -> bytes:
    """Return the contents of a figure's PNG file. Equal figures give equal bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _tidy(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(RULE)
    axes.tick_params(labelsize=FONT - 1, labelcolor=MUTED, color=RULE, length=3)
    axes.grid(True, color=RULE, linewidth=0.6, alpha=0.7)
    axes.set_axisbelow(True)
