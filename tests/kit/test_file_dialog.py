# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Files are chosen in a dialog of our own: clicked, typed and cancelled as people do, in a real Kit."""

from pathlib import Path

from harness import in_kit
from mimic_window import count_input_subscriptions, describe_process, open_window

UI = "isaaclab.mimic.ui"
ENTER, ESCAPE = 257, 256


def make_files(folder: Path) -> Path:
    """Make a few files and folders, and return the folder they are in."""
    folder = folder / "mine"
    for name in ("demos", "runs", "empty"):
        (folder / name).mkdir(parents=True)
    for name, size in (("Ten.hdf5", 1_234_567), ("hundred.HDF5", 5), ("notes.txt", 1), (".hidden.hdf5", 1)):
        (folder / "demos" / name).write_bytes(bytes(size))
    for name in ("best.pth", "last.pth", "log.json"):
        (folder / "runs" / name).touch()
    return folder


def opened(kit, window, step: str, name: str, text: Path | str = ""):
    """Click the button beside a field; return the dialog once it shows a folder, and the field."""
    entry = window.panel(step).entries[name]
    entry.value = str(text)
    kit.update(3)
    kit.click(entry.choose_button)
    dialog = window.file_dialog
    assert dialog is not None and dialog.visible, "the button opens it"
    shown(kit, dialog)
    return dialog, entry


def shown(kit, dialog):
    kit.pump_until(lambda: dialog._reading.done())
    kit.update(5)


def double_click(kit, widget):
    """Click twice, quickly also on a slow machine."""
    from omni.ui import _ui

    # A click before this one is a click of its own.
    kit.pump_for(0.6)
    kit.move_to(
        widget.screen_position_x + widget.computed_width / 2, widget.screen_position_y + widget.computed_height / 2
    )
    for down in (True, False, True, False):
        _ui._inject_mouse_button(0, down)
        kit.update()
    kit.update(3)


def press(kit, key):
    """Press a key where omni.ui and where Kit listens."""
    import carb.input

    kit.press_key(key)
    kit.press_input(carb.input.KeyboardInput.ENTER if key == ENTER else carb.input.KeyboardInput.ESCAPE)
    kit.update(5)


def type_into(kit, field, text):
    field.model.set_value("")
    kit.click(field)
    kit.type_text(text)


@in_kit(enable=[UI, "omni.appwindow"])
def test_a_dataset_is_chosen_with_the_mouse(kit, tmp_path):
    folder = make_files(tmp_path)
    window = open_window(kit)
    dialog, entry = opened(kit, window, "generate", "input", folder / "gone" / "x.hdf5")
    assert dialog.listing.folder == folder, "what is not there begins at the nearest folder that is"
    assert list(dialog.rows.rows) == ["demos", "empty", "runs"]
    kit.click(window.rail.items["data"])
    assert window.chosen == "generate", "the window behind it rests"
    kit.click(dialog.rows.rows["demos"])
    assert dialog.choose_button.text == "Open" and dialog.listing.folder == folder
    double_click(kit, dialog.rows.rows["demos"])
    shown(kit, dialog)
    assert list(dialog.rows.rows) == ["hundred.HDF5", "Ten.hdf5"]
    kit.screenshot(tmp_path / "folder.png")
    kit.click(dialog.choose_button)
    assert dialog.visible and "Choose a file first" in dialog.problem
    kit.click(dialog.rows.rows["Ten.hdf5"])
    kit.screenshot(tmp_path / "marked.png")
    kit.click(dialog.choose_button)
    assert not dialog.visible and entry.value == str(folder / "demos" / "Ten.hdf5") and not entry.problem
    # It begins where it was, with the file marked; Up leads out, Cancel leaves things as they are.
    kit.click(entry.choose_button)
    shown(kit, dialog)
    assert dialog.rows.marked == ["Ten.hdf5"]
    kit.click(dialog._up)
    shown(kit, dialog)
    assert dialog.listing.folder == folder
    kit.click(dialog.cancel_button)
    assert not dialog.visible and entry.value.endswith("Ten.hdf5")
    kit.click(window.rail.items["data"])
    assert window.chosen == "data"


@in_kit(enable=[UI, "omni.appwindow"])
def test_an_output_is_named_with_the_keyboard(kit, tmp_path):
    folder = make_files(tmp_path)
    window = open_window(kit)
    dialog, entry = opened(kit, window, "generate", "output", folder / "old.hdf5")
    assert dialog.name.get_value_as_string() == "old.hdf5" and dialog.listing.folder == folder
    type_into(kit, dialog.path_field, str(folder / "demos"))
    assert dialog.choose_button.text == "Go there"
    press(kit, ENTER)
    shown(kit, dialog)
    assert dialog.visible and dialog.listing.folder == folder / "demos", "a typed path is gone to, not chosen"
    type_into(kit, dialog.name_field, "new")
    kit.screenshot(tmp_path / "named.png")
    press(kit, ENTER)
    assert not dialog.visible and entry.value == str(folder / "demos" / "new.hdf5")
    # One that exists may be chosen: whether it may be replaced, the form asks.
    kit.click(entry.choose_button)
    shown(kit, dialog)
    kit.click(dialog.rows.rows["Ten.hdf5"])
    kit.click(dialog.choose_button)
    assert entry.value.endswith("Ten.hdf5") and "This file exists" in entry.problem
    before = entry.value
    kit.click(entry.choose_button)
    shown(kit, dialog)
    type_into(kit, dialog.name_field, "other")
    press(kit, ESCAPE)
    assert not dialog.visible and entry.value == before


