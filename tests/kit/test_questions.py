# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The window asks before something would be lost: by a stop, another step's start, the end of the program."""

import sys
import types

from harness import in_kit
from mimic_window import COUNTING, fill_in, has_saved, open_window
from waiting import Clock

UI = "isaaclab.mimic.ui"
DRIVEN = "driven_stage:DrivenStage"


def begin_driving(kit, window, folder, in_worker):
    """Begin a recording; return its panel once somebody is in the middle of a demonstration."""
    panel = window.panel("record")
    kit.middle_of(lambda: panel.button)
    window.session.stage = DRIVEN
    panel.entries["teleop_device"].value = "keyboard"
    panel.entries["output"].value = str(folder / "recorded")
    panel.worker.set_value(in_worker)
    kit.click(panel.button)
    kit.pump_until(lambda: window.session.snapshot.get("waiting") is False, "somebody who drives")
    return panel


def stop_driving(kit, window, panel):
    kit.click(panel.button)
    kit.click(window.question.yes_button)
    kit.pump_until(lambda: not panel.session.state.is_active, "the end")


def asked(kit, window, text: str) -> None:
    """Wait until a question is asked that says something."""
    kit.pump_until(lambda: window.question.about and text in window.question.text, text, lambda: window.question.text)


@in_kit(enable=[UI])
def test_a_stop_asks_for_the_demonstration_that_is_going_on(kit, tmp_path):
    from isaaclab_mimic_ui.widgets import question

    clock = Clock(question)
    window = open_window(kit)
    panel = begin_driving(kit, window, tmp_path, in_worker=True)
    kit.click(panel.button)
    asked(kit, window, "The demonstration that is going on (12 s) is not saved yet, and is lost if you stop.")
    kit.screenshot(tmp_path / "stop.png")
    kit.click(panel.button)
    assert window.session.state.value == "running", "a double click is no answer"
    kit.click(window.question.no_button)
    kit.expect(lambda: window.question.about, None)
    assert window.session.state.value == "running"
    # Asked once more, after a while, it is done.
    kit.click(panel.button)
    asked(kit, window, "(12 s)")
    clock.now += 1.1
    kit.click(panel.button)
    kit.expect(lambda: window.session.state.value, "stopped")
    kit.expect(lambda: window.question.about, None)


@in_kit(enable=[UI])
def test_what_a_program_does_is_stopped_without_a_question(kit, tmp_path):
    window = open_window(kit)
    fill_in(window, tmp_path, COUNTING, num_demos=500, in_worker=False, more={"step_seconds": 0.005})
    panel = window.panel("generate")
    kit.click(panel.button)
    kit.pump_until(lambda: has_saved(window, 1), "a demonstration")
    kit.click(panel.button)
    assert window.question.about is None
    kit.expect(lambda: window.session.state.value, "stopped")


@in_kit(enable=[UI, "omni.appwindow"])
def test_another_steps_start_asks_and_then_waits_for_the_end(kit, tmp_path):
    import carb.input

    window = open_window(kit)
    panel = begin_driving(kit, window, tmp_path, in_worker=False)
    # Meanwhile whoever drives is told where the view looks.
    for direction in ("front", "side"):
        panel.scene.look(direction)
        kit.expect(lambda: window.session.snapshot["heading"], window.view.viewpoint.azimuth)
    # What the axes follow is changed by a key or a click, for this run and the next, whose form says so.
    assert panel.entries["orientation"].value == "robot" and not panel.session.is_old
    kit.press_input(carb.input.KeyboardInput.KEY_6)
    kit.expect(lambda: window.session.snapshot["readings"]["orientation"], "robot")
    kit.expect(lambda: panel.scene.buttons["orientation"].text, "Orientation: robot")
    kit.click(panel.scene.buttons["orientation"])
    kit.expect(lambda: window.session.snapshot["readings"]["orientation"], "view")
    kit.expect(lambda: panel.entries["orientation"].value, "view")
    kit.screenshot(tmp_path / "driven.png")
    record, generate = (window.workflow.sessions[name] for name in ("record", "generate"))
    fill_in(window, tmp_path, COUNTING, num_demos=2, in_worker=False)
    kit.click(lambda: window.panel("generate").button)
    asked(kit, window, "Record is using the simulation")
    assert "(12 s) would be lost" in window.question.text
    assert record.state.is_active and not generate.state.is_active
    window.window.width = 640
    label = window.question.label
    # What does not fit is wrapped, not cut off.
    kit.pump_until(lambda: label.computed_content_height >= 2 * 15, seen=lambda: label.computed_content_height)
    kit.screenshot(tmp_path / "narrow.png")
    window.window.width = 1120
    kit.screenshot(tmp_path / "start.png")
    kit.click(window.question.no_button)
    kit.expect(lambda: window.question.about, None)
    driven = record.snapshot["steps"]
    kit.pump_until(lambda: record.snapshot["steps"] > driven + 5, "five steps of the recording")
    assert record.state.value == "running" and not generate.state.is_active
    kit.click(window.panel("generate").button)
    asked(kit, window, "Record is using the simulation")
    kit.click(window.question.yes_button)
    kit.expect(lambda: generate.state.value, "done")
    assert record.state.value == "stopped" and generate.saved == 2
    # A worker is in nobody's way.
    begin_driving(kit, window, tmp_path / "more", in_worker=True)
    fill_in(window, tmp_path, COUNTING, output=str(tmp_path / "again"), num_demos=1, in_worker=False)
    kit.click(window.panel("generate").button)
    assert window.question.about is None
    kit.pump_until(lambda: generate.state.value == "done" and generate.output.endswith("again"), "the end")
    stop_driving(kit, window, window.panel("record"))


