# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""List input devices and show their live readings."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ..devices import find_device
from ..devices.hosts.terminal import TerminalKeys
from ..devices.listing import Listed
from ..devices.readings import LiveReadings

_PERIOD = 0.05
_BAR = 12
"""Length of a bar on each side of zero [characters]."""


def format_devices(listed: list[Listed]) -> str:
    """Format the list as lines of text."""
    lines = []
    for device in listed:
        lines.append(f"{'+' if device.usable else '-'} {device.device:<11} {device.detail}")
        if device.remedy:
            lines.append(f"  {'':<11} {device.remedy}")
    return "\n".join(lines)


def show_readings(out: TextIO, seconds: float, json_lines: bool) -> None:
    """Show live readings until Esc or Ctrl-C, or for `seconds` if that is more than 0."""
    if json_lines:
        for readings in _readings(seconds):
            print(json.dumps(readings), file=out)
        return
    console = Console(file=out, highlight=False)
    with Live(console=console, refresh_per_second=20, transient=True) as live:
        for readings in _readings(seconds):
            live.update(Text(format_readings(readings)))


def format_readings(readings: dict) -> str:
    """Format readings as lines of text, axes as bars."""
    lines = []
    for device, reading in readings.items():
        now = " ".join(reading["keys"]) or "no key" if "keys" in reading else reading.get("model", "none")
        lines.append(f"{find_device(device).title:<10}  {now}")
        for name, value in reading.get("axes", {}).items():
            size = min(round(abs(value) * _BAR), _BAR)
            left = ("#" * size if value < 0 else "").rjust(_BAR)
            right = ("#" * size if value > 0 else "").ljust(_BAR)
            lines.append(f"  {name:<8} {value:+.2f} {left}|{right}")
        if "buttons" in reading:
            lines.append(f"  buttons  {' '.join(reading['buttons']) or 'none'}")
    return "\n".join([*lines, "Esc ends"])


def _readings(seconds: float) -> Iterator[dict]:
    source = LiveReadings()
    end = time.monotonic() + seconds if seconds > 0 else float("inf")
    with ExitStack() as stack:
        stack.callback(source.close)
        keys = None
        if sys.stdin and sys.stdin.isatty():
            keys = stack.enter_context(TerminalKeys(source.key, source.release, sys.stdin.fileno()))
        while time.monotonic() < end:
            if keys is not None:
                keys.poll()
            readings = source.poll()
            yield readings
            if source.ended:
                return
            time.sleep(_PERIOD)
