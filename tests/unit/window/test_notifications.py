# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Long work that ends while nobody looks at the window is told by the desktop."""

import shlex
import time
from pathlib import Path

import pytest
from waiting import Clock, wait_until

from isaaclab_mimic_core.events import StageFailed, StageFinished
from isaaclab_mimic_ui import session as sessions
from isaaclab_mimic_ui.dataset.commands import in_words
from isaaclab_mimic_ui.host.desktop import DesktopHost
from isaaclab_mimic_ui.host.notification import notify
from isaaclab_mimic_ui.running import notifier
from isaaclab_mimic_ui.running.notifier import Notifier
from isaaclab_mimic_ui.session import State
from isaaclab_mimic_ui.workflow import Workflow


@pytest.fixture
def programs(tmp_path, monkeypatch) -> Path:
    """The only folder of the search path, but for a shell."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put(folder: Path, name: str) -> Path:
    """Make a program that writes down its arguments, each ended by a zero; return where."""
    told = folder / f"{name}.told"
    program = folder / name
    program.write_text(f"#!/bin/sh\nprintf '%s\\0' \"$@\" > {shlex.quote(f'{told}.new')}\n/bin/mv {told}.new {told}\n")
    program.chmod(0o755)
    return told


def arguments(told: Path) -> list[str]:
    wait_until(told.is_file, "the notification")
    return told.read_text().split("\0")[:-1]


def test_notify_send_shows_it(programs):
    told, other = put(programs, "notify-send"), put(programs, "gdbus")
    notify("Generate has failed", "-stack: 3 < 4 & more", failed=True)
    *options, title, text = arguments(told)
    assert (title, text) == ("Generate has failed", "-stack: 3 &lt; 4 &amp; more")
    assert options == ["--app-name=Isaac Lab Mimic", "--icon=dialog-error", "--"]
    assert not other.exists()


def test_without_it_d_bus_is_called(programs):
    told = put(programs, "gdbus")
    notify('Train has "finished"', "größer", failed=False)
    words = arguments(told)
    assert words[0] == "call" and words[words.index("--method") + 1] == "org.freedesktop.Notifications.Notify"
    assert words[-8:] == [
        '"Isaac Lab Mimic"',
        "0",
        '"dialog-information"',
        '"Train has \\"finished\\""',
        '"größer"',
        "[]",
        "{}",
        "10000",
    ]


def test_without_either_nothing_happens(programs):
    notify("Train has finished", "", failed=False)


@pytest.fixture
def told(tmp_path, monkeypatch):
    """A window's notifier; `told.shown` is what it has shown."""
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    host = DesktopHost(tmp_path / "window.json")
    shown, clock = [], Clock(sessions, monkeypatch)
    clock_of_time = sessions.time
    clock_of_time.strftime = time.strftime
    monkeypatch.setattr(notifier, "time", clock_of_time)
    monkeypatch.setattr(host, "notify", lambda *what: shown.append(what))
    workflow = Workflow(host)
    made = Notifier(host, workflow, lambda: made.looked_at)
    made.looked_at, made.shown, made.host = False, shown, host

    def run(ending, seconds: float) -> list:
        """Let a run take so long and end; return what is told of it."""
        shown.clear()
        session = workflow.sessions["generate"]
        session.state, session.started_at = State.RUNNING, clock.now
        made.follow()
        clock.now += seconds
        session._receive(ending)
        made.follow()
        made.follow()
        return list(shown)

    def run_command(by: str, seconds: float = 60.0, **result) -> list:
        """The same for a command of Dataset."""
        shown.clear()
        command = workflow.command
        command._by, command._client = by, "runs"
        command.failure, command.done, command.faults = "", "", {}
        made.follow()
        clock.now += seconds
        command._client = None
        for name, value in result.items():
            setattr(command, name, value)
        made.follow()
        made.follow()
        return list(shown)

    made.run, made.run_command, made.folder = run, run_command, workflow.project.folder.name
    made.project, made.shorten = workflow.project.folder, workflow.project.shorten
    return made


DONE = StageFinished("generate", "done", results=["100 demonstrations", "success rate 91 %"])


def test_a_long_run_that_nobody_looks_at_is_told_once(told):
    where = told.folder
    assert told.run(DONE, 60) == [
        ("Generate has finished", f"{where}: 100 demonstrations\nsuccess rate 91 %", False),
    ]
    failed = StageFailed("demos.hdf5: no such file\nGive another one.")
    assert told.run(failed, 60) == [("Generate has failed", f"{where}: demos.hdf5: no such file", True)]
    assert [title for title, *_ in told.run(StageFinished("generate", "gave_up"), 60)] == [
        "Generate ended before all was made"
    ]


def test_a_command_of_dataset_is_told_by_its_name_and_in_the_windows_words(told):
    where = told.folder
    failure = f"{told.project / 'few.hdf5'}: exists already\nGive another --output, or --overwrite."
    title, text, failed = told.run_command("keep", failure=failure)[0]
    assert (title, failed) == ("Dataset > Keep has failed", True)
    assert text == f"{where}: {in_words(told.shorten(failure))}" and "--" not in text and str(told.project) not in text
    assert told.run_command("export", done="10 demonstrations") == [
        ("Dataset > LeRobot has finished", f"{where}: 10 demonstrations", False)
    ]
    assert told.run_command("check") == [("Dataset > Check has finished", where, False)]
    assert told.run_command("check", 5.0) == []


def test_a_check_that_finds_something_has_not_simply_finished(told):
    assert told.run_command("check", faults={"warning": 1, "error": 2})[0][::2] == (
        "Dataset > Check has found 2 errors and 1 warning",
        True,
    )
    assert told.run_command("check", faults={"warning": 2})[0][::2] == ("Dataset > Check has found 2 warnings", False)


def test_what_is_short_or_stopped_or_seen_is_not_told(told):
    assert told.run(DONE, 5) == []
    assert told.run(StageFinished("generate", "stopped"), 60) == []
    told.looked_at = True
    assert told.run(DONE, 60) == []


def test_it_can_be_switched_off_for_good(told):
    told.want(False)
    assert told.run(DONE, 60) == []
    assert not Notifier(told.host, Workflow(told.host), lambda: False).wanted
    told.want(True)
    assert told.run(DONE, 60)
