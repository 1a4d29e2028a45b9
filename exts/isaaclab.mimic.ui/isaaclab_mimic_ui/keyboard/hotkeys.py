# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The table of keys: the actions, their keys, and the functions that perform them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..forms.model import read_kept
from ..host.base import Host
from ..steps import SHOWN
from .keys import CTRL, SHIFT, Key

WINDOW, DRIVE, MARK = "window", "drive", "mark"
_REMEMBERED = "hotkeys"

SCOPES = {WINDOW: "In the Mimic window", DRIVE: "While you drive the robot", MARK: "While you annotate manually"}
"""Scope -> when its keys are active."""


type OnAction = Callable[[str, bool, float], None]
"""Called with an action's id, whether the key went down (or up), and when that was, as `time.monotonic()` [s]."""


@dataclass(frozen=True)
class Action:
    """An action of a key."""

    id: str
    scope: str
    title: str
    default: Key


def _drive(key: str, title: str) -> Action:
    return Action(f"drive.{key}", DRIVE, title, Key(key))


_MARKING = (
    ("play", "Play", "N", "play", {}),
    ("pause", "Pause", "B", "pause", {}),
    ("toggle", "Play, or pause", "SPACE", "toggle", {}),
    ("mark", "Mark here", "S", "mark", {}),
    ("back", "One sample back", "LEFT", "step", {"by": -1}),
    ("on", "One sample on", "RIGHT", "step", {"by": 1}),
    ("back10", "Ten samples back", "DOWN", "step", {"by": -10}),
    ("on10", "Ten samples on", "UP", "step", {"by": 10}),
    ("first", "To the first sample", "HOME", "scrub", {"to": 0}),
    ("last", "To the last sample", "END", "scrub", {"to": 1 << 30}),
    ("previous", "To the mark before", "LEFT_BRACKET", "previous_mark", {}),
    ("next", "To the mark after", "RIGHT_BRACKET", "next_mark", {}),
    ("remove", "Remove the chosen mark", "X", "remove", {}),
    ("undo", "Undo", Key("Z", CTRL), "undo", {}),
    ("redo", "Redo", Key("Z", CTRL | SHIFT), "redo", {}),
    ("undo.other", "Undo (other key)", "U", "undo", {}),
    ("redo.other", "Redo (other key)", "R", "redo", {}),
    ("eef", "Next end effector", "TAB", "next_eef", {}),
    ("accept", "Accept, next demonstration", "ENTER", "accept", {}),
    ("skip", "Skip this demonstration", "Q", "skip", {}),
)

MARKING = {f"mark.{name}": (request, arguments) for name, _, _, request, arguments in _MARKING}
"""Action of manual annotation -> the stage's request, and its arguments."""

ACTIONS: dict[str, Action] = {
    action.id: action
    for action in (
        *(
            Action(f"step.{step.key}", WINDOW, f"Open {step.title}", Key(f"KEY_{number}", CTRL))
            for number, step in enumerate(SHOWN.values(), 1)
        ),
        Action("start", WINDOW, "Start, or stop", Key("ENTER", CTRL)),
        Action("pause", WINDOW, "Pause, or go on", Key("SPACE", CTRL)),
        Action("step", WINDOW, "One step, then pause", Key("RIGHT", CTRL)),
        Action("view", WINDOW, "Open the 3D view", Key("D", CTRL)),
        Action("scene.behind", WINDOW, "Look from behind the robot", Key("KEY_1")),
        Action("scene.front", WINDOW, "Look from the front", Key("KEY_2")),
        Action("scene.side", WINDOW, "Look from the side", Key("KEY_3")),
        Action("scene.top", WINDOW, "Look from above", Key("KEY_4")),
        Action("scene.all", WINDOW, "Frame all", Key("F")),
        Action("scene.inset", WINDOW, "Small view: above, wrist, none", Key("KEY_5")),
        Action("scene.orientation", WINDOW, "Drive as the view looks, or the robot", Key("KEY_6")),
        Action("scene.enlarge", WINDOW, "Enlarge the view, and back", Key("F11")),
        Action("report", WINDOW, "Open the report", Key("R", CTRL)),
        Action("data.check", WINDOW, "Check the file", Key("K", CTRL)),
        Action("data.keep", WINDOW, "Write the chosen demos", Key("K", CTRL | SHIFT)),
        Action("data.leave_out", WINDOW, "Write all but the chosen", Key("L", CTRL | SHIFT)),
        Action("data.merge", WINDOW, "Merge files", Key("M", CTRL | SHIFT)),
        Action("data.export", WINDOW, "Export for LeRobot", Key("E", CTRL | SHIFT)),
        Action("data.film", WINDOW, "Make videos", Key("V", CTRL | SHIFT)),
        Action("keys", WINDOW, "Show the keys", Key("F1")),
        _drive("W", "Forward, or away from you"),
        _drive("S", "Back, or towards you"),
        _drive("A", "Left of the robot, or as you see it"),
        _drive("D", "Right of the robot, or as you see it"),
        _drive("Q", "Up"),
        _drive("E", "Down"),
        _drive("Z", "Roll +"),
        _drive("X", "Roll -"),
        _drive("T", "Pitch +"),
        _drive("G", "Pitch -"),
        _drive("C", "Yaw +"),
        _drive("V", "Yaw -"),
        _drive("K", "Open or close the driven hand"),
        _drive("TAB", "Drive the next hand"),
        _drive("R", "Reset: discard and start again"),
        _drive("P", "Pause, or go on"),
        _drive("ESCAPE", "End recording"),
        *(
            Action(f"mark.{name}", MARK, title, key if isinstance(key, Key) else Key(key))
            for name, title, key, _, _ in _MARKING
        ),
    )
}
"""Every action by its id, in the order shown."""


