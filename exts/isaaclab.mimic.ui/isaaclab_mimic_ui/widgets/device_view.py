# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a person who drives has to see: what to do now, the device's readings, and its controls."""

from __future__ import annotations

import omni.ui as ui

from isaaclab_mimic_core.devices.settings import ROBOT, VIEW

from . import style

_TURNS = ("roll", "pitch", "yaw")
_AXES = {ROBOT: ("forward", "left", "up", *_TURNS), VIEW: ("ahead", "left", "up", *_TURNS)}
"""What the axes of driving follow -> what they are called."""


class DeviceView:
    """Builds into the current container."""

    def __init__(self) -> None:
        self._controls_shown: list | None = None
        with ui.VStack(height=0, spacing=6):
            self._now = ui.Label("", name="now", height=0, word_wrap=True)
            self._next = ui.Label("", name="hint", height=0, word_wrap=True)
            with ui.HStack(height=18, spacing=style.GAP):
                self._state = ui.Label("", name="hint", width=ui.Percent(34), elided_text=True)
                self._bars = []
                self._axes = []
                for axis in _AXES[ROBOT]:
                    with ui.HStack(spacing=3):
                        self._axes.append(ui.Label(axis, name="tick", width=0))
                        with ui.ZStack():
                            with ui.VStack():
                                ui.Spacer()
                                ui.Rectangle(name="track", height=8)
                                ui.Spacer()
                            with ui.HStack():
                                before = ui.Spacer(width=ui.Percent(50))
                                with ui.VStack(width=ui.Percent(0)) as bar:
                                    ui.Spacer()
                                    ui.Rectangle(name="bar", height=8)
                                    ui.Spacer()
                                ui.Spacer()
                    self._bars.append((before, bar))
            self._controls = ui.Frame(height=0)

    def show(self, shown: dict) -> None:
        """Show a driven stage's snapshot."""
        instructions = shown.get("instructions") or {}
        many = len(instructions) > 1
        self._now.text = "\n".join((f"{eef}: " if many else "") + told["now"] for eef, told in instructions.items())
        following = [told["next"] for told in instructions.values() if told["next"]]
        self._next.text = shown.get("hint") or (f"Then: {', '.join(following)}" if following else "")
        readings = shown.get("readings") or {}
        rests = "waiting for you to move" if shown.get("waiting") else _say(readings)
        device = shown["teleop_device"]
        self._state.text = f"{device}: {rests if shown.get('connected', True) else 'not connected'}"
        self._state.tooltip = self._state.text
        for label, axis in zip(self._axes, _AXES.get(readings.get("orientation"), _AXES[ROBOT]), strict=True):
            if label.text != axis:
                label.text = axis
        for (before, bar), value in zip(self._bars, readings.get("deflection", ()), strict=False):
            half = 50 * max(-1.0, min(1.0, value))
            before.width = ui.Percent(50 + min(0.0, half))
            bar.width = ui.Percent(abs(half))
        controls = [tuple(control) for control in shown.get("controls", ())]
        if controls != self._controls_shown:
            self._controls_shown = controls
            self._build_controls(controls)

    def _build_controls(self, controls: list) -> None:
        with self._controls, ui.VGrid(column_count=4, row_height=20):
            for keys, meaning in (*controls, ("R", "reset"), ("P", "pause"), ("Esc", "end")):
                with ui.HStack(spacing=5):
                    with ui.ZStack(width=34):
                        with ui.VStack():
                            ui.Spacer()
                            ui.Rectangle(name="key", height=17)
                            ui.Spacer()
                        ui.Label(keys, name="key", alignment=ui.Alignment.CENTER)
                    ui.Label(meaning, name="hint", elided_text=True, tooltip=meaning)


def _say(readings: dict) -> str:
    """Say in few words what a device reads: its session, if it has one, and the grippers."""
    sides = {name: values for name, values in readings.items() if isinstance(values, dict) and "follows" in values}
    if sides:
        hands = [f"{name} {values['follows']}, {_grip(values['closed'])}" for name, values in sides.items()]
        return f"session {readings.get('session', '')}; {'; '.join(hands)}"
    closed = readings.get("closed") or {}
    if len(closed) < 2:
        return f"gripper {', '.join(map(_grip, closed.values()))}"
    driven = str(readings.get("arm", ""))
    others = [f"{name} {_grip(shut)}" for name, shut in closed.items() if name != driven]
    return f"drives {driven}, {_grip(bool(closed.get(driven)))}; {', '.join(others)}"


def _grip(closed: bool) -> str:
    return "closed" if closed else "open"
