# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Which evaluations go on, and what they take over; nothing is simulated, so a checkpoint may hold anything."""

import json
from pathlib import Path

import pytest

from isaaclab_mimic_core.errors import InputFileError, OptionError, OutputError
from isaaclab_mimic_core.options import EvaluateOptions
from isaaclab_mimic_core.stages.learning.evaluate import Evaluate


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A run with two checkpoints, begun to be evaluated from the folder above it."""
    monkeypatch.chdir(tmp_path)
    models = tmp_path / "run" / "models"
    models.mkdir(parents=True)
    for epoch in (1, 2):
        (models / f"model_epoch_{epoch}.pth").write_bytes(b"%d" % epoch)
    evaluate().close()
    rollout = {"number": 0, "env": 0, "success": True, "ever": True, "steps": 9, "cause": "", "subtask": ""}
    line = {"checkpoint": "run/models/model_epoch_2.pth", "variant": "", **rollout}
    (tmp_path / "run/evaluation/rollouts.jsonl").write_text(json.dumps(line) + '\n{"checkpoint": "run/mod')
    return tmp_path / "run"


def evaluate(checkpoints: str = "run", **changes) -> Evaluate:
    return Evaluate(EvaluateOptions(checkpoints=(checkpoints,), **changes))


def contents(folder: Path) -> dict:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def add_checkpoint(folder: Path) -> None:
    (folder / "models" / "model_epoch_3.pth").write_bytes(b"3")


def change_checkpoint(folder: Path) -> None:
    (folder / "models" / "model_epoch_2.pth").write_bytes(b"4")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 2}, "--seed 1, not 2"),
        ({"horizon": 100, "actions": "mode"}, "--horizon 500, not 100; --actions sample, not mode"),
        ({"physics": "newton"}, "--physics ovphysx, not newton"),
        ({"hold": 5}, "--hold 20, not 5"),
        (add_checkpoint, "--checkpoints run, not what is in it now"),
        (change_checkpoint, "--checkpoints run, not what is in it now"),
    ],
)
def test_another_evaluation_is_named_and_nothing_is_written(folder, changes, said):
    if callable(changes):
        changes(folder)
        changes = {}
    before = contents(folder)
    with pytest.raises(OptionError, match=f"the run was begun with {said}"):
        evaluate(resume=True, **changes)
    assert contents(folder) == before


def test_more_rollouts_are_made_and_those_that_were_count_wherever_it_is_called_from(folder, monkeypatch):
    monkeypatch.chdir(folder)
    stage = evaluate("../run", resume=True, num_rollouts=80, num_envs=3, video=0)
    (known,) = [found for found in stage.sweeps[""].results.values() if found]
    assert known[0].steps == 9
    (line,) = (folder / "evaluation/rollouts.jsonl").read_text().splitlines()
    assert json.loads(line)["checkpoint"] == "../run/models/model_epoch_2.pth"
    stage.close()
    monkeypatch.chdir(folder.parent)
    assert len(evaluate(resume=True).sweeps[""].results["run/models/model_epoch_2.pth"]) == 1


def test_an_evaluation_of_0_1_0_goes_on(folder):
    path = folder / "evaluation" / "settings.json"
    settings = json.loads(path.read_text())
    older = {name: settings["options"][name] for name in ("task", "seed", "horizon", "hold", "actions")}
    path.write_text(json.dumps({**older, "checkpoints": settings["checkpoints"]}))
    with pytest.raises(OptionError, match="begun with --seed 1, not 4"):
        evaluate(resume=True, seed=4)
    evaluate(resume=True).close()
    assert json.loads(path.read_text())["options"] == settings["options"]


def test_what_is_there_is_not_replaced(folder, tmp_path):
    with pytest.raises(OutputError, match="holds an evaluation already"):
        evaluate()
    foreign = tmp_path / "editor"
    foreign.mkdir()
    (foreign / "settings.json").write_text('{"theme": "dark"}')
    for resume in (False, True):
        with pytest.raises(InputFileError, match=r"settings\.json: is not the settings of an evaluation"):
            evaluate(output=str(foreign), resume=resume)
    assert (foreign / "settings.json").read_text() == '{"theme": "dark"}'
    with pytest.raises(InputFileError, match="there is no evaluation to resume"):
        evaluate(output=str(tmp_path / "none"), resume=True)


def test_two_evaluations_do_not_write_into_one_folder(folder):
    first = evaluate(resume=True)
    before = contents(folder)
    with pytest.raises(OutputError, match="another program is writing into this folder"):
        evaluate(resume=True)
    assert contents(folder) == before
    first.close()
    evaluate(resume=True).close()
