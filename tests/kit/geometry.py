# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is wrong with how widgets are laid out: cut off, too narrow for their text, over each other."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

ROUNDING = 1.5
"""[px]"""
_FOR_EVER = 1e9


@dataclass(frozen=True)
class Room:
    """What is to be seen [px]."""

    left: float
    top: float
    right: float
    bottom: float

    def within(self, other: "Room", scrolls: bool = False) -> "Room":
        """Return what is left of it in another one, in which it may be scrolled up and down."""
        room = Room(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )
        return replace(room, top=-_FOR_EVER, bottom=_FOR_EVER) if scrolls else room


def place(widget) -> Room:
    x, y = widget.screen_position_x, widget.screen_position_y
    return Room(x, y, x + widget.computed_width, y + widget.computed_height)


@dataclass(frozen=True)
class Looked:
    """What a look at a window has found."""

    faults: list[str]
    """What is wrong, a line each."""
    seen: Counter
    """How many widgets that show something were looked at, by their type's name."""


def look(window, frame=None) -> Looked:
    """Look at a window, or at one of its frames."""
    x, y = window.position_x, window.position_y
    room = Room(x, y, x + window.width, y + window.height)
    seen: Counter = Counter()
    return Looked(list(_look(frame or window.frame, room, window.title, seen)), seen)


def _look(widget, room: Room, path: str, seen: Counter) -> Iterator[str]:
    import omni.ui as ui

    if not widget.visible or widget.computed_width <= 0 or widget.computed_height <= 0:
        return
    here = place(widget)
    kind = type(widget).__name__
    text = getattr(widget, "text", "")
    called = f"{path} > {kind} {text!r}" if text else f"{path} > {kind}"
    shows = isinstance(widget, ui.Label | ui.Button | ui.AbstractField | ui.CheckBox | ui.ComboBox)
    if shows and not (isinstance(widget, ui.Label) and not text):
        seen[kind] += 1
        yield from (f"{called}: {fault}" for fault in _cut_off(widget, here, room))
    children = [] if shows else [child for child in ui.Inspector.get_children(widget) if child is not None]
    if isinstance(widget, ui.ScrollingFrame):
        room = here.within(room, scrolls=True)
    elif isinstance(widget, ui.Frame):
        room = here.within(room)
    if isinstance(widget, ui.HStack | ui.VStack):
        yield from (f"{called}: {fault}" for fault in _over_each_other(children, isinstance(widget, ui.HStack)))
    for child in children:
        below = path if kind in ("HStack", "VStack", "ZStack", "Frame") else f"{path} > {kind}"
        yield from _look(child, room, below, seen)


def _cut_off(widget, here: Room, room: Room) -> Iterator[str]:
    import omni.ui as ui

    beyond = {
        "left": room.left - here.left,
        "top": room.top - here.top,
        "right": here.right - room.right,
        "bottom": here.bottom - room.bottom,
    }
    yield from (f"{by:.0f} px cut off on the {side}" for side, by in beyond.items() if by > ROUNDING)
    if isinstance(widget, ui.Label) and not widget.elided_text:
        across, down = widget.exact_content_width, widget.exact_content_height
        if not widget.word_wrap and across > widget.computed_width + ROUNDING:
            yield f"text of {across:.0f} px in {widget.computed_width:.0f}"
        if widget.word_wrap and down > widget.computed_height + ROUNDING:
            yield f"text {down:.0f} px high in {widget.computed_height:.0f}"
    if isinstance(widget, ui.Button) and widget.text:
        across = widget.computed_content_width
        if across > widget.computed_width + ROUNDING:
            yield f"text of {across:.0f} px in {widget.computed_width:.0f}"


def _over_each_other(children: list, beside: bool) -> Iterator[str]:
    shown = [
        place(child) for child in children if child.visible and min(child.computed_width, child.computed_height) > 0
    ]
    for before, after in itertools.pairwise(shown):
        over = before.right - after.left if beside else before.bottom - after.top
        if over > ROUNDING:
            yield f"{over:.0f} px over each other at {after.left:.0f}, {after.top:.0f}"
