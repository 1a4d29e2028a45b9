# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A verb in a process of its own answers as on a terminal, and can be ended at any time."""

import os
import shutil
import signal
from pathlib import Path

import h5py
import pytest
from waiting import wait_until

from isaaclab_mimic_core.events import DemoExported, DemoSaved, StageFailed, StageFinished
from isaaclab_mimic_core.remote.verb_client import VerbClient

DEMOS = Path(__file__).parents[3] / "data" / "franka_stack" / "demos.hdf5"


@pytest.fixture
def run():
    clients = []

    def run(*words) -> VerbClient:
        clients.append(VerbClient([str(word) for word in words]))
        return clients[-1]

    yield run
    for client in clients:
        client.close(2.0)


def events_of(client):
    events = []
    wait_until(
        lambda: events.extend(client.poll()) or client.done, "the end", seen=lambda: (events, client.last_stderr)
    )
    return events


def test_an_edit_tells_how_far_it_is_and_what_it_made(run, tmp_path):
    output = tmp_path / "few.hdf5"
    *saved, finished = events_of(run("select", DEMOS, "--demos", "2-4", "--output", output))
    assert [(event.saved, event.wanted) for event in saved if isinstance(event, DemoSaved)] == [(1, 3), (2, 3), (3, 3)]
    assert isinstance(finished, StageFinished) and finished.summary["output"] == str(output)
    with h5py.File(output) as file:
        assert len(file["data"]) == 3


def test_wrong_input_is_told_as_on_a_terminal(run, tmp_path):
    (failed,) = events_of(run("select", DEMOS, "--demos", "99", "--output", tmp_path / "none.hdf5"))
    assert (
        isinstance(failed, StageFailed) and failed.exit_code == 2 and "no demonstration is named '99'" in failed.message
    )


def test_an_answer_that_is_no_event_is_kept(run):
    client = run("check", DEMOS)
    assert events_of(client) == [] and client.answer["counts"] == {"error": 0, "warning": 0, "hint": 0}


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_ended_early_the_file_holds_what_was_saved(run, how, tmp_path):
    files = [tmp_path / f"in_{number}.hdf5" for number in range(20)]
    for file in files:
        shutil.copy(DEMOS, file)
    output = tmp_path / "many.hdf5"
    merged = run("merge", *files, "--output", output)
    seen = []

    def saved_one() -> bool:
        seen.extend(merged.poll())
        assert not merged.done, seen
        return any(isinstance(event, DemoSaved) for event in seen)

    wait_until(saved_one, "a demonstration")
    merged.stop() if how == "stop" else os.kill(merged.pid, signal.SIGKILL)
    seen += events_of(merged)
    assert isinstance(seen[-1], StageFailed) and (how == "stop" or "killed by signal 9" in seen[-1].message)
    saved = [event for event in seen if isinstance(event, DemoSaved)]
    with h5py.File(output) as file:
        assert len(saved) <= len(file["data"]) < 200
    if how == "stop":
        assert set(tmp_path.iterdir()) == {*files, output}


def test_an_export_that_is_stopped_leaves_no_folder(run, tmp_path):
    exported = run("export", DEMOS, "--format", "lerobot", "--output", tmp_path / "lerobot")
    wait_until(lambda: list(tmp_path.iterdir()) or exported.done, "a folder")
    exported.stop()
    (failed,) = (event for event in events_of(exported) if not isinstance(event, DemoExported))
    assert isinstance(failed, StageFailed) and list(tmp_path.iterdir()) == []
