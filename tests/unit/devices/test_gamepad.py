# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""From a gamepad's controls to the task's action, against values worked out by hand."""

import pytest
import torch

from isaaclab_mimic_core.devices.gamepad import GamepadSettings
from isaaclab_mimic_core.devices.gamepad.device import Gamepad

SETTINGS = GamepadSettings(step_hz=20.0, pos_sensitivity=0.4, rot_sensitivity=2.0, dead_zone=0.1, curve=2.0)
STEP, TURN, TILT = 4.5 * 0.02, 4.5 * 0.1, 4.5 * 0.08
OPEN, CLOSED = 1.0, -1.0
CONTROLS = {
    "LEFT_STICK_UP": (STEP, 0, 0, 0, 0, 0),
    "LEFT_STICK_DOWN": (-STEP, 0, 0, 0, 0, 0),
    "LEFT_STICK_LEFT": (0, STEP, 0, 0, 0, 0),
    "LEFT_STICK_RIGHT": (0, -STEP, 0, 0, 0, 0),
    "RIGHT_STICK_UP": (0, 0, STEP, 0, 0, 0),
    "RIGHT_STICK_DOWN": (0, 0, -STEP, 0, 0, 0),
    "RIGHT_STICK_LEFT": (0, 0, 0, 0, 0, TURN),
    "RIGHT_STICK_RIGHT": (0, 0, 0, 0, 0, -TURN),
    "DPAD_LEFT": (0, 0, 0, TILT, 0, 0),
    "DPAD_RIGHT": (0, 0, 0, -TILT, 0, 0),
    "DPAD_DOWN": (0, 0, 0, 0, TILT, 0),
    "DPAD_UP": (0, 0, 0, 0, -TILT, 0),
}


def start(env) -> Gamepad:
    pad = Gamepad(env, SETTINGS)
    pad.begin(torch.arange(1), torch.arange(1))
    return pad


@pytest.mark.parametrize("control", CONTROLS)
def test_each_control_moves_its_axis(make_env, control):
    pad = start(make_env("rel"))
    pad.gamepad(control, 1.0)
    torch.testing.assert_close(pad.action()[0], torch.tensor([*CONTROLS[control], OPEN]), atol=1e-6, rtol=0)
    pad.gamepad(control, 0.0)
    assert pad.deflection() == (0.0,) * 6


def test_sticks_have_a_dead_zone_and_a_curve_and_add_up(make_env):
    pad = start(make_env("rel"))
    pad.gamepad("LEFT_STICK_UP", 0.55)  # (0.55 - 0.1) / 0.9 = 0.5, squared
    pad.gamepad("LEFT_STICK_LEFT", 0.09)
    pad.gamepad("RIGHT_STICK_LEFT", 1.0)
    torch.testing.assert_close(pad.action()[0], torch.tensor([0.25 * STEP, 0, 0, 0, 0, TURN, OPEN]), atol=1e-6, rtol=0)


def test_buttons(make_env):
    pad = start(make_env("rel"))
    for value in (0.3, 0.8, 1.0, 0.0):
        pad.gamepad("X", value)
    assert pad.action()[0, -1] == CLOSED
    for control in ("B", "MENU2"):
        pad.gamepad(control, 1.0)
        pad.gamepad(control, 1.0)
    assert pad.take_requests() == ["reset", "toggle_pause"]
