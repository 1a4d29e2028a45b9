# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Axes of driving that follow the robot or a view, against values worked out by hand."""

import math
from contextlib import ExitStack

import pytest
import torch
from facing import face
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
from isaaclab_mimic_core.stages.pace import Pace
from isaaclab_mimic_core.stages.recording.device_stage import DeviceStage

SPEED = {"step_hz": 20.0, "pos_sensitivity": 0.4, "rot_sensitivity": 2.0}
# The arm makes a ninth of the way to its target in a step; it shall make half.
STEP, TURN = 4.5 * 0.02, 4.5 * 0.1
"""What one step of these settings is: 0.4 m/s / 20 Hz and 2 rad/s / 20 Hz."""
NO_VIEW = "No window says where its view looks (orientation view): forward is where the robot looks."
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
    ("key", "heading", "expected"),
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
def test_keys_move_and_turn_the_hand_as_the_view_looks(make_env, clock, key, heading, expected):
    keyboard = Keyboard(make_env("rel"), KeyboardSettings(**SPEED, ramp=0.0, orientation="view"))
    keyboard.heading(heading)
    keyboard.begin(torch.arange(1), torch.arange(1))
    keyboard.key(key, True, clock.now)
    clock.now += 1.0 / 20.0
    action = keyboard.action()[0]
    moved = [*(action[:3] / STEP).tolist(), *(action[3:6] / TURN).tolist()]
    assert moved == pytest.approx(expected, abs=1e-5)
    assert keyboard.readings()["deflection"].count(0.0) == 5, "what is pressed is one direction of the person's"


@pytest.mark.parametrize(
    ("key", "facing", "expected"),
    [
        ("W", 0.0, (1, 0, 0, 0, 0, 0)),
        # As Isaac Lab's GR1T2 stands, which looks along +y: its left is -x.
        ("W", QUARTER, (0, 1, 0, 0, 0, 0)),
        ("A", QUARTER, (-1, 0, 0, 0, 0, 0)),
        ("Z", QUARTER, (0, 0, 0, 0, 1, 0)),
        ("D", math.pi, (0, 1, 0, 0, 0, 0)),
    ],
)
def test_axes_of_the_robot_follow_where_it_looks_and_no_view(make_env, clock, key, facing, expected):
    env = make_env("rel")
    face(env, facing)
    keyboard = Keyboard(env, KeyboardSettings(**SPEED, ramp=0.0))
    keyboard.heading(1.0)
    keyboard.begin(torch.arange(1), torch.arange(1))
    keyboard.key(key, True, clock.now)
    clock.now += 1.0 / 20.0
    action = keyboard.action()[0]
    assert [*(action[:3] / STEP).tolist(), *(action[3:6] / TURN).tolist()] == pytest.approx(expected, abs=1e-5)
    assert keyboard.readings()["orientation"] == "robot" and ("W S", "forward, back") in keyboard.help()


def test_the_orientation_can_be_changed_while_driving_and_holds_from_the_next_press_on(make_env, clock):
    env = make_env("rel")
    face(env, QUARTER)
    stage = Stage(env, "robot")
    stage._open_device()
    keyboard = stage.device
    keyboard.begin(torch.arange(1), torch.arange(1))
    stage._request("heading", heading=math.pi)
    stage._request("key", key="W", pressed=True)
    assert drive(keyboard, clock, 1) == pytest.approx([0.0, 0.02], abs=1e-6)
    stage._request("orientation", orientation="view")
    assert drive(keyboard, clock, 1) == pytest.approx([0.0, 0.02], abs=1e-6), "a held key keeps its direction"
    assert keyboard.readings()["orientation"] == "view" and keyboard.help()[0][1] == "away, towards you"
    stage._request("key", key="W", pressed=False, at=clock.now)
    stage._request("key", key="W", pressed=True, at=clock.now)
    assert drive(keyboard, clock, 1) == pytest.approx([-0.02, 0.0], abs=1e-6), "where the view looks, said before"
    with pytest.raises(ValueError, match="'world' is not one of robot, view"):
        stage._request("orientation", orientation="world")
    stage._request("orientation", orientation="robot")
    stage._request("key", key="W", pressed=False, at=clock.now)
    stage._request("key", key="A", pressed=True, at=clock.now)
    assert drive(keyboard, clock, 1) == pytest.approx([-0.02, 0.0], abs=1e-6), "to its left"


def test_what_was_chosen_before_the_device_was_there_holds(make_env):
    stage = Stage(make_env("rel"), "robot")
    stage._request("orientation", orientation="view")
    stage._open_device()
    assert stage.device.follows_view
    assert stage.said() == [NO_VIEW]


def test_a_stick_and_a_cap_follow_the_view_as_keys_do(make_env):
    env = make_env("rel")
    pad = Gamepad(env, GamepadSettings(**SPEED, orientation="view"))
    pad.heading(QUARTER)
    pad.gamepad("LEFT_STICK_LEFT", 1.0)
    pad.gamepad("DPAD_LEFT", 1.0)
    moved = act(pad)
    assert moved[0] == pytest.approx(-1.0, abs=1e-5) and moved[4] > 0.1 and moved[1] == pytest.approx(0.0, abs=1e-5)
    mouse = FakeMouse("SpaceNavigator")
    settings = SpaceMouseSettings(**SPEED, axes="-x,-y,z,roll,pitch,yaw", orientation="view")
    cap = SpaceMouse(env, settings, SpaceMouseReader(FakePorts(mouse)))
    cap.heading(QUARTER)
    cap.poll()
    # Away from the person, whose cap is turned around: towards the person, which is -y here.
    mouse.move(y=-350)
    cap.poll()
    assert act(cap)[:3] == pytest.approx((0.0, -1.0, 0.0), abs=1e-5), "after its own axes are turned around"
    cap.heading(0.0)
    assert act(cap)[:3] == pytest.approx((-1.0, 0.0, 0.0), abs=1e-5), "a cap that is held follows a view that turns"