def _defaults() -> dict[str, Key | None]:
    return {id: action.default for id, action in ACTIONS.items()}


class Hotkeys:
    """Turns keys into actions. While text is typed, or no scope is active, keys go to the surrounding program.

    Args:
        host: Remembers what the user has changed.
    """

    def __init__(self, host: Host) -> None:
        self.host = host
        """The program around the window; remembers keys that were changed."""
        self.keys: dict[str, Key | None] = _defaults()
        """Action's id -> its key; None if it has none."""
        self._read(host.recall(_REMEMBERED))
        self._listeners: dict[str, tuple[Callable[[], bool], OnAction]] = {}
        self._down: dict[str, str] = {}
        self._editing = False
        self._capture: Callable[[Key], None] | None = None

    def listen(self, scope: str, wanted: Callable[[], bool], on_action: OnAction) -> None:
        """Register the function that performs the actions of a scope.

        Args:
            scope: The scope.
            wanted: Whether its keys are wanted now.
            on_action: Performs its actions.
        """
        self._listeners[scope] = wanted, on_action

    def set_editing(self, editing: bool) -> None:
        """Say whether text is being typed into a field."""
        self._editing = editing
        if editing:
            self.release()

    @property
    def editing(self) -> bool:
        return self._editing

    def capture(self, on_key: Callable[[Key], None] | None) -> None:
        """Hand the next key to `on_key` instead of performing its action; None: stop that."""
        self._capture = on_key

    def handle(self, name: str, pressed: bool, modifiers: int, at: float) -> bool:
        """Take a key's press or release, and when it was; a key that repeats may be reported as pressed again.

        Returns:
            Whether it was meant for us, so that nobody else should get it.
        """
        if not pressed:
            action = self._down.pop(name, None)
            if action is not None:
                self._listeners[ACTIONS[action].scope][1](action, False, at)
            return action is not None
        if self._editing:
            return False
        if self._capture is not None:
            if name in ("LEFT_CONTROL", "LEFT_SHIFT", "LEFT_ALT", "RIGHT_CONTROL", "RIGHT_SHIFT", "RIGHT_ALT"):
                return False
            on_key, self._capture = self._capture, None
            on_key(Key(name, modifiers))
            return True
        if name in self._down:
            return True
        key = Key(name, modifiers)
        for id, bound in self.keys.items():
            scope = ACTIONS[id].scope
            if bound == key and scope in self._listeners and self._listeners[scope][0]():
                self._down[name] = id
                self._listeners[scope][1](id, True, at)
                return True
        return False

    def release(self) -> None:
        """Report every key that is held as released."""
        for name in list(self._down):
            self.handle(name, False, 0, time.monotonic())

    def rebind(self, id: str, key: Key) -> None:
        """Bind an action to another key, and remember it.

        Raises:
            ValueError: The key does something else where this action is active.
        """
        for other in self._in_the_way(id, key):
            raise ValueError(f"{key.shown} is used already: {ACTIONS[other].title}.")
        self.keys[id] = key
        self._remember()

    def restore_defaults(self) -> None:
        self.keys = _defaults()
        self._remember()

    def _read(self, kept: str) -> None:
        """Take over the user's own keys. A default that has come since, and would take one of them, is left out."""
        own: dict[str, Key] = {}
        for id, text in read_kept(kept).items():
            try:
                if id in ACTIONS:
                    own[id] = Key.parse(text)
            except (ValueError, AttributeError):
                pass
        self.keys.update(own)
        for id, key in own.items():
            for other in self._in_the_way(id, key):
                if other not in own:
                    self.keys[other] = None

    def _in_the_way(self, id: str, key: Key) -> list[str]:
        """Return which other actions have a key that are active where this action is."""
        place = ACTIONS[id].scope
        return [
            other
            for other, bound in self.keys.items()
            if other != id
            and bound == key
            and (place == ACTIONS[other].scope or WINDOW in (place, ACTIONS[other].scope))
        ]

    def _remember(self) -> None:
        changed = {id: str(key) for id, key in self.keys.items() if key not in (None, ACTIONS[id].default)}
        self.host.remember(_REMEMBERED, json.dumps(changed))
