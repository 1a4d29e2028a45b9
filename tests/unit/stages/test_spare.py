# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A worker that is kept ready: real processes."""

import os
import signal

import pytest
from waiting import wait_until

from isaaclab_mimic_core.events import DemoSaved, StageFinished
from isaaclab_mimic_core.remote import spare as module
from isaaclab_mimic_core.remote.spare import SpareWorker


@pytest.fixture
def spare():
    found = SpareWorker()
    found.wanted = True
    yield found
    found.end()


def pid(spare: SpareWorker) -> int:
    return spare._client.pid if spare._client is not None else 0


def test_the_next_stage_begins_in_a_process_that_has_loaded_isaac_lab(spare, tmp_path):
    pytest.importorskip("isaaclab_ov")
    spare.keep()
    first = pid(spare)
    wait_until(lambda: spare.ready, "a ready worker")
    spare.keep()
    assert pid(spare) == first
    assert spare.memory > 2e8, "what it has loaded"
    client = spare.take()
    try:
        assert client is not None and client.pid == first and spare.memory == 0
        client.begin("counting_stage:CountingStage", {"output": str(tmp_path), "num_demos": 2})
        events = []
        wait_until(lambda: events.extend(client.poll()) or client.done, "the stage")
        assert isinstance(events[-1], StageFinished) and any(isinstance(event, DemoSaved) for event in events)
    finally:
        client.close(2.0)


def test_there_is_none_unless_a_worker_has_been_used(spare):
    spare.wanted = False
    spare.keep()
    assert spare.take() is None


def test_another_environment_needs_another_worker(spare, monkeypatch):
    spare.keep()
    first = pid(spare)
    monkeypatch.setenv("MIMIC_IMPORT", "something_else")
    assert spare.take() is None
    spare.keep()
    assert pid(spare) not in (0, first)


def test_it_gives_its_memory_back(spare, monkeypatch):
    spare.keep()
    monkeypatch.setattr(module, "free_memory", lambda: module.NEEDED - 1)
    spare.keep()
    assert spare.take() is None and not spare.wanted
    # Not started where it would leave too little, but kept where it is.
    spare.wanted = True
    monkeypatch.setattr(module, "free_memory", lambda: module.NEEDED + 1)
    spare.keep()
    assert pid(spare) == 0
    monkeypatch.undo()
    spare.keep(start=False)
    assert pid(spare) == 0
    spare.keep()
    monkeypatch.setattr(module, "free_memory", lambda: module.NEEDED + 1)
    spare.keep()
    assert pid(spare)
    monkeypatch.setattr(module, "LONGEST", -1.0)
    spare.keep()
    assert pid(spare) == 0 and not spare.wanted


def test_where_the_working_folder_was_removed(spare, tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert spare.take() is None
    spare.keep(start=False)


def test_one_that_is_ended_is_no_zombie(spare):
    spare.keep()
    client = spare._client
    spare.end()
    wait_until(lambda: client.exit_code is not None and not os.path.exists(f"/proc/{client.pid}"), "its end")


def test_one_that_dies_is_not_started_over_and_over(spare):
    spare.keep()
    os.kill(pid(spare), signal.SIGKILL)
    client = spare._client
    wait_until(lambda: client.exit_code is not None, "its end")
    spare.keep()
    assert pid(spare) == 0 and not spare.wanted and spare.memory == 0
