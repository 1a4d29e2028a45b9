# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A demonstration from left to right: its curves, a playhead, and marks that can be dragged; a lane per hand."""

from __future__ import annotations

from collections.abc import Callable

import omni.ui as ui

from ..running.subtask_names import NO_NAMES, SubtaskNames, segments_of
from . import style
from .bands import build_bands, put_at

_CURVE_HEIGHT = 42
_LANE_HEIGHT = 38
_NUMBER_HEIGHT = 15
_START = "start of "
"""Begins the label of a mark of a subtask's start."""
_MOST_CURVES = 5
_LATE = 0.8
"""From this share of a demonstration on there is no room for a text to the right of a mark."""
_GRASP = 7
"""[px] A click this near to a mark grabs it."""


class Timeline:
    """Builds into the current container.

    Args:
        on_scrub: Called with the sample that the playhead shall go to.
        on_move: Called with a mark's label and the sample that it was dragged to.
        on_select: Called with the label of a mark that was clicked.
    """

    def __init__(
        self,
        on_scrub: Callable[[int], None],
        on_move: Callable[[str, int], None],
        on_select: Callable[[str], None],
    ) -> None:
        self._on_scrub, self._on_move, self._on_select = on_scrub, on_move, on_select
        self._curves_told: tuple = ()
        self._lanes_told: tuple = ()
        self._samples = 1
        self._marks: list[dict] = []
        self._names = NO_NAMES
        self._held: tuple[str, float] | None = None
        self._last_x = 0.0
        self._play: tuple[ui.Spacer, ui.Spacer] | None = None
        """What is before and after the playhead."""
        self.lanes: dict[str, ui.Frame] = {}
        """Where each end effector's marks are drawn."""
        self.area: ui.ZStack | None = None
        """What can be clicked and dragged in."""
        self._frame = ui.Frame(height=0, build_fn=self._build)

    def show(self, shown: dict, names: SubtaskNames = NO_NAMES) -> None:
        """Show a snapshot of `AnnotateByHand`; an empty one for nothing.

        Args:
            shown: The snapshot.
            names: What subtasks are called.
        """
        self._names = names
        curves = shown.get("curves") or {}
        self._marks = shown.get("marks") or []
        self._samples = max(2, shown.get("num_samples") or 2)
        eefs = shown.get("eefs") or []
        curves_told = (shown.get("episode"), tuple(curves), tuple(eefs))
        if curves_told != self._curves_told:
            self._curves_told = curves_told
            self._content = dict(list(curves.items())[:_MOST_CURVES]), list(eefs)
            self._lanes_told = ()
            self._frame.rebuild()
            return
        if self._play is None:
            return
        put_at(shown.get("row", 0) / (self._samples - 1), *self._play)
        lanes_told = tuple((mark["label"], mark["step"], mark["next"], mark["selected"]) for mark in self._marks)
        if lanes_told != self._lanes_told:
            self._lanes_told = lanes_told
            for eef, lane in self.lanes.items():
                self._build_marks(lane, eef, [mark for mark in self._marks if mark["eef"] == eef])

    @property
    def shows_marks(self) -> bool:
        """Whether marks have been drawn since the curves were."""
        return bool(self._lanes_told)

    def destroy(self) -> None:
        """Release the widgets: they refer to this object, and it to them."""
        self.area = self._play = None
        self.lanes = {}
        self._frame.clear()

    def x_of(self, row: int) -> float:
        """Return where on the screen a sample is [px]."""
        return self.area.screen_position_x + self.area.computed_width * row / (self._samples - 1)

    def _build(self) -> None:
        self.lanes = {}
        self._play = None
        curves, eefs = getattr(self, "_content", ({}, []))
        if not eefs:
            ui.Label("No demonstration is open.", name="hint", height=20)
            return
        self.area = ui.ZStack(height=0)
        with self.area:
            with ui.VStack(height=0, spacing=3):
                for name, values in curves.items():
                    self._build_curve(name, values)
                for eef in eefs:
                    with ui.ZStack(height=_LANE_HEIGHT):
                        ui.Rectangle(name="inset")
                        self.lanes[eef] = ui.Frame()
                        # With one hand there is nothing to tell apart.
                        if len(eefs) > 1:
                            with ui.HStack():
                                ui.Spacer(width=4)
                                ui.Label(eef, name="tick", alignment=ui.Alignment.LEFT_TOP)
            with ui.HStack():
                before = ui.Spacer()
                ui.Rectangle(name="play", width=2)
                self._play = before, ui.Spacer()
                put_at(0.0, *self._play)
            # Not the stack itself: what is dragged where there is no item is the window.
            hand = ui.InvisibleButton()
        hand.set_mouse_pressed_fn(self._on_pressed)
        hand.set_mouse_moved_fn(self._on_moved)
        hand.set_mouse_released_fn(self._on_released)

    def _build_curve(self, name: str, values: list[float]) -> None:
        low, high = min(values), max(values)
        margin = 0.1 * (high - low) or 1.0
        with ui.ZStack(height=_CURVE_HEIGHT):
            ui.Rectangle(name="inset")
            with ui.HStack():
                ui.Spacer(width=4)
                ui.Label(name.replace("_", " "), name="tick", alignment=ui.Alignment.LEFT_TOP)
            ui.Plot(
                ui.Type.LINE,
                low - margin,
                # The name stands above the curve.
                high + 4 * margin,
                *values,
                style={"color": style.DIM, "background_color": style.TRANSPARENT},
            )

    def _build_marks(self, lane: ui.Frame, eef: str, marks: list[dict]) -> None:
        subtasks = self._names.by_eef.get(eef, [])
        ends = {mark["label"]: mark["step"] for mark in marks}
        segments = segments_of(subtasks, [ends.get(each.signal) for each in subtasks[:-1]], self._samples)
        with lane, ui.ZStack():
            with ui.VStack():
                # Above the bands is room for the marks' numbers.
                ui.Spacer(height=_NUMBER_HEIGHT)
                build_bands(segments, self._samples - 1)
            for mark in marks:
                if mark["step"] is None:
                    continue
                self._build_mark(mark)
            coming = [mark["label"] for mark in marks if mark["next"]]
            if coming:
                with ui.HStack():
                    ui.Spacer()
                    text = f"next: {self._boundary(coming[0])} "
                    ui.Label(text, name="tick_next", width=0, alignment=ui.Alignment.RIGHT_TOP)

    def _build_mark(self, mark: dict) -> None:
        share = mark["step"] / (self._samples - 1)
        sides = []
        with ui.HStack():
            for is_right in (False, True):
                if is_right:
                    ui.Rectangle(name="mark", width=4 if mark["selected"] else 2)
                side = ui.VStack()
                sides.append(side)
                with side:
                    if is_right == (share < _LATE):
                        where = ui.Alignment.LEFT_CENTER if is_right else ui.Alignment.RIGHT_CENTER
                        text = f" {self._title(mark)} "
                        ui.Label(text, name="mark", height=_NUMBER_HEIGHT, elided_text=True, alignment=where)
                    ui.Spacer()
        put_at(share, *sides)

    def _boundary(self, label: str) -> str:
        """Say in words what a mark marks."""
        signal = label.removeprefix(_START)
        subtask = self._names.of_signal(signal)
        if subtask is None:
            return label
        return f"{'start' if signal != label else 'end'} of {subtask.title}"

    def _title(self, mark: dict) -> str:
        """Return what stands beside a mark: its sample, as the band says where it is; more if it starts a subtask."""
        is_end = self._names.of_signal(mark["label"]) is not None
        return str(mark["step"]) if is_end else f"{self._boundary(mark['label'])} {mark['step']}"

    def _row_at(self, x: float) -> int:
        share = (x - self.area.screen_position_x) / max(1.0, self.area.computed_width)
        return round(min(1.0, max(0.0, share)) * (self._samples - 1))

    def _mark_at(self, x: float, y: float) -> dict | None:
        for mark in self._marks:
            lane = self.lanes.get(mark["eef"])
            if mark["step"] is None or lane is None:
                continue
            inside = lane.screen_position_y <= y <= lane.screen_position_y + lane.computed_height
            if inside and abs(self.x_of(mark["step"]) - x) <= _GRASP:
                return mark
        return None

    def _on_pressed(self, x: float, y: float, button: int, modifier: int) -> None:
        if button != 0:
            return
        self._last_x = x
        mark = self._mark_at(x, y)
        self._held = (mark["label"], x) if mark else ("", x)
        if mark:
            self._on_select(mark["label"])
        else:
            self._on_scrub(self._row_at(x))

    def _on_moved(self, x: float, y: float, modifier: int, pressed: bool) -> None:
        if self._held is None or not pressed:
            return
        # Remember the position here, because a release may report the position where the mouse was pressed.
        self._last_x = x
        if not self._held[0]:
            self._on_scrub(self._row_at(x))

    def _on_released(self, x: float, y: float, button: int, modifier: int) -> None:
        if self._held is None:
            return
        (label, begin), self._held = self._held, None
        if label and abs(self._last_x - begin) > 2:
            self._on_move(label, self._row_at(self._last_x))
