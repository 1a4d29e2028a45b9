# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The list in the file dialog: folders first, then files with their sizes; a click marks, a double click opens."""

from __future__ import annotations

import time
from collections.abc import Callable

import omni.ui as ui

from ..widgets import style
from ..widgets.layout import scrolled
from .listing import FileRequest, Listing

_MOST = 500
"""Rows that are shown at most; for more, a path has to be typed."""
_LONG = 60
"""[characters] Longer names may be cut off, so they have a tooltip."""

_TWICE = 0.5
"""[s] A second click within this time makes a double click."""


class FileRows:
    """Builds into the current container.

    Args:
        on_marked: Called with the name that was clicked.
        on_opened: Called with the name that was double-clicked.
    """

    def __init__(self, on_marked: Callable[[str], None], on_opened: Callable[[str], None]) -> None:
        self._on_marked, self._on_opened = on_marked, on_opened
        self._listing: Listing | None = None
        self._request = FileRequest("")
        self._said = ""
        self._pressed, self._pressed_at = "", 0.0
        self.marked: list[str] = []
        """What has been clicked: one folder, or one or several files."""
        self.rows: dict[str, ui.ZStack] = {}
        self._backs: dict[str, ui.Rectangle] = {}
        with ui.ZStack():
            ui.Rectangle(name="inset")
            self._frame = ui.Frame(build_fn=self._build)

    @property
    def said(self) -> str:
        """What stands in place of rows; empty if there are some."""
        return self._said

    def show(self, listing: Listing, request: FileRequest) -> None:
        """Show a folder's contents; only the name that was asked for is marked."""
        self._listing, self._request = listing, request
        self.marked = [listing.named] if listing.named in dict(listing.files) else []
        kinds = f"and no {' or '.join(request.suffixes)} files" if request.suffixes else ""
        empty = "" if listing.folders or listing.files else f"There are no folders {kinds}".strip() + " in here."
        self._said = listing.trouble or empty
        self._pressed = ""
        self._frame.rebuild()

    def say(self, text: str) -> None:
        """Show a text in place of rows."""
        self._listing, self._said, self.marked = None, text, []
        self._frame.rebuild()

    def destroy(self) -> None:
        self.rows.clear()
        self._backs.clear()
        self._frame.destroy()

    def _build(self) -> None:
        self.rows.clear()
        self._backs.clear()
        listing = self._listing
        if self._said or listing is None:
            trouble = listing is not None and bool(listing.trouble)
            with ui.HStack():
                ui.Spacer(width=style.PADDING)
                ui.Label(
                    self._said,
                    name="problem_title" if trouble else "dim",
                    alignment=ui.Alignment.CENTER,
                    word_wrap=True,
                )
                ui.Spacer(width=style.PADDING)
            return
        rows = [(name, None) for name in listing.folders] + list(listing.files)
        with ui.HStack():
            ui.Spacer(width=4)
            with scrolled(1):
                ui.Spacer(height=3)
                for name, size in rows[:_MOST]:
                    self._build_row(name, size)
                if len(rows) > _MOST:
                    ui.Label(f"{len(rows) - _MOST} more: type the path above.", name="hint", height=24)
                ui.Spacer(height=3)

    def _build_row(self, name: str, size: int | None) -> None:
        row = ui.ZStack(height=24)
        with row:
            self._backs[name] = ui.Rectangle(name="rail_chosen" if name in self.marked else "rail_item")
            with ui.HStack(spacing=style.GAP):
                ui.Spacer(width=4)
                _build_folder() if size is None else ui.Spacer(width=16)
                ui.Label(name, name="log", elided_text=True, tooltip=name if len(name) > _LONG else "")
                if size is not None:
                    ui.Label(_write_size(size), name="hint", width=72, alignment=ui.Alignment.RIGHT_CENTER)
                ui.Spacer(width=4)
        row.set_mouse_pressed_fn(lambda x, y, button, modifier: self._on_pressed(name) if button == 0 else None)
        self.rows[name] = row

    def _on_pressed(self, name: str) -> None:
        now = time.monotonic()
        # omni.ui's own double clicks have to be quicker than a slow machine paints two frames.
        if self._pressed == name and now - self._pressed_at < _TWICE:
            self._pressed = ""
            self._open(name)
        else:
            self._pressed, self._pressed_at = name, now
            self._mark(name)

    def _mark(self, name: str) -> None:
        files = dict(self._listing.files) if self._listing else {}
        if self._request.many and name in files and all(each in files for each in self.marked):
            self.marked = [each for each in self.marked if each != name] + [name] * (name not in self.marked)
        else:
            self.marked = [name]
        for each, back in self._backs.items():
            back.name = "rail_chosen" if each in self.marked else "rail_item"
        self._on_marked(name)

    def _open(self, name: str) -> None:
        self.marked = [name]
        self._on_opened(name)


def _build_folder() -> None:
    """Add the picture of a folder."""
    with ui.VStack(width=16):
        ui.Spacer()
        with ui.HStack(height=3):
            ui.Rectangle(name="folder", width=8)
            ui.Spacer()
        ui.Rectangle(name="folder", height=9)
        ui.Spacer()


def _write_size(size: int) -> str:
    """Write a size [bytes] with a fitting unit."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000.0 or unit == "GB":
            break
        value /= 1000.0
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100.0 else f"{value:.1f} {unit}"
