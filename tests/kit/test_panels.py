# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The panels on real physics, with clicks and typing in a real Kit."""

import json
import os
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest
from harness import in_kit
from mimic_window import ACCENT, count_pixels, has_ended, open_window
from waiting import LONG

UI = "isaaclab.mimic.ui"
CAMERA_TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"
DEMOS = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"


def click_step(kit, window, name):
    kit.click(window.rail.items[name])
    kit.expect(lambda: window.chosen, name)
    return window.panels[name]


def type_into(kit, entry, text):
    """Replace what stands in a field, as a person does."""
    entry.value = ""
    kit.click(lambda: entry.field)
    kit.type_text(text)
    kit.press_key(257)
    kit.expect(lambda: entry.value, text)


def wait(kit, window, condition, what=""):
    """Run frames until something holds, as long as nothing has failed."""

    def happened():
        assert not window.session.failure, window.session.failure
        return condition(window.session.snapshot)

    kit.pump_until(happened, what, lambda: window.session.snapshot, LONG)


def wait_for_end(kit, window):
    kit.pump_until(partial(has_ended, window), "the end", lambda: window.session.snapshot, limit=LONG)


def end(kit, window, panel):
    kit.click(panel.button)
    wait_for_end(kit, window)
    assert not window.session.failure, window.session.failure


@pytest.mark.sim
@in_kit(enable=[UI, "omni.appwindow"], paints=True)
def test_look_shows_a_task(kit, tmp_path):
    import carb.input

    from isaaclab_mimic_ui.keyboard.keys import CTRL

    window = open_window(kit)
    panel = click_step(kit, window, "preview")
    kit.screenshot(tmp_path / "empty.png")
    panel.entries["actions"].value = "random"
    type_into(kit, panel.entries["num_envs"], "2")
    kit.click(lambda: panel.form.groups["Simulation"])
    panel.entries["viz"].value = "none"
    kit.click(panel.button)
    wait(kit, window, lambda shown: shown.get("steps", 0) > 60 and "watched" in shown, "the simulation")

    def drawn() -> int:
        return count_pixels(kit.screenshot(tmp_path / "looking.png"), ACCENT, 60)

    # The way of the hand, among others.
    kit.pump_until(lambda: drawn() > 60, "the drawing", drawn)
    session = window.session
    session.take_picture()
    wait(kit, window, lambda shown: panel.scene.canvas.image.visible, "a shaded picture")
    window.open_step("record")

    def draws() -> bool:
        session.take_picture()
        kit.update(40)
        return session.take_picture() is not None

    kit.pump_until(lambda: not draws(), "no pictures of a step that nobody sees")
    last = panel.scene._picture
    window.open_step("preview")
    wait(kit, window, lambda shown: panel.scene._picture is not last, "pictures again")
    kit.click(panel.pause_button)
    kit.expect(lambda: window.session.paused, True)
    # Requests are answered in their order: after this one it has paused.
    window.session.request("watch", env=1)
    wait(kit, window, lambda shown: shown["watched"]["env"] == 1, "the other environment")
    steps = window.session.snapshot["steps"]
    kit.update(40)
    assert window.session.snapshot["steps"] == steps, "nothing moves"
    by_button, by_key = (
        partial(kit.click, panel.step_button),
        partial(kit.press_input, carb.input.KeyboardInput.RIGHT, CTRL),
    )
    for count, step in ((1, by_button), (2, by_key)):
        step()
        wait(kit, window, lambda shown, count=count: shown["steps"] >= steps + count, "a step")
    kit.update(40)
    assert window.session.snapshot["steps"] == steps + 2 and window.session.paused
    end(kit, window, panel)
    assert window.session.state.value == "stopped"


