# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The panels on real physics: each is clicked and typed into in a real Kit, and does what it says."""

import json
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest
from harness import in_kit
from mimic_window import ACCENT, count_pixels, has_ended, open_window

UI = "isaaclab.mimic.ui"
CAMERA_TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
DEMOS = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"


def click_step(kit, window, name):
    kit.click(window.rail.items[name])
    kit.update(3)
    assert window.chosen == name
    return window.panels[name]


def type_into(kit, entry, text):
    """Replace what stands in a field, as a person does."""
    entry.value = ""
    kit.click(entry.field)
    kit.type_text(text)
    kit.press_key(257)
    kit.update(2)
    assert entry.value == text


def wait(kit, window, predicate, timeout=120.0):
    """Run frames until something holds, as long as nothing has failed."""

    def happened():
        assert not window.session.failure, window.session.failure
        return predicate(window.session.snapshot)

    kit.pump_until(happened, timeout)


def end(kit, window, panel):
    kit.click(panel.button)
    kit.pump_until(partial(has_ended, window), timeout=60)
    kit.update(5)
    assert not window.session.failure, window.session.failure


@pytest.mark.sim
@in_kit(enable=[UI, "omni.appwindow"], timeout=300)
def test_look_shows_a_task(kit, tmp_path):
    import carb.input

    from isaaclab_mimic_ui.keys import CTRL

    window = open_window(kit)
    panel = click_step(kit, window, "look")
    kit.screenshot(tmp_path / "empty.png")
    panel.entries["actions"].value = "random"
    type_into(kit, panel.entries["num_envs"], "2")
    kit.click(panel.form.groups["more"])
    panel.entries["viz"].value = "none"
    kit.click(panel.button)
    wait(kit, window, lambda shown: shown.get("steps", 0) > 60 and "watched" in shown)
    kit.pump_for(0.5)
    picture = kit.screenshot(tmp_path / "looking.png")
    assert count_pixels(picture, ACCENT, 60) > 60  # the way of the hand, among others
    kit.click(panel.pause_button)
    kit.pump_for(0.5)
    steps = window.session.snapshot["steps"]
    kit.pump_for(1.0)
    assert window.session.paused and window.session.snapshot["steps"] == steps
    by_button, by_key = (
        partial(kit.click, panel.step_button),
        partial(kit.press_input, carb.input.KeyboardInput.RIGHT, CTRL),
    )
    for count, step in ((1, by_button), (2, by_key)):
        step()
        wait(kit, window, lambda shown, count=count: shown["steps"] >= steps + count, 20)
    kit.pump_for(0.5)
    assert window.session.snapshot["steps"] == steps + 2 and window.session.paused
    end(kit, window, panel)
    assert window.session.state.value == "stopped"


@pytest.mark.sim
@in_kit(enable=[UI], timeout=300)
def test_what_a_tasks_cameras_see_is_shown_beside_the_drawing(kit, tmp_path):
    window = open_window(kit)
    panel = click_step(kit, window, "look")
    panel.entries["task"].value = CAMERA_TASK
    panel.entries["actions"].value = "random"
    panel.entries["num_envs"].value = "1"
    panel.entries["viz"].value = "none"
    kit.click(panel.button)
    wait(kit, window, lambda shown: "pictures" in shown.get("watched", {}))
    begun = see(window)
    kit.screenshot(tmp_path / "begun.png")
    wait(kit, window, lambda shown: shown["steps"] > 80)
    kit.pump_for(0.5)
    later = see(window)
    kit.screenshot(tmp_path / "cameras.png")
    for name, picture in (("begun", begun["table_cam"]), ("later", later["table_cam"])):
        for channel in range(3):
            others = picture[..., [other for other in range(3) if other != channel]].max(axis=-1)
            assert (picture[..., channel] > others + 40).sum() > 100, f"{name}: a cube of each colour"
    # What the window was told is also painted: the table's grey is nowhere else in it.
    table = tuple(later["table_cam"][-5, 5])
    assert count_pixels(tmp_path / "cameras.png", table, 8) > 2000
    # The wrist's camera moves with the wrist, so that all it sees moves; the other one stands still.
    moved = {name: (np.abs(later[name] - begun[name]).max(axis=-1) > 8).mean() for name in begun}
    assert moved["wrist_cam"] > 0.1 and moved["table_cam"] < 0.2, moved
    end(kit, window, panel)


