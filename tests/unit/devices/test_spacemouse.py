# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""From the reports of every SpaceMouse to the task's action, against values worked out by hand."""

import pytest
import torch
from fake_hid import BUTTONS, IDS, NO_BUTTONS, FakeMouse, FakePorts

from isaaclab_mimic_core import devices
from isaaclab_mimic_core.devices.spacemouse import SpaceMouseSettings
from isaaclab_mimic_core.devices.spacemouse import hid as spacemouse_hid
from isaaclab_mimic_core.devices.spacemouse.device import SpaceMouse
from isaaclab_mimic_core.devices.spacemouse.hid import SpaceMouseReader
from isaaclab_mimic_core.errors import DeviceError, OptionError

SETTINGS = SpaceMouseSettings(step_hz=20.0, pos_sensitivity=0.4, rot_sensitivity=2.0, dead_zone=0.1, curve=2.0)
STEP, TURN = 4.5 * 0.02, 4.5 * 0.1
"""Full deflection for one step: 0.4 m/s / 20 Hz and 2 rad/s / 20 Hz, made half at once by an arm that makes a ninth."""
OPEN, CLOSED = 1.0, -1.0
HALF = 0.25
"""Raw 192.5 of 350 is 0.55; (0.55 - 0.1) / 0.9 = 0.5, squared."""

# Raw values (x right, y toward the user, z down, clockwise about them) -> action without the gripper.
MOVES = {
    "away": ({"y": -350}, (STEP, 0, 0, 0, 0, 0)),
    "toward": ({"y": 350}, (-STEP, 0, 0, 0, 0, 0)),
    "left": ({"x": -350}, (0, STEP, 0, 0, 0, 0)),
    "right": ({"x": 350}, (0, -STEP, 0, 0, 0, 0)),
    "lifted": ({"z": -350}, (0, 0, STEP, 0, 0, 0)),
    "pressed": ({"z": 350}, (0, 0, -STEP, 0, 0, 0)),
    "tilted right": ({"ry": -350}, (0, 0, 0, TURN, 0, 0)),
    "tilted away": ({"rx": -350}, (0, 0, 0, 0, TURN, 0)),
    "twisted left": ({"rz": -350}, (0, 0, 0, 0, 0, TURN)),
    "twisted right": ({"rz": 350}, (0, 0, 0, 0, 0, -TURN)),
    "beyond the full deflection": ({"y": -420}, (STEP, 0, 0, 0, 0, 0)),
    "in the dead zone": ({"x": 35, "y": -35, "z": 20, "rx": 35, "ry": 1, "rz": -35}, (0,) * 6),
}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def start(env, ports, clock=None, settings=SETTINGS) -> SpaceMouse:
    device = SpaceMouse(env, settings, SpaceMouseReader(ports, *([clock] if clock else [])))
    device.begin(torch.arange(1), torch.arange(1))
    return device


def action(device) -> torch.Tensor:
    device.poll()
    return device.action()[0]


def test_all_models_are_known():
    from pyspacemouse import get_supported_devices

    assert {name: (vendor, product) for name, vendor, product in get_supported_devices()} == IDS


@pytest.mark.parametrize("model", IDS)
def test_every_models_reports_move_the_hand(make_env, model):
    for raw, expected in MOVES.values():
        mouse = FakeMouse(model)
        device = start(make_env("rel"), FakePorts(mouse))
        assert device.connected and device.readings()["model"] == model
        mouse.move(**raw)
        torch.testing.assert_close(action(device), torch.tensor([*expected, OPEN]), atol=1e-6, rtol=0)


@pytest.mark.parametrize("model", IDS)
def test_the_cap_let_go_stops_the_hand(make_env, place, model):
    env, mouse = make_env("rel"), FakeMouse(model)
    device = start(env, FakePorts(mouse))
    mouse.move(y=-350, rz=-350)
    action(device)
    mouse.move()
    device.poll()
    assert device.deflection() == (0.0,) * 6


def test_the_dead_zone_ends_smoothly_and_the_curve_makes_small_movements_finer(make_env):
    mouse = FakeMouse("SpaceMouseWireless")
    device = start(make_env("rel"), FakePorts(mouse))
    for raw, expected in ((35, 0.0), (36, (36 / 350 - 0.1) ** 2 / 0.81), (-193, -HALF), (350, 1.0)):
        mouse.move(z=-raw)
        device.poll()
        assert device.deflection()[2] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("model", BUTTONS)
def test_every_models_buttons(make_env, model):
    mouse = FakeMouse(model)
    device = start(make_env("rel"), FakePorts(mouse))
    gripper, reset = BUTTONS[model]
    # Held: the report comes again with every movement.
    mouse.reports.extend([gripper, gripper])
    assert action(device)[-1] == CLOSED and device.take_requests() == []
    mouse.reports.extend([NO_BUTTONS, gripper, NO_BUTTONS])
    assert action(device)[-1] == OPEN
    mouse.reports.extend([reset, reset, NO_BUTTONS])
    assert action(device)[-1] == OPEN and device.take_requests() == ["reset"]
    assert [what for _, what in device.help()].count("reset") == 1
    # Both clicks of one poll count.
    mouse.reports.extend([reset, NO_BUTTONS, reset, NO_BUTTONS])
    device.poll()
    assert device.take_requests() == ["reset", "reset"]


