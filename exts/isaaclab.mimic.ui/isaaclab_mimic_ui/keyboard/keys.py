# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keys by name, as carb.input spells them, with the modifiers held: `W`, `CTRL+KEY_1`, `SHIFT+F5`."""

from __future__ import annotations

from dataclasses import dataclass

SHIFT, CTRL, ALT = 1, 2, 4
"""Bits of the modifiers, the same for GLFW and carb.input."""

_MODIFIERS = {"CTRL": CTRL, "SHIFT": SHIFT, "ALT": ALT}

GLFW = (
    {code: chr(code) for code in range(ord("A"), ord("Z") + 1)}
    | {ord("0") + digit: f"KEY_{digit}" for digit in range(10)}
    | {289 + number: f"F{number}" for number in range(1, 13)}
    | {32: "SPACE", 39: "APOSTROPHE", 44: "COMMA", 45: "MINUS", 46: "PERIOD", 47: "SLASH", 59: "SEMICOLON", 61: "EQUAL"}
    | {91: "LEFT_BRACKET", 92: "BACKSLASH", 93: "RIGHT_BRACKET"}
    | {256: "ESCAPE", 257: "ENTER", 258: "TAB", 259: "BACKSPACE", 260: "INSERT", 261: "DEL"}
    | {262: "RIGHT", 263: "LEFT", 264: "DOWN", 265: "UP", 266: "PAGE_UP", 267: "PAGE_DOWN", 268: "HOME", 269: "END"}
)
"""GLFW's code of a key, which omni.ui's windows hand out -> carb.input's name."""

NAMES = frozenset(GLFW.values())

_SHOWN = {"LEFT_BRACKET": "[", "RIGHT_BRACKET": "]", "PERIOD": ".", "COMMA": ",", "ESCAPE": "Esc", "DEL": "Delete"}


@dataclass(frozen=True)
class Key:
    """A key with modifiers."""

    name: str
    modifiers: int = 0

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read `CTRL+KEY_1`.

        Raises:
            ValueError: It names no key.
        """
        *held, name = text.strip().upper().split("+")
        if name not in NAMES or not set(held) <= _MODIFIERS.keys():
            raise ValueError(f"{text!r} is not a key")
        return cls(name, sum(_MODIFIERS[each] for each in set(held)))

    def __str__(self) -> str:
        held = [name for name, bit in _MODIFIERS.items() if self.modifiers & bit]
        return "+".join([*held, self.name])

    @property
    def shown(self) -> str:
        """The key as people write it."""
        name = self.name.removeprefix("KEY_")
        name = _SHOWN.get(name, name if len(name) == 1 or name[1:].isdigit() else name.replace("_", " ").capitalize())
        held = [name.capitalize() for name, bit in _MODIFIERS.items() if self.modifiers & bit]
        return "+".join([*held, name])
