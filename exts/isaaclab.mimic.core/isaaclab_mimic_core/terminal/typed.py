# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read key presses in a terminal, without releases."""

import os
import re
import select
import termios
import time
import tty

_SEQUENCES = {
    "D": "left",
    "C": "right",
    "A": "up",
    "B": "down",
    "H": "home",
    "F": "end",
    "1~": "home",
    "4~": "end",
    "5~": "pageup",
    "6~": "pagedown",
    "3~": "delete",
    "1;2D": "shift-left",
    "1;2C": "shift-right",
}
"""Characters after the control sequence introducer (xterm) -> name of the key."""
_CHARACTERS = {"\r": "enter", "\n": "enter", "\t": "tab", " ": "space", "\x7f": "delete", "\x1b": "escape"}
_KEY = re.compile(r"\x1b[\[O]([0-9;]*[A-Za-z~])|(.)", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b([\[O][0-9;]*)?\Z")
_ESCAPE_WAIT = 0.05
"""Time after which an escape character with nothing after it counts as the Esc key [s]."""


class TypedKeys:
    """Read keys from a terminal; a context manager. Inside it keys are not echoed, and Ctrl-C is still a signal.

    Args:
        descriptor: File descriptor of the terminal.
    """

    def __init__(self, descriptor: int = 0):
        self._descriptor = descriptor
        self._rest = ""
        self._heard = 0.0

    def __enter__(self) -> "TypedKeys":
        self._settings = termios.tcgetattr(self._descriptor)
        tty.setcbreak(self._descriptor, termios.TCSADRAIN)
        return self

    def __exit__(self, *_) -> None:
        termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, self._settings)

    def read(self) -> list[str]:
        """Return the keys typed since the last call, as characters or names such as `left`. Do not block."""
        while select.select([self._descriptor], [], [], 0)[0]:
            data = os.read(self._descriptor, 4096)
            if not data:
                break
            self._rest += data.decode(errors="replace")
            self._heard = time.monotonic()
        text, self._rest = self._rest, ""
        # A sequence may arrive in pieces.
        if (match := _UNFINISHED.search(text)) and time.monotonic() - self._heard < _ESCAPE_WAIT:
            text, self._rest = text[: match.start()], text[match.start() :]
        found = []
        for sequence, character in _KEY.findall(text):
            found.append(_SEQUENCES.get(sequence, "") if sequence else _CHARACTERS.get(character, character))
        return [key for key in found if key]
