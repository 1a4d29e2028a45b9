# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A recorded XR session is played as a user types it: no headset, no runtime, real physics."""

import json
from pathlib import Path

import pytest
from waiting import LONG

pytestmark = pytest.mark.e2e

# 45 frames: start in 4, reset in 22, start in 25, stop in 40; see its make_session.py.
SESSION = Path(__file__).parents[1] / "data" / "xr" / "session.mcap"
TASK = "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"
COMMON = ("--task", TASK, "--teleop-device", "xr", "--mcap-replay", SESSION, "--device", "cpu", "--assets", "local")
DRIVEN = (22 - 4, 40 - 25)


@pytest.fixture(scope="module")
def runs(start_mimic, tmp_path_factory) -> dict:
    """The same session through `record` and through `teleop`, at the same time."""
    output = tmp_path_factory.mktemp("xr") / "demos.hdf5"
    processes = {
        "record": start_mimic("record", *COMMON, "--output", output, "--num-demos", 1, "--json"),
        "teleop": start_mimic("teleop", *COMMON, "--json"),
    }
    found: dict = {"output": output}
    for verb, process in processes.items():
        try:
            out, err = process.communicate(timeout=LONG)
        finally:
            process.kill()
        found[verb] = process.returncode, [json.loads(line) for line in out.splitlines()], err
    return found


def kinds(events: list[dict], kind: str) -> list[dict]:
    return [event for event in events if event["event"] == kind]


def test_driving_ends_with_the_session(runs):
    code, events, err = runs["teleop"]
    ending = events[-1]
    assert code == 0 and ending["event"] == "StageFinished" and ending["outcome"] == "done", err
    # It drives only between start and stop; Isaac Lab's state machine may take a frame or two to start.
    assert sum(DRIVEN) - 4 <= ending["summary"]["steps"] <= sum(DRIVEN)
    assert [event["message"] for event in kinds(events, "Warned")] == ["The recorded session is over."]


def test_recording_discards_at_the_operators_reset_and_leaves_no_empty_file(runs):
    code, events, err = runs["record"]
    # Nobody has interrupted it, but fewer were saved than asked for: done with findings.
    assert code == 1 and events[-1]["outcome"] == "gave_up" and events[-1]["summary"]["saved"] == 0, err
    (attempt,) = kinds(events, "AttemptFinished")
    assert attempt["cause"] == "discarded" and DRIVEN[0] - 2 <= attempt["steps"] <= DRIVEN[0]
    assert not events[-1]["output"] and not runs["output"].exists()
