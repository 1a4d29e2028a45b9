# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Draw the extensions' pictures: one gripper path fans out into many.

.venv/bin/python tools/draw_icons.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

GROUND, EDGE, TEAL, SAND, WHITE = "#14202B", "#22323F", "#2EC4B6", "#FFB84D", "#F2F6F7"
EXTS = Path(__file__).parents[1] / "exts"


def fan(ax: Axes, start: tuple[float, float], fork: float, ends: np.ndarray, end_x: float, width: float) -> None:
    """Draw the recorded path from `start` to `fork`, and the generated ones from there to (`end_x`, `ends`)."""
    s = np.linspace(0, 1, 200)
    ease = s**2 * (3 - 2 * s)
    for end in ends:
        x = fork + (end_x - fork) * s
        y = start[1] + (end - start[1]) * ease
        ax.plot(x, y, color=TEAL, lw=width, alpha=0.85, solid_capstyle="round", zorder=2)
        ax.plot(x[-1], y[-1], "s", color=TEAL, ms=width * 3.4, zorder=3)
    ax.plot([start[0], fork], [start[1], start[1]], color=SAND, lw=width * 1.9, solid_capstyle="round", zorder=4)


def gripper(ax: Axes, x: float, y: float, size: float, width: float) -> None:
    """Draw two fingers and a palm that open towards the path, at its start."""
    half = size / 2
    outline = [(x + size, y + half), (x, y + half), (x, y - half), (x + size, y - half)]
    ax.plot(
        *zip(*outline, strict=True), color=WHITE, lw=width, solid_capstyle="round", solid_joinstyle="round", zorder=5
    )
    ax.plot([x - size * 0.55, x], [y, y], color=WHITE, lw=width, solid_capstyle="round", zorder=5)


def canvas(width: int, height: int, corner: float) -> tuple[plt.Figure, Axes]:
    """Return a picture of the size in pixels whose axes count pixels too, with a rounded dark ground."""
    figure = plt.figure(figsize=(width / 100, height / 100), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.axis("off")
    box = FancyBboxPatch(
        (2, 2), width - 4, height - 4, boxstyle=f"round,pad=0,rounding_size={corner}", fc=GROUND, ec=EDGE, lw=2
    )
    ax.add_patch(box)
    return figure, ax


def icon(path: Path, window: bool) -> None:
    figure, ax = canvas(256, 256, 44)
    y = 116 if window else 128
    spread = 62 if window else 78
    fan(ax, (78, y), 112, np.linspace(y - spread, y + spread, 5), 204, 5)
    gripper(ax, 56, y, 36, 8)
    if window:  # The same picture under a title bar.
        ax.plot([22, 234], [208, 208], color=EDGE, lw=4, zorder=1)
        for i, color in enumerate((SAND, TEAL, WHITE)):
            ax.plot(38 + 22 * i, 229, "o", color=color, ms=8, zorder=3)
    figure.savefig(path, transparent=True)
    plt.close(figure)


def preview(path: Path, window: bool) -> None:
    figure, ax = canvas(512, 300, 18)
    right = 330 if window else 452
    y = 138
    fan(ax, (92, y), 150, np.linspace(y - 88, y + 88, 7 if window else 9), right, 3.4)
    gripper(ax, 62, y, 44, 8)
    ax.text(28, 262, "Isaac Lab Mimic", color=WHITE, fontsize=19, weight="bold", va="center")
    ax.text(484, 262, "Window" if window else "Core", color=SAND, fontsize=15, ha="right", va="center")
    if window:
        ax.add_patch(
            FancyBboxPatch((366, 34), 118, 196, boxstyle="round,pad=0,rounding_size=8", fc="#1B2A37", ec=EDGE, lw=1.5)
        )
        for i, share in enumerate((1.0, 1.0, 0.62)):  # The steps: two done, one running.
            top = 206 - 52 * i
            ax.plot([384, 430], [top, top], color=WHITE, lw=4, solid_capstyle="round")
            ax.plot([384, 466], [top - 18, top - 18], color=EDGE, lw=8, solid_capstyle="round")
            color = TEAL if share == 1.0 else SAND
            ax.plot([384, 384 + 82 * share], [top - 18, top - 18], color=color, lw=8, solid_capstyle="round")
    figure.savefig(path, transparent=True)
    plt.close(figure)


if __name__ == "__main__":
    for name, window in (("isaaclab.mimic.core", False), ("isaaclab.mimic.ui", True)):
        icon(EXTS / name / "data" / "icon.png", window)
        preview(EXTS / name / "data" / "preview.png", window)
