# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

import json
import os
import signal
import threading
from pathlib import Path

import pytest
from waiting import LIMIT, wait_until

from isaaclab_mimic_core.events import DemoSaved, Progress, StageFailed, StageFinished
from isaaclab_mimic_core.interpreter import VARIABLE
from isaaclab_mimic_core.remote.worker_client import WorkerClient


@pytest.fixture
def client(tmp_path):
    clients = []

    def client(**options):
        clients.append(WorkerClient("counting_stage:CountingStage", {"output": str(tmp_path), **options}))
        return clients[-1]

    yield client
    for each in clients:
        each.close(2.0)


def collect(client, until=lambda events: False):
    """Poll as a window does, until the client is done or a condition on the events so far holds."""
    events = []

    def happened() -> bool:
        events.extend(client.poll())
        return client.done or until(events)

    wait_until(happened, "the worker", seen=lambda: (events, client.last_stderr))
    return events


def has(kind):
    return lambda events: any(isinstance(event, kind) for event in events)


def running(pid):
    """Whether a process runs; one that has ended may wait for its parent, which the system may be, to notice."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def test_runs_a_stage(client):
    worker = client(num_demos=2, step_seconds=0.02)
    assert isinstance(collect(worker)[-1], StageFinished)
    assert worker.snapshot()["progress"] == Progress(2, 2, "demonstrations")
    worker.close()
    assert worker.exit_code == 0


def test_looking_never_waits(client, tmp_path):
    """Not even for a stage that says nothing for an hour."""
    worker = client(num_demos=0, trouble="hang")
    wait_until((tmp_path / "hanging").exists, "the stage that hangs")
    looking = threading.Thread(target=lambda: [worker.poll() or worker.snapshot() for _ in range(100)], daemon=True)
    looking.start()
    looking.join(LIMIT)
    assert not looking.is_alive()
    worker.close(timeout=0.1)


def test_requests_reach_the_stage(client):
    worker = client(num_demos=0, step_seconds=0.01)
    collect(worker, has(DemoSaved))
    worker.request("stop")
    assert collect(worker)[-1].outcome == "stopped"
    worker.request("stop")  # too late, and harmless


def test_garbage_on_stdout_ends_up_in_the_last_words(client):
    worker = client(num_demos=1, trouble="print", trouble_at=2)
    assert isinstance(collect(worker)[-1], StageFinished)
    worker.close()
    assert "garbage from C" in worker.last_stderr


def test_talk_before_python_starts_is_survived(client, tmp_path, monkeypatch):
    import sys

    script = tmp_path / "python.sh"
    script.write_text(f'#!/bin/sh\necho "[] running in an environment"\nexec {sys.executable} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(script))
    worker = client(num_demos=1)
    assert isinstance(collect(worker)[-1], StageFinished)
    assert "running in an environment" in worker.last_stderr


def test_a_worker_that_is_not_understood_is_one_clear_error(client, tmp_path):
    worker = client(num_demos=0, step_seconds=0.01, trouble="nonsense", trouble_at=7)
    *before, last = collect(worker)
    assert any(isinstance(event, DemoSaved) for event in before)
    assert not any(isinstance(event, StageFailed) for event in before)
    assert isinstance(last, StageFailed)
    assert last.message.startswith("The worker process is not understood: DemoSaved.steps should be int, not 'many'")
    worker.close()
    assert (tmp_path / "closed").exists(), "its stage was not stopped"


def test_errors_arrive_with_their_exit_code(client):
    worker = client(trouble="refuse")
    events = collect(worker)
    assert events == [StageFailed("trouble: this cannot be done\n  Do something else.", 2)]


def test_a_worker_that_dies_is_reported_with_its_last_words(client, tmp_path):
    worker = client(num_demos=0, trouble="die", trouble_at=7)
    events = collect(worker)
    assert isinstance(events[-1], StageFailed)
    assert "exit code 70" in events[-1].message and "these are my last words" in events[-1].message
    assert [event.name for event in events if isinstance(event, DemoSaved)] == ["demo_0"]
    assert json.loads((tmp_path / "demo_0.json").read_text())["steps"] == 5


def test_a_killed_worker_leaves_whole_files(client, tmp_path):
    worker = client(num_demos=0, steps_per_demo=1, step_seconds=0.001)
    events = collect(worker, has(DemoSaved))
    os.kill(worker.pid, signal.SIGKILL)
    events += collect(worker)
    assert "killed by signal 9" in events[-1].message
    saved = [event.path for event in events if isinstance(event, DemoSaved)]
    assert saved and all(json.loads(Path(path).read_text())["steps"] == 1 for path in saved)


def test_close_stops_a_running_stage(client, tmp_path):
    worker = client(num_demos=0, step_seconds=0.01)
    collect(worker, has(DemoSaved))
    worker.close()
    assert not running(worker.pid) and worker.exit_code == 0 and (tmp_path / "closed").exists()


def test_close_ends_a_hanging_one_by_force(client, tmp_path):
    worker = client(num_demos=0, trouble="hang")
    wait_until((tmp_path / "hanging").exists, "the stage that hangs")
    # It would hang for an hour.
    worker.close(timeout=0.3)
    assert not running(worker.pid) and worker.exit_code == -signal.SIGTERM


def test_close_leaves_no_thread_and_no_file_descriptor(client):
    threads, files = set(threading.enumerate()), len(os.listdir("/proc/self/fd"))
    for _ in range(2):
        worker = client(num_demos=0, step_seconds=0.01)
        collect(worker, has(DemoSaved))
        worker.close()
        worker.close()
    assert set(threading.enumerate()) == threads and len(os.listdir("/proc/self/fd")) == files


PARENT = """
import signal, sys, time
# A shell ignores it for what it starts in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
from isaaclab_mimic_core.remote.worker_client import WorkerClient
worker = WorkerClient("counting_stage:CountingStage", {"output": sys.argv[1], "num_demos": 0, "step_seconds": 0.01})
while not any(type(event).__name__ == "DemoSaved" for event in worker.poll()):
    time.sleep(0.01)
print(worker.pid, flush=True)
time.sleep(3600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_worker_does_not_outlive_its_parent(start, tmp_path, number):
    parent = start("-c", PARENT, str(tmp_path))
    pid = int(parent.stdout.readline())
    parent.send_signal(number)
    parent.wait(LIMIT)
    wait_until(lambda: not running(pid), "the worker's end")
    assert (tmp_path / "closed").exists() and not list(tmp_path.glob("*.part"))
