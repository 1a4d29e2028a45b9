# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a step has ended with in an earlier window."""

from __future__ import annotations

import omni.ui as ui

from ..running.last_run import LastRun
from .layout import card, section

_OUTCOMES = {"done": "done", "stopped": "stopped", "gave_up": "gave up", "failed": "failed"}


def build_last_run(last: LastRun) -> None:
    """Add a card with the numbers of a run, which says that they are old."""
    with card(name="inset"):
        section(f"OLD: THE RUN OF {last.ended}, {_OUTCOMES.get(last.outcome, last.outcome).upper()}")
        if last.numbers:
            ui.Label(
                "     ".join(f"{caption}: {number}" for caption, number in last.numbers.items()),
                name="log",
                height=0,
                word_wrap=True,
            )
        for line in last.results:
            ui.Label(line, name="hint", height=0, word_wrap=True)