def test_a_model_without_buttons_has_the_keys(make_env):
    device = start(make_env("rel"), FakePorts(FakeMouse("SpaceMouseUSB")))
    device.key("K", True, 0.0)
    device.key("R", True, 0.0)
    assert action(device)[-1] == CLOSED and device.take_requests() == ["reset"]
    assert ("key K", "gripper") in device.help()


def test_only_the_latest_of_many_reports_counts(make_env):
    """All are taken in at one poll: none is left to be done later."""
    mouse = FakeMouse("SpaceNavigator")
    device = start(make_env("rel"), FakePorts(mouse))
    for raw in range(-350, 0, 10):
        mouse.move(y=raw)
    mouse.move(x=-350)
    torch.testing.assert_close(action(device), torch.tensor([0, STEP, 0, 0, 0, 0, OPEN]), atol=1e-6, rtol=0)
    assert not mouse.reports


@pytest.mark.parametrize(
    ("axes", "raw", "expected"),
    [
        ("-x,-y,z,-roll,-pitch,yaw", {"y": -350, "x": 350}, (-STEP, STEP, 0, 0, 0, 0)),
        ("y, x, -z, none, none, yaw", {"y": -350, "z": 350, "rx": 350, "ry": 350}, (0, STEP, STEP, 0, 0, 0)),
    ],
)
def test_the_axis_map(make_env, axes, raw, expected):
    mouse = FakeMouse("SpaceMouseCompact")
    settings = SpaceMouseSettings(step_hz=20.0, pos_sensitivity=0.4, rot_sensitivity=2.0, axes=axes)
    device = start(make_env("rel"), FakePorts(mouse), settings=settings)
    mouse.move(**raw)
    torch.testing.assert_close(action(device), torch.tensor([*expected, OPEN]), atol=1e-6, rtol=0)


@pytest.mark.parametrize(("axes", "told"), [("x,y,z", "not 3"), ("x,y,z,roll,pitch,spin", "'spin' is not an axis")])
def test_a_wrong_axis_map_is_refused(axes, told):
    with pytest.raises(OptionError, match=told):
        devices.check_device("spacemouse", SpaceMouseSettings(axes=axes), "task")


def test_unplugged_it_stops_and_plugged_in_again_goes_on(make_env, clock):
    mouse = FakeMouse("SpaceMouseCompact")
    ports = FakePorts(mouse)
    device = start(make_env("rel"), ports, clock)
    mouse.reports.append(BUTTONS[mouse.model][0])
    mouse.move(y=-350)
    device.poll()
    mouse.gone = True
    device.poll()
    assert not device.connected and device.deflection() == (0.0,) * 6 and not mouse.opened
    assert device.trouble == "The SpaceMouseCompact was unplugged. Plug it in again."
    # Another port, and another model: what counts is that it is a SpaceMouse.
    ports.mice.append(FakeMouse("SpaceNavigator"))
    device.poll()
    assert not device.connected, "it is looked for twice a second"
    clock.now += 0.6
    device.poll()
    assert device.connected and device.trouble == "" and device.readings()["model"] == "SpaceNavigator"
    device.halt()
    ports.mice[1].move(z=-350)
    # The gripper still holds what it held.
    torch.testing.assert_close(action(device), torch.tensor([0, 0, STEP, 0, 0, 0, CLOSED]), atol=1e-6, rtol=0)


def test_another_one_is_taken_where_the_first_may_not_be_read(make_env):
    ports = FakePorts(FakeMouse("SpaceMousePro"), FakeMouse("SpaceMouseWireless"))
    ports.refused = {"SpaceMousePro"}
    assert start(make_env("rel"), ports).readings()["model"] == "SpaceMouseWireless"


def test_none_plugged_in_is_told_before_anything_is_opened(monkeypatch):
    monkeypatch.setattr(spacemouse_hid, "Hid", FakePorts)
    with pytest.raises(DeviceError, match="no SpaceMouse is plugged in"):
        devices.check_device("spacemouse", SETTINGS, "task")


def test_one_that_may_not_be_read_gets_the_udev_rule(monkeypatch):
    ports = FakePorts(FakeMouse("SpaceMouseCompact"))
    ports.refused = {"SpaceMouseCompact"}
    monkeypatch.setattr(spacemouse_hid, "Hid", lambda: ports)
    monkeypatch.setattr(spacemouse_hid.os.path, "exists", lambda path: True)
    monkeypatch.setattr(spacemouse_hid.os, "access", lambda path, mode: False)
    with pytest.raises(DeviceError, match="permission denied") as error:
        devices.check_device("spacemouse", SETTINGS, "task")
    assert 'KERNELS=="*:256F:*", TAG+="uaccess"' in str(error.value) and "sudo tee" in str(error.value)


def test_the_real_hidapi_lists_devices():
    """Whatever is plugged in here, it can be asked for."""
    assert isinstance(spacemouse_hid.Hid().enumerate(), list)
    with pytest.raises(OSError):
        spacemouse_hid.Hid().open("/dev/no-such-hidraw")
