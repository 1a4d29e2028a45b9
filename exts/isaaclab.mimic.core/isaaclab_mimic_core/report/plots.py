# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Plots of a report, one function each. Source demonstrations are grey, generated ones teal.

Each function returns a figure, or raises `NothingToDraw` if the data are missing.
"""

import math
from collections import Counter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..outcomes import FailureCause
from . import labels, style
from .contents import Contents, evenly
from .run import RunRecord

MAX_OBJECTS = 9
MAX_SOURCE_ROWS = 40
_START_SIZE = 0.04
"""Side of the squares that mark where objects started [m], about that of the stack task's cubes."""
_YAW_TICK = 0.06
"""Length of the ticks that show a heading, as a fraction of the panel's width."""
_MAX_YAW_TICKS = 200
"""Maximum number of objects whose heading is drawn; more ticks would hide the positions."""


class NothingToDraw(Exception):
    """The data for a plot are missing. The message is a sentence for the page."""


def success(record: RunRecord) -> Figure:
    """Plot the number of attempts and the success rate over time."""
    attempts = record.attempts
    if not attempts:
        raise NothingToDraw("The record of the run holds no finished attempt.")
    scale, unit = (60.0, "min") if attempts[-1].at > 180 else (1.0, "s")
    # The time axis covers the whole run, so that the last attempt has a width.
    end = max(record.elapsed, attempts[-1].at) or 1.0
    time = np.array([0.0, *(attempt.at for attempt in attempts), 1.01 * end]) / scale
    good = np.cumsum([0, *(attempt.success for attempt in attempts), 0])
    ended = np.cumsum([0, *(1 for _ in attempts), 0])
    rate = good[1:] / ended[1:]
    share = labels.percent(float(rate[-1]))
    title = f"{share}: {good[-1]:,} of {labels.count(len(attempts), 'attempt')} succeeded"
    figure, (above, below) = style.new_figure(title, 4.7, rows=2, row_heights=[1, 1.2], sharex=True)
    above.axhline(rate[-1], color=style.GENERATED, linewidth=0.9, linestyle=(0, (4, 3)))
    above.step(time[1:], rate, where="post", color=style.GENERATED, linewidth=2)
    above.set_ylim(0, 1.05)
    above.set_yticks([0, 0.25, 0.5, 0.75, 1])
    style.in_percent(above)
    style.name_panel(above, "Success rate of the attempts ended so far")
    colors = [style.GENERATED, FailureCause.NOT_GRASPED.color]
    # matplotlib omits labels that begin with an underscore from the legend.
    words = ["succeeded", "failed" if good[-1] < len(attempts) else "_failed"]
    below.stackplot(time, good, ended - good, step="post", colors=colors, alpha=0.85, labels=words)
    if record.wanted:
        below.axhline(record.wanted, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)), label="wanted")
    below.set_ylim(0, 1.08 * max(len(attempts), record.wanted))
    below.set_xlim(0, time[-1])
    below.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    below.yaxis.set_major_formatter("{x:,.0f}")
    style.name_panel(below, "Attempts ended so far")
    style.label(below, x=f"time since attempts began [{unit}]")
    style.legend_below(figure, below)
    return figure


def failures(record: RunRecord, names: dict[str, str]) -> Figure:
    """Plot the causes of failure by subtask; `names` are the labels of subtasks (`labels.subtask_names`)."""
    if not record.attempts:
        raise NothingToDraw("The record of the run holds no finished attempt.")
    counts = record.failures
    if not counts:
        figure, (axes,) = style.new_figure("Causes of failure", 1.1)
        style.say_instead(axes, "No attempt failed.")
        return figure
    failed = sum(counts.values())
    subtasks = sorted({subtask for subtask, _ in counts}, key=labels.subtask_key)
    causes = [cause for cause in FailureCause if any(counts[subtask, cause] for subtask in subtasks)]
    title = f"{failed:,} of {labels.count(len(record.attempts), 'attempt')} failed"
    figure, (axes,) = style.new_figure(title, 1.5 + 0.46 * len(subtasks))
    rows = np.arange(len(subtasks))
    left = np.zeros(len(subtasks))
    for cause in causes:
        width = np.array([counts[subtask, cause] for subtask in subtasks])
        axes.barh(rows, width, 0.62, left, color=cause.color, edgecolor="white", label=style.plain(cause.label))
        left += width
    texts = [f"{total:,.0f}  ({labels.percent(total / len(record.attempts))} of attempts)" for total in left]
    style.name_bars(axes, [names.get(subtask, subtask) for subtask in subtasks], left, texts)
    style.label(axes, x="failed attempts")
    style.legend_below(figure, axes)
    return figure


