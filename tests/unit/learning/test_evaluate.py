# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Policies in many environments, and what is concluded from their rollouts; no simulation."""

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.errors import InputFileError
from isaaclab_mimic_core.learning.api import PolicySpec
from isaaclab_mimic_core.learning.fit import check_fit
from isaaclab_mimic_core.learning.intervals import wilson
from isaaclab_mimic_core.learning.results import draw, format_table, summarise
from isaaclab_mimic_core.learning.robomimic.config import build_config
from isaaclab_mimic_core.learning.robomimic.policy import BatchedPolicy, load_policy
from isaaclab_mimic_core.learning.robomimic.trainer import Trainer
from isaaclab_mimic_core.learning.rollouts import Rollout
from isaaclab_mimic_core.learning.sweep import Sweep
from isaaclab_mimic_core.outcomes import FailureCause

CPU = torch.device("cpu")
ENVS = 5
STEPS = 27
RESETS = {0: range(ENVS), 8: [3], 13: [1, 3]}
"""Before which step which environments begin a new rollout."""


def make_trainer(dataset, write_config, **sections) -> Trainer:
    raw = json.loads(Path(write_config(**sections)).read_text())
    raw["train"]["data"] = str(dataset)
    config = build_config(raw, "test")
    config.lock()
    return Trainer(config, "cpu", False, "float32")


def likeliest(distribution) -> torch.Tensor:
    """What robomimic would act on if it did not draw: the mean of the likeliest component."""
    chosen = distribution.mixture_distribution.logits.argmax(-1)
    means = distribution.component_distribution.base_dist.loc
    return means.take_along_dim(chosen[..., None, None], dim=-2).squeeze(-2)


TRANSFORMER = {
    "rnn": {"enabled": False},
    "gmm": {"enabled": False},
    "transformer": {"enabled": True, "context_length": 4, "embed_dim": 16, "num_layers": 1, "num_heads": 2},
}
CASES = {
    "recurrent mixture": {},
    "normalised": {"train": {"hdf5_normalize_obs": True, "batch_size": 20}},
    "recurrent": {"algo": {"gmm": {"enabled": False}}},
    "flat": {"algo": {"gmm": {"enabled": False}, "rnn": {"enabled": False}, "actor_layer_dims": [16]}},
    "frames": {"algo": TRANSFORMER, "train": {"frame_stack": 4, "seq_length": 1, "batch_size": 20}},
}


@pytest.mark.parametrize("sections", CASES.values(), ids=CASES)
def test_each_environment_acts_as_robomimics_own_policy(dataset, write_config, tmp_path, monkeypatch, sections):
    """Hidden state, normalisation, frames: all as `RolloutPolicy` has them for one environment, resets included."""
    from robomimic.utils.file_utils import policy_from_checkpoint

    trainer = make_trainer(dataset, write_config, **sections)
    path = tmp_path / "policy.pth"
    trainer.save_checkpoint(path)
    monkeypatch.setattr(torch.distributions.MixtureSameFamily, "sample", likeliest)
    frames = trainer.config.train.frame_stack
    width = {key: value.shape[1:] for key, value in trainer.sequences.obs.items()}
    seen = [{k: 3 + torch.randn(ENVS, *shape) for k, shape in width.items()} for _ in range(STEPS)]

    policy = load_policy(str(path), "cpu", "mode")
    ours = []
    for step in range(STEPS):
        if step in RESETS:
            policy.begin(torch.tensor(list(RESETS[step])), ENVS)
        ours.append(policy.act(seen[step], torch.zeros(ENVS, dtype=torch.long)))

    for env in range(ENVS):
        theirs, _ = policy_from_checkpoint(ckpt_path=str(path))
        history: list[dict] = []
        for step in range(STEPS):
            if env in RESETS.get(step, ()):
                theirs.start_episode()
                history = []
            now = {key: value[env].numpy() for key, value in seen[step].items()}
            history = [*(history or [now] * (frames - 1)), now][-frames:]
            given = {key: np.stack([frame[key] for frame in history]) for key in now} if frames > 1 else dict(now)
            np.testing.assert_allclose(ours[step][env].numpy(), theirs(ob=given), atol=1e-5, rtol=0)


def test_draws_are_the_mixtures_and_independent_of_the_neighbours(dataset, write_config):
    trainer = make_trainer(dataset, write_config)
    trainer.model.set_eval()
    with torch.no_grad():
        # Weights as they are drawn make all modes equally likely; these do not.
        bias = trainer.model.nets["policy"].nets["decoder"].nets["logits"].bias
        bias.copy_(torch.linspace(0, 2, len(bias)))
    count = 4000
    one = {key: torch.randn(1, *value.shape[1:]) for key, value in trainer.sequences.obs.items()}
    streams = randomness.streams(3, "policy", torch.arange(count))

    def act(rows: slice) -> torch.Tensor:
        policy = BatchedPolicy(trainer.model, trainer.config, None, CPU, "sample")
        many = {key: value.expand(count, -1)[rows] for key, value in one.items()}
        policy.begin(torch.arange(len(streams[rows])), len(streams[rows]))
        return policy.act(many, streams[rows])

    drawn = act(slice(None))
    torch.testing.assert_close(act(slice(10, 20)), drawn[10:20])
    distribution, _ = trainer.model.nets["policy"].forward_train_step(one)
    means = distribution.component_distribution.base_dist.loc[0].detach()
    nearest = torch.cdist(drawn, means).argmin(dim=1)
    assert (drawn - means[nearest]).std() < 3e-4
    share = np.bincount(nearest.numpy(), minlength=len(means)) / count
    expected = distribution.mixture_distribution.probs[0].detach().numpy()
    np.testing.assert_allclose(share, expected, atol=0.03)