def see(window) -> dict[str, np.ndarray]:
    """Return what the window shows of cameras: name -> (height, width, 3)."""
    from isaaclab_mimic_ui.widgets.pictures import unpack

    pictures = window.session.snapshot["watched"]["pictures"]
    assert set(pictures) == {"table_cam", "wrist_cam"}
    return {name: unpack(picture)[..., :3].astype(int) for name, picture in pictures.items()}


@pytest.mark.sim
@in_kit(enable=[UI], timeout=300)
def test_a_recorded_demonstration_is_played_again_or_deleted(kit, tmp_path):
    window = open_window(kit)
    panel = click_step(kit, window, "record")
    panel.entries["teleop_device"].value = "xr"
    kit.update(3)
    kit.screenshot(tmp_path / "headset.png")
    path = tmp_path / "demos.hdf5"
    for name, text in {"teleop_device": "scripted", "output": str(path), "num_demos": "2", "num_envs": "2"}.items():
        panel.entries[name].value = text
    kit.click(panel.button)
    kit.pump_until(lambda: has_ended(window), 200)
    assert window.session.state.value == "done", window.session.failure
    kit.pump_for(0.3)
    kit.screenshot(tmp_path / "recorded.png")
    kit.click(panel._demos.buttons["demo_1"][0])
    assert window.chosen == "replay" and window.session.state.is_active, window.panels["replay"]._trouble.text
    kit.pump_until(lambda: has_ended(window), 100)
    kit.pump_for(0.3)
    kit.screenshot(tmp_path / "replayed.png")
    said = [message.text for message in window.session.messages]
    assert any(text.startswith("demo_1: the task is fulfilled") for text in said), said
    window.open_step("record")
    kit.pump_for(0.3)
    with h5py.File(path) as file:
        kept = file["data/demo_1/actions"][:]
    kit.click(panel._demos.buttons["demo_0"][1])
    kit.pump_until(lambda: len(panel._demos.buttons) == 1, 30)
    with h5py.File(path) as file:
        assert list(file["data"]) == ["demo_0"] and (file["data/demo_0/actions"][:] == kept).all()
    kit.click(panel._demos.buttons["demo_0"][1])
    kit.pump_until(lambda: "no demonstration would be left" in window.session.messages[-1].text, 30)
    kit.screenshot(tmp_path / "kept.png")