def paths(source: Contents | None, generated: Contents) -> Figure:
    """Plot the end effectors' paths from above, source and generated demonstrations side by side."""
    sides = _sides(source, generated)
    if not any(contents and contents.eef_paths for contents, *_ in sides):
        raise NothingToDraw("The files hold no end-effector positions (observation eef_pos).")
    low, high = _bounds([*_path_points(source), *_path_points(generated)])
    height = 1.2 + _panel_height(low, high, 2)
    figure, panels = style.new_figure(
        "End-effector paths, seen from above", height, columns=2, sharex=True, sharey=True
    )
    for axes, (contents, word, _, shades) in zip(panels, sides, strict=True):
        found = contents.eef_paths if contents else {}
        drawn = max(map(len, found.values()), default=0)
        if not contents or not drawn:
            style.name_panel(axes, f"{word}: {_absence(contents)}", style.MUTED)
            continue
        style.name_panel(axes, f"{word}: {_some_of(drawn, len(contents.demos))}")
        # Many lines are more transparent, so that they are not darker than few.
        alpha = float(np.clip(4.0 / drawn**0.6, 0.3, 0.9))
        if contents.starts:
            squares = _squares(np.concatenate([evenly(places, drawn) for places in contents.starts.values()]))
            faint = float(np.clip(1.6 / len(squares) ** 0.5, 0.08, 0.35))
            axes.add_collection(PolyCollection(list(squares), facecolor=style.SOURCE, alpha=faint, linewidth=0))
        for i, (eef, lines) in enumerate(found.items()):
            flat = [line[:, :2] for line in lines if len(line)]
            color = shades[i % len(shades)]
            axes.add_collection(LineCollection(flat, colors=color, alpha=alpha, linewidths=0.8))
            begin = np.array([line[0] for line in flat]).reshape(-1, 2)
            axes.plot(*begin.T, ".", color=style.INK, markersize=3.5, markeredgewidth=0)
            name = eef.removesuffix("eef_pos").strip("_") or eef
            axes.plot([], [], color=color, linewidth=2, label=f"{word}, {style.plain(name)}")
    for axes in panels:
        _from_above(axes, low, high, first=axes is panels[0])
    if max(len(contents.eef_paths) for contents, *_ in sides if contents) > 1:
        style.legend_below(figure, *panels)
    return figure


def starts(source: Contents | None, generated: Contents) -> Figure:
    """Plot the initial position and heading of each object."""
    sides = _sides(source, generated)
    objects = list(dict.fromkeys(name for contents, *_ in sides if contents for name in contents.starts))
    if not objects:
        raise NothingToDraw("The files hold no initial states of rigid objects.")
    some = f"{MAX_OBJECTS} of {len(objects)} objects" if len(objects) > MAX_OBJECTS else "Objects"
    title = f"{some} at the start, seen from above"
    shown = objects[:MAX_OBJECTS]
    columns = min(3, len(shown))
    rows = math.ceil(len(shown) / columns)
    low, high = _bounds([contents.starts[name] for contents, *_ in sides if contents for name in contents.starts])
    height = 1.0 + rows * (_panel_height(low, high, columns) + 0.45)
    figure, panels = style.new_figure(title, height, rows, columns, sharex=True, sharey=True)
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    for axes, name in zip(panels, shown, strict=False):
        for contents, word, color, _ in sides:
            where = contents.starts.get(name) if contents else None
            if where is not None:
                _draw_starts(axes, where, color, word, _YAW_TICK * (high - low)[0])
        style.name_panel(axes, style.plain(name))
        _from_above(axes, low, high, first=axes in panels[::columns])
    style.legend_below(figure, panels[0])
    return figure


def lengths(source: Contents | None, generated: Contents) -> Figure:
    """Plot histograms of the demonstrations' lengths, as fractions, so that few and many can be compared."""
    sides = [side for side in _sides(source, generated) if side[0] and len(side[0].lengths)]
    if not sides:
        raise NothingToDraw("The files do not say how long their demonstrations are.")
    steps = [contents.lengths for contents, *_ in sides if contents]
    together = np.concatenate(steps)
    low, high = int(together.min()), int(together.max())
    width = max(1, math.ceil((high - low + 1) / 16))
    bins = [edge - 0.5 for edge in range(low, high + width + 1, width)]
    figure, (axes,) = style.new_figure("Steps per demonstration", 3.3)
    axes.hist(
        steps,
        bins,
        weights=[np.full(len(values), 1.0 / len(values)) for values in steps],
        color=[color for *_, color, _ in sides],
        label=[
            f"{word}: {_span(values)} ({len(values):,})" for (_, word, *_), values in zip(sides, steps, strict=True)
        ],
    )
    style.in_percent(axes)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    style.label(axes, x="steps", y="share of demonstrations")
    style.legend_below(figure, axes)
    return figure


