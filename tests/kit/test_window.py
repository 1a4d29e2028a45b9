# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The window in the real Kit kernel, with the real omni.ui: it opens, says what it needs, runs a stage, and goes."""

import gc
import importlib
import weakref
from functools import partial

from harness import in_kit
from mimic_window import ACCENT, count_pixels, describe_process, fill_in, has_ended, has_saved, open_window

UI = "isaaclab.mimic.ui"
CORE = "isaaclab.mimic.core"


@in_kit(enable=["omni.ui"])
def test_both_extensions_enable_and_disable(kit, tmp_path):
    kit.enable(CORE)
    assert not kit.is_enabled(UI)
    kit.enable(UI)
    kit.disable(UI)
    assert kit.is_enabled(CORE)
    kit.disable(CORE)


@in_kit(enable=[UI], paints=True)
def test_opens_and_hides_by_its_title(kit, tmp_path):
    import omni.ui as ui

    from isaaclab_mimic_ui import extension
    from isaaclab_mimic_ui.window import TITLE

    assert extension.get_window() is None
    window = open_window(kit)
    assert window.visible

    def green() -> int:
        return count_pixels(kit.screenshot(tmp_path / "window.png"), ACCENT)

    kit.pump_until(lambda: green() > 10_000, "the button", green)
    ui.Workspace.show_window(TITLE, False)
    kit.expect(lambda: window.visible, False)
    kit.expect(green, 0)
    assert open_window(kit) is window and window.visible


@in_kit(enable=[UI], settings=[f"/exts/{UI}/openAtStartup=true"])
def test_opens_with_kit_if_asked_to(kit, tmp_path):
    from isaaclab_mimic_ui.extension import get_window

    assert get_window().visible


@in_kit(enable=[UI])
def test_a_form_that_is_not_filled_in_says_so(kit, tmp_path):
    window = open_window(kit)
    entries = window.panel("generate").entries
    kit.click(window.panel("generate").button)
    kit.expect(lambda: {name for name, entry in entries.items() if entry.problem}, {"input"})
    assert window.session.state.value == "idle"
    kit.click(entries["input"].field)
    kit.type_text(str(tmp_path / "nothing.hdf5"))
    kit.expect(lambda: entries["input"].problem, "There is no such file.")
    (tmp_path / "source.hdf5").touch()
    entries["input"].value = str(tmp_path / "source.hdf5")
    assert not entries["input"].problem
    entries["num_envs"].value = 0
    assert entries["num_envs"].problem
    kit.screenshot(tmp_path / "problems.png")


def run_and_stop(kit, tmp_path, in_worker):
    window = open_window(kit)
    fill_in(window, tmp_path, num_demos=40, in_worker=True, more={"step_seconds": 0.01})
    button = window.panel("generate").button
    if not in_worker:
        kit.click(window.panel("generate").worker_box)
    kit.expect(lambda: window.session.choices.in_worker, in_worker)
    kit.click(button)
    kit.expect(lambda: window.session.state.is_active, True)
    kit.pump_until(partial(has_saved, window, 2), "two demonstrations")
    assert button.text == "Stop"

    def green() -> int:
        return count_pixels(kit.screenshot(tmp_path / "running.png"), ACCENT)

    # The bar has begun, and the button is no longer green.
    kit.pump_until(lambda: 200 < green() < 5000, "the bar", green)
    kit.click(button)
    kit.pump_until(partial(has_ended, window), "the end")
    kit.expect(lambda: button.text, "Generate")
    assert window.session.state.value == "stopped" and not window.session.failure
    assert (tmp_path / "generated" / "closed").exists()
    assert len(list((tmp_path / "generated").glob("demo_*.json"))) == window.session.saved
    kit.screenshot(tmp_path / "stopped.png")


@in_kit(enable=[UI], paints=True)
def test_a_click_runs_the_stage_in_the_windows_loop(kit, tmp_path):
    run_and_stop(kit, tmp_path, in_worker=False)


@in_kit(enable=[UI], paints=True)
def test_a_click_runs_the_stage_in_a_worker_process(kit, tmp_path):
    run_and_stop(kit, tmp_path, in_worker=True)


@in_kit(enable=[UI], settings=[f"/exts/{UI}/keepWorkerReady=true"], paints=True)
def test_a_worker_is_kept_ready_for_the_next_run(kit, tmp_path):
    window = open_window(kit)
    spare, row = window.workflow.spare, window.rail.spare
    assert spare.memory == 0 and not row.shown
    fill_in(window, tmp_path, num_demos=2, in_worker=True)
    pids = []
    for name in ("first", "second"):
        window.panel("generate").entries["output"].value = str(tmp_path / name)
        kit.click(window.panel("generate").button)
        kit.pump_until(lambda name=name: has_ended(window) and window.session.output.endswith(name), "the end")
        assert window.session.state.value == "done"
        pids.append(window.session._runner._client.pid)
        kit.pump_until(lambda: spare.memory > 0 and row.label.text.startswith("Worker"), "a worker")
        assert spare._client.pid not in pids
        if name == "first":
            kept = spare._client.pid
    assert pids[1] == kept
    kit.screenshot(tmp_path / "ready.png")
    kit.click(row.end_button)
    kit.expect(lambda: spare.memory, 0)
    kit.pump_until(lambda: not row.shown, "the row's end")


@in_kit(enable=[UI])
def test_runs_to_the_end_and_again(kit, tmp_path):
    window = open_window(kit)
    fill_in(window, tmp_path, num_demos=2, in_worker=False)
    for name in ("first", "second"):
        window.panel("generate").entries["output"].value = str(tmp_path / name)
        kit.click(window.panel("generate").button)
        kit.pump_until(lambda name=name: has_ended(window) and window.session.output.endswith(name), "the end")
        assert window.session.state.value == "done" and window.session.saved == 2
    # A folder is in the way now, and that is said before anything starts.
    kit.click(window.panel("generate").button)
    kit.pump_until(lambda: window.panel("generate").entries["output"].problem, "what is wrong")
    assert window.session.state.value == "done"


