# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Files are chosen in a dialog of our own: clicked, typed and cancelled as people do, in a real Kit."""

from pathlib import Path

from harness import in_kit
from mimic_window import count_input_subscriptions, describe_process, open_window
from waiting import Clock

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


def opened(kit, window, step: str, name: str, text: Path | str, folder: Path):
    """Click the button beside a field; return the dialog once it shows a folder, and the field."""
    entry = window.panel(step).entries[name]
    entry.value = str(text)
    kit.click(lambda: entry.choose_button)
    shown(kit, window.file_dialog, folder)
    assert window.file_dialog.visible, "the button opens it"
    return window.file_dialog, entry


def shown(kit, dialog, folder: Path, rows: list[str] | None = None):
    """Wait until the list is of a folder, and say of which rows."""
    kit.expect(lambda: None if dialog.reading else dialog.listing.folder, folder)
    if rows is not None:
        kit.expect(lambda: list(dialog.rows.rows), rows)


def closed(kit, dialog):
    kit.pump_until(lambda: not dialog.visible, "the end of the dialog")


def double_click(kit, clock, widget):
    """Click twice in no time."""
    # A click before this one is a click of its own.
    clock.now += 10.0
    for _ in range(2):
        kit.click(widget)


def press(kit, key):
    """Press a key where omni.ui and where Kit listens."""
    import carb.input

    kit.press_key(key)
    kit.press_input(carb.input.KeyboardInput.ENTER if key == ENTER else carb.input.KeyboardInput.ESCAPE)


def type_into(kit, field, text):
    field.model.set_value("")
    kit.click(field)
    kit.type_text(text)
    kit.expect(field.model.get_value_as_string, text)


@in_kit(enable=[UI, "omni.appwindow"])
def test_a_dataset_is_chosen_with_the_mouse(kit, tmp_path):
    from isaaclab_mimic_ui.file_dialog import rows as file_rows

    clock = Clock(file_rows)
    folder = make_files(tmp_path)
    window = open_window(kit)
    # What is not there begins at the nearest folder that is.
    dialog, entry = opened(kit, window, "generate", "input", folder / "gone" / "x.hdf5", folder)
    shown(kit, dialog, folder, ["demos", "empty", "runs"])
    kit.click(window.rail.items["dataset"])
    kit.click(dialog.rows.rows["demos"])
    kit.expect(lambda: dialog.choose_button.text, "Open")
    assert window.chosen == "generate", "the window behind it rests"
    assert dialog.listing.folder == folder
    double_click(kit, clock, dialog.rows.rows["demos"])
    shown(kit, dialog, folder / "demos", ["hundred.HDF5", "Ten.hdf5"])
    kit.screenshot(tmp_path / "folder.png")
    kit.click(dialog.choose_button)
    kit.pump_until(lambda: "Choose a file first" in dialog.problem, seen=lambda: dialog.problem)
    assert dialog.visible
    kit.click(dialog.rows.rows["Ten.hdf5"])
    kit.expect(lambda: dialog.rows.marked, ["Ten.hdf5"])
    kit.screenshot(tmp_path / "marked.png")
    kit.click(dialog.choose_button)
    closed(kit, dialog)
    kit.expect(lambda: entry.value, str(folder / "demos" / "Ten.hdf5"))
    assert not entry.problem
    # It begins where it was, with the file marked; Up leads out, Cancel leaves things as they are.
    kit.click(entry.choose_button)
    shown(kit, dialog, folder / "demos", ["hundred.HDF5", "Ten.hdf5"])
    assert dialog.rows.marked == ["Ten.hdf5"]
    kit.click(dialog.up_button)
    shown(kit, dialog, folder)
    kit.click(dialog.cancel_button)
    closed(kit, dialog)
    assert entry.value.endswith("Ten.hdf5")
    kit.click(window.rail.items["dataset"])
    kit.expect(lambda: window.chosen, "dataset")


