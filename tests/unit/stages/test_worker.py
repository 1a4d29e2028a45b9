# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The worker as its parent sees it: a process, three pipes, an exit code."""

import json
import os

import pytest
from waiting import LIMIT

from isaaclab_mimic_core.events import DemoSaved, StageFailed, StageFinished, Warned, from_json


@pytest.fixture
def worker(start):
    def worker(*lines: str | dict):
        process = start("-m", "isaaclab_mimic_core.remote.worker")
        for line in lines:
            tell(process, line)
        return process

    return worker


def tell(process, line):
    process.stdin.write((line if isinstance(line, str) else json.dumps(line)) + "\n")
    process.stdin.flush()


def order(folder, **options):
    return {"stage": "counting_stage:CountingStage", "options": {"output": str(folder), **options}}


def read_to_end(process):
    """Return what came over stdout as (events, snapshots); any line that is neither fails the test."""
    events, snapshots = [], []
    for line in process.stdout:
        message = json.loads(line)
        if "snapshot" in message:
            snapshots.append(message["snapshot"])
        else:
            events.append(from_json(line))
    process.wait(LIMIT)
    return events, snapshots


def wait_for(process, text):
    """Read up to the first line that holds `text`."""
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(process.stderr.read())


def test_serves_a_stage_to_its_end(worker, tmp_path):
    process = worker(order(tmp_path, num_demos=2, step_seconds=0.05))
    events, snapshots = read_to_end(process)
    assert process.returncode == 0
    assert [event.saved for event in events if isinstance(event, DemoSaved)] == [1, 2]
    assert events[-1] == StageFinished("counting", "done", {"saved": 2, "attempts": 2})
    assert snapshots[-1]["progress"]["done"] == 2


def test_sends_at_most_ten_snapshots_a_second(worker, tmp_path):
    process = worker(order(tmp_path, num_demos=2, steps_per_demo=150, step_seconds=0.002))
    _, snapshots = read_to_end(process)
    assert 3 <= len(snapshots) <= 10 * snapshots[-1]["elapsed_s"] + 3
    assert snapshots[-1]["steps"] == 300


def test_last_snapshot_leaves_before_the_last_event(worker, tmp_path):
    process = worker(order(tmp_path, num_demos=1))
    messages = [json.loads(line) for line in process.stdout]
    assert messages[-1]["event"] == "StageFinished"
    assert [message["snapshot"]["progress"]["done"] for message in messages if "snapshot" in message][-1] == 1


def test_obeys_requests(worker, tmp_path):
    process = worker(order(tmp_path, num_demos=0, step_seconds=0.01))
    wait_for(process, "DemoSaved")
    tell(process, {"request": "pause"})
    # Answered in their order: this one, which nobody understands, after the pause.
    tell(process, {"request": "dance"})
    wait_for(process, "Request ignored")
    paused_at = len(list(tmp_path.glob("demo_*")))
    # Snapshots go on; a demonstration takes a twentieth of a second.
    for _ in range(3):
        wait_for(process, "snapshot")
    assert len(list(tmp_path.glob("demo_*"))) == paused_at
    tell(process, {"request": "resume"})
    tell(process, {"request": "expect", "num_demos": paused_at + 2})
    events, _ = read_to_end(process)
    assert events[-1].outcome == "done" and events[-1].summary["saved"] == paused_at + 2


def test_stop_finishes_the_files(worker, tmp_path):
    process = worker(order(tmp_path, num_demos=0, step_seconds=0.01))
    wait_for(process, "DemoSaved")
    tell(process, {"request": "stop"})
    events, _ = read_to_end(process)
    assert process.returncode == 0 and events[-1].outcome == "stopped"
    assert (tmp_path / "closed").exists()


@pytest.mark.parametrize("request_line", ['{"request": "dance"}', "not JSON", "[]", '{"stop": true}', '{"request": 1}'])
def test_a_request_it_does_not_understand_is_only_warned_of(worker, tmp_path, request_line):
    process = worker(order(tmp_path, num_demos=1, step_seconds=0.02), request_line)
    events, _ = read_to_end(process)
    assert process.returncode == 0 and events[-1].outcome == "done"
    assert [event for event in events if isinstance(event, Warned) and "Request ignored" in event.message]


def test_nothing_that_is_printed_gets_between_the_lines(worker, tmp_path):
    process = worker(order(tmp_path, num_demos=1, trouble="print", trouble_at=2))
    events, _ = read_to_end(process)
    assert process.returncode == 0 and isinstance(events[-1], StageFinished)
    stderr = process.stderr.read()
    assert "printed by Python" in stderr and "garbage from C" in stderr


@pytest.mark.parametrize("trouble", ["refuse", "error"])
def test_an_error_of_the_users_is_told_without_a_traceback(worker, tmp_path, trouble):
    process = worker(order(tmp_path, trouble=trouble, trouble_at=2))
    events, _ = read_to_end(process)
    assert process.returncode == 2
    assert isinstance(events[-1], StageFailed) and events[-1].exit_code == 2
    assert "Traceback" not in process.stderr.read()
    assert (tmp_path / "closed").exists() == (trouble == "error")


def test_a_defect_keeps_its_traceback(worker, tmp_path):
    process = worker(order(tmp_path, trouble="defect", trouble_at=2))
    events, _ = read_to_end(process)
    assert process.returncode == 70
    assert events[-1] == StageFailed("RuntimeError: counted wrongly", 70)
    assert "Traceback" in process.stderr.read()
    assert (tmp_path / "closed").exists()


@pytest.mark.parametrize("line", ["no JSON", "[1]", '{"options": {}}', '"generate"'])
def test_an_order_it_does_not_understand(worker, line):
    process = worker(line)
    events, _ = read_to_end(process)
    assert process.returncode == 2
    assert len(events) == 1 and "not an order" in events[0].message


@pytest.mark.parametrize("pace", [{"step_seconds": 0.01}, {"period": 60.0}], ids=["working", "sleeping"])
def test_when_the_parent_is_gone_the_files_are_completed(worker, tmp_path, pace):
    process = worker(order(tmp_path, num_demos=0, **pace))
    wait_for(process, "PhaseStarted")
    # What the kernel does to the pipes of a process that is killed.
    os.close(process.stdin.fileno())
    os.close(process.stdout.fileno())
    assert process.wait(LIMIT) == 0
    assert (tmp_path / "closed").exists() and not list(tmp_path.glob("*.part"))
    process.stdin = process.stdout = None


def test_stdin_ends_before_an_order(worker):
    process = worker()
    process.stdin.close()
    process.stdin = None
    assert process.wait(LIMIT) == 0