def sources(source: Contents | None, generated: Contents, names: dict[str, str]) -> Figure:
    """Plot how often each source demonstration was used in each subtask; `names` as for `failures`."""
    counts = Counter(
        (demo, f"{eef}/{index}")
        for made in generated.demos
        for eef, used in made.sources.items()
        for index, demo in enumerate(used)
    )
    if not counts:
        silent = "The demonstrations do not say where they come from."
        raise NothingToDraw(silent if generated.demos else "No demonstration was saved.")
    subtasks = sorted({subtask for _, subtask in counts}, key=labels.subtask_key)
    given = [demo.name for demo in source.demos] if source else []
    demos = list(dict.fromkeys([*given, *sorted({demo for demo, _ in counts})]))
    total = Counter({demo: sum(counts[demo, subtask] for subtask in subtasks) for demo in demos})
    used = sum(total[demo] > 0 for demo in demos)
    title = f"{used} of {labels.count(len(demos), 'source demonstration')} used"
    if len(demos) > MAX_SOURCE_ROWS:
        most = {demo for demo, _ in total.most_common(MAX_SOURCE_ROWS)}
        demos = [demo for demo in demos if demo in most]
        title += f" (the {MAX_SOURCE_ROWS} used most are shown)"
    grid = np.array([[counts[demo, subtask] for subtask in subtasks] for demo in demos])
    figure, (axes,) = style.new_figure(title, 1.5 + 0.27 * len(demos))
    axes.imshow(grid, cmap=style.HEAT, vmin=0, vmax=max(1, grid.max()), aspect="auto")
    for (row, column), value in np.ndenumerate(grid):
        color = "white" if value > 0.5 * grid.max() else style.INK if value else style.SOURCE
        axes.text(column, row, f"{value:,}", ha="center", va="center_baseline", fontsize=style.FONT - 1.5, color=color)
    words = [style.plain(names.get(subtask, subtask)) for subtask in subtasks]
    if len(subtasks) <= 5:
        axes.set_xticks(range(len(subtasks)), [word.replace(", ", "\n") for word in words])
    else:
        # Horizontal labels would overlap.
        axes.set_xticks(range(len(subtasks)), words, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(demos)), [style.plain(demo) for demo in demos])
    axes.tick_params(length=0, labelcolor=style.INK)
    axes.grid(False)
    axes.set_xticks(np.arange(len(subtasks) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(demos) + 1) - 0.5, minor=True)
    axes.grid(True, which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    style.label(axes, x="saved demonstrations that used it in this subtask")
    return figure


def _sides(source: Contents | None, generated: Contents) -> list[tuple[Contents | None, str, str, tuple[str, ...]]]:
    return [
        (source, "source", style.SOURCE, style.SOURCE_SHADES),
        (generated, "generated", style.GENERATED, style.GENERATED_SHADES),
    ]


def _absence(contents: Contents | None) -> str:
    if contents is None:
        return "file not available"
    return "no positions in the file" if contents.demos else "none saved"


def _some_of(drawn: int, there: int) -> str:
    # Short, because there is only half the width for it.
    return f"{drawn} of {labels.count(there, 'demo')}" if drawn < there else labels.count(there, "demo")


def _span(values: np.ndarray) -> str:
    low, high = int(values.min()), int(values.max())
    return f"{low}" if low == high else f"{low} to {high}"


def _path_points(contents: Contents | None) -> list[np.ndarray]:
    return [line for lines in contents.eef_paths.values() for line in lines if len(line)] if contents else []


def _panel_height(low: np.ndarray, high: np.ndarray, columns: int) -> float:
    """Return the height of a panel that shows these limits to scale [inch], with `columns` panels side by side."""
    width, height = high - low
    return (style.WIDTH - 0.9) / columns * float(np.clip(height / width, 0.3, 1.8))


def _from_above(axes: Axes, low: np.ndarray, high: np.ndarray, first: bool) -> None:
    """Set the limits of a panel in meters, to scale. The first panel of a row labels its vertical axis."""
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_aspect("equal")
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    style.label(axes, x="x [m]", y="y [m]" if first else "")


def _squares(starts: np.ndarray) -> np.ndarray:
    """Return the corners of squares at the objects' positions and headings: x, y, yaw (N, 3) -> (N, 4, 2)."""
    corner = 0.5 * _START_SIZE * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    cos, sin = np.cos(starts[:, 2]), np.sin(starts[:, 2])
    turn = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)
    return starts[:, None, :2] + np.einsum("nij,kj->nki", turn, corner)


def _bounds(places: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper limits of all positions with a margin, at least 10 cm apart."""
    together = np.concatenate(places)[:, :2]
    low, high = together.min(axis=0), together.max(axis=0)
    margin = np.maximum(0.08 * (high - low), 0.5 * np.maximum(0.0, 0.1 - (high - low))) + 0.02
    return low - margin, high + margin


def _draw_starts(axes: Axes, where: np.ndarray, color: str, word: str, tick: float) -> None:
    # Many markers are smaller, so that their density is visible. The side with fewer is drawn on top.
    size = float(np.clip(26.0 / len(where) ** 0.35, 3.0, 7.0))
    alpha = float(np.clip(9.0 / len(where) ** 0.5, 0.4, 0.9))
    order = 2 + 1 / len(where)
    if len(where) <= _MAX_YAW_TICKS:
        tip = where[:, :2] + tick * np.column_stack([np.cos(where[:, 2]), np.sin(where[:, 2])])
        ticks = list(np.stack([where[:, :2], tip], axis=1))
        axes.add_collection(LineCollection(ticks, colors=color, linewidths=1.0, alpha=0.8 * alpha, zorder=order))
    marks = {"marker": "o", "linestyle": "none", "markersize": size, "markeredgewidth": 0}
    label = f"{word} ({len(where):,})"
    axes.plot(where[:, 0], where[:, 1], color=color, alpha=alpha, zorder=order, label=label, **marks)
