# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A learner of a plug-in: it trains, is resumed, and its checkpoints are told from robomimic's."""

import json
import sys
from pathlib import Path

import pytest
import torch

from isaaclab_mimic_core import plugins
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import InputFileError, OptionError, PluginError
from isaaclab_mimic_core.events import CheckpointSaved, EpochFinished, Warned
from isaaclab_mimic_core.learning.learners import find_learner, get_learner, names
from isaaclab_mimic_core.options import ExportPolicyOptions, TrainOptions
from isaaclab_mimic_core.plugins import LEARNERS, LearnerSpec, register_learner
from isaaclab_mimic_core.stages import create_with
from isaaclab_mimic_core.stages.learning.export_policy import export
from isaaclab_mimic_core.stages.learning.train import Train

FILE = Path(__file__).parent / "mean_learner.py"


@pytest.fixture
def mean(monkeypatch):
    """The learner of `mean_learner.py`, as `--import` brings it."""
    plugins.load()
    before = set(sys.modules)
    monkeypatch.setenv(plugins.VARIABLE, str(FILE))
    with plugins.restored():
        plugins.load()
        assert not [problem for problem in plugins.problems() if "mean_learner" in str(problem)]
        yield
    for name in set(sys.modules) - before:
        if name == "mean_learner":
            del sys.modules[name]


def test_a_learner_from_outside_trains_and_goes_on(mean, dataset, tmp_path):
    given = {"dataset": str(dataset), "learner": "mean", "output": str(tmp_path / "run"), "device": "cpu"}
    with Train(TrainOptions(**given)) as stage:
        events = list(stage)
    assert [event.message for event in events if isinstance(event, Warned)] == ["This one only learns the mean."]
    losses = [event.loss for event in events if isinstance(event, EpochFinished)]
    assert len(losses) == 5 and losses == sorted(losses, reverse=True)
    assert [event.epoch for event in events if isinstance(event, CheckpointSaved)] == [2, 4, 5]
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert about["options"]["learner"] == "mean" and about["name"] == "mean"
    with Train(TrainOptions(**given, epochs=30, resume=True)) as stage:
        again = [event.epoch for event in stage if isinstance(event, EpochFinished)]
    assert again == list(range(6, 31))
    with pytest.raises(OptionError, match="--processes: the learner mean trains in one process"):
        create_with("train", TrainOptions(**{**given, "output": str(tmp_path / "other")}, processes=2))

    path = str(tmp_path / "run" / "models" / "model_epoch_30.pth")
    with DatasetReader(dataset) as reader:
        actions = torch.cat([torch.tensor(episode.data["actions"]) for episode in reader.episodes(["actions"])])
    policy = find_learner("", path).load(path, "cpu", "sample")
    torch.testing.assert_close(policy.act({}, torch.arange(3)), actions.mean(dim=0).expand(3, -1), atol=1e-3, rtol=0)
    made = export(ExportPolicyOptions(checkpoint=path, output=str(tmp_path / "policy.json")))
    assert made["difference"] == 0.0 and len(json.loads((tmp_path / "policy.json").read_text())) == 7


def test_each_checkpoint_finds_its_learner(mean, dataset, write_config, tmp_path):
    from test_evaluate import make_trainer

    theirs = tmp_path / "theirs.pth"
    make_trainer(dataset, write_config).save_checkpoint(theirs)
    assert type(find_learner("", str(theirs))).__name__ == "RobomimicLearner"
    damaged = tmp_path / "damaged.pth"
    damaged.write_text("not weights")
    with pytest.raises(InputFileError, match=r"damaged\.pth: is no checkpoint of robomimic, mean"):
        find_learner("", str(damaged))
    with pytest.raises(InputFileError, match="is no mean action"):
        find_learner("mean", str(theirs)).load(str(theirs), "cpu", "sample")


def test_what_is_no_learner_is_said(mean):
    assert names() == ("robomimic", "mean")
    with pytest.raises(OptionError, match="--learner: 'lerobot' is not one of robomimic, mean"):
        get_learner("lerobot")
    register_learner(LearnerSpec("empty", learner=dict))
    try:
        with pytest.raises(PluginError, match="learner empty: has no method require, plan"):
            get_learner("empty")
    finally:
        LEARNERS.unregister("empty")
