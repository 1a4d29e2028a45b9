# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""While Record drives with a gamepad, the window passes Kit's gamepad on to the simulation, and only then."""

import pytest
from harness import in_kit
from mimic_window import has_ended, open_window

UI = "isaaclab.mimic.ui"


@pytest.mark.sim
@in_kit(enable=[UI, "omni.appwindow"])
def test_the_stick_moves_the_hand_while_record_is_shown(kit, tmp_path):
    import carb.input
    import omni.appwindow

    controls = carb.input.GamepadInput
    window = open_window(kit)
    session = window.workflow.sessions["record"]

    def move(control, value):
        app_window = omni.appwindow.get_default_app_window()
        app_window._provider.buffer_gamepad_event(app_window.get_gamepad(), control, value)
        app_window._provider.update_gamepad(app_window.get_gamepad())

    def wait(condition, what):
        def happened():
            assert not session.failure, session.failure
            return condition(session.snapshot)

        kit.pump_until(happened, what, lambda: session.snapshot)

    def held():
        return session.snapshot.get("readings", {}).get("controls", {})

    window.open_step("record")
    kit.middle_of(lambda: window.panels["record"].button)
    entries = window.panels["record"].entries
    for name, text in {"teleop_device": "gamepad", "output": str(tmp_path / "demos.hdf5"), "num_envs": "1"}.items():
        entries[name].value = text
    assert not window.gamepad.listening, "nobody drives yet"
    kit.click(window.panels["record"].button)
    wait(lambda shown: shown.get("waiting") and "watched" in shown, "the simulation")
    before = session.snapshot["watched"]["eefs"]["franka"][0][3]
    move(controls.LEFT_STICK_UP, 1.0)
    wait(lambda shown: shown["watched"]["eefs"]["franka"][0][3] > before + 0.01, "the hand on its way")
    assert held() == {"LEFT_STICK_UP": 1.0}
    kit.screenshot(tmp_path / "driving.png")
    # Whoever looks at another step does not drive.
    window.open_step("dataset")
    move(controls.LEFT_STICK_UP, 0.9)
    wait(lambda shown: not held(), "the stick at rest")
    window.open_step("record")
    kit.click(window.panels["record"].button)
    # Somebody is in the middle of a demonstration.
    kit.pump_until(lambda: "is lost if you stop" in window.question.text, "the question")
    kit.click(window.question.yes_button)
    kit.pump_until(lambda: not session.state.is_active, "the end")
    kit.expect(lambda: window.gamepad.listening, False)
    assert session.state.value == "stopped" and not session.failure and has_ended(window)
