# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keys from the terminal that a command was started in.

Some terminals report key releases (see `key_codes`). In others a key counts as held until it has not repeated for
`HOLD` seconds: keys cannot be combined, and the end effector stops between the first press and the first repeat, for
as long as the keyboard's repeat delay.
"""

import os
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable

from ...errors import DeviceError
from .key_codes import END, START, KeyParser

HOLD = 0.12
"""Time that a key counts as held after it was typed, if releases are not reported [s]."""
_ESCAPE_WAIT = 0.05
"""Time after which an escape character with nothing after it is the Esc key [s]."""


def check_terminal(
    where: str = "--teleop-device keyboard", remedy: str = "Start it in a terminal, or in the Mimic window."
) -> None:
    """Check before anything is opened that keys can be read from the terminal.

    Args:
        where: The option that needs keys, for the error.
        remedy: What to do if there are none.

    Raises:
        DeviceError: Standard input is not a terminal.
    """
    if not sys.stdin or not sys.stdin.isatty():
        raise DeviceError(
            "there is no keyboard: standard input is not a terminal",
            where=where,
            remedy=remedy,
        )


class TerminalKeys:
    """Reads a terminal's keys; a context manager. The terminal echoes nothing while it is entered.

    Args:
        key: Takes a key's name (carb.input's), whether it went down, and when, as `time.monotonic()` [s].
        release: Called when the terminal loses the focus: all keys are released.
        descriptor: The terminal, open for reading and writing.
    """

    def __init__(self, key: Callable[[str, bool, float], None], release: Callable[[], None], descriptor: int = 0):
        self._key, self._release, self._descriptor = key, release, descriptor
        self._parser = KeyParser()
        self._held: dict[str, float] = {}
        self._heard = 0.0
        self.tells_releases = False
        """Whether the terminal reports key releases."""

    def __enter__(self) -> "TerminalKeys":
        self._settings = termios.tcgetattr(self._descriptor)
        # Ctrl-C stays a signal.
        tty.setcbreak(self._descriptor, termios.TCSADRAIN)
        os.write(self._descriptor, START.encode())
        return self

    def __exit__(self, *_) -> None:
        os.write(self._descriptor, END.encode())
        termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, self._settings)

    def poll(self) -> None:
        """Pass on the keys typed so far, without waiting."""
        now = time.monotonic()
        text = ""
        while select.select([self._descriptor], [], [], 0)[0]:
            data = os.read(self._descriptor, 4096)
            if not data:
                break
            text += data.decode(errors="replace")
        if text:
            self._heard = now
        for event in self._parser.feed(text, complete=now - self._heard > _ESCAPE_WAIT):
            self._take(event.kind, event.key, now)
        for name, until in [(name, until) for name, until in self._held.items() if until <= now]:
            del self._held[name]
            self._key(name, False, until)

    def _take(self, kind: str, name: str, now: float) -> None:
        if kind == "protocol":
            self.tells_releases = True
        elif kind == "interrupt":
            signal.raise_signal(signal.SIGINT)
        elif kind == "focus_lost":
            self._held.clear()
            self._release()
        elif kind == "typed":
            repeats = name in self._held
            self._held[name] = now + HOLD
            if not repeats:
                self._key(name, True, now)
        elif kind != "repeat":
            self._key(name, kind == "press", now)