@in_kit(enable=[UI])
def test_quitting_kit_asks_and_once_more_counts_as_yes(kit, tmp_path):
    import omni.kit.app

    app = omni.kit.app.get_app()
    window = open_window(kit)
    begin_driving(kit, window, tmp_path, in_worker=True)
    app.post_quit(0)
    asked(kit, window, "the demonstration that is going on (12 s) is not")
    assert app.is_running(), "it has asked first"
    kit.screenshot(tmp_path / "quit.png")
    kit.click(window.question.no_button)
    kit.expect(lambda: window.question.about, None)
    app.post_quit(0)
    asked(kit, window, "(12 s)")
    assert app.is_running()
    app.post_quit(0)
    kit.expect(app.is_running, False)


@in_kit(enable=[UI])
def test_quitting_kit_asks_nothing_of_somebody_who_has_nothing_to_lose(kit, tmp_path):
    import omni.kit.app

    open_window(kit)
    omni.kit.app.get_app().post_quit(0)
    kit.expect(omni.kit.app.get_app().is_running, False)


class UsdContext:
    """As much of Kit's context as is asked for; the real one is not in a wheel."""

    def __init__(self, identifier):
        self.identifier, self.changed = identifier, True

    def get_stage(self):
        return types.SimpleNamespace(GetRootLayer=lambda: types.SimpleNamespace(identifier=self.identifier))

    def has_pending_edit(self):
        return self.changed


@in_kit(enable=[UI])
def test_a_stage_that_is_not_saved_is_not_replaced_unasked(kit, tmp_path):
    import omni

    context = UsdContext("/scenes/kitchen.usd")
    sys.modules["omni.usd"] = omni.usd = types.ModuleType("omni.usd")
    omni.usd.get_context = lambda: context
    window = open_window(kit)
    panel = window.panel("generate")
    fill_in(window, tmp_path, COUNTING, num_demos=1, in_worker=False, more={"step_seconds": 0.02})
    kit.click(lambda: panel.button)
    asked(
        kit,
        window,
        "The open stage kitchen.usd has changes that are not saved. Generate sets it aside, and opens it again at the "
        "end.",
    )
    assert window.session.state.value == "idle"
    kit.screenshot(tmp_path / "stage.png")
    kit.click(window.question.yes_button)
    kit.pump_until(lambda: window.session.snapshot, "the run")
    kit.expect(lambda: window.session.state.value, "done")
    # What is saved is nobody's worry.
    context.identifier, context.changed = "anon:0x1:World", False
    fill_in(window, tmp_path, COUNTING, output=str(tmp_path / "second"))
    kit.click(panel.button)
    assert window.question.about is None
    kit.pump_until(lambda: window.session.state.value == "done" and window.session.output.endswith("second"), "the end")
    # A worker leaves the stage alone.
    context.changed = True
    panel.entries["output"].value = str(tmp_path / "third")
    kit.click(panel.button)
    asked(kit, window, "The open stage has changes")
    kit.click(window.question.no_button)
    kit.expect(lambda: window.question.about, None)
    panel.worker.set_value(True)
    kit.click(panel.button)
    kit.pump_until(lambda: window.session.state.is_active, "the run")
    assert window.question.about is None
    kit.expect(lambda: window.session.state.value, "done")
