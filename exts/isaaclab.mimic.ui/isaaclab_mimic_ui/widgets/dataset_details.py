# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a dataset file holds: what commands have found, a demonstration's signals and attributes, and the summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import omni.ui as ui

from ..dataset.job import DataCommand
from ..dataset.opened import OpenedFile
from . import style
from .empty import build_empty
from .layout import scrolled, section
from .signals import Signals

_ROWS = 300


@dataclass(frozen=True)
class Doors:
    """What leads from a file's details to the rest of the window."""

    in_words: Callable[[str], str]
    """Calls files as forms do, and commands as the window's places."""
    lead_to: Callable[[str], None]
    """Opens another step with this file."""


def build_details(
    file: OpenedFile,
    command: DataCommand,
    build_strip: Callable[[str], None],
    on_row: Callable[[int], None],
    beside: Mapping[str, list[float]],
    doors: Doors,
) -> Signals | None:
    """Add everything that is known of a file to the current container.

    Args:
        file: The file.
        command: What has been found in it.
        build_strip: Adds the thumbnails of a demonstration.
        on_row: Called with the sample at which the playhead is.
        beside: Signals of what the demonstration was made from, in step.
        doors: What leads to the rest of the window.

    Returns:
        The signals of the demonstration that is chosen; None if there are none.
    """
    signals = None
    if not file.summary:
        with ui.VStack():
            build_empty(
                "See what your files hold",
                (
                    ("Choose a file on the left.", "Those of the other steps have a button of their own."),
                    ("Choose a demonstration in it.", "The robot, its signals and attributes appear here."),
                ),
            )
        return None
    with scrolled(style.GAP):
        if file.demo:
            build_strip(file.demo)
        else:
            _build_found(command, doors)
        if file.signals:
            signals = Signals(file.demo, file.signals, on_row, beside)
            section("ATTRIBUTES")
            ui.Label("\n".join(_lines(file.attrs)), name="code", height=0, word_wrap=True)
        with ui.HStack(height=24):
            section("THE FILE")
            if (remedy := file.summary["remedy"]) is not None and remedy.step != "dataset":
                ui.Button(remedy.label, name="small", width=140, clicked_fn=partial(doors.lead_to, remedy.step))
        for line in doors.in_words(file.summary["text"]).splitlines():
            _build_line(line)
    return signals


def _build_found(command: DataCommand, doors: Doors) -> None:
    if command.differences:
        section("DIFFERENCES")
        for line in doors.in_words(command.differences).splitlines():
            _build_line(line)
    if command.findings is None:
        return
    section("WHAT THE CHECK HAS FOUND")
    if not command.findings:
        ui.Label("Nothing: the file is good to use.", name="log", height=0)
    for level, demo, message in command.findings[:_ROWS]:
        with ui.HStack(height=0, spacing=style.GAP):
            ui.Label(level, name="log_problem" if level == "error" else "hint", width=52, height=0)
            ui.Label(demo, name="hint", width=64, height=0)
            ui.Label(doors.in_words(message), name="log", height=0, word_wrap=True)


def _build_line(line: str) -> None:
    """Add a line of a summary: a word and what it says, in two columns."""
    word, _, rest = line.strip().partition("  ")
    with ui.HStack(height=0, spacing=style.GAP):
        if rest:
            ui.Label(word, name="code", width=90, height=0, alignment=ui.Alignment.LEFT_TOP)
            ui.Label(rest.strip(), name="log", height=0, word_wrap=True)
        else:
            ui.Label(word, name="code", height=0, word_wrap=True)


def _lines(attrs: dict, indent: str = "") -> list[str]:
    """Write nested attributes, one line each."""
    lines = []
    for key, value in attrs.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}", *_lines(value, indent + "    ")]
        else:
            text = str(value)
            lines.append(f"{indent}{key}: {text if len(text) <= 160 else text[:160] + ' ...'}")
    return lines