@pytest.mark.sim
@in_kit(enable=[UI], paints=True)
def test_what_a_tasks_cameras_see_is_shown_beside_the_drawing(kit, tmp_path):
    window = open_window(kit)
    panel = click_step(kit, window, "preview")
    panel.entries["task"].value = CAMERA_TASK
    panel.entries["actions"].value = "random"
    panel.entries["num_envs"].value = "1"
    panel.entries["viz"].value = "none"
    kit.click(panel.button)
    wait(kit, window, lambda shown: "pictures" in shown.get("watched", {}), "a picture")
    begun = see(window)
    kit.screenshot(tmp_path / "begun.png")
    wait(kit, window, lambda shown: shown["steps"] > 80, "80 steps")
    later = see(window)
    for name, picture in (("begun", begun["table_cam"]), ("later", later["table_cam"])):
        for channel in range(3):
            others = picture[..., [other for other in range(3) if other != channel]].max(axis=-1)
            assert (picture[..., channel] > others + 40).sum() > 100, f"{name}: a cube of each colour"
    # What the window was told is also painted: the table's grey is nowhere else in it.
    table = tuple(later["table_cam"][-5, 5])

    def painted() -> int:
        return count_pixels(kit.screenshot(tmp_path / "cameras.png"), table, 8)

    kit.pump_until(lambda: painted() > 2000, "the table", painted)
    # The wrist's camera moves with the wrist, so that all it sees moves; the other one stands still.
    moved = {name: (np.abs(later[name] - begun[name]).max(axis=-1) > 8).mean() for name in begun}
    assert moved["wrist_cam"] > 0.1 and moved["table_cam"] < 0.2, moved
    end(kit, window, panel)


def see(window) -> dict[str, np.ndarray]:
    """Return what the window shows of cameras: name -> (height, width, 3)."""
    from isaaclab_mimic_ui.scene.pictures import unpack

    pictures = window.session.snapshot["watched"]["pictures"]
    assert set(pictures) == {"table_cam", "wrist_cam"}
    return {name: unpack(picture)[..., :3].astype(int) for name, picture in pictures.items()}


@pytest.mark.sim
@in_kit(enable=[UI])
def test_a_recorded_demonstration_is_played_again_or_deleted(kit, tmp_path):
    window = open_window(kit)
    panel = click_step(kit, window, "record")
    panel.entries["teleop_device"].value = "xr"
    kit.screenshot(tmp_path / "headset.png")
    path = tmp_path / "demos.hdf5"
    for name, text in {"teleop_device": "scripted", "output": str(path), "num_demos": "2", "num_envs": "2"}.items():
        panel.entries[name].value = text
    kit.click(panel.button)
    wait(kit, window, lambda shown: window.session.saved == 2, "two demonstrations")
    wait_for_end(kit, window)
    assert window.session.state.value == "done", window.session.failure
    kit.click(lambda: panel.demos.buttons.get("demo_1", [None])[0])
    kit.screenshot(tmp_path / "recorded.png")
    kit.expect(lambda: window.chosen, "replay")
    kit.pump_until(lambda: window.session.snapshot or window.session.failure, "the start")
    wait_for_end(kit, window)
    kit.screenshot(tmp_path / "replayed.png")
    said = [message.text for message in window.session.messages]
    assert any(text.startswith("demo_1: the task is fulfilled") for text in said), said
    window.open_step("record")
    with h5py.File(path) as file:
        kept = file["data/demo_1/actions"][:]
    kit.click(panel.demos.buttons["demo_0"][1])
    kit.expect(lambda: len(panel.demos.buttons), 1)
    with h5py.File(path) as file:
        assert list(file["data"]) == ["demo_0"] and (file["data/demo_0/actions"][:] == kept).all()
    kit.click(lambda: panel.demos.buttons["demo_0"][1])
    kit.pump_until(lambda: "no demonstration would be left" in window.session.messages[-1].text, "the refusal")
    kit.screenshot(tmp_path / "kept.png")


