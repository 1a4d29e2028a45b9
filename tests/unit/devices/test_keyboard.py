# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""From keys to the task's action, against values worked out by hand."""

import io
import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from waiting import Clock

from isaaclab_mimic_core import devices
from isaaclab_mimic_core.devices.gamepad import GamepadSettings
from isaaclab_mimic_core.devices.keyboard import KeyboardSettings
from isaaclab_mimic_core.devices.keyboard import device as module
from isaaclab_mimic_core.devices.keyboard.device import Keyboard
from isaaclab_mimic_core.errors import OptionError, TaskError
from isaaclab_mimic_core.terminal.show import TerminalView

SETTINGS = KeyboardSettings(step_hz=20.0, pos_sensitivity=0.4, rot_sensitivity=2.0, ramp=0.0)
# The arm makes a ninth of the way to its target in a step, under absolute actions two ninths; it shall make half.
STEP, TURN = 4.5 * 0.02, 4.5 * 0.1
"""What one step of these settings is: 0.4 m/s / 20 Hz and 2 rad/s / 20 Hz."""
OPEN, CLOSED = 1.0, -1.0


def start(env, settings=SETTINGS) -> Keyboard:
    keyboard = Keyboard(env, settings)
    keyboard.begin(torch.arange(env.num_envs), torch.arange(env.num_envs))
    return keyboard


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Clock:
    CLOCKS.append(Clock(module, monkeypatch))
    return CLOCKS[-1]


CLOCKS: list[Clock] = []


def press(keyboard: Keyboard, *names: str) -> None:
    for name in names:
        keyboard.key(name, True, CLOCKS[-1].now)


def let_go(keyboard: Keyboard, name: str) -> None:
    keyboard.key(name, False, CLOCKS[-1].now)


def step(keyboard: Keyboard, step_hz: float = 20.0) -> torch.Tensor:
    CLOCKS[-1].now += 1.0 / step_hz
    return keyboard.action()


KEYS = {
    "W": (STEP, 0, 0, 0, 0, 0),
    "S": (-STEP, 0, 0, 0, 0, 0),
    "A": (0, STEP, 0, 0, 0, 0),
    "D": (0, -STEP, 0, 0, 0, 0),
    "Q": (0, 0, STEP, 0, 0, 0),
    "E": (0, 0, -STEP, 0, 0, 0),
    "Z": (0, 0, 0, TURN, 0, 0),
    "X": (0, 0, 0, -TURN, 0, 0),
    "T": (0, 0, 0, 0, TURN, 0),
    "G": (0, 0, 0, 0, -TURN, 0),
    "C": (0, 0, 0, 0, 0, TURN),
    "V": (0, 0, 0, 0, 0, -TURN),
}


@pytest.mark.parametrize("key", KEYS)
def test_each_key_moves_its_axis_relatively(make_env, key):
    keyboard = start(make_env("rel"))
    press(keyboard, key)
    torch.testing.assert_close(step(keyboard), torch.tensor([[*KEYS[key], OPEN]]), atol=1e-6, rtol=0)
    let_go(keyboard, key)
    # The hand still stands where it was, so what it was told stays to be done.
    torch.testing.assert_close(step(keyboard), torch.tensor([[*KEYS[key], OPEN]]), atol=1e-6, rtol=0)


HALF = 2.25 * 0.1 / 2
S, C = math.sin(HALF), math.cos(HALF)
# The hand's quaternion (1, 0, 0, 0) multiplied from the left by the turn about an axis, in x, y, z, w.
ABSOLUTE = {
    "W": (0.445, 0.1, 0.3, 1, 0, 0, 0),
    "D": (0.4, 0.055, 0.3, 1, 0, 0, 0),
    "Q": (0.4, 0.1, 0.345, 1, 0, 0, 0),
    "Z": (0.4, 0.1, 0.3, C, 0, 0, -S),
    "T": (0.4, 0.1, 0.3, C, 0, -S, 0),
    "C": (0.4, 0.1, 0.3, C, S, 0, 0),
}


@pytest.mark.parametrize("key", ABSOLUTE)
def test_absolute_tasks_get_the_target_pose(make_env, key):
    keyboard = start(make_env("abs"))
    press(keyboard, key)
    action = step(keyboard)
    expected = torch.tensor([[*ABSOLUTE[key], OPEN]])
    if torch.dot(action[0, 3:7], expected[0, 3:7]) < 0:  # q and -q are one rotation
        action[:, 3:7] *= -1
    torch.testing.assert_close(action, expected, atol=1e-6, rtol=0)


