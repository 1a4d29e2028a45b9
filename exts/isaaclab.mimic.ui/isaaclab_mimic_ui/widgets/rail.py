# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The steps of the workflow, one below the other, with their status."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import omni.ui as ui

from ..steps import Step
from ..workflow import StepStatus
from . import style
from .layout import scrolled

_HEIGHT = 50


class Rail:
    """Builds into the current container.

    Args:
        steps: The steps, in their order.
        on_chosen: Called with the name of the step that was clicked.
    """

    def __init__(self, steps: Iterable[Step], on_chosen: Callable[[str], None]) -> None:
        self.items: dict[str, ui.ZStack] = {}
        self._parts: dict[str, tuple] = {}
        self._told: dict[str, tuple] = {}
        self.keys_button: ui.Button | None = None
        with ui.ZStack(width=style.RAIL_WIDTH):
            ui.Rectangle(name="rail")
            with ui.VStack(spacing=2):
                ui.Spacer(height=6)
                with scrolled(2):
                    for number, step in enumerate(steps, 1):
                        self._build_item(number, step, on_chosen)
                with ui.HStack(height=28):
                    ui.Spacer(width=8)
                    self.keys_button = ui.Button(
                        "Keys",
                        name="small",
                        tooltip="Show the keys, and change them.",
                        clicked_fn=lambda: on_chosen(""),
                    )
                    ui.Spacer(width=8)
                ui.Spacer(height=8)

    def show(self, name: str, status: StepStatus, chosen: bool) -> None:
        """Show the status of a step, and whether its panel is in front."""
        told = (status, chosen)
        if self._told.get(name) == told:
            return
        self._told[name] = told
        back, circle, number, title, text = self._parts[name]
        back.name = "rail_chosen" if chosen else "rail_item"
        circle.name = status.state if status.state in ("done", "running", "blocked") else "step"
        number.name = "rail_number_done" if status.state == "done" else "rail_number"
        title.name = "rail_chosen" if chosen else "rail_blocked" if status.state == "blocked" else "rail"
        text.text = status.text

    def _build_item(self, number: int, step: Step, on_chosen: Callable[[str], None]) -> None:
        with ui.HStack(height=_HEIGHT):
            ui.Spacer(width=6)
            item = ui.ZStack()
            with item:
                back = ui.Rectangle(name="rail_item")
                with ui.HStack(spacing=8):
                    ui.Spacer(width=2)
                    with ui.VStack(width=24):
                        ui.Spacer()
                        with ui.ZStack(height=24):
                            circle = ui.Circle(name="step", radius=11, size_policy=ui.CircleSizePolicy.FIXED)
                            label = ui.Label(str(number), name="rail_number", alignment=ui.Alignment.CENTER)
                        ui.Spacer()
                    with ui.VStack():
                        ui.Spacer()
                        title = ui.Label(step.title, name="rail", height=0)
                        text = ui.Label("", name="hint", height=0, elided_text=True)
                        ui.Spacer()
            item.set_mouse_pressed_fn(lambda x, y, button, modifier: on_chosen(step.name) if button == 0 else None)
            ui.Spacer(width=6)
        self.items[step.name] = item
        self._parts[step.name] = back, circle, label, title, text