@pytest.mark.sim
@in_kit(enable=[UI, "omni.appwindow"])
def test_record_takes_the_keys_that_it_wants_and_no_others(kit, tmp_path):
    import carb.input
    import omni.appwindow
    import omni.ui as ui

    heard = []
    interface = carb.input.acquire_input_interface()
    keyboard = omni.appwindow.get_default_app_window().get_keyboard()
    viewport = interface.subscribe_to_keyboard_events(keyboard, lambda event: heard.append(event.input) or True)
    keys = carb.input.KeyboardInput

    def hold(key, condition=None, what=""):
        """Hold a key until something is seen, or just press it."""
        omni.appwindow.get_default_app_window().inject_key(key, True)
        kit.update()
        if condition:
            wait(kit, window, condition, what)
        omni.appwindow.get_default_app_window().inject_key(key, False)
        kit.update()

    window = open_window(kit)
    hold(keys.W)
    # Nobody has asked for keys yet.
    kit.expect(lambda: heard, [keys.W] * 2)
    panel = click_step(kit, window, "record")
    assert panel.entries["teleop_device"].value == "keyboard"
    type_into(kit, panel.entries["num_envs"], "2")
    kit.expect(lambda: panel.entries["num_envs"].problem, "A person drives one environment.")
    type_into(kit, panel.entries["num_envs"], "1")
    type_into(kit, panel.entries["output"], str(tmp_path / "demos.hdf5"))
    kit.click(panel.button)
    wait(kit, window, lambda shown: shown.get("waiting") and "watched" in shown, "the simulation")
    kit.screenshot(tmp_path / "waiting.png")
    del heard[:]

    def height(shown):
        return shown["watched"]["eefs"]["franka"][2][3]

    before = height(window.session.snapshot)
    hold(keys.E, lambda shown: height(shown) < before - 0.01, "the hand, lower")
    assert not heard, "the viewport would have moved its camera, too"
    hold(keys.J)
    # A key that means nothing to us is everybody's.
    kit.expect(lambda: heard, [keys.J] * 2)
    kit.screenshot(tmp_path / "driving.png")

    # While somebody types, keys are letters: into a field of ours, and into another window's.
    del heard[:]
    steps = window.session.snapshot["steps"]
    other = ui.Window("Another", width=300, height=100, position_x=900, position_y=560)
    with other.frame:
        field = ui.StringField(height=24)
    kit.click(field)
    hold(keys.R)
    kit.expect(lambda: heard, [keys.R] * 2)
    # The demonstration goes on: it was not reset.
    wait(kit, window, lambda shown: shown["steps"] > steps + 5, "five steps more")
    assert window.session.snapshot["attempts"] == 0
    other.destroy()
    window.window.focus()
    kit.expect(lambda: window.window.focused, True)
    del heard[:]
    hold(keys.R)
    wait(kit, window, lambda shown: shown["attempts"] == 1 and shown["waiting"], "the new start")
    assert not heard and panel.reset_button.text == "Reset"
    hold(keys.ESCAPE)
    wait_for_end(kit, window)
    assert window.session.state.value == "stopped" and not window.session.failure
    hold(keys.W)
    # The keys have been given back.
    kit.expect(lambda: heard, [keys.W] * 2)
    interface.unsubscribe_to_keyboard_events(keyboard, viewport)


@pytest.mark.sim
@in_kit(enable=[UI, "omni.appwindow"])
def test_a_demonstration_is_marked_by_hand(kit, tmp_path):
    import carb.input

    keys = carb.input.KeyboardInput
    window = open_window(kit)
    click_step(kit, window, "annotate")
    kit.click(lambda: window.panels["annotate"].way_buttons["annotate_manual"])
    kit.expect(lambda: window.chosen, "annotate_manual")
    panel = window.panels["annotate_manual"]
    type_into(kit, panel.entries["input"], str(DEMOS))
    type_into(kit, panel.entries["output"], str(tmp_path / "marked.hdf5"))
    kit.click(panel.button)
    wait(kit, window, lambda shown: shown.get("num_samples", 0) > 0 and shown.get("marks"), "the demonstration")
    # The curves come a moment after the numbers, and push down what is below them.
    kit.pump_until(lambda: panel.timeline.shows_marks, "the marks")
    kit.middle_of(lambda: panel.timeline.lanes["franka"])
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
    kit.expect(lambda: panel.buttons["accept"].enabled, True)
    assert window.session.snapshot["complete"]
    lane = panel.timeline.lanes["franka"]
    set_to = marks()
    kit.drag(
        panel.timeline.x_of(set_to[1]),
        lane.screen_position_y + 20,
        panel.timeline.x_of(95),
        lane.screen_position_y + 20,
    )
    wait(kit, window, lambda shown: abs(marks()[1] - 95) <= 1)
    kit.screenshot(tmp_path / "marking.png")
    kit.press_input(keys.U)
    wait(kit, window, lambda shown: marks() == set_to)
    first = window.session.snapshot["episode"]
    kit.press_input(keys.ENTER)
    wait(kit, window, lambda shown: shown["progress"].done == 1 and shown["episode"] not in (None, first))
    end(kit, window, panel)
    with h5py.File(tmp_path / "marked.hdf5") as file:
        signals = file["data/demo_0/obs/datagen_info/subtask_term_signals"]
        assert [int(signals[label][:].argmax()) for label in labels] == set_to


