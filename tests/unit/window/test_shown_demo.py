# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The state at the playhead: no process before it is wanted, one request for each place, and why there is none."""

from typing import Any

import pytest

from isaaclab_mimic_core.errors import PlatformError
from isaaclab_mimic_core.events import StageFailed, StageFinished
from isaaclab_mimic_ui.dataset import process as processes
from isaaclab_mimic_ui.dataset.process import DrawingProcess
from isaaclab_mimic_ui.dataset.shown import CLOSED, ShownDemo

FILE, TASK = "demos.hdf5", "Isaac-Some-Task-v0"


class Client:
    """A worker that keeps what is asked of it."""

    def __init__(self, stage: str, options: dict, python: str) -> None:
        self.options = options
        self.requests: list[tuple[str, dict]] = []
        self.told: list = []
        self.shown: dict = {"step_dt": 0.05}
        self.done = False

    def request(self, name: str, **arguments) -> None:
        self.requests.append((name, arguments))

    def poll(self) -> list:
        told, self.told = self.told, []
        self.done = any(isinstance(event, StageFinished | StageFailed) for event in told)
        return told

    def snapshot(self) -> dict:
        return self.shown

    def close(self, timeout: float) -> None:
        pass


@pytest.fixture
def started(monkeypatch) -> list[Client]:
    """The workers that were started."""
    made: list[Client] = []

    def start(*arguments: Any, **named: Any) -> Client:
        made.append(Client(*arguments, **named))
        return made[-1]

    monkeypatch.setattr(processes, "WorkerClient", start)
    return made


def rows(client: Client) -> list[tuple[str, int]]:
    return [(moment["demo"], moment["row"]) for _, asked in client.requests for moment in asked["moments"]]


def test_nothing_is_started_before_it_is_wanted_and_each_place_is_asked_for_once(started):
    process, now = DrawingProcess(), [0.0]
    shown = ShownDemo(process, lambda: now[0])
    shown.choose(FILE, TASK, "demo_3", 100)
    for row in (4, 50):
        shown.go(row)
        shown.follow()
    assert not started and not shown.wanted
    shown.turn_on()
    (client,) = started
    assert client.options == {"input": FILE, "demo": ""} and shown.said == "Starting a process ..."
    shown.go(50)
    shown.go(1000)
    shown.go(-3)
    shown.follow()
    assert rows(client) == [("demo_3", 50), ("demo_3", 100), ("demo_3", 0)]
    process.poll()
    shown.toggle_playing()
    now[0] += 0.11
    shown.follow()
    assert shown.row == 2 and shown.playing
    shown.go(99)
    now[0] += 0.2
    shown.follow()
    assert shown.row == 100 and not shown.playing, "it ends at the last state"
    shown.choose("other.hdf5", TASK, "demo_1", 5)
    assert rows(client)[-1] == ("demo_1", 0) and len(started) == 1, "the process goes on for another file of the task"
    shown.turn_off()
    count = len(client.requests)
    shown.go(3)
    assert len(client.requests) == count


def test_what_cannot_be_shown_is_said_in_a_line(started, monkeypatch):
    process = DrawingProcess()
    shown = ShownDemo(process)
    shown.choose(FILE, "", "demo_0", 10, "Nobody-v0: unknown task\nSee: mimic tasks")
    shown.turn_on()
    assert not started and shown.failure == "Cannot be shown: Nobody-v0: unknown task See: mimic tasks"
    shown.choose(FILE, TASK, "demo_0", 10)
    assert not shown.failure
    shown.turn_on()
    started[0].shown = {"not_shown": "demos.hdf5, demo_0: has no states"}
    process.poll()
    shown.follow()
    assert shown.said == "Cannot be shown: demos.hdf5, demo_0: has no states" and shown.wanted
    started[0].told = [StageFailed("out of memory\nclose something")]
    process.poll()
    shown.follow()
    assert not shown.wanted and shown.failure == "out of memory close something" and not shown.said

    def refuse(*arguments: Any, **named: Any) -> Client:
        raise PlatformError("there is no Python to run it with")

    monkeypatch.setattr(processes, "WorkerClient", refuse)
    shown.turn_on()
    assert not shown.wanted and "no Python" in shown.failure


def test_a_process_that_waited_long_enough_says_so_and_another_is_started(started):
    process = DrawingProcess()
    shown = ShownDemo(process)
    shown.choose(FILE, TASK, "demo_0", 10)
    shown.turn_on()
    started[0].told = [StageFinished("strips", "done", {})]
    process.poll()
    shown.follow()
    assert (shown.wanted, shown.failure) == (False, CLOSED)
    shown.turn_on()
    assert len(started) == 2 and rows(started[1]) == [("demo_0", 0)]