@in_kit(enable=[UI, "omni.appwindow"])
def test_an_output_is_named_with_the_keyboard(kit, tmp_path):
    folder = make_files(tmp_path)
    window = open_window(kit)
    dialog, entry = opened(kit, window, "generate", "output", folder / "old.hdf5", folder)
    assert dialog.name.get_value_as_string() == "old.hdf5"
    type_into(kit, dialog.path_field, str(folder / "demos"))
    kit.expect(lambda: dialog.choose_button.text, "Go there")
    press(kit, ENTER)
    shown(kit, dialog, folder / "demos")
    assert dialog.visible, "a typed path is gone to, not chosen"
    type_into(kit, dialog.name_field, "new")
    kit.screenshot(tmp_path / "named.png")
    press(kit, ENTER)
    closed(kit, dialog)
    kit.expect(lambda: entry.value, str(folder / "demos" / "new.hdf5"))
    # One that exists may be chosen: whether it may be replaced, the form asks.
    kit.click(entry.choose_button)
    shown(kit, dialog, folder / "demos", ["hundred.HDF5", "Ten.hdf5"])
    kit.click(dialog.rows.rows["Ten.hdf5"])
    kit.expect(dialog.name.get_value_as_string, "Ten.hdf5")
    kit.click(dialog.choose_button)
    kit.pump_until(lambda: "This file exists" in entry.problem, seen=lambda: (entry.value, entry.problem))
    before = entry.value
    assert before.endswith("Ten.hdf5")
    kit.click(entry.choose_button)
    shown(kit, dialog, folder / "demos")
    type_into(kit, dialog.name_field, "other")
    press(kit, ESCAPE)
    closed(kit, dialog)
    assert entry.value == before


@in_kit(enable=[UI])
def test_checkpoints_and_folders_are_chosen(kit, tmp_path):
    folder = make_files(tmp_path)
    window = open_window(kit)
    dialog, entry = opened(kit, window, "evaluate", "checkpoints", folder / "runs", folder / "runs")
    shown(kit, dialog, folder / "runs", ["best.pth", "last.pth"])
    kit.click(dialog.choose_button)
    closed(kit, dialog)
    assert entry.value == str(folder / "runs"), "the folder of the run, for nothing is marked"
    dialog, entry = opened(kit, window, "evaluate", "checkpoints", folder / "runs", folder / "runs")
    shown(kit, dialog, folder / "runs", ["best.pth", "last.pth"])
    kit.click(dialog.rows.rows["last.pth"])
    kit.click(dialog.rows.rows["best.pth"])
    kit.expect(lambda: dialog.rows.marked, ["last.pth", "best.pth"])
    kit.click(dialog.choose_button)
    closed(kit, dialog)
    kit.expect(lambda: entry.value, f"{folder / 'runs' / 'last.pth'}; {folder / 'runs' / 'best.pth'}")
    assert not entry.problem
    dialog, entry = opened(kit, window, "evaluate", "checkpoints", folder, folder)
    shown(kit, dialog, folder, ["demos", "empty", "runs"])
    kit.click(dialog.rows.rows["runs"])
    kit.expect(lambda: dialog.rows.marked, ["runs"])
    kit.click(dialog.choose_button)
    closed(kit, dialog)
    assert entry.value == str(folder / "runs")
    dialog, entry = opened(kit, window, "train", "output", folder / "runs", folder / "runs")
    kit.pump_until(lambda: "no folders" in dialog.rows.said, seen=lambda: dialog.rows.said)
    kit.expect(lambda: dialog.rows.rows, {})
    kit.screenshot(tmp_path / "empty.png")
    type_into(kit, dialog.name_field, "third")
    kit.click(dialog.choose_button)
    closed(kit, dialog)
    assert entry.value == str(folder / "runs" / "third")


