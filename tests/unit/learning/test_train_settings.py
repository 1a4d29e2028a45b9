# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Every key of robomimic's base configuration: it has an effect, an option replaces it, or it is refused by name."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from robomimic.config import config_factory

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.errors import ConfigError, InputFileError, OptionError
from isaaclab_mimic_core.learning.api import Request
from isaaclab_mimic_core.learning.robomimic.learner import RobomimicLearner, RobomimicPlan
from isaaclab_mimic_core.learning.robomimic.settings import Honoured, Refused, Replaced, leaves, rule
from isaaclab_mimic_core.option import check_options
from isaaclab_mimic_core.options import TrainOptions
from isaaclab_mimic_core.tasks import franka_stack, gr1t2_pick_place

UPSTREAM = Path(importlib.util.find_spec("isaaclab_tasks").origin).parent
HUMANOID = Path(__file__).parents[3] / "data" / "gr1t2_pick_place"
TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
BASE = dict(leaves(config_factory("bc")))
WIDTHS = {"eef_pos": (3,), "object": (5,), "table_cam": (16, 16, 3), "depth_cam": (16, 16, 1), "lidar": (1, 16, 16)}


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Four demonstrations with pictures, a scan, next observations and two masks."""
    path = tmp_path_factory.mktemp("settings") / "demos.hdf5"
    random = np.random.default_rng(0)
    with DatasetWriter(path, {"env_name": TASK, "type": 2, "env_kwargs": {}}) as writer:
        for samples in (9, 10, 11, 12):
            arrays: dict[str, np.ndarray] = {
                "actions": random.uniform(-1, 1, (samples, 7)).astype(np.float32),
                "rewards": random.uniform(0, 1, samples).astype(np.float32),
            }
            for key, shape in WIDTHS.items():
                for group in ("obs", "next_obs"):
                    values = random.uniform(0, 1, (samples, *shape)).astype(np.float32)
                    arrays[f"{group}/{key}"] = (255 * values).astype(np.uint8) if key == "table_cam" else values
            writer.add(Episode(arrays, {"success": True}))
    with h5py.File(path, "r+") as file:
        file["mask/train"] = np.array(["demo_0", "demo_2", "demo_3"], dtype="S")
        file["mask/other"] = np.array(["demo_0", "demo_2"], dtype="S")
        file["mask/valid"] = np.array(["demo_1"], dtype="S")
        file["mask/alone"] = np.array(["demo_3"], dtype="S")
    return path


def nested(changes: dict[str, Any]) -> dict:
    """Turn dotted names into sections."""
    raw: dict = {}
    for key, value in changes.items():
        if value is ...:
            continue
        *sections, name = key.split(".")
        place = raw
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = value
    return raw


LOW_DIM = "observation.modalities.obs.low_dim"
SMALL = {
    "algo_name": "bc",
    LOW_DIM: ["eef_pos"],
    "algo.actor_layer_dims": [8],
    "train.batch_size": 4,
    "experiment.epoch_every_n_steps": 2,
}
RNN = {"algo.rnn.enabled": True, "algo.rnn.hidden_dim": 6, "train.seq_length": 4, "algo.rnn.horizon": 3}
GAUSSIAN = {"algo.gaussian.enabled": True}
GMM = {"algo.gmm.enabled": True}
VAE = {
    "algo.vae.enabled": True,
    "algo.actor_layer_dims": [1024, 1024],
    **{f"algo.vae.{part}_layer_dims": [6] for part in ("encoder", "decoder", "prior")},
}
PRIOR = {**VAE, "algo.vae.prior.learn": True}
MIXTURE = {**PRIOR, "algo.vae.prior.use_gmm": True, "algo.vae.decoder.is_conditioned": True}
CATEGORICAL = {**VAE, "algo.vae.prior.use_categorical": True, "algo.vae.prior.categorical_init_temp": 0.5}
TRANSFORMER = {
    "algo.transformer.enabled": True,
    "algo.transformer.context_length": 3,
    "algo.transformer.embed_dim": 8,
    "algo.transformer.num_layers": 1,
    "algo.transformer.num_heads": 2,
    "train.frame_stack": 3,
}
STACKED = {"train.frame_stack": 3}
LEARNED_TIMES = {**TRANSFORMER, "algo.transformer.nn_parameter_for_timesteps": False}
VALIDATED = {
    "experiment.validate": True,
    "train.hdf5_filter_key": "train",
    "train.hdf5_validation_filter_key": "valid",
}
LOADED = {"train.hdf5_load_next_obs": True}
GOALS = {**LOADED, "train.goal_mode": "last", "observation.modalities.goal.low_dim": ["object"]}
CORE = {
    "feature_dimension": 4,
    "backbone_class": "ShallowConv",
    "backbone_kwargs": {},
    "pool_class": "SpatialSoftmax",
    "pool_kwargs": {"num_kp": 2},
}
CROP = {"crop_height": 12, "crop_width": 12, "num_crops": 1, "pos_enc": False}
NOISE = {"noise_std": 0.5, "num_samples": 1}


def camera(kind: str, key: str, core: dict = CORE) -> dict:
    return {f"observation.modalities.obs.{kind}": [key], f"observation.encoder.{kind}.core_kwargs": core}


RGB, DEPTH = camera("rgb", "table_cam"), camera("depth", "depth_cam")
# robomimic 0.3.0 cannot build its own encoder of scans: it hands torch no channels.
LIDAR = {**camera("scan", "lidar"), "observation.encoder.scan.core_class": "VisualCore"}
IMAGE_AS_NUMBERS = {**camera("low_dim", "lidar"), "observation.encoder.low_dim.core_class": "VisualCore"}


def randomised(kind: str, name: str, arguments: dict) -> dict:
    encoder = f"observation.encoder.{kind}.obs_randomizer"
    return {f"{encoder}_class": name, f"{encoder}_kwargs": arguments}


SCHEDULE = {"algo.optim_params.policy.learning_rate.epoch_schedule": [1]}

CASES: dict[str, tuple] = {
    "algo_name": ({**LOADED, "algo.actor_layer_dims": ..., "train.hdf5_normalize_obs": False}, "td3_bc"),
    "experiment.name": ({}, "stack"),
    "experiment.validate": ({"train.hdf5_filter_key": "train"}, True, {"train.hdf5_validation_filter_key": "valid"}),
    "experiment.logging.terminal_output_to_txt": ({}, False),
    "experiment.logging.log_tb": ({}, False),
    "experiment.save.enabled": ({}, False),
    "experiment.save.every_n_seconds": ({}, 60),
    "experiment.save.every_n_epochs": ({}, None),
    "experiment.save.epochs": ({}, [3]),
    "experiment.save.on_best_validation": (VALIDATED, True),
    "experiment.epoch_every_n_steps": ({}, 3),
    "experiment.validation_epoch_every_n_steps": (VALIDATED, None),
    "train.num_data_workers": (LOADED, 1),
    "train.hdf5_cache_mode": (LOADED, "low_dim"),
    "train.hdf5_use_swmr": (LOADED, False),
    "train.hdf5_load_next_obs": ({}, True),
    "train.hdf5_normalize_obs": ({}, True),
    "train.hdf5_filter_key": ({}, "train"),
    "train.hdf5_validation_filter_key": ({**VALIDATED, "train.hdf5_filter_key": "other"}, "alone"),
    "train.seq_length": (RNN, 5),
    "train.pad_seq_length": (RNN, False),
    "train.frame_stack": (TRANSFORMER, 2, {"algo.transformer.context_length": 2}),
    "train.pad_frame_stack": (TRANSFORMER, False),
    "train.dataset_keys": ({}, ["actions"]),
    "train.goal_mode": (LOADED, "last", {"observation.modalities.goal.low_dim": ["object"]}),
    "train.batch_size": ({}, 5),
    "train.num_epochs": ({}, 7),
    "train.seed": ({}, 2),
    "meta.hp_base_config_file": ({}, "base.json"),
    "meta.hp_keys": ({}, ["seed"]),
    "meta.hp_values": ({}, [1]),
    "algo.optim_params.policy.optimizer_type": ({"algo.optim_params.policy.regularization.L2": 0.5}, "adamw"),
    "algo.optim_params.policy.learning_rate.initial": ({}, 0.01),
    "algo.optim_params.policy.learning_rate.decay_factor": (SCHEDULE, 0.5),
    "algo.optim_params.policy.learning_rate.epoch_schedule": ({}, [1]),
    "algo.optim_params.policy.learning_rate.scheduler_type": (
        {"algo.optim_params.policy.learning_rate.epoch_schedule": [4]},
        "linear",
    ),
    "algo.optim_params.policy.regularization.L2": ({}, 0.5),
    "algo.loss.l2_weight": ({}, 0.5),
    "algo.loss.l1_weight": ({}, 0.5),
    "algo.loss.cos_weight": ({}, 0.5),
    "algo.actor_layer_dims": ({}, [6]),
    "algo.gaussian.enabled": ({}, True),
    "algo.gaussian.fixed_std": (GAUSSIAN, True),
    "algo.gaussian.init_std": ({**GAUSSIAN, "algo.gaussian.fixed_std": True}, 0.3),
    "algo.gaussian.min_std": (GAUSSIAN, 5.0),
    "algo.gaussian.std_activation": (GAUSSIAN, "exp"),
    "algo.gaussian.low_noise_eval": (GAUSSIAN, False),
    "algo.gmm.enabled": ({}, True),
    "algo.gmm.num_modes": (GMM, 3),
    "algo.gmm.min_std": (GMM, 0.5),
    "algo.gmm.std_activation": (GMM, "exp"),
    "algo.gmm.low_noise_eval": (GMM, False),
    "algo.vae.enabled": ({"algo.actor_layer_dims": [1024, 1024]}, True),
    "algo.vae.latent_dim": (VAE, 3),
    "algo.vae.latent_clip": (VAE, 0.01),
    "algo.vae.kl_weight": (VAE, 0.1),
    "algo.vae.decoder.reconstruction_sum_across_elements": (VAE, True),
    "algo.vae.prior.learn": (VAE, True),
    "algo.vae.prior.is_conditioned": (PRIOR, True),
    "algo.vae.prior.use_gmm": (PRIOR, True),
    "algo.vae.prior.gmm_num_modes": (MIXTURE, 3),
    "algo.vae.prior.gmm_learn_weights": (MIXTURE, True),
    "algo.vae.prior.use_categorical": (VAE, True),
    "algo.vae.prior.categorical_dim": (CATEGORICAL, 4),
    "algo.vae.prior.categorical_gumbel_softmax_hard": (CATEGORICAL, True),
    "algo.vae.prior.categorical_init_temp": (CATEGORICAL, 0.9),
    "algo.vae.prior.categorical_temp_anneal_step": (CATEGORICAL, 0.1),
    "algo.vae.prior.categorical_min_temp": ({**CATEGORICAL, "algo.vae.prior.categorical_temp_anneal_step": 1.0}, 0.4),
    "algo.vae.encoder_layer_dims": (VAE, [5]),
    "algo.vae.decoder_layer_dims": (VAE, [5]),
    "algo.vae.prior_layer_dims": ({**PRIOR, "algo.vae.prior.is_conditioned": True}, [5]),
    "algo.rnn.enabled": ({}, True),
    "algo.rnn.horizon": (RNN, 2),
    "algo.rnn.hidden_dim": (RNN, 5),
    "algo.rnn.rnn_type": (RNN, "GRU"),
    "algo.rnn.num_layers": (RNN, 1),
    "algo.rnn.open_loop": (RNN, True),
    "algo.rnn.kwargs.bidirectional": (RNN, True),
    "algo.transformer.enabled": (
        {**TRANSFORMER, "algo.transformer.enabled": False, "train.frame_stack": 1},
        True,
        STACKED,
    ),
    "algo.transformer.context_length": (TRANSFORMER, 2, {"train.frame_stack": 2}),
    "algo.transformer.embed_dim": (TRANSFORMER, 12),
    "algo.transformer.num_layers": (TRANSFORMER, 2),
    "algo.transformer.num_heads": (TRANSFORMER, 1),
    "algo.transformer.emb_dropout": (TRANSFORMER, 0.5),
    "algo.transformer.attn_dropout": (TRANSFORMER, 0.5),
    "algo.transformer.block_output_dropout": (TRANSFORMER, 0.5),
    "algo.transformer.sinusoidal_embedding": (LEARNED_TIMES, True),
    "algo.transformer.activation": (TRANSFORMER, "geglu"),
    "algo.transformer.supervise_all_steps": (TRANSFORMER, True),
    "algo.transformer.nn_parameter_for_timesteps": (TRANSFORMER, False),
    LOW_DIM: ({}, ["eef_pos", "object"]),
    "observation.modalities.obs.rgb": (RGB, []),
    "observation.modalities.obs.depth": (DEPTH, []),
    "observation.modalities.obs.scan": (LIDAR, []),
    "observation.modalities.goal.low_dim": (GOALS, ["eef_pos"]),
    "observation.modalities.goal.rgb": ({**GOALS, **RGB}, ["table_cam"]),
    "observation.modalities.goal.depth": ({**GOALS, **DEPTH}, ["depth_cam"]),
    "observation.modalities.goal.scan": ({**GOALS, **LIDAR}, ["lidar"]),
    "observation.encoder.low_dim.core_class": (
        {LOW_DIM: ["lidar"]},
        "VisualCore",
        {"observation.encoder.low_dim.core_kwargs": CORE},
    ),
    "observation.encoder.low_dim.core_kwargs": (IMAGE_AS_NUMBERS, {**CORE, "feature_dimension": 5}),
}

for kind, seen in {"low_dim": {}, "rgb": RGB, "depth": DEPTH, "scan": LIDAR}.items():
    encoder = f"observation.encoder.{kind}"
    if kind != "low_dim":
        CASES[f"{encoder}.core_class"] = (seen, None, {f"{encoder}.core_kwargs": {}})
        CASES[f"{encoder}.core_kwargs"] = (seen, {**CORE, "feature_dimension": 5})
    name, arguments, others = "GaussianNoiseRandomizer", NOISE, {**NOISE, "noise_std": 0.1}
    if kind in ("rgb", "depth"):
        name, arguments, others = "CropRandomizer", CROP, {**CROP, "crop_height": 10}
    CASES[f"{encoder}.obs_randomizer_class"] = (seen, name, {f"{encoder}.obs_randomizer_kwargs": arguments})
    CASES[f"{encoder}.obs_randomizer_kwargs"] = ({**seen, **randomised(kind, name, arguments)}, others)

"""Settings that have an effect: beside which others, a value that makes a difference, and what has to go with it."""


@pytest.fixture(scope="module")
def facts(data, tmp_path_factory):
    """Tells everything of a training that a setting could change: what is decided, read, learned and acted."""
    folder, known = tmp_path_factory.mktemp("configurations"), {}

    def tell(changes: dict[str, Any]) -> dict:
        text = json.dumps(nested({**SMALL, **changes}), sort_keys=True)
        if text not in known:
            path = folder / "config.json"
            path.write_text(text)
            known[text] = _facts(RobomimicLearner().plan(Request(str(data), TASK, str(path))))
        return known[text]

    return tell


def _facts(plan) -> dict:
    trainer = plan.start()
    decided = plan.label, plan.saving, plan.text_log, plan.tensorboard, plan.epochs, plan.config["meta"]
    loader = getattr(trainer.training.batches, "_loader", None)
    source = getattr(loader, "dataset", None)
    reading = loader and (loader.num_workers, source.hdf5_cache_mode, source.hdf5_use_swmr, source.load_next_obs)
    batch = next(iter(trainer.training.batches.epoch(1, 1)))
    trainer.begin_epoch()
    while not trainer.advance(60.0):
        pass
    policy = trainer.model
    torch.manual_seed(3)
    policy.set_eval()
    acted = []
    for _ in range(4):
        seen = {
            key: torch.rand(
                2, *([trainer.config.train.frame_stack] if trainer.config.train.frame_stack > 1 else []), *shape
            )
            for key, shape in policy.obs_shapes.items()
        }
        goal = {key: torch.rand(2, *shape) for key, shape in policy.goal_shapes.items()} or None
        acted.append(policy.get_action(seen, goal).tolist())
    return {
        "decided": decided,
        "reading": reading,
        "batch": {key: tuple(value.shape) for key, value in sorted(batch.items()) if torch.is_tensor(value)},
        "sequences": (
            trainer.steps_per_epoch,
            trainer.validation.steps if trainer.validation else 0,
            trainer.training.batches.one_pass,
        ),
        "held back": trainer.validation_loss,
        "loss": trainer.loss,
        "rate": trainer.learning_rate,
        "statistics": trainer.normalisation is None,
        "acted": acted,
    }


def keys_of(kind: type) -> list[str]:
    return [key for key in BASE if isinstance(rule(key), kind)]


def test_nothing_is_left_out():
    assert set(BASE) == {key for kind in (Honoured, Refused, Replaced) for key in keys_of(kind)}
    assert set(CASES) == set(keys_of(Honoured))


@pytest.mark.parametrize(
    "changes", [{}, {**RNN, **GMM}, TRANSFORMER, LOADED], ids=["plain", "rnn", "transformer", "loaded"]
)
def test_what_does_not_change_has_no_effect(facts, changes):
    """The same configuration in other words: numbers are the same to the bit."""
    assert facts({**changes, "algo.loss.l2_weight": 1.0}) == facts(changes)


@pytest.mark.parametrize("key", keys_of(Honoured))
def test_what_is_accepted_has_an_effect(facts, key):
    context, value, *with_it = CASES[key]
    assert facts({**context, key: value, **(with_it[0] if with_it else {})}) != facts(context)


@pytest.mark.parametrize("key", keys_of(Refused))
def test_what_is_not_done_is_refused_by_name(data, tmp_path, key):
    refused = rule(key)
    for value in refused.neutral:
        plan(data, tmp_path, {key: value})
    kinds = {bool: [True, False], int: [7], str: ["elsewhere"], list: [["elsewhere"]], type(None): ["elsewhere"]}
    asking = [value for value in kinds[type(BASE[key])] if value not in refused.neutral]
    # Without rollouts, which are refused, these two ask for nothing whatever they say.
    assert asking or key in ("experiment.save.on_best_rollout_success_rate", "experiment.render_video")
    for value in asking:
        with pytest.raises(ConfigError, match=f"{key} = {json.dumps(value)}".replace("[", r"\[")) as caught:
            plan(data, tmp_path, {key: value})
        assert caught.value.remedy


def test_what_an_option_replaces_is_replaced(data, tmp_path):
    assert keys_of(Replaced) == ["train.data", "train.cuda"]
    made = plan(data, tmp_path, {"train.data": "/elsewhere/demos.hdf5", "train.cuda": True})
    assert made.config["train"]["data"] == str(data) and made.config["train"]["cuda"] is False
    assert made.notes == [
        f"{tmp_path}/config.json names /elsewhere/demos.hdf5 in train.data; --dataset {data} is trained on."
    ]
    with pytest.raises(ConfigError, match="a training reads one file"):
        plan(data, tmp_path, {"train.data": [{"path": str(data)}]})


def test_all_that_is_refused_is_named_at_once(data, tmp_path):
    asked = {"experiment.rollout.enabled": True, "experiment.logging.log_wandb": True}
    with pytest.raises(ConfigError, match=r"log_wandb = true.*rollout.enabled = true") as caught:
        plan(data, tmp_path, asked)
    assert "--eval-every" in str(caught.value)


IMPOSSIBLE = {
    "a number for a section": ({"experiment.save": 5}, "experiment.save: is 5"),
    "a word for a switch": ({"experiment.validate": "no"}, 'experiment.validate: is "no"'),
    "a word for a number": ({"train.batch_size": "many"}, 'train.batch_size: is "many"'),
    "no sequences": ({"train.batch_size": 0}, "train.batch_size: is 0"),
    "half an epoch": ({"train.num_epochs": 1.5}, "train.num_epochs: is 1.5"),
    "an unknown key": ({"train.learning_speed": 1}, "robomimic does not take it"),
    "an unknown algorithm": ({"algo_name": "ppo"}, 'algo_name: is "ppo"'),
    "an algorithm of several policies": ({"algo_name": "hbc"}, 'algo_name: is "hbc"'),
    "no actions": ({"train.dataset_keys": ["rewards"]}, "train.dataset_keys"),
    "a validation without masks": ({"experiment.validate": True}, "experiment.validate: needs two parts"),
    "a mask without a validation": (
        {"train.hdf5_validation_filter_key": "valid"},
        "hdf5_validation_filter_key: is set, but nothing is validated",
    ),
    "the best of no validation": (
        {"experiment.save.on_best_validation": True},
        "on_best_validation: is set, but nothing is validated",
    ),
    "goals from nowhere": ({"observation.modalities.goal.low_dim": ["object"]}, "goal: names goals"),
    "no goals": ({**LOADED, "train.goal_mode": "last"}, "train.goal_mode: is set"),
    "two heads": ({**GAUSSIAN, **GMM}, "algo.gmm.enabled: is true, and so is that of algo.gaussian"),
    "two bodies": ({**RNN, **TRANSFORMER}, "algo.transformer.enabled: is true, and so is that of algo.rnn"),
    "a head without that body": ({**RNN, **GAUSSIAN}, "algo.gaussian.enabled: cannot be had with algo.rnn"),
    "losses of a likelihood": ({**GMM, "algo.loss.l1_weight": 1.0}, "algo.loss.l1_weight: has no effect"),
    "frames that nobody sees": ({"train.frame_stack": 2}, "train.frame_stack: is above 1"),
    "another number of frames": ({**TRANSFORMER, "train.frame_stack": 2}, "train.frame_stack: is not"),
    "an unknown encoder": ({"observation.encoder.low_dim.core_class": "NoCore"}, 'low_dim.core_class: is "NoCore"'),
    "an argument that the encoder drops": (
        {**RGB, "observation.encoder.rgb.core_kwargs": {**CORE, "feature_dim": 8}},
        "rgb.core_kwargs: feature_dim would have no effect",
    ),
    "arguments for nobody": (
        {"observation.encoder.low_dim.core_kwargs": {"feature_dimension": 8}},
        "low_dim.core_kwargs: feature_dimension would have no effect",
    ),
    "two kinds of time": (
        {**TRANSFORMER, "algo.transformer.sinusoidal_embedding": True},
        "nn_parameter_for_timesteps: is true beside sinusoidal_embedding",
    ),
    "another optimiser": ({"algo.optim_params.policy.optimizer_type": "sgd"}, 'optimizer_type: is "sgd"'),
    "another schedule": (
        {"algo.optim_params.policy.learning_rate.scheduler_type": "cosine"},
        'scheduler_type: is "cosine"',
    ),
    "two ends of a line": (
        {
            "algo.optim_params.policy.learning_rate.scheduler_type": "linear",
            "algo.optim_params.policy.learning_rate.epoch_schedule": [1, 2],
        },
        "epoch_schedule: is \\[1, 2\\]",
    ),
}


@pytest.mark.parametrize(("changes", "words"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_is_said_before_anything_is_read(data, tmp_path, changes, words):
    with pytest.raises(ConfigError, match=words):
        plan(data, tmp_path, changes)


BUILT = {
    "a recurrent network of another kind": {**RNN, "algo.rnn.rnn_type": "SRU"},
    "heads that do not divide": {**TRANSFORMER, "algo.transformer.num_heads": 3},
    "an unknown activation": {**GMM, "algo.gmm.std_activation": "step"},
    "a crop beyond the picture": {
        "observation.modalities.obs.rgb": ["table_cam"],
        "observation.encoder.rgb.core_kwargs": CORE,
        "observation.encoder.rgb.obs_randomizer_class": "CropRandomizer",
        "observation.encoder.rgb.obs_randomizer_kwargs": {**CROP, "crop_height": 40},
    },
}


@pytest.mark.parametrize("changes", BUILT.values(), ids=BUILT)
def test_what_robomimic_cannot_build_is_said_in_a_line(data, tmp_path, changes):
    with pytest.raises(ConfigError, match="robomimic cannot make a policy of it"):
        plan(data, tmp_path, changes).start()


def test_a_shorter_run_has_a_shorter_schedule(data, tmp_path):
    rate = "algo.optim_params.policy.learning_rate"
    linear = {f"{rate}.scheduler_type": "linear", f"{rate}.epoch_schedule": [400], "train.num_epochs": 400}
    steps = {f"{rate}.epoch_schedule": [100, 300], "train.num_epochs": 400}
    for changes, wanted in ((linear, [100]), (steps, [25, 75])):
        made = plan(data, tmp_path, changes, epochs=100)
        assert made.epochs == 100
        assert made.config["algo"]["optim_params"]["policy"]["learning_rate"]["epoch_schedule"] == wanted
        assert made.notes == ["The learning rate's schedule is stretched from 400 to 100 epochs."]
    assert plan(data, tmp_path, {"train.num_epochs": 400}, epochs=100).notes == []
    assert plan(data, tmp_path, linear).notes == []


def test_the_seed_of_the_command_line_is_the_trainings(data, tmp_path):
    assert plan(data, tmp_path, {}, seed=9).config["train"]["seed"] == 9
    assert plan(data, tmp_path, {"train.seed": 4}).config["train"]["seed"] == 4
    with pytest.raises(OptionError, match="--train-seed: must be from 0 to 4294967295, not 4294967296"):
        check_options(TrainOptions(train_seed=2**32))


def plan(data: Path, folder: Path, changes: dict[str, Any], **request: Any) -> RobomimicPlan:
    path = folder / "config.json"
    path.write_text(json.dumps(nested({**SMALL, **changes})))
    return RobomimicLearner().plan(Request(str(data), TASK, str(path), **request))


def test_a_task_brings_its_configuration(data, tmp_path, monkeypatch):
    made = RobomimicLearner().plan(Request(str(data), TASK, ""))
    assert Path(made.config_path) == Path(franka_stack.__file__).with_name("robomimic.json")
    shipped = json.loads(Path(made.config_path).read_text())
    assert made.epochs == shipped["train"]["num_epochs"] and made.config["train"]["seq_length"] == 10
    monkeypatch.chdir(tmp_path)
    for old in (f"config/train/{TASK}.json", f"/somewhere/config/train/{TASK}.json"):
        with pytest.raises(InputFileError) as refused:
            RobomimicLearner().plan(Request(str(data), TASK, old))
        what, remedy = str(refused.value).splitlines()
        assert what == f"{old}: is no longer there: the task brings its configuration"
        assert remedy.strip() == f"Leave --config out, or give {made.config_path}"
    with pytest.raises(InputFileError, match="cannot be read"):
        RobomimicLearner().plan(Request(str(data), TASK, "config/train/other.json"))


def test_the_humanoids_configuration_fits_its_demonstrations():
    made = RobomimicLearner().plan(Request(str(HUMANOID / "demos.hdf5"), "Isaac-PickPlace-GR1T2-Abs-Mimic-v0", ""))
    assert Path(made.config_path) == Path(gr1t2_pick_place.__file__).with_name("robomimic.json") and made.notes == []
    trainer = made.start()
    # Wrists are always above 1 m, which a policy says only in the range of its data.
    assert trainer.action_range is not None
    assert (trainer.action_range.offset[[2, 9]] > 1.0).all()


@pytest.mark.parametrize("path", sorted(UPSTREAM.rglob("robomimic/*.json")), ids=lambda path: path.stem)
def test_every_configuration_of_isaac_labs_is_taken(data, path):
    request = Request(str(data), TASK, str(path))
    if path.stem == "bcq":
        # It validates, and names no masks: robomimic does not take it either.
        with pytest.raises(ConfigError, match=r"experiment\.validate: needs two parts"):
            RobomimicLearner().plan(request)
    else:
        assert RobomimicLearner().plan(request).epochs > 0
