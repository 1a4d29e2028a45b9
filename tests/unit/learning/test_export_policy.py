# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Exported policies act like the checkpoints they come from, without robomimic."""

import json

import numpy as np
import pytest
import torch
from test_evaluate import make_trainer

from isaaclab_mimic_core.errors import ConfigError, OptionError, OutputError
from isaaclab_mimic_core.options import ExportPolicyOptions
from isaaclab_mimic_core.stages.learning.export_policy import export

CASES = {
    "mixture, normalised": {"train": {"hdf5_normalize_obs": True, "batch_size": 20}},
    "recurrent": {"algo": {"gmm": {"enabled": False}}},
    "flat": {"algo": {"rnn": {"enabled": False}, "actor_layer_dims": [16]}},
}


@pytest.mark.parametrize("kind", ["pt", "onnx"])
@pytest.mark.parametrize("sections", CASES.values(), ids=CASES)
def test_an_exported_policy_acts_as_the_checkpoint(dataset, write_config, tmp_path, monkeypatch, sections, kind):
    from robomimic.utils.file_utils import policy_from_checkpoint

    trainer = make_trainer(dataset, write_config, **sections)
    checkpoint, output = tmp_path / "policy.pth", tmp_path / f"policy.{kind}"
    trainer.save_checkpoint(checkpoint)
    made = export(ExportPolicyOptions(checkpoint=str(checkpoint), output=str(output)))
    assert made["difference"] < 1e-5 and [path.name for path in tmp_path.glob("*policy*.*")].count(output.name) == 1

    if kind == "pt":
        extra = {"policy.json": ""}
        run = torch.jit.load(str(output), _extra_files=extra)
        about = json.loads(extra["policy.json"])
    else:
        import onnx
        from onnx.reference import ReferenceEvaluator

        about = json.loads(onnx.load(str(output)).metadata_props[0].value)
        names = [*about["observations"], *about["state"], *(["draw"] if about["draw"] else [])]
        session = ReferenceEvaluator(str(output))

        def run(*values):
            given = {name: value.numpy() for name, value in zip(names, values, strict=True)}
            return [torch.as_tensor(value) for value in session.run(None, given)]

    draws = torch.rand(14, 1, 1)

    def draw_the_same(distribution) -> torch.Tensor:
        steps = distribution.mixture_distribution.probs.cumsum(-1)
        chosen = (draws[step] > steps).sum(-1)
        means = distribution.component_distribution.base_dist.loc
        return means.take_along_dim(chosen[..., None, None], dim=-2).squeeze(-2)

    monkeypatch.setattr(torch.distributions.MixtureSameFamily, "sample", draw_the_same)
    theirs, _ = policy_from_checkpoint(ckpt_path=str(checkpoint))
    theirs.start_episode()
    for step in range(14):
        if step == 0 or (about["horizon"] and step % about["horizon"] == 0):
            state = [torch.zeros(layers, 1, width) for layers, _, width in about["state"].values()]
        seen = {name: 3 + torch.randn(1, width) for name, width in about["observations"].items()}
        action, *state = run(*seen.values(), *state, *([draws[step]] if about["draw"] else []))
        expected = theirs(ob={name: value[0].numpy() for name, value in seen.items()})
        np.testing.assert_allclose(action[0].numpy(), expected, atol=1e-5)


def test_what_cannot_be_exported_is_said(dataset, write_config, tmp_path):
    trainer = make_trainer(dataset, write_config, algo={"rnn": {**RNN, "open_loop": True}})
    checkpoint = tmp_path / "policy.pth"
    trainer.save_checkpoint(checkpoint)
    cases = {
        "cannot be exported": (ConfigError, "policy.pt"),
        "is not one of .pt, .onnx": (OptionError, "policy.h5"),
        "exists already": (OutputError, "there.pt"),
    }
    (tmp_path / "there.pt").write_text("kept")
    for words, (kind, name) in cases.items():
        with pytest.raises(kind, match=words):
            export(ExportPolicyOptions(checkpoint=str(checkpoint), output=str(tmp_path / name)))
    assert (tmp_path / "there.pt").read_text() == "kept" and not list(tmp_path.glob(".*.part*"))


RNN = {"enabled": True, "horizon": 10, "hidden_dim": 12, "num_layers": 1, "rnn_type": "LSTM", "kwargs": {}}