@in_kit(enable=[UI])
def test_what_cannot_be_read_is_said_in_place(kit, tmp_path):
    import os
    import threading

    from isaaclab_mimic_ui.file_dialog import rows as file_rows

    clock = Clock(file_rows)
    folder = make_files(tmp_path)
    window = open_window(kit)
    scandir, answer = os.scandir, threading.Event()

    def stubborn(path):
        # Root may read everything, and no network is at hand.
        if Path(path).name == "runs":
            raise PermissionError(13, "Permission denied", str(path))
        if Path(path).name == "empty":
            answer.wait()
        return scandir(path)

    os.scandir = stubborn
    dialog, _ = opened(kit, window, "generate", "input", folder / "x.hdf5", folder)
    shown(kit, dialog, folder, ["demos", "empty", "runs"])
    double_click(kit, clock, dialog.rows.rows["runs"])
    shown(kit, dialog, folder / "runs", [])
    assert dialog.rows.said == "This folder cannot be read: Permission denied."
    kit.screenshot(tmp_path / "unreadable.png")
    kit.click(dialog.up_button)
    shown(kit, dialog, folder)
    type_into(kit, dialog.path_field, str(folder / "nowhere"))
    kit.click(dialog.choose_button)
    kit.pump_until(lambda: "no such folder" in dialog.rows.said, seen=lambda: dialog.rows.said)
    assert dialog.visible
    dialog.go(folder)
    shown(kit, dialog, folder, ["demos", "empty", "runs"])
    # A folder that takes its time keeps nobody waiting: frames pass, it is said, and one may go elsewhere.
    double_click(kit, clock, dialog.rows.rows["empty"])
    kit.expect(lambda: dialog.rows.said, "Reading ...")
    dialog.go(folder / "demos")
    shown(kit, dialog, folder / "demos", ["hundred.HDF5", "Ten.hdf5"])
    answer.set()
    kit.pump_until(lambda: all(thread.name != "mimic folder" for thread in threading.enumerate()), "the late answer")
    kit.update(5)
    assert list(dialog.rows.rows) == ["hundred.HDF5", "Ten.hdf5"], "an answer that comes late is nobody's"
    dialog.go(folder / "empty")
    shown(kit, dialog, folder / "empty")
    kit.expect(lambda: dialog.rows.said, "There are no folders and no .hdf5 or .h5 files in here.")
    kit.screenshot(tmp_path / "nothing.png")
    os.scandir = scandir


@in_kit(enable=[UI])
def test_data_has_its_file_chosen(kit, tmp_path):
    from isaaclab_mimic_ui.file_dialog import rows as file_rows

    clock = Clock(file_rows)
    folder = make_files(tmp_path)
    window = open_window(kit)
    panel = window.panel("dataset")
    kit.middle_of(lambda: panel.chooser.field)
    panel.chooser.field.model.set_value(str(folder / "demos"))
    kit.click(lambda: panel.chooser.choose_button)
    dialog = window.file_dialog
    shown(kit, dialog, folder / "demos", ["hundred.HDF5", "Ten.hdf5"])
    double_click(kit, clock, dialog.rows.rows["hundred.HDF5"])
    closed(kit, dialog)
    kit.expect(panel.chooser.field.model.get_value_as_string, str(folder / "demos" / "hundred.HDF5"))
    kit.pump_until(lambda: panel.failure, "what is wrong with the file")


@in_kit(enable=["omni.ui", "omni.appwindow"])
def test_disabling_leaves_nothing_of_an_open_dialog(kit, tmp_path):
    folder = make_files(tmp_path)
    count_input_subscriptions()
    left = []
    for _ in range(2):
        kit.enable(UI)
        dialog, entry = opened(kit, open_window(kit), "generate", "input", folder / "demos", folder / "demos")
        del dialog, entry
        kit.disable(UI)
        kit.pump_until(lambda: "FileDialog" not in describe_process()["objects"], "the end of the dialog")
        left.append(describe_process())
    assert left[0] == left[1]
    kit.move_to(0, 0)
    kit.screenshot(tmp_path / "gone.png")
