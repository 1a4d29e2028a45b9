# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The project, and below it the steps of the workflow with their status, and what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import omni.ui as ui

from isaaclab_mimic_core.remote.spare import SpareWorker

from ..session import Session
from ..steps import KEYS_TITLE, Step
from ..workflow import StepStatus
from . import style
from .jobs import Jobs
from .layout import scrolled
from .spare import SpareRow

_HEIGHT = 50

START = "start"
"""Name of the start page, where the name of a step would stand."""


class Rail:
    """Builds into the current container.

    Args:
        steps: The steps, in their order.
        on_chosen: Called with the name of the step that was clicked; `START` stands for the start page.
        on_stop: Called with the session that is to stop.
        spare: Where a worker is kept ready.
    """

    def __init__(
        self,
        steps: Iterable[Step],
        on_chosen: Callable[[str], object],
        on_stop: Callable[[Session], None],
        spare: SpareWorker,
    ) -> None:
        self.items: dict[str, ui.ZStack] = {}
        self._parts: dict[str, tuple] = {}
        self._told: dict[str, tuple] = {}
        self._folder = ""
        self.keys_button: ui.Button | None = None
        with ui.ZStack(width=style.RAIL_WIDTH):
            ui.Rectangle(name="rail")
            with ui.VStack(spacing=2):
                ui.Spacer(height=6)
                self._build_project(on_chosen)
                with scrolled(2):
                    for number, step in enumerate(steps, 1):
                        self._build_item(number, step, on_chosen)
                with ui.HStack(height=0):
                    ui.Spacer(width=6)
                    with ui.VStack(height=0):
                        self.jobs = Jobs(on_chosen, on_stop)
                        self.spare = SpareRow(spare)
                    ui.Spacer(width=6)
                ui.Spacer(height=2)
                with ui.HStack(height=28):
                    ui.Spacer(width=8)
                    self.keys_button = ui.Button(
                        KEYS_TITLE,
                        name="small",
                        tooltip="Show the keys, and change them; switch notifications off.",
                        clicked_fn=lambda: on_chosen(""),
                    )
                    ui.Spacer(width=8)
                ui.Spacer(height=8)

    def show_project(self, name: str, folder: str, chosen: bool) -> None:
        """Show which project is open, and whether the start page is in front."""
        back, label = self._project
        if self._folder != folder:
            self._folder = folder
            label.text = name
            self.items[START].set_tooltip(f"{folder}\nClick for another project, or a new one.")
        back.name = "rail_chosen" if chosen else "rail_item"

    def show(self, name: str, status: StepStatus, chosen: bool) -> None:
        """Show the status of a step, and whether its panel is in front."""
        told = (status, chosen)
        if self._told.get(name) == told:
            return
        self._told[name] = told
        back, circle, number, title, text = self._parts[name]
        back.name = "rail_chosen" if chosen else "rail_item"
        circle.name = status.state if status.state in ("done", "running", "blocked", "failed") else "step"
        number.name = "rail_number_done" if status.state == "done" else "rail_number"
        title.name = "rail_chosen" if chosen else "rail_blocked" if status.state == "blocked" else "rail"
        text.text = status.text
        text.name = "problem" if status.state == "failed" else "hint"

    def _build_project(self, on_chosen: Callable[[str], object]) -> None:
        with ui.HStack(height=_HEIGHT):
            ui.Spacer(width=6)
            item = ui.ZStack()
            with item:
                back = ui.Rectangle(name="rail_item")
                with ui.HStack():
                    ui.Spacer(width=10)
                    with ui.VStack():
                        ui.Spacer()
                        ui.Label("PROJECT", name="section", height=16)
                        label = ui.Label("", name="project", height=20, elided_text=True)
                        ui.Spacer()
            item.set_mouse_pressed_fn(lambda x, y, button, modifier: on_chosen(START) if button == 0 else None)
            # As wide as the steps, beside which there may be a scroll bar.
            ui.Spacer(width=6 + style.SCROLLBAR)
        self.items[START] = item
        self._project = back, label

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