@pytest.mark.sim
@in_kit(enable=[UI, "omni.appwindow"])
def test_subtasks_are_proposed_and_used(kit, tmp_path):
    window = open_window(kit)
    panel = click_step(kit, window, "annotate")
    kit.click(lambda: panel.way_buttons["propose"])
    kit.expect(lambda: window.chosen, "propose")
    panel, written = window.panels["propose"], tmp_path / "task.yaml"
    written.write_text("mine")
    type_into(kit, panel.entries["input"], str(DEMOS))
    type_into(kit, panel.entries["output"], str(written))
    type_into(kit, panel.entries["episodes"], "0")
    kit.click(panel.button)
    kit.expect(lambda: panel.entries["output"].problem, "This file exists. Choose another name, or Replace below.")
    kit.click(lambda: panel.entries["existing"].segments["Replace"])
    end(kit, window, panel)
    kit.pump_until(lambda: panel.use_button.visible, "the button")
    seen = "\n".join(window.session.last.results)
    assert "Grasp the cube 2" in seen and "(sure)" in seen, seen
    assert "object_ref: cube_2" in written.read_text()
    kit.screenshot(tmp_path / "proposed.png")
    kit.click(lambda: panel.use_button)
    kit.expect(lambda: window.chosen, "annotate")
    following = ("annotate", "annotate_manual", "generate")
    for step in following:
        entry = window.panel(step).entries["descriptor"]
        kit.expect(lambda entry=entry: (entry.value, entry.problem), (str(written), ""))
    forms = {name: session.choices for name, session in window.workflow.sessions.items() if name not in following}
    descriptors = {name: form["descriptor"] for name, form in forms.items() if "descriptor" in form.fields}
    assert len(descriptors) > 3 and not any(descriptors.values()), descriptors
    # The environment that was typed is the descriptor's, and no longer the project's other one.
    choices = window.workflow.sessions["annotate"].choices
    other = next(task for task in choices.fields["task"].choices if task != choices["task"])
    default, choices["task"] = choices["task"], other
    panel.session.choices["task"] = "Isaac-Stack-Cube-Franka-IK-Rel-v0"
    panel.use()
    assert choices["task"] == default != other


def put_strip(cache: Path, demo: str) -> tuple[int, int, int]:
    """Put thumbnails into a cache folder, which is used from now on; return the colour of the last of them."""
    from isaaclab_mimic_core.datasets import DatasetReader
    from isaaclab_mimic_core.stages.rendering.strip import keep_strip, kept_strip
    from isaaclab_mimic_core.tasks.shipped import DEFAULT_TASK

    os.environ["MIMIC_CACHE"] = str(cache)
    with DatasetReader(DEMOS) as reader:
        path, rows = kept_strip(reader, demo, DEFAULT_TASK)
    strip = np.full((100, 160 * len(rows), 3), 40, np.uint8)
    strip[:, -160:] = 20, 180, 220
    keep_strip(path, strip)
    return 20, 180, 220


