# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The toolbar's Play, Pause and Stop control a run in Isaac Sim's own process."""

from pathlib import Path

import still_task
from inside import ISAAC_SIM, UI, in_isaac_sim
from mimic_window import open_window

ALLOWED = "/exts/isaaclab.mimic.ui/runInsideIsaacSim=true"
ROUNDS = 20
_KEPT: list = []
"""What has to last until Kit ends."""


def still_options() -> dict:
    """Return the options of a look at the task in which nothing moves, which goes on until it is stopped."""
    still_task.add_to_tasks()
    return {"task": still_task.ID, "num_envs": 2, "device": "cpu", "assets": "local", "viz": "kit"}


def make_session(host):
    """Return the window's session of the step Look, without the window."""
    from isaaclab_mimic_ui.project import Project
    from isaaclab_mimic_ui.session import Session
    from isaaclab_mimic_ui.steps import STEPS

    session = Session(host, STEPS["preview"], Project(Path.cwd()))
    session.choices.in_worker = False
    session.choices.options = still_options
    return session


def pump(kit, session, reached) -> None:
    """Run frames, with the session kept up to date, until something holds."""

    def look() -> bool:
        session.poll()
        return reached()

    kit.pump_until(look, "the run", lambda: (session.state, session.failure, session.snapshot))


def steps(session) -> int:
    return session.snapshot.get("steps", 0)


def goes_on(kit, session) -> None:
    seen = steps(session)
    pump(kit, session, lambda: steps(session) > seen + 1 and not session.paused)


@in_isaac_sim(enable=("isaaclab.mimic.core", "omni.ui", *ISAAC_SIM), settings=[ALLOWED], allow_errors=True)
def test_pause_rests_play_goes_on_and_stop_ends_it_in_words(kit, tmp_path):
    import carb.eventdispatcher
    import omni.kit.app
    import omni.kit.widget.toolbar
    import omni.physics.tensors
    import omni.timeline
    import omni.usd
    from omni.kit.async_engine import run_coroutine

    from isaaclab_mimic_ui.host.kit import KitHost

    app, timeline = omni.kit.app.get_app(), omni.timeline.get_timeline_interface()
    group = omni.kit.widget.toolbar.get_instance()._builtin_tools._play_button_group
    stop_button = group._stop_button
    session, ticks = make_session(KitHost()), []

    async def somebody_else() -> None:
        while True:
            await app.next_update_async()
            ticks.append(1)

    other = run_coroutine(somebody_else())
    assert session.state.value == "idle" and not timeline.is_playing()

    # Pause, and Play, or the window's own Resume.
    session.start()
    pump(kit, session, lambda: steps(session) > 2)
    assert timeline.is_playing() and not timeline.is_auto_updating()
    for index in range(ROUNDS):
        assert group._stop_button is None and not stop_button.visible and not stop_button.enabled
        timeline.pause()
        pump(kit, session, lambda: session.paused)
        rested, ticked = steps(session), len(ticks)
        for _ in range(5):
            kit.update()
            session.poll()
        assert steps(session) == rested and session.paused and len(ticks) == ticked + 5
        if index % 2:
            timeline.play()
        else:
            session.pause(False)
        goes_on(kit, session)

    # Quitting is answered while the run rests: the application hears of it in the next frame.
    asked = []

    def keep_open(event) -> None:
        asked.append(session.paused)
        app.try_cancel_shutdown("not yet")

    observer = carb.eventdispatcher.get_eventdispatcher().observe_event(
        observer_name="test", event_name=omni.kit.app.GLOBAL_EVENT_POST_QUIT, on_event=keep_open
    )
    timeline.pause()
    pump(kit, session, lambda: session.paused)
    for index in range(ROUNDS):
        app.post_quit(0)
        kit.update(2)
        session.poll()
        assert asked == [True] * (index + 1) and app.is_running()
    observer.reset()
    timeline.play()
    goes_on(kit, session)

    # Stop ends the run in words; what it has borrowed is given back, and another one can be started.
    context = omni.usd.get_context()
    for index in range(ROUNDS):
        view = omni.physics.tensors.views[-1]
        assert view.valid
        timeline.stop()
        pump(kit, session, lambda: not session.state.is_active)
        assert session.state.value == "failed" and "the timeline was stopped" in session.failure, session.failure
        assert not view.valid and group._stop_button is stop_button and stop_button.visible
        assert timeline.is_stopped() and timeline.is_auto_updating()
        assert context.get_stage() is not None and not context.get_stage().GetPrimAtPath("/World/envs")
        if index < ROUNDS - 1:
            session.start()
            pump(kit, session, lambda: steps(session) > 1)

    # The test ends with a run that rests: Kit shuts down nevertheless, and in time.
    session.start()
    pump(kit, session, lambda: steps(session) > 1)
    timeline.pause()
    pump(kit, session, lambda: session.paused)
    other.cancel()
    _KEPT.append(KitHost().before_shutdown(session.close))


@in_isaac_sim(enable=(UI, *ISAAC_SIM), settings=[ALLOWED], allow_errors=True)
def test_the_window_shows_it_and_asks_before_the_program_ends(kit, tmp_path):
    import omni.kit.app
    import omni.kit.menu.utils as menus
    import omni.timeline

    from isaaclab_mimic_ui.window import TITLE

    assert menus.shown["Window"] == {TITLE: False} == menus.shown["Tools"]
    assert [item.name for item in menus.menus["Tools"]] == ["Replicator"], "beside Teleop and Episode Recorder"
    window = open_window(kit)
    assert menus.shown["Window"] == {TITLE: True} == menus.shown["Tools"]
    window.window.visible = False
    kit.expect(lambda: menus.shown, {"Window": {TITLE: False}, "Tools": {TITLE: False}}, "by the cross in its corner")
    open_window(kit)
    panel, timeline = window.panel("preview"), omni.timeline.get_timeline_interface()
    session = window.session
    panel.worker.set_value(False)
    session.choices.options = still_options
    kit.expect(lambda: panel.worker_box is not None and panel.worker_box.enabled, True)
    kit.click(lambda: panel.button)
    kit.pump_until(lambda: steps(session) > 2, "the run", lambda: session.failure)
    assert any("Loading Isaac Lab" in message.text for message in session.messages)
    timeline.pause()
    kit.expect(lambda: panel.pause_button.text, "Resume")
    kit.screenshot(tmp_path / "paused.png")
    omni.kit.app.get_app().post_quit(0)
    kit.expect(lambda: window.question.about, "close")
    assert "Preview is running" in window.question.text
    kit.click(window.question.no_button)
    kit.click(lambda: panel.pause_button)
    kit.expect(timeline.is_playing, True)
    seen = steps(session)
    kit.pump_until(lambda: steps(session) > seen and panel.pause_button.text == "Pause", "the run goes on")
    kit.click(lambda: panel.button)
    kit.expect(lambda: session.state.value, "stopped")


@in_isaac_sim(enable=(UI, *ISAAC_SIM))
def test_without_the_setting_a_run_gets_a_process_of_its_own(kit, tmp_path):
    window = open_window(kit)
    panel = window.panel("preview")
    panel.worker.set_value(False)
    assert window.session.in_worker and "runInsideIsaacSim" in window.host.why_worker()
    kit.expect(lambda: panel.worker_box is not None and panel.worker_box.enabled, False)
