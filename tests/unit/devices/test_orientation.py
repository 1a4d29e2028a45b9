# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Axes of driving that follow a view, against values worked out by hand."""

import math
from types import SimpleNamespace

import pytest
import torch
from fake_hid import FakeMouse, FakePorts
from waiting import Clock

from isaaclab_mimic_core import devices
from isaaclab_mimic_core.devices.axis_map import turned
from isaaclab_mimic_core.devices.gamepad import GamepadSettings
from isaaclab_mimic_core.devices.gamepad.device import Gamepad
from isaaclab_mimic_core.devices.keyboard import KeyboardSettings
from isaaclab_mimic_core.devices.keyboard import device as module
from isaaclab_mimic_core.devices.keyboard.device import Keyboard
from isaaclab_mimic_core.devices.spacemouse import SpaceMouseSettings
from isaaclab_mimic_core.devices.spacemouse.device import SpaceMouse
from isaaclab_mimic_core.devices.spacemouse.hid import SpaceMouseReader
from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.stages.recording.device_stage import DeviceStage

SPEED = {"step_hz": 20.0, "pos_sensitivity": 0.4, "rot_sensitivity": 2.0}
# The arm makes a ninth of the way to its target in a step; it shall make half.
STEP, TURN = 4.5 * 0.02, 4.5 * 0.1
"""What one step of these settings is: 0.4 m/s / 20 Hz and 2 rad/s / 20 Hz."""
QUARTER = math.pi / 2
HALF, ROOT = 0.5, math.sqrt(0.75)
"""Cosine and sine of 60 degrees."""


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Clock:
    return Clock(module, monkeypatch)


def act(device) -> list[float]:
    """Return what one step tells the arm: along and about x, y, z, with the settings' speeds as 1."""
    device.begin(torch.arange(1), torch.arange(1))
    action = device.action()[0]
    return [*(action[:3] / STEP).tolist(), *(action[3:6] / TURN).tolist()]


@pytest.mark.parametrize(
    ("key", "azimuth", "expected"),
    [
        ("W", 0.0, (1, 0, 0, 0, 0, 0)),
        # A view along +y, from behind a robot that looks along y: away from the viewer is +y, left is -x.
        ("W", QUARTER, (0, 1, 0, 0, 0, 0)),
        ("A", QUARTER, (-1, 0, 0, 0, 0, 0)),
        # From the front.
        ("W", math.pi, (-1, 0, 0, 0, 0, 0)),
        ("D", math.pi, (0, 1, 0, 0, 0, 0)),
        ("W", math.radians(60), (HALF, ROOT, 0, 0, 0, 0)),
        ("A", math.radians(60), (-ROOT, HALF, 0, 0, 0, 0)),
        ("W", math.radians(-60), (HALF, -ROOT, 0, 0, 0, 0)),
        ("Q", 1.0, (0, 0, 1, 0, 0, 0)),
        ("Z", QUARTER, (0, 0, 0, 0, 1, 0)),
        ("T", QUARTER, (0, 0, 0, -1, 0, 0)),
        ("Z", math.radians(60), (0, 0, 0, HALF, ROOT, 0)),
        ("C", 1.0, (0, 0, 0, 0, 0, 1)),
    ],
)
def test_keys_move_and_turn_the_hand_as_the_view_looks(make_env, clock, key, azimuth, expected):
    keyboard = Keyboard(make_env("rel"), KeyboardSettings(**SPEED, ramp=0.0, orientation="view"))
    keyboard.look_along(azimuth)
    keyboard.begin(torch.arange(1), torch.arange(1))
    keyboard.key(key, True, clock.now)
    clock.now += 1.0 / 20.0
    action = keyboard.action()[0]
    moved = [*(action[:3] / STEP).tolist(), *(action[3:6] / TURN).tolist()]
    assert moved == pytest.approx(expected, abs=1e-5)
    assert keyboard.readings()["deflection"].count(0.0) == 5, "what is pressed is one direction of the person's"


def test_axes_of_the_world_follow_no_view(make_env, clock):
    keyboard = Keyboard(make_env("rel"), KeyboardSettings(**SPEED, ramp=0.0))
    keyboard.look_along(1.0)
    keyboard.begin(torch.arange(1), torch.arange(1))
    keyboard.key("W", True, clock.now)
    clock.now += 1.0 / 20.0
    torch.testing.assert_close(keyboard.action()[0, :6], torch.tensor([STEP, 0, 0, 0, 0, 0]), atol=1e-6, rtol=0)
    assert keyboard.readings()["orientation"] == "world" and ("W S", "forward, back (x)") in keyboard.help()


def test_a_stick_and_a_cap_follow_the_view_as_keys_do(make_env):
    env = make_env("rel")
    pad = Gamepad(env, GamepadSettings(**SPEED, orientation="view"))
    pad.look_along(QUARTER)
    pad.gamepad("LEFT_STICK_LEFT", 1.0)
    pad.gamepad("DPAD_LEFT", 1.0)
    moved = act(pad)
    assert moved[0] == pytest.approx(-1.0, abs=1e-5) and moved[4] > 0.1 and moved[1] == pytest.approx(0.0, abs=1e-5)
    mouse = FakeMouse("SpaceNavigator")
    settings = SpaceMouseSettings(**SPEED, axes="-x,-y,z,roll,pitch,yaw", orientation="view")
    cap = SpaceMouse(env, settings, SpaceMouseReader(FakePorts(mouse)))
    cap.look_along(QUARTER)
    cap.poll()
    cap.deflection = lambda: (-1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert act(cap)[:3] == pytest.approx((0.0, -1.0, 0.0), abs=1e-5), "after its own axes are turned around"


def test_the_readings_and_the_controls_say_what_the_axes_are(make_env):
    env = make_env("rel")
    keyboard = Keyboard(env, KeyboardSettings(orientation="view"))
    assert keyboard.readings()["orientation"] == "view"
    assert keyboard.help()[:2] == [("W S", "away from you, towards you"), ("A D", "left, right in the view")]
    assert "left in the view" not in str(Gamepad(env, GamepadSettings()).help())
    assert "in the view" in str(Gamepad(env, GamepadSettings(orientation="view")).help())


def test_a_turned_motion_keeps_its_size():
    for azimuth in (-2.0, 0.3, 1.0, 3.0):
        motion = turned((0.3, -0.8, 0.2, 0.5, 0.1, -1.0), azimuth)
        assert math.hypot(*motion[:2]) == pytest.approx(math.hypot(0.3, 0.8))
        assert math.hypot(*motion[3:5]) == pytest.approx(math.hypot(0.5, 0.1))
        assert (motion[2], motion[5]) == (0.2, -1.0)
    assert turned((1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 0.0) == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


def test_a_host_says_where_its_view_looks():
    heard = []
    stage = SimpleNamespace(_device=SimpleNamespace(look_along=heard.append))
    DeviceStage._feed(stage, "heading", azimuth=0.6)
    assert heard == [0.6]
    with pytest.raises(ValueError, match="nan is no finite number"):
        DeviceStage._feed(stage, "heading", azimuth=float("nan"))
    DeviceStage._feed(SimpleNamespace(_device=None), "heading", azimuth=0.6)


def test_there_are_two_orientations():
    with pytest.raises(OptionError, match="--orientation: 'local' is not one of world, view"):
        devices.read_settings("keyboard", {"orientation": "local"}, {}).check()
