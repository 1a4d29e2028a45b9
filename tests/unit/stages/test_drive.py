# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

import signal
import threading
import time
from pathlib import Path

import pytest
from counting_stage import CountingStage
from waiting import LIMIT, wait_until

from isaaclab_mimic_core.errors import DatasetError
from isaaclab_mimic_core.events import DemoSaved, StageFinished, StageStarted
from isaaclab_mimic_core.stages.drive import drive

ENDING = (signal.SIGINT, signal.SIGTERM)
PROGRAM = """
import sys
from counting_stage import CountingStage
from isaaclab_mimic_core.events import to_json
from isaaclab_mimic_core.stages.drive import drive
stage = CountingStage(sys.argv[1], num_demos=0, **eval(sys.argv[2]))
ending = drive(stage, lambda events: print(*map(to_json, events), sep="\\n", flush=True))
print("ENDED", ending.outcome, stage.closed)
"""


def wait_for_line(process, text):
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"{text!r} never came; stderr: {process.stderr.read()}")


def caught_by(pid: int) -> set[int]:
    """Return the signals that a process has handlers for."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt"))
    return {number for number in range(1, 65) if int(line.split()[1], 16) >> (number - 1) & 1}


def test_runs_to_the_end_and_closes(tmp_path):
    events = []
    stage = CountingStage(str(tmp_path), num_demos=3)
    ending = drive(stage, events.extend)
    assert isinstance(events[0], StageStarted) and events[-1] is ending
    assert [event.saved for event in events if isinstance(event, DemoSaved)] == [1, 2, 3]
    assert ending == StageFinished("counting", "done", {"saved": 3, "attempts": 4})
    assert stage.closed and len(list(tmp_path.glob("demo_*.json"))) == 3


def test_keeps_to_the_step_rate(tmp_path, monkeypatch):
    slept = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: slept[-1])
    monkeypatch.setattr(time, "sleep", lambda seconds: slept.append(slept[-1] + seconds))
    drive(CountingStage(str(tmp_path), num_demos=1, steps_per_demo=5, period=0.04))
    assert slept[-1] == pytest.approx(4 * 0.04, abs=1e-6)


def test_a_stage_that_rests_is_still_stepped(tmp_path):
    """One that answers "a moment from now" whenever it is asked used to be waited for without end."""

    class Resting(CountingStage):
        due = property(lambda self: time.monotonic() + 0.02)

    assert drive(Resting(str(tmp_path), num_demos=1)).outcome == "done"


@pytest.mark.parametrize(("trouble", "error"), [("error", DatasetError), ("defect", RuntimeError)])
def test_closes_and_passes_on_what_went_wrong(tmp_path, trouble, error):
    stage = CountingStage(str(tmp_path), trouble=trouble, trouble_at=2)
    with pytest.raises(error):
        drive(stage)
    assert stage.closed


def test_leaves_the_signal_as_it_was(tmp_path):
    before = [signal.getsignal(number) for number in ENDING]
    drive(CountingStage(str(tmp_path), num_demos=1))
    assert [signal.getsignal(number) for number in ENDING] == before


def test_works_outside_the_main_thread(tmp_path):
    endings = []
    thread = threading.Thread(target=lambda: endings.append(drive(CountingStage(str(tmp_path), num_demos=1))))
    thread.start()
    thread.join(LIMIT)
    assert endings[0].outcome == "done"


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("pace", ["{'step_seconds': 0.01}", "{'period': 30.0}"], ids=["working", "sleeping"])
def test_first_interrupt_stops_cleanly(tmp_path, start, pace, number):
    process = start("-c", PROGRAM, str(tmp_path), pace)
    wait_for_line(process, "PhaseStarted")
    process.send_signal(number)
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err
    assert "press Ctrl-C again" in out and "ENDED stopped True" in out
    assert (tmp_path / "closed").exists() and not list(tmp_path.glob("*.part"))


def test_second_interrupt_aborts_but_still_closes(tmp_path, start):
    process = start("-c", PROGRAM, str(tmp_path), "{'trouble': 'hang'}")
    wait_until((tmp_path / "hanging").exists, "the stage that hangs")
    process.send_signal(signal.SIGINT)
    # The first one leaves both signals to whoever had them before.
    wait_until(lambda: signal.SIGTERM not in caught_by(process.pid), "the answer to the first interrupt")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode != 0 and "KeyboardInterrupt" in err
    assert (tmp_path / "closed").exists()