@pytest.mark.sim
@in_kit(enable=[UI, "omni.appwindow"], timeout=300)
def test_record_takes_the_keys_that_it_wants_and_no_others(kit, tmp_path):
    import carb.input
    import omni.appwindow
    import omni.ui as ui

    heard = []
    interface = carb.input.acquire_input_interface()
    keyboard = omni.appwindow.get_default_app_window().get_keyboard()
    viewport = interface.subscribe_to_keyboard_events(keyboard, lambda event: heard.append(event.input) or True)
    keys = carb.input.KeyboardInput

    def hold(key, seconds):
        omni.appwindow.get_default_app_window().inject_key(key, True)
        kit.pump_for(seconds)
        omni.appwindow.get_default_app_window().inject_key(key, False)
        kit.update(3)

    window = open_window(kit)
    hold(keys.W, 0.1)
    assert heard == [keys.W] * 2, "nobody has asked for keys yet"
    panel = click_step(kit, window, "record")
    assert panel.entries["teleop_device"].value == "keyboard"
    type_into(kit, panel.entries["num_envs"], "2")
    assert panel.entries["num_envs"].problem == "A person drives one environment."
    type_into(kit, panel.entries["num_envs"], "1")
    type_into(kit, panel.entries["output"], str(tmp_path / "demos.hdf5"))
    kit.click(panel.button)
    wait(kit, window, lambda shown: shown.get("waiting") and "watched" in shown)
    kit.screenshot(tmp_path / "waiting.png")
    del heard[:]
    before = window.session.snapshot["watched"]["eefs"]["franka"][2][3]
    hold(keys.E, 1.5)
    wait(kit, window, lambda shown: shown["steps"] > 3)
    after = window.session.snapshot["watched"]["eefs"]["franka"][2][3]
    assert after < before - 0.01, "E lowers the hand"
    assert not heard, "the viewport would have moved its camera, too"
    hold(keys.J, 0.1)
    assert heard == [keys.J] * 2, "a key that means nothing to us is everybody's"
    kit.screenshot(tmp_path / "driving.png")

    # While somebody types, keys are letters: into a field of ours, and into another window's.
    del heard[:]
    steps = window.session.snapshot["steps"]
    other = ui.Window("Another", width=300, height=100, position_x=900, position_y=560)
    with other.frame:
        field = ui.StringField(height=24)
    kit.update(3)
    kit.click(field)
    hold(keys.R, 0.3)
    assert heard == [keys.R] * 2 and window.session.snapshot["steps"] >= steps
    other.destroy()
    window.window.focus()
    kit.update(3)
    del heard[:]
    hold(keys.R, 0.2)
    wait(kit, window, lambda shown: shown["attempts"] == 1 and shown["waiting"])
    assert not heard
    hold(keys.ESCAPE, 0.1)
    kit.pump_until(partial(has_ended, window), timeout=60)
    assert window.session.state.value == "stopped" and not window.session.failure
    hold(keys.W, 0.1)
    assert heard == [keys.W] * 2, "the keys have been given back"
    interface.unsubscribe_to_keyboard_events(keyboard, viewport)


@pytest.mark.sim
@in_kit(enable=[UI, "omni.appwindow"], timeout=300)
def test_a_demonstration_is_marked_by_hand(kit, tmp_path):
    import carb.input

    keys = carb.input.KeyboardInput
    window = open_window(kit)
    click_step(kit, window, "annotate")
    kit.click(window.panels["annotate"].way_buttons["mark"])
    kit.update(3)
    panel = window.panels["mark"]
    type_into(kit, panel.entries["input"], str(DEMOS))
    type_into(kit, panel.entries["output"], str(tmp_path / "marked.hdf5"))
    kit.click(panel.button)
    wait(kit, window, lambda shown: shown.get("num_samples", 0) > 0 and shown.get("marks"))
    kit.update(10)
    labels = [mark["label"] for mark in window.session.snapshot["marks"]]
    samples = window.session.snapshot["num_samples"]
    assert len(labels) == 3 and samples > 100

    def marks():
        return [mark["step"] for mark in window.session.snapshot["marks"]]

    # A click on the timeline moves the playhead, S marks, a drag moves the mark, U takes that back.
    for number, row in enumerate((40, 80, 120)):
        kit.click_at(panel.timeline.x_of(row), panel.timeline.area.screen_position_y + 10)
        wait(kit, window, lambda shown, row=row: abs(shown["row"] - row) <= 1)
        kit.press_input(keys.S)
        wait(kit, window, lambda shown, number=number: marks()[number] is not None)
    kit.pump_for(0.3)
    assert not panel.buttons["accept"].enabled or window.session.snapshot["complete"]
    lane = panel.timeline._lanes["franka"]
    set_to = marks()
    kit.drag(
        panel.timeline.x_of(set_to[1]),
        lane.screen_position_y + 20,
        panel.timeline.x_of(95),
        lane.screen_position_y + 20,
    )
    wait(kit, window, lambda shown: abs(marks()[1] - 95) <= 1)
    kit.pump_for(0.5)
    kit.screenshot(tmp_path / "marking.png")
    kit.press_input(keys.U)
    wait(kit, window, lambda shown: marks() == set_to)
    first = window.session.snapshot["episode"]
    kit.press_input(keys.ENTER)
    wait(kit, window, lambda shown: shown["saved"] == 1 and shown["episode"] not in (None, first))
    end(kit, window, panel)
    with h5py.File(tmp_path / "marked.hdf5") as file:
        signals = file["data/demo_0/obs/datagen_info/subtask_term_signals"]
        assert [int(signals[label][:].argmax()) for label in labels] == set_to