def test_two_arms_are_driven_one_at_a_time_in_their_own_frames(make_env):
    env = make_env("two_arms")
    keyboard = start(env)
    press(keyboard, "W")
    # The left arm's base is turned by +90 degrees about z: what is x for the room is its -y; the right arm's, its +y.
    left = [0, -STEP, 0, 0, 0, 0, OPEN]
    torch.testing.assert_close(step(keyboard), torch.tensor([[*left, *[0.0] * 6, OPEN]]), atol=1e-6, rtol=0)
    keyboard.begin(torch.arange(1), torch.arange(1))
    press(keyboard, "TAB", "K")
    right = [0, STEP, 0, 0, 0, 0, CLOSED]
    torch.testing.assert_close(step(keyboard), torch.tensor([[*[0.0] * 6, OPEN, *right]]), atol=1e-6, rtol=0)
    assert keyboard.readings()["arm"] == "right" and keyboard.readings()["closed"] == {"left": False, "right": True}


def test_several_keys_at_once_add_up_and_opposite_ones_cancel(make_env):
    keyboard = start(make_env("rel"))
    press(keyboard, "W", "A", "E", "C")
    expected = torch.tensor([[STEP, STEP, -STEP, 0, 0, TURN, OPEN]])
    torch.testing.assert_close(step(keyboard), expected, atol=1e-6, rtol=0)
    keyboard.halt()
    press(keyboard, "S")
    torch.testing.assert_close(step(keyboard), torch.tensor([[0, STEP, -STEP, 0, 0, TURN, OPEN]]), atol=1e-6, rtol=0)


def test_the_terminal_says_which_hand_is_driven(make_env):
    keyboard = start(make_env("two_arms"))
    press(keyboard, "TAB", "K")
    snapshot = {"phase": "Driving", "connected": True, "steps": 3, "steps_per_second": 20.0}
    stage: Any = SimpleNamespace(snapshot=lambda: {**snapshot, "readings": keyboard.readings()})
    stage.progress = SimpleNamespace(done=0, within=0.0, total=1, fraction=0.5, __str__=lambda: "")
    out = io.StringIO()
    TerminalView(stage, out).refresh()
    assert "3 steps, 20/s, drives right, closed" in out.getvalue()


@pytest.mark.parametrize("step_hz", [5.0, 30.0, 100.0, 0.0])
def test_a_second_of_a_held_key_is_its_sensitivity_at_any_step_rate(make_env, place, step_hz):
    env = make_env("rel")
    keyboard = start(env, KeyboardSettings(step_hz=step_hz, pos_sensitivity=0.3, ramp=0.0))
    press(keyboard, "W")
    second = int(step_hz or 1 / env.step_dt)
    for number in range(second + 10):
        if number == second:
            let_go(keyboard, "W")
            # Two steps' way is left.
            assert env.eef_pose()[0, 0, 0, 3] == pytest.approx(0.4 + 0.3 * (1 - 1 / second), abs=0.02)
        position = env.eef_pose()[0, 0, :3, 3] + step(keyboard, step_hz or 20.0)[0, :3] / 9
        place(env, position.tolist())
    assert env.eef_pose()[0, 0, 0, 3] == pytest.approx(0.4 + 0.3, abs=1e-3)


@pytest.mark.parametrize("step_hz", [20.0, 0.0])
@pytest.mark.parametrize(("held", "way"), [(0.1, 0.007), (1.0, 0.2)])
def test_a_tap_is_a_small_step_and_a_long_press_moves_fast(make_env, place, step_hz, held, way):
    """By default, as docs/teleoperation.md says; where steps are counted, whatever time they take."""
    env = make_env("rel")
    keyboard = start(env, KeyboardSettings(step_hz=step_hz))
    press(keyboard, "W")
    count = round(held / (1.0 / step_hz if step_hz else env.step_dt))
    for number in range(count + 25):
        if number == count:
            let_go(keyboard, "W")
        position = env.eef_pose()[0, 0, :3, 3] + step(keyboard, step_hz or 500.0)[0, :3] / 9
        place(env, position.tolist())
    assert env.eef_pose()[0, 0, 0, 3] == pytest.approx(0.4 + way, abs=2e-4)


def test_a_press_that_is_known_late_moves_as_far_as_it_was_long(make_env, place):
    env = make_env("rel")
    keyboard = start(env)
    step(keyboard)
    pressed = CLOCKS[-1].now
    for name, down, at in (("W", True, pressed), ("W", False, pressed + 0.12)):
        CLOCKS[-1].now = pressed + 0.3
        keyboard.key(name, down, at)
    for _ in range(20):
        position = env.eef_pose()[0, 0, :3, 3] + step(keyboard)[0, :3] / 9
        place(env, position.tolist())
    assert env.eef_pose()[0, 0, 0, 3] == pytest.approx(0.4 + 0.12 * SETTINGS.pos_sensitivity, abs=1e-4)
    assert not any(keyboard.readings()["deflection"])


def test_k_toggles_the_gripper_once_however_long_it_is_held(make_env):
    keyboard = start(make_env("rel"))
    for expected in (CLOSED, OPEN):
        press(keyboard, "K", "K", "K")
        assert step(keyboard)[0, -1] == expected
        let_go(keyboard, "K")
        assert step(keyboard)[0, -1] == expected
    press(keyboard, "K")
    keyboard.begin(torch.arange(1), torch.arange(1))
    assert step(keyboard)[0, -1] == OPEN


