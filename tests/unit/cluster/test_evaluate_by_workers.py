# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`evaluate` with workers: the rollouts of one process, whoever makes them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from reached import ReachEnv, register

from isaaclab_mimic_core import plugins
from isaaclab_mimic_core.cluster.evaluate import EvaluateShared
from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.events import AttemptFinished, PolicyEvaluated
from isaaclab_mimic_core.options import EvaluateOptions, PlayOptions
from isaaclab_mimic_core.stages import create_with
from isaaclab_mimic_core.stages.learning.evaluate import Evaluate

ENVS = 3


class Shared(EvaluateShared):
    """Its workers have no physics."""

    share = "reached:start"


@pytest.fixture(autouse=True)
def reach() -> Iterator[None]:
    """The policies' learner is known."""
    plugins.load()
    with plugins.restored():
        register()
        yield


@pytest.fixture
def options(tmp_path) -> EvaluateOptions:
    """Three policies, of which a slow one never arrives."""
    for name, speed in (("slow", 0.001), ("even", 0.03), ("fast", 0.04)):
        (tmp_path / f"{name}.pth").write_text(f"reach {speed}")
    paths = tuple(str(tmp_path / f"{name}.pth") for name in ("slow", "even", "fast"))
    return EvaluateOptions(
        checkpoints=paths,
        num_rollouts=16,
        first_rollouts=4,
        num_envs=ENVS,
        horizon=60,
        hold=3,
        learner="reach",
        output=str(tmp_path / "one"),
    )


def rollouts(folder: Path) -> list[dict]:
    """Return the rollouts of an evaluation in a fixed order, without the environments that they ran in."""
    lines = [json.loads(line) for line in (folder / "rollouts.jsonl").read_text().splitlines()]
    for line in lines:
        del line["env"]
    return sorted(lines, key=lambda line: (line["checkpoint"], line["number"]))


def test_workers_make_the_rollouts_of_one_process_and_a_run_goes_on(one_ray, options, tmp_path):
    with Evaluate(options, ReachEnv(ENVS)) as stage:
        alone = list(stage)
    assert 4 < alone[-1].summary["results"][0]["success"] < 16

    # A run that was killed after six rollouts, four of the first policy and two of the last one.
    shared, two = replace(options, output=str(tmp_path / "two"), workers="1"), tmp_path / "two"
    Shared(shared).close()
    lines = (tmp_path / "one" / "rollouts.jsonl").read_text().splitlines(keepends=True)
    (two / "rollouts.jsonl").write_text("".join(lines[:4] + lines[8:10]) + '{"checkpoint": "cut o')
    with Shared(replace(shared, resume=True)) as stage:
        events = list(stage)
    assert sum(isinstance(event, AttemptFinished) for event in events) == len(lines) - 6

    assert rollouts(tmp_path / "two") == rollouts(tmp_path / "one")
    assert events[-1].outcome == "done" and events[-1].summary["best"] == alone[-1].summary["best"]
    assert events[-1].summary["results"] == alone[-1].summary["results"]
    told = [event for event in events if isinstance(event, PolicyEvaluated)]
    assert told[-1] == [event for event in alone if isinstance(event, PolicyEvaluated)][-1]
    made = [json.loads(line) for line in (tmp_path / "two.workers.jsonl").read_text().splitlines()]
    assert len(made) == len(lines) - 6


def test_what_workers_do_not_do_is_refused(options, tmp_path):
    with pytest.raises(OptionError, match="--video"):
        create_with("evaluate", replace(options, workers="2", video=1))
    with pytest.raises(OptionError, match="--workers"):
        create_with("play", PlayOptions(checkpoints=options.checkpoints, learner="reach", workers="2"))
    assert not (tmp_path / "one").exists()
