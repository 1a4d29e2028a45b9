# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a dataset file holds: findings of a check, a demonstration's signals and attributes, and the summary."""

from __future__ import annotations

from collections.abc import Callable

import omni.ui as ui

from ..dataset.opened import OpenedFile
from . import style
from .empty import build_empty
from .layout import card, scrolled, section
from .signals import Signals

_ROWS = 300


def build_details(
    file: OpenedFile,
    findings: list[tuple[str, str, str]] | None,
    build_strip: Callable[[str], None],
    shorten: Callable[[str], str],
    on_row: Callable[[int], None],
) -> Signals | None:
    """Add everything that is known of a file to the current container.

    Args:
        file: The file.
        findings: Level, demonstration and message of each finding of a check; None if there was none.
        build_strip: Adds the thumbnails of a demonstration.
        shorten: Calls files as forms do.
        on_row: Called with the sample at which the playhead is.

    Returns:
        The signals of the demonstration that is chosen; None if there are none.
    """
    signals = None
    with card(True):
        if not file.summary:
            build_empty(
                "See what your files hold",
                (
                    ("Choose a file on the left.", "Those of the other steps have a button of their own."),
                    ("Choose a demonstration in it.", "Its signals and attributes appear here."),
                ),
            )
            return None
        with scrolled(style.GAP):
            if findings is not None and not file.demo:
                _build_findings(findings)
            if file.demo:
                build_strip(file.demo)
            if file.signals:
                signals = Signals(file.demo, file.signals, on_row)
                section("ATTRIBUTES")
                ui.Label("\n".join(_lines(file.attrs)), name="code", height=0, word_wrap=True)
            section("THE FILE")
            for line in shorten(file.summary["text"]).splitlines():
                _build_line(line)
    return signals


def _build_findings(findings: list[tuple[str, str, str]]) -> None:
    section("WHAT THE CHECK HAS FOUND")
    if not findings:
        ui.Label("Nothing: the file is good to use.", name="log", height=0)
    for level, demo, message in findings[:_ROWS]:
        with ui.HStack(height=0, spacing=style.GAP):
            ui.Label(level, name="log_problem" if level == "error" else "hint", width=52, height=0)
            ui.Label(demo, name="hint", width=64, height=0)
            ui.Label(message, name="log", height=0, word_wrap=True)


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
