# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Normalised actions: Adam moves the output layer as if it put out normalised actions; checkpoints stay plain."""

import json
from pathlib import Path

import h5py
import pytest
import torch

from isaaclab_mimic_core.errors import ConfigError
from isaaclab_mimic_core.learning.robomimic.action_units import ActionUnits, output_layer
from isaaclab_mimic_core.learning.robomimic.config import action_normalisation, build_config
from isaaclab_mimic_core.learning.robomimic.trainer import Trainer

GAUSSIAN = {"action_config": {"actions": {"normalization": "gaussian"}}}


def configured(dataset, write_config, **train):
    raw = json.loads(Path(write_config(train=train)).read_text())
    raw["train"]["data"] = str(dataset)
    config = build_config(raw, "test.json")
    config.lock()
    return config


def test_updates_are_those_of_normalised_actions():
    """A layer in units against one whose outputs are scaled behind it, with plain Adam."""
    torch.manual_seed(0)
    actions = torch.randn(500, 3) * torch.tensor([0.01, 0.2, 0.6]) + torch.tensor([0.002, -0.3, 0.1])
    inputs, targets = torch.randn(64, 8), actions[:64]
    plain = torch.nn.Linear(8, 3)
    weight, bias = (value.detach().clone().requires_grad_() for value in plain.parameters())
    units = ActionUnits(plain, actions)
    mean = torch.atanh(actions.double().mean(0)).float()

    def both() -> tuple[torch.Tensor, torch.Tensor]:
        behind = (inputs @ weight.T + bias) * units.scale + mean
        return torch.tanh(plain(inputs)), torch.tanh(behind)

    mine, theirs = (
        torch.optim.Adam(parameters, lr=0.01, eps=0.0) for parameters in (plain.parameters(), (weight, bias))
    )
    first = outputs = both()
    for _ in range(50):
        for optimiser, output in zip((mine, theirs), outputs, strict=True):
            optimiser.zero_grad()
            ((output - targets) ** 2).mean().backward()
        units.update(mine)
        theirs.step()
        outputs = both()
    torch.testing.assert_close(outputs[0], outputs[1], rtol=1e-3, atol=1e-5)
    assert (outputs[0] - first[0]).abs().max() > 0.1


def test_constant_actions_stay_learnable():
    layer = torch.nn.Linear(4, 2)
    ActionUnits(layer, torch.tensor([[1.0, 0.0]]).expand(10, 2))
    outputs = torch.tanh(layer(torch.zeros(4)))
    torch.testing.assert_close(outputs, torch.tensor([1.0, 0.0]), rtol=0, atol=2e-3)


def test_small_actions_are_learned_sooner(dataset, write_config, tmp_path):
    small = tmp_path / "small.hdf5"
    small.write_bytes(dataset.read_bytes())
    with h5py.File(small, "r+") as file:
        for demo in file["data"].values():
            # What can be learned at all: some function of what is observed.
            demo["actions"][:] = 0.01 * demo["obs/object"][:, :7] / abs(demo["obs/object"][:, :7]).max()
    losses = []
    for train in ({}, GAUSSIAN):
        trainer = Trainer(configured(small, write_config, hdf5_normalize_obs=True, **train), "cpu", False, "float32")
        trainer.rehearse()
        for _ in range(10):
            trainer.begin_epoch()
            while not trainer.advance(0.01):
                pass
        losses.append(trainer.loss)
    assert losses[1] < losses[0] - 1.0


def test_a_resumed_training_goes_on_in_the_same_units(dataset, write_config, tmp_path):
    config = configured(dataset, write_config, **GAUSSIAN)
    whole, cut = (Trainer(config, "cpu", False, "float32") for _ in range(2))

    def train(trainer: Trainer) -> float:
        trainer.begin_epoch()
        while not trainer.advance(0.01):
            pass
        return trainer.loss

    train(whole)
    train(cut)
    cut.save_state(tmp_path / "state.pt", {})
    resumed = Trainer(config, "cpu", False, "float32")
    resumed.load_state(tmp_path / "state.pt")
    assert train(resumed) == train(whole)


def test_robomimic_opens_the_checkpoint(dataset, write_config, tmp_path):
    from robomimic.utils.file_utils import policy_from_checkpoint

    trainer = Trainer(configured(dataset, write_config, **GAUSSIAN), "cpu", False, "float32")
    trainer.save_checkpoint(tmp_path / "model.pth")
    policy, _ = policy_from_checkpoint(ckpt_path=str(tmp_path / "model.pth"), device=torch.device("cpu"))
    theirs, mine = output_layer(policy.policy), output_layer(trainer.model)
    assert theirs is not None and mine is not None
    assert torch.equal(theirs.weight, mine.weight)


def test_only_what_is_asked_for(dataset, write_config):
    for asked in (None, "min_max", "gaussian"):
        config = configured(dataset, write_config, action_config={"actions": {"normalization": asked}})
        assert action_normalisation(config) == asked
    assert action_normalisation(configured(dataset, write_config)) is None


def test_what_cannot_be_done_is_refused(dataset, write_config):
    with pytest.raises(ConfigError, match="quantiles"):
        configured(dataset, write_config, action_config={"actions": {"normalization": "quantiles"}})
    with pytest.raises(ConfigError, match="--exact"):
        Trainer(configured(dataset, write_config, **GAUSSIAN), "cpu", exact=True, precision="float32")
