# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Wrong values in a form are reported below the field, and nothing starts."""

from harness import in_kit
from mimic_window import COUNTING, fill_in, has_saved, open_window

UI = "isaaclab.mimic.ui"

WRONG = (
    ("generate", "seed", "-1", "from 0"),
    ("generate", "input", "/nowhere/annotated.hdf5", "no such file"),
    ("generate", "output", "/tmp", "add a file name"),
    ("generate", "output", "/dev/null/file.hdf5", "cannot be written to"),
    ("generate", "num_demos", "0", "at least 1"),
    ("generate", "num_demos", "ten", "not 'ten'"),
    ("generate", "num_envs", "99999999", "from 1 to 65536"),
    ("record", "num_demos", "1.5", "A whole number"),
    ("record", "output", "/", "add a file name"),
    ("annotate", "input", "/usr", "a file is wanted"),
    ("train", "epochs", "-3", "at least 0"),
    ("train", "eval_every", "often", "not 'often'"),
    ("evaluate", "checkpoints", "/nowhere/best.pth", "There is no /nowhere/best.pth"),
    ("evaluate", "num_rollouts", "", "A whole number is wanted"),
    ("preview", "num_envs", "0", "from 1"),
)


@in_kit(enable=[UI])
def test_fifteen_wrong_inputs_are_answered_in_place(kit, tmp_path):
    window = open_window(kit)
    for step, name, text, told in WRONG:
        panel = window.panel(step)
        entry = panel.entries[name]
        before = entry.value
        entry.value = "0" if not text else ""
        kit.click(lambda entry=entry: entry.field)
        if text:
            kit.type_text(text)
        else:
            kit.press_key(259)
            kit.press_key(261)
        kit.press_key(257)
        kit.pump_until(
            lambda entry=entry, text=text, told=told: entry.value == text and told in entry.problem,
            f"{told!r} for {text!r} in {name} of {step}",
            lambda entry=entry: (entry.value, entry.problem),
        )
        panel.start_or_stop()
        assert window.session.state.value == "idle", "it has started all the same"
        if step == "generate" and name == "num_envs":
            kit.screenshot(tmp_path / "wrong.png")
        entry.value = before


@in_kit(enable=[UI])
def test_the_settings_of_the_chosen_device_are_rows_of_the_form(kit, tmp_path):
    window = open_window(kit)
    panel, driven = window.panel("record"), "How it is driven"
    kit.pump_until(
        lambda: driven in panel.form.groups, "the settings of the keyboard, although they are below the fold"
    )
    panel.form.groups[driven].collapsed = False
    panel.entries["teleop_device"].value = "spacemouse"
    kit.pump_until(lambda: panel.entries["curve"].field is not None, "those of a SpaceMouse")
    panel.entries["teleop_device"].value = "xr"
    kit.pump_until(lambda: panel.entries["mcap_replay"].choose_button is not None, "those of a headset")
    assert "curve" not in panel.entries and not panel.form.groups[driven].collapsed
    panel.entries["teleop_device"].value = "scripted"
    kit.expect(lambda: driven in panel.form.groups, False)


@in_kit(enable=[UI])
def test_closing_asks_while_something_runs(kit, tmp_path):
    window = open_window(kit)
    assert window.may_close()
    fill_in(window, tmp_path, COUNTING, num_demos=500, in_worker=False, more={"step_seconds": 0.005})
    kit.click(window.panel("generate").button)
    kit.pump_until(lambda: has_saved(window, 1), "a demonstration")
    assert not window.may_close()
    kit.screenshot(tmp_path / "asked.png")
    assert window.question.about and "Generate is running" in window.question.text
    assert window.may_close(), "once more counts as yes"
    kit.click(window.question.no_button)
    kit.expect(lambda: window.question.about, None)
    assert not window.may_close()


@in_kit(enable=[UI, "omni.appwindow"])
def test_what_runs_in_the_windows_process_gives_way_to_a_click(kit, tmp_path):
    import carb.input

    window = open_window(kit)
    fill_in(window, tmp_path, COUNTING, num_demos=500, in_worker=False, more={"step_seconds": 0.02})
    kit.click(window.panel("generate").button)
    kit.pump_until(lambda: has_saved(window, 1), "a demonstration")
    kit.middle_of(window.heading.title)
    frames, steps, update, runner = [], [], kit.update, window.session._runner
    work = runner._work

    def count_frames(count=1):
        for _ in range(count):
            frames.append(1)
            update()

    kit.update, runner._work = count_frames, lambda: (steps.append(1), work())
    kit.update(5)
    assert len(steps) == len(frames) == 5, "a step each frame"
    kit.click(window.heading.title)
    kit.update(2)
    assert len(steps) == len(frames) - 2, "the frame that takes the click in, and the one that paints its answer"
    kit.press_input(carb.input.KeyboardInput.F1)
    kit.update(2)
    assert window.chosen == "keys" and len(steps) == len(frames) - 4