@in_kit(enable=[UI, "omni.appwindow"], paints=True)
def test_data_shows_what_a_file_holds(kit, tmp_path):
    import carb.input

    from isaaclab_mimic_ui.keyboard.keys import CTRL, SHIFT
    from isaaclab_mimic_ui.widgets.curve import LEFT

    keys = carb.input.KeyboardInput
    window = open_window(kit)
    panel = click_step(kit, window, "dataset")
    kit.click(lambda: panel.chooser.field)
    kit.type_text(str(tmp_path / "nothing.hdf5"))
    kit.press_key(257)
    kit.pump_until(lambda: panel.failure, "what is wrong")
    kit.screenshot(tmp_path / "nothing.png")
    panel.chooser.field.model.set_value("")
    kit.click(panel.chooser.field)
    kit.type_text(str(DEMOS))
    kit.press_key(257)
    kit.pump_until(lambda: panel.file.summary, "the file")
    kit.expect(lambda: len(panel.table.rows), 10)
    green, strip = put_strip(tmp_path / "cache", "demo_3"), panel.demo.thumbnails.strip
    kit.click(lambda: panel.table.rows["demo_4"])
    kit.pump_until(lambda: panel.demo.thumbnails.button is not None, "what has thumbnails drawn")
    kit.click(lambda: panel.table.rows["demo_3"])
    kit.pump_until(lambda: panel.file.demo == "demo_3" and panel.file.signals, "the demonstration")
    kit.pump_until(lambda: strip.pictures, "its thumbnails", lambda: strip.said)
    assert [each.row for each in strip.pictures] == [0, 58, 117, 175, 234, 292]
    # All of the last one, and nothing of it in the others, but at the edge, where JPEG mixes colours.
    kit.pump_until(lambda: count_pixels(kit.screenshot(tmp_path / "strip.png"), green, 40) > 2_000, "the last of them")
    assert all((each.pixels[:, :-8, 2] < 60).all() for each in strip.pictures[:-1])
    assert all(each.pixels.flags.c_contiguous for each in strip.pictures), "their memory is shown as it is"

    def drawn() -> int:
        return count_pixels(kit.screenshot(tmp_path / "data.png"), ACCENT, 60)

    kit.pump_until(lambda: drawn() > 500, "its curves", drawn)
    area = panel.demo.signals.area
    middle, height = area.screen_position_x + (LEFT + area.computed_width) / 2, area.screen_position_y + 40
    kit.click_at(middle, height)
    kit.expect(lambda: abs(panel.demo.signals.row - 146) <= 1, True)
    kit.drag(middle, height, area.screen_position_x + 2 * area.computed_width, height)
    kit.expect(lambda: panel.demo.signals.row, 291)
    assert [row for row, outline in panel.demo.thumbnails.outlines.items() if outline.visible] == [292]
    kit.screenshot(tmp_path / "playhead.png")

    kit.press_input(keys.K, CTRL)
    kit.pump_until(lambda: panel.command.findings is not None, "the findings")
    kit.screenshot(tmp_path / "checked.png")
    fields, output = panel.edit_card.models, tmp_path / "few.hdf5"
    kit.click(panel.edit_card.buttons["keep"])
    kit.pump_until(lambda: "say where the result goes" in panel.failure, seen=lambda: panel.failure)
    fields["output"].set_value(str(output))
    fields["demos"].set_value("1,3-5")
    kit.press_input(keys.K, CTRL | SHIFT)
    kit.pump_until(lambda: panel.command.done, "the end")
    kit.screenshot(tmp_path / "kept.png")
    fields["other"].set_value(str(output))
    fields["output"].set_value(str(tmp_path / "more.hdf5"))
    kit.click(panel.edit_card.buttons["merge"])
    kit.pump_until(lambda: "14 demonstrations" in panel.command.done, seen=lambda: panel.command.done)
    fields["output"].set_value(str(tmp_path / "fewer.hdf5"))
    kit.press_input(keys.L, CTRL | SHIFT)
    kit.pump_until(lambda: "6 demonstrations" in panel.command.done, seen=lambda: panel.command.done)
    fields["output"].set_value(str(tmp_path / "most.hdf5"))
    kit.press_input(keys.M, CTRL | SHIFT)
    kit.pump_until(lambda: "most.hdf5" in panel.command.done, seen=lambda: panel.command.done)
    fields["output"].set_value(str(tmp_path / "lerobot"))
    fields["demos"].set_value("")
    kit.click(panel.edit_card.buttons["export"])
    kit.pump_until(lambda: panel.command.said, "the export")
    kit.expect(lambda: (panel.edit_card.buttons["merge"].enabled, panel.buttons["stop"].visible), (False, True))
    kit.screenshot(tmp_path / "exporting.png")
    kit.click(panel.buttons["stop"])
    kit.expect(lambda: panel.command.is_running, False)
    assert panel.command.done == "Stopped. Nothing was written." and not (tmp_path / "lerobot").exists()
    fields["output"].set_value(str(tmp_path / "videos"))
    kit.press_input(keys.V, CTRL | SHIFT)
    kit.pump_until(
        lambda: "has no camera images" in panel.failure or "camera" in panel.failure, seen=lambda: panel.failure
    )
    fields["output"].set_value("")
    kit.press_input(keys.E, CTRL | SHIFT)
    kit.pump_until(lambda: "say where the result goes" in panel.failure, seen=lambda: panel.failure)
    for name, count in (("few", 4), ("more", 14), ("fewer", 6), ("most", 14)):
        path = tmp_path / f"{name}.hdf5"
        with h5py.File(path) as file:
            assert len(file["data"]) == count


