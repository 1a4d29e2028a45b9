# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Sim ends at once (/app/fastShutdown): no extension is shut down, and yet nothing is lost."""

import json

import pytest
import still_task
from harness import in_kit
from inside import ISAAC_SIM, UI, in_isaac_sim
from mimic_window import fill_in, open_window

ALLOWED = "/exts/isaaclab.mimic.ui/runInsideIsaacSim=true"
PORTABLE = "{tmp_path}/portable"
WRITING = "writing_stage:WritingStage"


def quit_in_the_middle(kit, folder, in_worker) -> None:
    """Start a run that writes, choose something, and leave the rest to the end of the program."""
    window = open_window(kit)
    fill_in(window, folder, WRITING, num_demos=123, in_worker=in_worker)
    kit.update(3)
    kit.click(lambda: window.panel("generate").button)
    kit.pump_until(lambda: window.session.snapshot.get("steps", 0) > 3, "the run", lambda: window.session.failure)
    window.open_step("preview")
    kit.update(2)
    window.hide()


@in_kit(enable=[UI], settings=["/app/fastShutdown=true"], portable=PORTABLE)
def fast(kit, tmp_path):
    quit_in_the_middle(kit, tmp_path, in_worker=False)


@in_kit(enable=[UI], settings=["/app/fastShutdown=true"], portable=PORTABLE)
def fast_with_a_worker(kit, tmp_path):
    quit_in_the_middle(kit, tmp_path, in_worker=True)


@in_kit(enable=[UI], portable=PORTABLE)
def slow(kit, tmp_path):
    quit_in_the_middle(kit, tmp_path, in_worker=False)


@in_kit(enable=[UI], portable=PORTABLE)
def look_again(kit, tmp_path):
    window = open_window(kit, "start")
    assert window.workflow.step_to_open().name == "preview"
    assert window.workflow.sessions["generate"].choices["num_demos"] == "123"
    assert window.workflow.sessions["generate"].choices["output"] == str(tmp_path / "generated")


@pytest.mark.kit
@pytest.mark.parametrize("ending", [fast, fast_with_a_worker, slow], ids=lambda ending: ending.__name__)
def test_choices_are_remembered_and_the_running_file_is_whole(ending, tmp_path):
    from writing_stage import check_file

    ending(tmp_path=tmp_path)
    check_file(tmp_path / "generated")
    look_again(tmp_path=tmp_path)


BORROWED = "borrowed"
"""File that says what of the application is still borrowed when it ends."""
_KEPT: list = []
"""What has to last until Kit ends."""


def quit_during_pause(kit, folder) -> None:
    """Pause a run with the toolbar, quit the program, and once more when the window asks."""
    import carb.eventdispatcher
    import omni.kit.app
    import omni.physics.tensors
    import omni.timeline
    import omni.usd

    still_task.add_to_tasks()
    app, timeline = omni.kit.app.get_app(), omni.timeline.get_timeline_interface()
    window = open_window(kit)
    panel, session = window.panel("preview"), window.session
    panel.worker.set_value(False)
    panel.entries["num_envs"].value = 2
    options = session.choices.options
    session.choices.options = lambda: (
        options()
        | {
            "task": still_task.ID,
            "device": "cpu",
            "assets": "local",
            "viz": "kit",
        }
    )
    kit.click(lambda: panel.button)
    kit.pump_until(lambda: session.snapshot.get("steps", 0) > 2, "the run", lambda: session.failure)
    timeline.pause()
    kit.pump_until(lambda: session.paused, "the pause")

    def borrowed() -> dict[str, bool]:
        return {
            "views": omni.physics.tensors.views[-1].valid,
            "timeline": not timeline.is_auto_updating(),
            "stage": bool(omni.usd.get_context().get_stage().GetPrimAtPath("/World/envs")),
        }

    assert borrowed() == {"views": True, "timeline": True, "stage": True}

    # Asked after the window's own, which was made before it.
    _KEPT.append(
        carb.eventdispatcher.get_eventdispatcher().observe_event(
            observer_name="test",
            event_name=omni.kit.app.GLOBAL_EVENT_PRE_SHUTDOWN,
            on_event=lambda event: (folder / BORROWED).write_text(json.dumps(borrowed())),
            order=1000,
        )
    )
    app.post_quit(0)
    kit.pump_until(lambda: window.question.about == "close", "the question")
    assert session.paused and app.is_running()
    app.post_quit(0)
    kit.pump_until(lambda: not app.is_running(), "the end of the program")


@in_isaac_sim(
    enable=(UI, *ISAAC_SIM), settings=[ALLOWED, "/app/fastShutdown=true"], portable=PORTABLE, allow_errors=True
)
def fast_during_pause(kit, tmp_path):
    quit_during_pause(kit, tmp_path)


@in_isaac_sim(enable=(UI, *ISAAC_SIM), settings=[ALLOWED], portable=PORTABLE, allow_errors=True)
def slow_during_pause(kit, tmp_path):
    quit_during_pause(kit, tmp_path)


@pytest.mark.kit
@pytest.mark.parametrize("ending", [fast_during_pause, slow_during_pause], ids=lambda ending: ending.__name__)
@pytest.mark.parametrize("round", [0, *(pytest.param(each, marks=pytest.mark.isaacsim) for each in range(1, 11))])
def test_quitting_during_a_pause_ends_the_program_and_gives_back_what_was_borrowed(ending, round, tmp_path):
    """Real quits, each of a Kit of its own: two in CI, twenty more on request."""
    ending(tmp_path=tmp_path)
    assert json.loads((tmp_path / BORROWED).read_text()) == {"views": False, "timeline": False, "stage": False}