def drive(keyboard, clock, steps: int) -> list[float]:
    """Make steps while the hand stands still; return how far the target has moved along x and y [m]."""
    before = keyboard._target[0, 0, :2, 3].clone()
    for _ in range(steps):
        clock.now += 0.05
        keyboard.action()
    return (keyboard._target[0, 0, :2, 3] - before).tolist()


def test_a_held_key_keeps_the_direction_of_its_press(make_env, clock):
    keyboard = Keyboard(make_env("rel"), KeyboardSettings(**SPEED, ramp=0.0, orientation="view"))
    keyboard.begin(torch.arange(1), torch.arange(1))
    keyboard.heading(0.0)
    keyboard.key("W", True, clock.now)
    assert drive(keyboard, clock, 1) == pytest.approx([0.02, 0.0], abs=1e-6)
    keyboard.heading(math.pi)
    keyboard.key("W", True, clock.now)  # repeats
    assert drive(keyboard, clock, 1) == pytest.approx([0.02, 0.0], abs=1e-6)
    keyboard.key("W", False, clock.now)
    keyboard.key("W", True, clock.now)
    assert drive(keyboard, clock, 1) == pytest.approx([-0.02, 0.0], abs=1e-6), "pressed anew, away is the other way"
    assert keyboard.readings()["deflection"] == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def test_what_was_made_too_far_is_taken_back_where_it_was_made(make_env, clock):
    """A release that is known 0.1 s late, while the view has turned by a quarter."""
    keyboard = Keyboard(make_env("rel"), KeyboardSettings(**SPEED, ramp=0.0, orientation="view"))
    keyboard.begin(torch.arange(1), torch.arange(1))
    keyboard.key("W", True, clock.now)
    went_up = clock.now + 0.05
    assert drive(keyboard, clock, 3) == pytest.approx([0.06, 0.0], abs=1e-6)
    keyboard.heading(QUARTER)
    keyboard.key("W", False, went_up)
    # Pressed again at once, in the new direction: neither is added to the other.
    keyboard.key("W", True, clock.now)
    assert drive(keyboard, clock, 1) == pytest.approx([-0.02, 0.02], abs=1e-6)
    keyboard.key("W", False, clock.now)
    assert drive(keyboard, clock, 3) == pytest.approx([-0.02, 0.0], abs=1e-6)


def test_the_readings_and_the_controls_say_what_the_axes_are(make_env):
    env = make_env("rel")
    keyboard = Keyboard(env, KeyboardSettings(orientation="view"))
    assert keyboard.readings()["orientation"] == "view"
    assert keyboard.help()[:2] == [("W S", "away, towards you"), ("A D", "left, right in the view")]
    assert "left in the view" not in str(Gamepad(env, GamepadSettings()).help())
    assert "in the view" in str(Gamepad(env, GamepadSettings(orientation="view")).help())


def test_a_turned_motion_keeps_its_size():
    for heading in (-2.0, 0.3, 1.0, 3.0):
        motion = turned((0.3, -0.8, 0.2, 0.5, 0.1, -1.0), heading)
        assert math.hypot(*motion[:2]) == pytest.approx(math.hypot(0.3, 0.8))
        assert math.hypot(*motion[3:5]) == pytest.approx(math.hypot(0.5, 0.1))
        assert (motion[2], motion[5]) == (0.2, -1.0)
    assert turned((1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 0.0) == (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


class Stage(DeviceStage):
    """A stage that drives a keyboard, without its environments' simulation."""

    def __init__(self, env, orientation: str):
        self._make_device = lambda env: Keyboard(env, KeyboardSettings(**SPEED, ramp=0.0, orientation=orientation))
        self._env, self._device, self._live, self._armed = env, None, False, False
        self._orientation = ""
        self._heading, self._told_no_heading, self._told_slow = None, False, False
        self._resources, self._pace = ExitStack(), Pace(20.0)

    def _drive(self):
        raise NotImplementedError

    def _reset_requested(self):
        raise NotImplementedError

    def said(self) -> list[str]:
        """Return what the next step warns of."""
        return [event.message for event in self._begin_step() or []]


def test_a_host_says_where_its_view_looks(make_env):
    stage = Stage(make_env("rel"), "view")
    stage._request("heading", heading=0.4)
    stage._request("heading", heading=0.6)
    with pytest.raises(ValueError, match="nan is no finite number"):
        stage._request("heading", heading=float("nan"))
    with pytest.raises(ValueError, match="'world' is not one of robot, view"):
        stage._request("orientation", orientation="world")
    stage._open_device()
    assert stage.device._heading == 0.6, "what was said before the device was there"
    stage._request("heading", heading=-1.0)
    assert stage.device._heading == -1.0 and stage.said() == []


def test_without_a_window_it_is_said_once_that_no_view_is_followed(make_env):
    stage = Stage(make_env("rel"), "view")
    stage._open_device()
    assert stage.said() == [NO_VIEW]
    assert stage.said() == []
    stage = Stage(make_env("rel"), "robot")
    stage._open_device()
    assert stage.said() == []


def test_there_are_two_orientations():
    with pytest.raises(OptionError, match="--orientation: 'local' is not one of robot, view"):
        devices.read_settings("keyboard", {"orientation": "local"}, {}).check()