@in_kit(enable=[UI, "omni.appwindow"], timeout=240)
def test_data_shows_what_a_file_holds(kit, tmp_path):
    import carb.input

    from isaaclab_mimic_ui.keys import CTRL, SHIFT

    keys = carb.input.KeyboardInput
    window = open_window(kit)
    panel = click_step(kit, window, "data")
    kit.click(panel.field)
    kit.type_text(str(tmp_path / "nothing.hdf5"))
    kit.press_key(257)
    kit.pump_until(lambda: panel.failure)
    kit.update(3)
    kit.screenshot(tmp_path / "nothing.png")
    panel.field.model.set_value("")
    kit.click(panel.field)
    kit.type_text(str(DEMOS))
    kit.press_key(257)
    kit.pump_until(lambda: panel.summary)
    kit.update(3)
    assert len(panel.demo_rows) == 10
    kit.click(panel.demo_rows["demo_3"])
    kit.pump_until(lambda: panel.demo == "demo_3" and panel._signals)
    kit.update(3)
    picture = kit.screenshot(tmp_path / "data.png")
    assert count_pixels(picture, ACCENT, 60) > 500

    kit.press_input(keys.K, CTRL)
    kit.pump_until(lambda: panel.command.findings is not None, timeout=100)
    kit.update(3)
    kit.screenshot(tmp_path / "checked.png")
    fields, output = panel.edit_card.models, tmp_path / "few.hdf5"
    kit.click(panel.edit_card.buttons["keep"])
    kit.pump_until(lambda: panel.failure)
    kit.update(3)
    assert "say where the result goes" in panel.failure
    fields["output"].set_value(str(output))
    fields["demos"].set_value("1,3-5")
    kit.press_input(keys.K, CTRL | SHIFT)
    kit.pump_until(lambda: panel.command.done, timeout=60)
    kit.update(3)
    kit.screenshot(tmp_path / "kept.png")
    fields["other"].set_value(str(output))
    fields["output"].set_value(str(tmp_path / "more.hdf5"))
    kit.click(panel.edit_card.buttons["merge"])
    kit.pump_until(lambda: "14 demonstrations" in panel.command.done, timeout=60)
    fields["output"].set_value(str(tmp_path / "fewer.hdf5"))
    kit.press_input(keys.L, CTRL | SHIFT)
    kit.pump_until(lambda: "6 demonstrations" in panel.command.done, timeout=60)
    fields["output"].set_value(str(tmp_path / "most.hdf5"))
    kit.press_input(keys.M, CTRL | SHIFT)
    kit.pump_until(lambda: "most.hdf5" in panel.command.done, timeout=60)
    fields["output"].set_value(str(tmp_path / "lerobot"))
    fields["demos"].set_value("")
    kit.update(3)
    kit.click(panel.edit_card.buttons["export"])
    kit.pump_until(lambda: panel.command.said, timeout=5)
    kit.update(3)
    assert not panel.edit_card.buttons["merge"].enabled and panel.stop_button.visible
    kit.screenshot(tmp_path / "exporting.png")
    kit.click(panel.stop_button)
    kit.pump_until(lambda: not panel.command.is_running, timeout=60)
    assert panel.command.done == "Stopped. Nothing was written." and not (tmp_path / "lerobot").exists()
    fields["output"].set_value(str(tmp_path / "videos"))
    kit.press_input(keys.V, CTRL | SHIFT)
    kit.pump_until(lambda: panel.failure, timeout=60)
    assert "has no pictures" in panel.failure or "camera" in panel.failure, panel.failure
    fields["output"].set_value("")
    kit.press_input(keys.E, CTRL | SHIFT)
    kit.pump_until(lambda: "say where the result goes" in panel.failure)
    for name, count in (("few", 4), ("more", 14), ("fewer", 6), ("most", 14)):
        path = tmp_path / f"{name}.hdf5"
        with h5py.File(path) as file:
            assert len(file["data"]) == count


