# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""When a GPU would be waited for, on one that is pretended (tests/pretend_device): a copy to the host stalls it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import LONG

PROGRAMS = Path(__file__).parents[1] / "pretend_device" / "programs.py"
STEPS, FEW_STEPS = 300, 80
EVERY_STEP = "datagen/generator.py:observe"
"""The one small copy of a step: what has ended, and what has happened."""
SUBTASK_ENDS = {"datagen/retries.py:save": 12, "datagen/attempts.py:note_ends": 12}
"""Copies in steps in which a subtask of some environment ends or begins; there are four in each of three attempts."""
ATTEMPT_ENDS = {
    "failures/monitor.py:<genexpr>": 24,
    "datagen/attempt_outcomes.py:outcomes_of": 24,
    "envs/recorder.py:take": 6,
    "datagen/generator.py:begin": 3,
}
"""Copies in steps in which an attempt ends: it is reported, and written."""
GENERATORS = {
    "generator, default": {EVERY_STEP: STEPS} | SUBTASK_ENDS | ATTEMPT_ENDS,
    "generator, upstream": {EVERY_STEP: FEW_STEPS} | SUBTASK_ENDS,
    "generator, sources that succeed": {EVERY_STEP: FEW_STEPS} | SUBTASK_ENDS,
}
WITHOUT = (
    "robot franka, relative",
    "robot gr1t2",
    "robot g1",
    "robot derived, relative",
    "robot derived, absolute",
    "script",
    "signals",
)


@pytest.fixture(scope="module")
def runs() -> dict:
    """What every program has waited for."""
    # TorchScript's functions would not ask the device.
    done = subprocess.run(
        [sys.executable, PROGRAMS],
        env=os.environ | {"PYTORCH_JIT": "0"},
        capture_output=True,
        text=True,
        timeout=LONG,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_waits_once_a_step(runs, name):
    run, budget = runs[name], GENERATORS[name]
    assert not run["error"]
    assert run["to_host"][EVERY_STEP] == budget[EVERY_STEP]
    over = {place: count for place, count in run["to_host"].items() if count > budget.get(place, 0)}
    assert not over, "these places copy to the host, or more often than they may"


@pytest.mark.parametrize("name", WITHOUT)
def test_poses_actions_scripts_and_signals_never_wait(runs, name):
    assert runs[name] == {"error": "", "to_host": {}, "to_device": {}}


def test_faults_that_are_planted_are_found(runs):
    assert "same device" in runs["planted, a tensor of the host"]["error"]
    assert "numpy" in runs["planted, a NumPy array"]["error"]
    for name in ("planted, one number", "planted, a mask"):
        assert runs[name]["error"] == "" and sum(runs[name]["to_host"].values()) == 1
