# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Record panel: who demonstrates, what to do now, how it goes, and what was kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import omni.ui as ui

from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.events import DemoSaved
from isaaclab_mimic_core.plugins import DEVICES, resolve

from ..dataset import reading
from ..running.messages import clock
from ..widgets import style
from ..widgets.demo_list import DemoList
from ..widgets.device_state import build_device_state
from ..widgets.device_view import DeviceView
from ..widgets.empty import build_empty
from ..widgets.layout import section
from ..widgets.run_head import RunHead
from .stage_panel import StagePanel

_TILES = (
    ("attempts", "Demonstrations that have ended, kept or not."),
    ("kept", "Share of them in which the task was fulfilled."),
    ("length [s]", "Length of the demonstration that is going on."),
    ("steps per second", "Environment steps per second; slower than asked for, the robot moves slower."),
    ("elapsed", "Time since the run began."),
)


class RecordPanel(StagePanel):
    """Shows a recording."""

    _device = ""

    def build_empty(self) -> None:
        self._device = self.session.choices["teleop_device"]
        device = DEVICES.get(self._device)
        if device is not None and device.state is not None:
            build_device_state(device.title or device.name, list(resolve(device.state)()), device.start)
            ui.Spacer(height=style.PADDING)
        build_empty(
            "Show the robot how it is done",
            (
                ("Choose a task and a device.", "A scripted demonstrator needs nobody: good for a first try."),
                ("Say which file to write, and how many demonstrations you want.", "Ten are enough to generate from."),
                ("Press Record, and drive.", "Recording begins with your first movement, and ends with success."),
            ),
        )

    def build_run(self) -> None:
        self._driven: DeviceView | None = None
        with self.run_column():
            with self.aside():
                self._head = RunHead(self.session, "demonstrations", _TILES, compact=True)
                self._device_frame = ui.Frame(height=0)
            self.build_scene()
            with self.aside(spacing=4):
                # While somebody drives, the room is for the view.
                with ui.VStack(height=0, spacing=4) as self._kept:
                    section("KEPT DEMONSTRATIONS")
                    self.demos = DemoList(86, self._replay, self._delete)
                with ui.HStack(height=64, spacing=style.GAP):
                    self._log = self.build_log(64)
                    with ui.VStack(width=118, spacing=4, visible=False) as self._actions:
                        self.reset_button = ui.Button(
                            "Reset",
                            name="small",
                            height=26,
                            tooltip="Discard this demonstration and start again (R).",
                            clicked_fn=lambda: self.session.request("reset"),
                        )
                        self.view_button = ui.Button("Open 3D view", name="small", height=26, clicked_fn=self.open_view)
                        ui.Spacer()

    def refresh_run(self) -> None:
        if not self._head.due():
            return
        shown = self.session.snapshot
        attempts = shown.get("attempts", 0)
        self._head.show(
            (
                str(attempts),
                f"{100 * shown.get('success_rate', 0.0):.0f} %" if attempts else "-",
                f"{shown['seconds']:.1f}" if "seconds" in shown else "-",
                f"{shown['steps_per_second']:.1f}" if "steps_per_second" in shown else "-",
                clock(self.session.elapsed),
            )
        )
        driven = self.session.is_driven
        self._actions.visible = driven
        self._kept.visible = not driven
        self.view_button.visible = bool(shown.get("url"))
        if driven and self._driven is None:
            with self._device_frame:
                self._driven = DeviceView()
        if driven:
            self._driven.show(shown)
        self.demos.show(self.session.statistics.demos, self.session.state.is_active)
        self._log.show(self.session.messages)

    def _on_form(self) -> None:
        super()._on_form()
        # Show a device's state as soon as it is chosen.
        if self._run_frame is not None and self._device != self.session.choices["teleop_device"]:
            self._run_frame.rebuild()

    def _replay(self, demo: DemoSaved) -> None:
        """Play a demonstration again, in the panel for that."""
        panel = self.context.open_step("replay")
        if panel.session.state.is_active:
            return
        for name, text in {"input": demo.path, "episodes": demo.name, "num_envs": "1"}.items():
            panel.entries[name].value = text
        panel.start_or_stop()

    def _delete(self, demo: DemoSaved) -> None:
        self._deleting = self.context.host.spawn(self._take_out(demo))

    async def _take_out(self, demo: DemoSaved) -> None:
        session = self.session
        try:
            left = await asyncio.to_thread(reading.delete, demo.path, demo.name)
        except MimicError as error:
            session.say(f"{demo.name} stays: {error}", level="error")
            return
        # The remaining demonstrations are renumbered.
        session.statistics.demos = [
            replace(demo, name=name, steps=steps, saved=number) for number, (name, steps) in enumerate(left, 1)
        ]
        session.say(f"Deleted {demo.name}; the others are renumbered: {len(left)} left.")