@in_kit(enable=[UI])
def test_checkpoints_and_folders_are_chosen(kit, tmp_path):
    folder = make_files(tmp_path)
    window = open_window(kit)
    dialog, entry = opened(kit, window, "play", "checkpoints", folder / "runs")
    assert list(dialog.rows.rows) == ["best.pth", "last.pth"]
    kit.click(dialog.choose_button)
    assert entry.value == str(folder / "runs"), "the folder of the run, for nothing is marked"
    dialog, entry = opened(kit, window, "play", "checkpoints", folder / "runs")
    kit.click(dialog.rows.rows["last.pth"])
    kit.click(dialog.rows.rows["best.pth"])
    kit.click(dialog.choose_button)
    assert entry.value == f"{folder / 'runs' / 'last.pth'}; {folder / 'runs' / 'best.pth'}" and not entry.problem
    dialog, entry = opened(kit, window, "play", "checkpoints", folder)
    kit.click(dialog.rows.rows["runs"])
    kit.click(dialog.choose_button)
    assert entry.value == str(folder / "runs")
    dialog, entry = opened(kit, window, "train", "output", folder / "runs")
    assert not dialog.rows.rows and "no folders" in dialog.rows.said
    kit.screenshot(tmp_path / "empty.png")
    type_into(kit, dialog.name_field, "third")
    kit.click(dialog.choose_button)
    assert entry.value == str(folder / "runs" / "third")


@in_kit(enable=[UI])
def test_what_cannot_be_read_is_said_in_place(kit, tmp_path):
    import os
    import threading

    folder = make_files(tmp_path)
    window = open_window(kit)
    scandir, answer = os.scandir, threading.Event()

    def stubborn(path):
        # Root may read everything, and no network is at hand.
        if Path(path).name == "runs":
            raise PermissionError(13, "Permission denied", str(path))
        if Path(path).name == "empty":
            answer.wait(20)
        return scandir(path)

    os.scandir = stubborn
    dialog, _ = opened(kit, window, "generate", "input", folder / "x.hdf5")
    double_click(kit, dialog.rows.rows["runs"])
    shown(kit, dialog)
    assert dialog.rows.said == "This folder cannot be read: Permission denied." and not dialog.rows.rows
    kit.screenshot(tmp_path / "unreadable.png")
    kit.click(dialog._up)
    shown(kit, dialog)
    type_into(kit, dialog.path_field, str(folder / "nowhere"))
    kit.click(dialog.choose_button)
    shown(kit, dialog)
    assert "no such folder" in dialog.rows.said and dialog.visible
    dialog.go(folder)
    shown(kit, dialog)
    # A folder that takes its time keeps nobody waiting: frames pass, it is said, and one may go elsewhere.
    double_click(kit, dialog.rows.rows["empty"])
    kit.pump_until(lambda: dialog.rows.said == "Reading ...", timeout=5)
    dialog.go(folder / "demos")
    shown(kit, dialog)
    answer.set()
    kit.pump_for(0.3)
    assert list(dialog.rows.rows) == ["hundred.HDF5", "Ten.hdf5"], "an answer that comes late is nobody's"
    dialog.go(folder / "empty")
    shown(kit, dialog)
    assert dialog.rows.said == "There are no folders and no .hdf5 or .h5 files in here."
    kit.screenshot(tmp_path / "nothing.png")
    os.scandir = scandir


@in_kit(enable=[UI])
def test_data_has_its_file_chosen(kit, tmp_path):
    folder = make_files(tmp_path)
    window = open_window(kit)
    panel = window.panel("data")
    kit.update(3)
    panel.field.model.set_value(str(folder / "demos"))
    kit.click(panel.choose_button)
    dialog = window.file_dialog
    shown(kit, dialog)
    double_click(kit, dialog.rows.rows["hundred.HDF5"])
    assert not dialog.visible and panel.field.model.get_value_as_string() == str(folder / "demos" / "hundred.HDF5")
    kit.pump_until(lambda: panel.failure, timeout=20)


@in_kit(enable=["omni.ui", "omni.appwindow"])
def test_disabling_leaves_nothing_of_an_open_dialog(kit, tmp_path):
    folder = make_files(tmp_path)
    count_input_subscriptions()
    left = []
    for _ in range(2):
        kit.enable(UI)
        dialog, entry = opened(kit, open_window(kit), "generate", "input", folder / "demos")
        del dialog, entry
        kit.disable(UI)
        kit.update(5)
        left.append(describe_process())
    assert left[0] == left[1] and "FileDialog" not in left[1]["objects"]
    kit.move_to(0, 0)
    kit.screenshot(tmp_path / "gone.png")