def test_request_keys(make_env):
    keyboard = start(make_env("rel"))
    press(keyboard, "R", "R", "P", "ESCAPE")
    assert keyboard.take_requests() == ["reset", "toggle_pause", "stop"] and keyboard.take_requests() == []


def test_the_first_input_is_told(make_env):
    keyboard = start(make_env("rel"))
    press(keyboard, "R", "P", "TAB", "B")
    assert not keyboard.active
    press(keyboard, "W")
    assert keyboard.active
    keyboard.release()
    keyboard.begin(torch.arange(1), torch.arange(1))
    assert not keyboard.active
    press(keyboard, "K")
    assert keyboard.active


def test_losing_sight_of_the_keyboard_lets_all_keys_go(make_env):
    keyboard = start(make_env("rel"))
    press(keyboard, "W", "C")
    keyboard.release()
    torch.testing.assert_close(step(keyboard), torch.tensor([[0.0] * 6 + [OPEN]]), atol=1e-6, rtol=0)


def test_pushing_against_a_wall_builds_up_no_lead(make_env, place):
    """The hand does not move: after any time its target is three steps ahead, and turning back takes effect at once."""
    env = make_env("rel")
    keyboard = start(env)
    press(keyboard, "W", "Z")
    for _ in range(100):
        action = step(keyboard)
    torch.testing.assert_close(action, torch.tensor([[3 * STEP, 0, 0, 3 * TURN, 0, 0, OPEN]]), atol=1e-5, rtol=0)
    keyboard.halt()
    keyboard.release()
    torch.testing.assert_close(step(keyboard), torch.tensor([[0.0] * 6 + [OPEN]]), atol=1e-6, rtol=0)


def test_only_environments_that_begin_get_new_targets(make_env, place):
    env = make_env("rel", num_envs=3)
    keyboard = start(env)
    place(env, (0.5, 0.1, 0.3))
    keyboard.begin(torch.tensor([1]), torch.tensor([7]))
    torch.testing.assert_close(step(keyboard)[:, 0], torch.tensor([-0.45, 0.0, -0.45]))


def test_hands_with_fingers_that_nobody_says_how_to_close_are_refused(make_env):
    env = make_env("two_arms")
    env.gripper_dim = 11
    with pytest.raises(TaskError, match="11 numbers each, and how they close is not known"):
        Keyboard(env, SETTINGS)


def test_a_robot_that_walks_is_not_driven_hand_by_hand(make_env):
    env = make_env("two_arms")
    env.navigates = True
    with pytest.raises(TaskError, match="a robot that walks would leave its hands behind") as raised:
        Keyboard(env, SETTINGS)
    assert raised.value.where == env.info["task"]


def test_help_says_how_to_change_the_hand_where_there_are_several(make_env):
    both = dict(start(make_env("two_arms")).help())
    assert both["K"] == "close or open the driven hand" and both["TAB"] == "drive the next hand"
    alone = dict(start(make_env("rel")).help())
    assert alone["K"] == "gripper" and "TAB" not in alone


@pytest.mark.parametrize(
    ("device", "wrong", "told"),
    [
        ("mouse", {}, "--teleop-device: 'mouse' is not one of keyboard"),
        ("keyboard", {"step_hz": -1.0}, "--step-hz: must be from 0 to 1000, not -1"),
        ("keyboard", {"pos_sensitivity": float("nan")}, "--pos-sensitivity"),
        ("gamepad", {"rot_sensitivity": float("inf")}, "--rot-sensitivity"),
        ("gamepad", {"dead_zone": 1.0}, "--dead-zone"),
        ("spacemouse", {"curve": 0.0}, "--curve: must be from 0.1 to 10"),
        ("spacemouse", {"axes": "x,y"}, "--axes: six axes"),
        ("keyboard", {"axes": "x,y,z,roll,pitch,yaw"}, "settings of device keyboard: there is no setting axes"),
        ("scripted", {"step_hz": 0.0}, "there is no setting step_hz"),
        ("xr", {"mcap_record": "a", "mcap_replay": "b"}, "--mcap-replay: a session is either"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(device, wrong, told):
    with pytest.raises(OptionError, match=told):
        devices.check_device(device, devices.read_settings(device, wrong, {}), "some-task")


def test_settings_that_the_stage_has_too_get_its_value():
    assert devices.read_settings("scripted", None, {"seed": 7, "output": "x"}).seed == 7
    assert devices.read_settings("xr", {"overwrite": False, "cloudxr": "none"}, {"overwrite": True}).overwrite
    with pytest.raises(OptionError, match="KeyboardSettings are wanted, not GamepadSettings"):
        devices.read_settings("keyboard", GamepadSettings(), {})
