# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Parse the key codes that a terminal sends.

There are two protocols. With the kitty keyboard protocol (kitty, foot, WezTerm, Ghostty, Alacritty, recent Konsole and
iTerm2) the terminal reports presses, repeats and releases of every key: `CSI code ; modifiers : event u`. Other
terminals send a character when a key is pressed or repeats, and nothing when it is released.

Source: https://sw.kovidgoyal.net/kitty/keyboard-protocol (progressive enhancement flags 1, 2 and 8; query; focus
events are xterm's mode 1004).
"""

import re
from dataclasses import dataclass

START = "\x1b[>11u\x1b[?1004h\x1b[?u"
"""Asks the terminal to report all key events and the loss of focus, and whether it can."""
END = "\x1b[<u\x1b[?1004l"

ALTERNATIVES = {27: "ESCAPE", 9: "TAB", 13: "ENTER", 32: "SPACE", 127: "BACKSPACE"}
"""Character codes -> names of carb.input."""
_SEQUENCE = re.compile(r"\x1b\[([<-?]?)([0-9;:]*)([ -/]*)([@-~])")
_UNFINISHED = re.compile(r"\x1b(\[[<-?]?[0-9;:]*[ -/]*)?\Z")
_CTRL = 4
PRESS, REPEAT, RELEASE = 1, 2, 3


@dataclass(frozen=True)
class KeyEvent:
    """One event of a terminal."""

    kind: str
    """`press`, `repeat`, `release`; `typed` if releases are not reported; `protocol`, `focus_lost`, `interrupt`."""
    key: str = ""
    """Name as carb.input spells it."""


class KeyParser:
    """Splits a terminal's input into events."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str, complete: bool = False) -> list[KeyEvent]:
        """Return the events in new input.

        Args:
            text: The input.
            complete: Whether no more input has followed for a while: a single escape character is then the Esc key,
                not the start of a sequence.
        """
        text, self._rest = self._rest + text, ""
        events: list[KeyEvent] = []
        at = 0
        while at < len(text):
            if match := _SEQUENCE.match(text, at):
                events += _from_sequence(*match.groups())
                at = match.end()
            elif text[at] == "\x1b" and _UNFINISHED.match(text, at) and not (complete and at == len(text) - 1):
                self._rest = text[at:]
                break
            else:
                if name := key_name(ord(text[at])):
                    events.append(KeyEvent("typed", name))
                at += 1
        return events

    @property
    def waits(self) -> bool:
        """Whether the input ends with an escape character: the start of a sequence, or the Esc key."""
        return bool(self._rest)


def key_name(code: int) -> str:
    """Return carb.input's name for a character code; empty for keys that devices do not use."""
    if code in ALTERNATIVES:
        return ALTERNATIVES[code]
    character = chr(code)
    return character.upper() if character.isascii() and character.isalpha() else ""


def _from_sequence(mark: str, parameters: str, _: str, final: str) -> list[KeyEvent]:
    if final == "O" and not parameters:
        return [KeyEvent("focus_lost")]
    if final != "u":
        return []
    if mark == "?":
        return [KeyEvent("protocol")]
    fields = [field.split(":") for field in parameters.split(";")]
    code = int(fields[0][0] or 0)
    modifiers = fields[1] if len(fields) > 1 else []
    pressed = int(modifiers[0] or 1) - 1 if modifiers else 0
    event = int(modifiers[1] or PRESS) if len(modifiers) > 1 else PRESS
    if pressed & _CTRL and code == ord("c"):
        return [KeyEvent("interrupt")] if event == PRESS else []
    name = key_name(code) if code < 0x110000 else ""
    return [KeyEvent({PRESS: "press", REPEAT: "repeat"}.get(event, "release"), name)] if name else []
