# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keys and gamepad controls of a real Kit kernel reach the devices, and move the hand."""

from harness import in_kit
from waiting import Clock


class Hand:
    """A hand that stands still; an action is how far it shall go, and its gripper."""

    def __init__(self):
        import torch

        self.num_envs, self.gripper_dim, self.device, self.step_dt = 1, 1, torch.device("cpu"), 0.05
        self.response, self.closing_time, self.navigates = 1.0, 0.0, False
        self.eef_names, self.info = ("hand",), {"task": "none"}

    def eef_pose(self):
        import torch

        return torch.eye(4).expand(1, 1, 4, 4)

    def facing(self):
        import torch

        return torch.zeros(1)

    def grip(self, closed):
        import torch

        return torch.where(closed > 0.5, -1.0, 1.0)[:, None]

    def target_to_action(self, target, gripper):
        import torch

        return torch.cat([target[:, 0, :3, 3], gripper[:, 0]], dim=-1)


def opened(kind, name):
    """Return a device on such a hand, what has been asked for by requests, and Kit's input connected to it."""
    import importlib

    import torch

    from isaaclab_mimic_core.devices.gamepad import GamepadSettings
    from isaaclab_mimic_core.devices.hosts.kit import KitInput
    from isaaclab_mimic_core.devices.keyboard import KeyboardSettings
    from isaaclab_mimic_core.plugins import DEVICES

    module = importlib.import_module(f"isaaclab_mimic_core.devices.{kind}.device")
    settings = (
        KeyboardSettings(step_hz=20.0, pos_sensitivity=0.4, ramp=0.0)
        if kind == "keyboard"
        else GamepadSettings(step_hz=20.0, pos_sensitivity=0.4, dead_zone=0.1, curve=2.0)
    )
    device = getattr(module, name)(Hand(), settings)
    device.begin(torch.tensor([0]), torch.tensor([0]))
    wanted = [True]

    def request(kind, **arguments):
        if kind == "key":
            device.key(arguments["key"], arguments["pressed"], arguments["at"])
        elif kind == "gamepad":
            device.gamepad(arguments["control"], arguments["value"])
        else:
            device.release()

    return device, wanted, KitInput(request, lambda: wanted[0], DEVICES.find(kind, "").host_input)


@in_kit(enable=["omni.appwindow"])
def test_kits_keys_move_the_hand(kit, tmp_path):
    import carb.input
    import omni.appwindow
    import pytest

    from isaaclab_mimic_core.devices.hosts import kit as kit_host
    from isaaclab_mimic_core.devices.keyboard import device as keyboard

    keys = carb.input.KeyboardInput
    window = omni.appwindow.get_default_app_window()
    clock = Clock(keyboard)
    kit_host.time = keyboard.time
    device, wanted, kit_input = opened("keyboard", "Keyboard")

    def press(key, down):
        window.inject_key(key, down)
        kit.update()

    def step():
        clock.now += 0.05
        return device.action()[0]

    press(keys.W, True)
    press(keys.E, True)
    assert step().tolist() == pytest.approx([0.02, 0.0, -0.02, 1.0])
    press(keys.W, False)
    press(keys.K, True)
    assert device.readings()["keys"] == ["E", "K"] and step()[3] == -1.0
    for key, asked in ((keys.R, "reset"), (keys.P, "toggle_pause"), (keys.ESCAPE, "stop")):
        press(key, True)
        press(key, False)
        assert device.take_requests() == [asked]
    # Somebody begins to type into a field while E is held: E goes up, and what is typed is not for the robot.
    wanted[0] = False
    press(keys.R, True)
    assert device.readings()["keys"] == [] and device.take_requests() == []
    wanted[0] = True
    press(keys.A, True)
    kit_input.close()
    assert device.readings()["keys"] == []
    press(keys.D, True)
    assert device.readings()["keys"] == []


@in_kit(enable=["omni.appwindow"])
def test_kits_gamepad_moves_the_hand(kit, tmp_path):
    import carb.input
    import omni.appwindow
    import pytest

    controls = carb.input.GamepadInput
    window = omni.appwindow.get_default_app_window()
    device, _, kit_input = opened("gamepad", "Gamepad")

    def move(control, value):
        window._provider.buffer_gamepad_event(window.get_gamepad(), control, value)
        window._provider.update_gamepad(window.get_gamepad())
        kit.update()

    move(controls.LEFT_STICK_UP, 1.0)
    move(controls.RIGHT_STICK_DOWN, 0.55)
    move(controls.X, 1.0)
    assert device.action()[0].tolist() == pytest.approx([0.02, 0.0, -0.005, -1.0], abs=1e-6)
    move(controls.X, 0.0)
    move(controls.B, 1.0)
    assert device.take_requests() == ["reset"]
    move(controls.LEFT_STICK_UP, 0.0)
    move(controls.RIGHT_STICK_DOWN, 0.0)
    assert device.deflection() == (0.0,) * 6
    # While the gamepad drives, keys are nobody's.
    device.key = lambda *key: pytest.fail(f"heard {key}")
    window.inject_key(carb.input.KeyboardInput.W, True)
    kit.update()
    kit_input.close()
    move(controls.LEFT_STICK_UP, 1.0)
    assert device.deflection() == (0.0,) * 6