@in_kit(enable=[UI, "omni.appwindow"])
def test_everything_can_be_reached_by_keys_and_keys_can_be_changed(kit, tmp_path):
    import carb.input

    from isaaclab_mimic_ui.keys import CTRL, Key

    keys, window = carb.input.KeyboardInput, open_window(kit)
    import omni.appwindow

    def press(key, modifiers=0):
        for down in (True, False):
            omni.appwindow.get_default_app_window().inject_key(key, down, modifiers)
            kit.update()

    for number, name in enumerate(("look", "record", "annotate", "generate", "train", "play", "data"), 1):
        press(getattr(keys, f"KEY_{number}"), CTRL)
        kit.update(3)
        assert window.chosen == name
        kit.screenshot(tmp_path / f"{name}.png")
    press(keys.F1)
    kit.update(3)
    panel = window.panels["keys"]
    kit.screenshot(tmp_path / "keys.png")
    kit.click(panel.buttons["start"])
    press(keys.F5)
    kit.update(3)
    assert window.hotkeys.keys["start"] == Key("F5") and not panel.trouble
    kit.click(panel.buttons["pause"])
    press(keys.F5)
    kit.update(3)
    assert "used already" in panel.trouble
    kit.screenshot(tmp_path / "refused.png")
    press(keys.KEY_4, CTRL)
    press(keys.F5)
    kit.update(3)
    assert window.panels["generate"].entries["input"].problem, "F5 has tried to start"
    kit.disable(UI)
    kit.enable(UI)
    # Text, for the module may have been loaded anew.
    assert str(open_window(kit).hotkeys.keys["start"]) == "F5"


@pytest.fixture(scope="module")
def small_network(tmp_path_factory) -> Path:
    """A configuration that trains in a second."""
    from isaaclab_mimic_core.learning.config import read_config

    raw, _ = read_config("upstream", "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0")
    raw["experiment"]["epoch_every_n_steps"] = 5
    raw["algo"]["rnn"]["hidden_dim"] = 12
    raw["train"] |= {"batch_size": 20, "num_data_workers": 0}
    path = tmp_path_factory.mktemp("config") / "small.json"
    path.write_text(json.dumps(raw))
    return path


@pytest.mark.sim
@in_kit(enable=[UI], timeout=500)
def test_a_policy_is_trained_and_played(kit, tmp_path, small_network):
    window = open_window(kit)
    panel = click_step(kit, window, "train")
    kit.screenshot(tmp_path / "train_empty.png")
    type_into(kit, panel.entries["dataset"], str(DEMOS))
    type_into(kit, panel.entries["output"], str(tmp_path / "run"))
    type_into(kit, panel.entries["epochs"], "two")
    assert "whole number" in panel.entries["epochs"].problem
    type_into(kit, panel.entries["epochs"], "2")
    panel.entries["config"].value = str(small_network)
    panel.entries["threads"].value = "1"
    kit.click(panel.button)
    kit.pump_until(lambda: has_ended(window), timeout=240)
    kit.update(5)
    kit.screenshot(tmp_path / "trained.png")
    assert not window.session.failure and len(window.session.tally.loss.values) == 2
    panel = click_step(kit, window, "play")
    assert panel.entries["checkpoints"].value == str(tmp_path / "run")
    for name, text in (("num_rollouts", "4"), ("num_envs", "4")):
        type_into(kit, panel.entries[name], text)
    panel.entries["horizon"].value = "60"
    kit.click(panel.button)
    kit.pump_until(lambda: has_ended(window), timeout=240)
    kit.update(5)
    kit.screenshot(tmp_path / "played.png")
    assert not window.session.failure
    measured = list(window.session.tally.evaluations.values())
    assert measured and measured[0].rollouts == 4 and (tmp_path / "run" / "evaluation" / "evaluation.json").is_file()
