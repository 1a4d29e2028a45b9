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
STEPS, FEW_STEPS = 150, 44
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
ENVS, HORIZON, ROUNDS = 3, 4, 2
ENDS = {"replay/replay.py:_advance_all": 2, "replay/deviation.py:result": 3 * ENVS}
"""Copies of a replay: when demonstrations end, and have rested, they are judged."""
ROLLOUTS = {
    # The one small copy of a step: which rollouts are over, and how.
    "learning/rollouts.py:step": ROUNDS * HORIZON,
}
OTHERS = {
    "recorder and writer": {"envs/recorder.py:record": 2, "envs/recorder.py:take": 2 * ENVS},
    "replay by actions": ENDS,
    "replay by states": ENDS,
    # Whether the task is fulfilled, in the last ten steps of demonstrations.
    "annotation": {"annotation/automatic.py:_advance_all": 11, "envs/recorder.py:take": 2 * ENVS},
    # The mean loss, of training and of validation.
    "trainer, an epoch": {"robomimic/trainer.py:end_epoch": 2},
    "rollouts": ROLLOUTS,
    "rollouts, perturbed": ROLLOUTS,
    "whole-arm inverse kinematics": {},
    "rasteriser": {},
}
"""Copies to the host: by the recorder when its buffer is full and when an episode is taken, else as said above."""
PLANTED = ("recorder", "replay", "trainer", "rollouts", "kinematics", "rasteriser")
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
    # TorchScript's functions would not ask the device; for a few numbers more threads take twice the time.
    done = subprocess.run(
        [sys.executable, PROGRAMS],
        env=os.environ | {"PYTORCH_JIT": "0", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=LONG,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout[done.stdout.index("{\n") :])


def over(run: dict, budget: dict[str, int]) -> list[str]:
    """Return the places, with their lines, that copy to the host and may not, or not so often."""
    return [
        f"{place}, line {' and '.join(map(str, run['lines'][place]))}: {count}, not {budget.get(place, 0)}"
        for place, count in run["to_host"].items()
        if count > budget.get(place, 0)
    ]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_waits_once_a_step(runs, name):
    run, budget = runs[name], GENERATORS[name]
    assert not run["error"]
    assert run["to_host"][EVERY_STEP] == budget[EVERY_STEP]
    assert not over(run, budget)


@pytest.mark.parametrize("name", OTHERS)
def test_learning_replay_and_drawing_wait_only_where_they_have_to(runs, name):
    assert not runs[name]["error"]
    assert not over(runs[name], OTHERS[name])


@pytest.mark.parametrize("name", WITHOUT)
def test_poses_actions_scripts_and_signals_never_wait(runs, name):
    assert not runs[name]["error"]
    assert not runs[name]["to_host"] and not runs[name]["to_device"]


def test_faults_that_are_planted_are_found(runs):
    assert "same device" in runs["planted, a tensor of the host"]["error"]
    assert "numpy" in runs["planted, a NumPy array"]["error"]
    for name in ("planted, one number", "planted, a mask"):
        assert runs[name]["error"] == "" and sum(runs[name]["to_host"].values()) == 1


@pytest.mark.parametrize("kind", PLANTED)
def test_faults_in_learning_replay_and_drawing_are_found(runs, kind):
    mixed = runs[f"planted in {kind}, a tensor of the host"]["error"]
    assert ("same device" in mixed or "another device" in mixed) and ", line " in mixed
    number = runs[f"planted in {kind}, one number"]
    found = over(number, {place: count for budget in OTHERS.values() for place, count in budget.items()})
    assert not number["error"] and len(found) == 1 and "_programs.py" in found[0]