def fail(kit, tmp_path, in_worker, trouble, told):
    window = open_window(kit)
    fill_in(window, tmp_path, in_worker=in_worker, more={"trouble": trouble, "trouble_at": 7})
    kit.click(window.panel("generate").button)
    kit.expect(lambda: window.session.state.value, "failed")
    assert told in window.session.failure
    kit.screenshot(tmp_path / "failed.png")
    # The window has survived it.
    fill_in(window, tmp_path, output=str(tmp_path / "again"), num_demos=1, more={"trouble": ""})
    kit.click(window.panel("generate").button)
    kit.expect(lambda: window.session.state.value, "done")
    assert not window.session.failure


@in_kit(enable=[UI])
def test_an_error_is_shown_in_place(kit, tmp_path):
    fail(kit, tmp_path, False, "error", "the fingers have run out\n  Use toes.")


@in_kit(enable=[UI])
def test_an_error_of_the_worker_is_shown_in_place(kit, tmp_path):
    fail(kit, tmp_path, True, "refuse", "this cannot be done")


@in_kit(enable=[UI])
def test_a_worker_that_dies_is_shown_with_its_last_words(kit, tmp_path):
    fail(kit, tmp_path, True, "die", "these are my last words")


@in_kit(enable=[UI], allow_errors=True)
def test_a_defect_is_shown_and_its_traceback_logged(kit, tmp_path):
    fail(kit, tmp_path, False, "defect", "RuntimeError: counted wrongly")
    assert "counting_stage.py" in kit.log() and "RuntimeError: counted wrongly" in kit.log()


@in_kit(enable=[UI])
def test_a_stage_may_pump_the_application(kit, tmp_path):
    import carb.settings
    from pumping_stage import PumpingStage

    settings = carb.settings.get_settings()
    settings.set("/app/player/playSimulations", True)
    window = open_window(kit)
    fill_in(window, tmp_path, "pumping_stage:PumpingStage", num_demos=0, in_worker=False)
    window.panel("generate").entries["num_demos"].value = 100
    kit.click(window.panel("generate").button)
    kit.pump_until(partial(has_saved, window, 2), "two demonstrations")
    kit.click(window.panel("generate").button)
    kit.expect(lambda: window.session.state.value, "stopped")
    assert PumpingStage.deepest == 1
    assert PumpingStage.played == {False}, "Kit would have stepped physics, too"
    assert settings.get("/app/player/playSimulations") is True


@in_kit(enable=[UI])
def test_choices_are_remembered(kit, tmp_path):
    window = open_window(kit)
    fill_in(window, tmp_path, num_demos=1, num_envs=3, existing="Replace", in_worker=False)
    kit.click(window.panel("generate").button)
    kit.expect(lambda: window.session.state.value, "done")
    kit.expect(lambda: window.panel("generate").entries["existing"].value, "New")
    kit.disable(UI)
    kit.enable(UI)
    window = open_window(kit, "start")
    assert window.chosen == "start"
    window.open_step("generate")
    assert window.session.choices["num_envs"] == "3" and not window.session.choices.in_worker


def run_and_disable(kit, folder, in_worker):
    folder.mkdir()
    kit.enable(UI)
    window = open_window(kit)
    fill_in(window, folder, num_demos=500, in_worker=in_worker, more={"step_seconds": 0.005})
    kit.click(window.panel("generate").button)
    kit.pump_until(partial(has_saved, window, 1), "a demonstration")
    painted = weakref.ref(window.window)
    del window
    kit.disable(UI)
    kit.pump_until(lambda: (gc.collect(), painted())[1] is None, "the end of the window")
    assert (folder / "generated" / "closed").exists()


def disable_while_running(kit, tmp_path, in_worker, paints=False):
    kit.enable(UI)
    open_window(kit)
    kit.disable(UI)  # whatever is created once and for all has been created now
    # So has what the first look into a file brings.
    importlib.import_module("isaaclab_mimic_core.stages.files.input_task")
    kit.move_to(0, 0)
    kit.screenshot(tmp_path / "before.png")
    before = describe_process()
    for number in range(3):
        run_and_disable(kit, tmp_path / str(number), in_worker)

    def left() -> dict:
        return {key: (value, before[key]) for key, value in describe_process().items() if value != before[key]}

    kit.expect(left, {})
    kit.move_to(0, 0)
    if paints:
        look = (tmp_path / "before.png").read_bytes()
        kit.pump_until(lambda: kit.screenshot(tmp_path / "after.png").read_bytes() == look, "an empty screen")


@in_kit(enable=["omni.ui"], paints=True)
def test_disabling_leaves_nothing_of_a_stage_in_the_loop(kit, tmp_path):
    disable_while_running(kit, tmp_path, in_worker=False, paints=True)


@in_kit(enable=["omni.ui"])
def test_disabling_leaves_nothing_of_a_worker(kit, tmp_path):
    disable_while_running(kit, tmp_path, in_worker=True)


@in_kit(enable=[UI], without=["isaaclab", "torch"], allow_errors=True)
def test_opens_and_explains_when_isaac_lab_is_missing(kit, tmp_path):
    window = open_window(kit)
    assert "isaaclab and torch are not installed" in window.session.shortage.text
    assert window.session.shortage.command == "./mimic.sh setup"
    kit.expect(lambda: window.panel("generate").button.enabled, False)
    kit.screenshot(tmp_path / "missing.png")
