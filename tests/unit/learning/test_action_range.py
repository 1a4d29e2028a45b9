# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Actions beyond [-1, 1], which robomimic's policies cannot say: learned normalised, and restored where they act."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from test_action_units import GAUSSIAN, configured

from isaaclab_mimic_core.errors import ConfigError, InputFileError
from isaaclab_mimic_core.learning.robomimic.action_range import KEY, ActionRange
from isaaclab_mimic_core.learning.robomimic.policy import load_policy
from isaaclab_mimic_core.learning.robomimic.trainer import Trainer
from isaaclab_mimic_core.options import ExportPolicyOptions
from isaaclab_mimic_core.stages.learning.export_policy import export

MIN_MAX = {"action_config": {"actions": {"normalization": "min_max"}}}


@pytest.fixture(scope="module")
def absolute(dataset, tmp_path_factory) -> Path:
    """Demonstrations with a height that is always above 1 m, fingers down to -1.5 rad, and one that never moves."""
    path = tmp_path_factory.mktemp("absolute") / "absolute.hdf5"
    path.write_bytes(dataset.read_bytes())
    with h5py.File(path, "r+") as file:
        for demo in file["data"].values():
            actions = demo["actions"]
            actions[:, 0] = 1.1 + 0.05 * actions[:, 0]
            actions[:, 1] = -0.75 + 0.75 * actions[:, 1]
            actions[:, 2] = -1.5
            demo.copy("obs", "next_obs")
    return path


def actions_of(path: Path) -> torch.Tensor:
    with h5py.File(path) as file:
        return torch.as_tensor(np.concatenate([demo["actions"][:] for demo in file["data"].values()]))


def make_trainer(path: Path, write_config, exact: bool = False, **train) -> Trainer:
    return Trainer(configured(path, write_config, **train), "cpu", exact, "float32")


def learned(trainer: Trainer) -> torch.Tensor:
    return torch.cat([batch["actions"].flatten(0, 1) for batch in trainer.training.epoch(1)])


def test_each_dimension_fills_what_a_policy_can_say(absolute):
    actions = actions_of(absolute)
    found = ActionRange.of(actions)
    low, high = found.normalise(actions).aminmax(dim=0)
    moves = torch.tensor([True, True, False, True, True, True, True])
    torch.testing.assert_close(high[moves], torch.ones(6), rtol=0, atol=1e-4)
    torch.testing.assert_close(low[moves], -torch.ones(6), rtol=0, atol=1e-4)
    assert low[2] == high[2] == 0.0 and found.scale[2] == 1.0
    torch.testing.assert_close(found.restore(found.normalise(actions)), actions, rtol=0, atol=1e-6)
    again = ActionRange.from_stats(found.stats(), 7)
    assert torch.equal(again.scale, found.scale) and torch.equal(again.offset, found.offset)


@pytest.mark.parametrize(
    "train", [{}, GAUSSIAN, {"hdf5_load_next_obs": True}], ids=["resident", "in units", "from robomimic's loader"]
)
def test_what_is_beyond_is_learned_normalised(absolute, write_config, train):
    trainer = make_trainer(absolute, write_config, **train)
    assert trainer.notes == [
        "Actions reach from -1.5 to 1.15, and robomimic's policies act between -1 and 1: "
        "they are learned normalised (min_max)."
    ]
    assert learned(trainer).abs().max() < 1.0 + 1e-6


def test_it_acts_in_the_units_of_the_dataset(absolute, write_config, tmp_path):
    """A policy from a checkpoint, the one that is trained and the exported one, against robomimic's own output."""
    from robomimic.utils.file_utils import policy_from_checkpoint

    trainer = make_trainer(absolute, write_config, hdf5_normalize_obs=True)
    path, exported = tmp_path / "policy.pth", tmp_path / "policy.pt"
    trainer.save_checkpoint(path)
    network = trainer.model.nets["policy"].nets["decoder"].nets["mean"]
    with torch.no_grad():
        # All modes do the same, so that it does not matter which one is drawn.
        network.weight.copy_(network.weight[:7].repeat(5, 1))
        network.bias.copy_(torch.linspace(-1, 1, 7).repeat(5))
    trainer.save_checkpoint(path)
    seen = {key: 3 + torch.randn(1, *value.shape[1:]) for key, value in trainer.sequences.obs.items()}
    theirs, _ = policy_from_checkpoint(ckpt_path=str(path))
    theirs.start_episode()
    raw = torch.as_tensor(theirs(ob={key: value[0].numpy() for key, value in seen.items()}))
    low, high = actions_of(absolute).aminmax(dim=0)
    wanted = (low + high) / 2 + torch.where(high > low, (high - low) / 2, 1.0) * raw

    def acts(policy) -> torch.Tensor:
        policy.begin(torch.tensor([0]), 1)
        return policy.act(seen, torch.zeros(1, dtype=torch.long))[0]

    for policy in (load_policy(str(path), "cpu", "mode"), trainer.policy(torch.device("cpu"))):
        torch.testing.assert_close(acts(policy), wanted, rtol=0, atol=2e-3)
    assert acts(load_policy(str(path), "cpu", "mode"))[0] > 1.0
    export(ExportPolicyOptions(checkpoint=str(path), output=str(exported)))
    state = [torch.zeros(2, 1, 12)] * 2
    action, *_ = torch.jit.load(str(exported))(*(seen[key] for key in sorted(seen)), *state, torch.rand(1, 1))
    torch.testing.assert_close(action[0], wanted, rtol=0, atol=1e-3)


def test_what_is_within_is_learned_as_it_is(dataset, write_config, tmp_path):
    trainer = make_trainer(dataset, write_config)
    trainer.save_checkpoint(tmp_path / "policy.pth")
    assert trainer.notes == [] and trainer.action_range is None
    assert KEY not in torch.load(tmp_path / "policy.pth", weights_only=True)
    asked = make_trainer(dataset, write_config, **MIN_MAX)
    assert asked.notes == [] and asked.action_range is not None


def test_robomimics_own_loop_cannot_learn_them(absolute, dataset, write_config):
    with pytest.raises(ConfigError, match=r"--exact: actions reach from -1\.5 to 1\.15"):
        make_trainer(absolute, write_config, exact=True)
    with pytest.raises(ConfigError, match=r"--exact: .* does not normalise actions"):
        make_trainer(dataset, write_config, exact=True, **MIN_MAX)


def test_a_damaged_range_is_no_checkpoint(absolute, write_config, tmp_path):
    path = tmp_path / "policy.pth"
    make_trainer(absolute, write_config).save_checkpoint(path)
    content = torch.load(path, weights_only=True)
    stated = content[KEY]["actions"]
    for stats in (
        {"actions": {"scale": stated["scale"]}},
        {"actions": stated | {"scale": [[1.0]]}},
        {"actions": {"scale": [[1.0]], "offset": [[1.0]]}},
        {"actions": stated | {"scale": [[0.0] * 7]}},
        {"actions": stated | {"offset": [[float("nan")] * 7]}},
        5,
    ):
        torch.save({**content, KEY: stats}, path)
        with pytest.raises(InputFileError, match="is not a checkpoint"):
            load_policy(str(path), "cpu")