def test_a_file_that_is_no_checkpoint_is_named(tmp_path):
    path = tmp_path / "policy.pth"
    with pytest.raises(InputFileError, match="no such file"):
        load_policy(str(path), "cpu")
    path.write_text("not weights")
    with pytest.raises(InputFileError, match=r"policy\.pth: is not a checkpoint"):
        load_policy(str(path), "cpu")


def test_what_does_not_fit_is_said_all_at_once():
    def fit(spec: PolicySpec, shapes: dict | None = None) -> None:
        given = {"eef_pos": (3,), "table_cam": (64, 64, 3)} if shapes is None else shapes
        check_fit(
            spec, "run/best.pth", SimpleNamespace(observation_shapes=lambda: given or None, action_dim=7), "My-Task"
        )

    fit(PolicySpec({"eef_pos": (3,), "table_cam": (64, 64, 3)}, 7))
    with pytest.raises(InputFileError) as caught:
        fit(PolicySpec({"eef_pos": (4,), "force": (3,), "table_cam": (32, 32, 3)}, 8))
    assert str(caught.value).splitlines()[0] == (
        "run/best.pth: sees 'eef_pos' of 4 numbers, where My-Task has 3 numbers; sees 'force', which My-Task does not"
        " observe; sees 'table_cam' of shape 32 x 32 x 3, where My-Task has shape 64 x 64 x 3;"
        " puts out actions of 8 numbers, where My-Task takes 7"
    )
    with pytest.raises(InputFileError, match="My-Task gives them as one vector"):
        fit(PolicySpec({"eef_pos": (3,)}, 7), {})


def test_wilsons_interval():
    """Against published values and statsmodels' proportion_confint(method="wilson")."""
    np.testing.assert_allclose(wilson(0, 10), (0.0, 0.2775), atol=1e-4)
    np.testing.assert_allclose(wilson(81, 263), (0.2553, 0.3662), atol=1e-4)
    np.testing.assert_allclose(wilson(10, 10), (0.7225, 1.0), atol=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def make_rollout(number: int, success: bool) -> Rollout:
    cause = FailureCause.NONE if success else FailureCause.NOT_GRASPED
    return Rollout(number, 0, success, 300, cause, "" if success else "franka/0", ever=success)


RATES = {"a": 0.1, "b": 0.5, "c": 0.9, "d": 0.55, "e": 0.05, "f": 0.6, "g": 0.97, "h": 0.2}


def run_sweep(sweep: Sweep, stop: int = 10**9) -> Counter:
    random, made = np.random.default_rng(5), Counter()
    luck = {name: random.random(400) < rate for name, rate in RATES.items()}
    while (task := sweep.next()) is not None and made.total() < stop:
        name, numbers = task
        for number in numbers:
            sweep.add(name, make_rollout(number, bool(luck[name][number])))
            made[name] += 1
            if made.total() == stop:
                break
    return made


def test_the_best_of_many_is_found_with_few_rollouts():
    sweep = Sweep(list(RATES), 200, 16)
    made = run_sweep(sweep)
    assert sweep.best() == "g" == sweep.ranking()[0]
    assert made["g"] == 200 and made["e"] == 16
    assert made.total() < 0.5 * 200 * len(RATES)


def test_a_sweep_that_was_cut_off_goes_on_as_it_would_have():
    whole, cut = Sweep(list(RATES), 200, 16), Sweep(list(RATES), 200, 16)
    made = run_sweep(whole)
    before = run_sweep(cut, stop=150)
    # As after a kill: all that is left are results, some of a policy's rollouts missing.
    resumed = Sweep(list(RATES), 200, 16)
    for name, found in cut.results.items():
        for rollout in found.values():
            resumed.add(name, rollout)
    after = run_sweep(resumed)
    assert before.total() == 150 and before + after == made
    assert resumed.best() == whole.best() and resumed.ranking() == whole.ranking()


def test_rollouts_stop_when_the_interval_is_small():
    sweep = Sweep(["a"], 400, 16, half_width=0.1)
    while (task := sweep.next()) is not None:
        name, numbers = task
        for number in numbers[:10]:
            sweep.add(name, make_rollout(number, True))
    assert 10 < len(sweep.results["a"]) < 40


def test_results_are_told_in_words_and_pictures(tmp_path):
    results = [summarise("models/model_epoch_20.pth", "", [make_rollout(k, k % 4 > 0) for k in range(40)])]
    assert results[0]["success"] == 30 and results[0]["causes"] == {"not_grasped franka/0": 10}
    text = format_table(results)
    assert "model_epoch_20" in text and "75.0%" in text and "59.8% – 85.8%" in text and "10 not_grasped" in text
    draw(results, tmp_path / "evaluation.png")
    assert (tmp_path / "evaluation.png").read_bytes().startswith(b"\x89PNG")
