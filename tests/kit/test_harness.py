# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The harness itself: Kit boots, omni.ui paints, clicks and keys arrive, failures are seen."""

import pytest
from harness import in_kit


@in_kit()
def test_bare_kit_boots(kit, tmp_path):
    import carb.settings

    assert carb.settings.get_settings().get("/app/extensions/registryEnabled") == 0


@in_kit(enable=["omni.ui", "omni.ui.scene"], paints=True)
def test_omni_ui_paints_and_takes_clicks_and_text(kit, tmp_path):
    import omni.ui as ui
    import omni.ui.scene as scene
    from PIL import Image

    assert scene.SceneView
    clicks = []
    window = ui.Window("Hello", width=400, height=200)
    with window.frame, ui.VStack():
        button = ui.Button("Press me", clicked_fn=lambda: clicks.append(1))
        field = ui.StringField(height=24)
    kit.click(button)
    kit.expect(lambda: clicks, [1])
    kit.click(field)
    kit.type_text("seven")
    kit.expect(field.model.get_value_as_string, "seven")
    picture = Image.open(kit.screenshot(tmp_path / "hello.png"))
    assert picture.size == (1280, 720) and len(picture.convert("RGB").getcolors(1 << 20)) > 20
    window.destroy()


@in_kit(enable=["omni.appwindow"])
def test_keys_reach_carb_input(kit, tmp_path):
    import carb.input
    import omni.appwindow

    keys = []
    keyboard = omni.appwindow.get_default_app_window().get_keyboard()
    interface = carb.input.acquire_input_interface()
    subscription = interface.subscribe_to_keyboard_events(keyboard, lambda event: keys.append(event.input) or True)
    kit.press_input(carb.input.KeyboardInput.B)
    kit.expect(lambda: keys, [carb.input.KeyboardInput.B] * 2)
    interface.unsubscribe_to_keyboard_events(keyboard, subscription)


@in_kit(enable=["omni.kit.test"])
def test_async_test_cases_run_on_kits_loop(kit, tmp_path):
    import unittest

    import omni.kit.app
    import omni.kit.test

    class Case(omni.kit.test.AsyncTestCase):
        async def test_updates_pass(self):
            for _ in range(3):
                await omni.kit.app.get_app().next_update_async()

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert result.wasSuccessful() and result.testsRun == 1


@in_kit()
def failing_assertion(kit, tmp_path):
    raise AssertionError("this is wrong")


@in_kit()
def failing_memory(kit, tmp_path):
    import ctypes

    ctypes.string_at(0)


@in_kit()
def failing_log(kit, tmp_path):
    import carb

    carb.log_error("somebody complains")


@in_kit(timeout=3)
def failing_to_end(kit, tmp_path):
    kit.pump_until(lambda: False, "nothing")


@pytest.mark.kit
@pytest.mark.parametrize(
    ("failing", "told"),
    [
        (failing_assertion, "this is wrong"),
        (failing_memory, "Segmentation fault"),
        (failing_log, "somebody complains"),
        (failing_to_end, "killed after"),
    ],
)
def test_what_goes_wrong_in_kit_is_told(failing, told, tmp_path):
    with pytest.raises(pytest.fail.Exception, match=told):
        failing(tmp_path=tmp_path)