@in_kit(enable=[UI, "omni.appwindow"])
def test_everything_can_be_reached_by_keys_and_keys_can_be_changed(kit, tmp_path):
    import carb.input

    from isaaclab_mimic_ui.keyboard.keys import CTRL, Key

    keys, window = carb.input.KeyboardInput, open_window(kit)
    import omni.appwindow

    def press(key, modifiers=0):
        for down in (True, False):
            omni.appwindow.get_default_app_window().inject_key(key, down, modifiers)
            kit.update()

    for number, name in enumerate(("preview", "record", "annotate", "generate", "train", "evaluate", "dataset"), 1):
        press(getattr(keys, f"KEY_{number}"), CTRL)
        kit.expect(lambda: window.chosen, name)
        kit.screenshot(tmp_path / f"{name}.png")
    press(keys.F1)
    kit.expect(lambda: window.chosen, "keys")
    panel = window.panels["keys"]
    kit.screenshot(tmp_path / "keys.png")
    kit.click(lambda: panel.buttons["start"])
    press(keys.F5)
    kit.expect(lambda: window.hotkeys.keys["start"], Key("F5"))
    assert not panel.trouble
    kit.click(lambda: panel.buttons["pause"])
    press(keys.F5)
    kit.pump_until(lambda: "used already" in panel.trouble, seen=lambda: panel.trouble)
    kit.screenshot(tmp_path / "refused.png")
    press(keys.KEY_4, CTRL)
    kit.expect(lambda: window.chosen, "generate")
    press(keys.F5)
    kit.pump_until(lambda: window.panels["generate"].entries["input"].problem, "what stops F5 from starting")
    kit.disable(UI)
    kit.enable(UI)
    # Text, for the module may have been loaded anew.
    assert str(open_window(kit).hotkeys.keys["start"]) == "F5"


@pytest.fixture(scope="module")
def small_network(tmp_path_factory) -> Path:
    """A configuration that trains in a second."""
    from isaaclab_mimic_core.learning.robomimic.config import read_config

    raw, _ = read_config("upstream", "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0")
    raw["experiment"]["epoch_every_n_steps"] = 5
    raw["algo"]["rnn"]["hidden_dim"] = 12
    raw["train"] |= {"batch_size": 20, "num_data_workers": 0}
    path = tmp_path_factory.mktemp("config") / "small.json"
    path.write_text(json.dumps(raw))
    return path


@pytest.mark.sim
@in_kit(enable=[UI])
def test_a_policy_is_trained_and_played(kit, tmp_path, small_network):
    window = open_window(kit)
    panel = click_step(kit, window, "train")
    kit.screenshot(tmp_path / "train_empty.png")
    type_into(kit, panel.entries["dataset"], str(DEMOS))
    type_into(kit, panel.entries["output"], str(tmp_path / "run"))
    type_into(kit, panel.entries["epochs"], "two")
    kit.pump_until(lambda: "whole number" in panel.entries["epochs"].problem, "what is wrong")
    type_into(kit, panel.entries["epochs"], "2")
    panel.entries["config"].value = str(small_network)
    panel.entries["threads"].value = "1"
    kit.click(panel.button)
    kit.expect(lambda: len(window.session.statistics.loss.values), 2)
    wait_for_end(kit, window)
    kit.screenshot(tmp_path / "trained.png")
    assert not window.session.failure
    panel = click_step(kit, window, "evaluate")
    assert panel.entries["checkpoints"].value == str(tmp_path / "run")
    for name, text in (("num_rollouts", "4"), ("num_envs", "4")):
        type_into(kit, panel.entries[name], text)
    panel.entries["horizon"].value = "60"
    kit.click(panel.button)
    wait(kit, window, lambda shown: window.session.statistics.evaluations, "the rollouts")
    wait_for_end(kit, window)
    kit.screenshot(tmp_path / "played.png")
    assert not window.session.failure
    measured = list(window.session.statistics.evaluations.values())
    assert measured and measured[0].rollouts == 4 and (tmp_path / "run" / "evaluation" / "evaluation.json").is_file()
