# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Every setting of a robomimic configuration: its effect, or that it is refused and what to do instead.

A setting that is accepted has an effect. Names and defaults are those of robomimic 0.3.0 (`config/base_config.py`,
`config/bc_config.py`).
"""

import inspect
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ...errors import ConfigError
from .pretraining import SECTION, pretraining_of


@dataclass(frozen=True)
class Honoured:
    """A setting with an effect."""

    effect: str
    """What it decides."""
    holds: Callable[[Any], bool] = lambda value: True
    """Whether a value is possible."""
    can_be: str = ""
    """The possible values, in words."""


@dataclass(frozen=True)
class Replaced:
    """A setting that an option replaces, whatever its value."""

    option: str


@dataclass(frozen=True)
class Refused:
    """A setting that is not supported, or is replaced by something else."""

    remedy: str
    """What to do instead."""
    neutral: tuple = (None,)
    """Values without an effect, which are accepted."""


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _count(effect: str) -> Honoured:
    return Honoured(effect, _is_count, "a whole number of at least 1")


def _count_or_null(effect: str) -> Honoured:
    return Honoured(effect, lambda value: value is None or _is_count(value), "a whole number of at least 1, or null")


def _flag(effect: str) -> Honoured:
    return Honoured(effect, lambda value: isinstance(value, bool), "true or false")


def _name_or_null(effect: str) -> Honoured:
    return Honoured(effect, lambda value: value is None or (isinstance(value, str) and value != ""), "a name or null")


def _is_seconds(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0)


def _are_epochs(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(map(_is_count, value))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _from_to(effect: str, low: float, high: float) -> Honoured:
    return Honoured(effect, lambda value: _is_number(value) and low <= value <= high, f"a number from {low} to {high}")


def _are_pairs(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(_are_names(pair) and len(pair) == 2 for pair in value)


def _are_names(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(name, str) and name for name in value)


_ROLLOUTS = "Evaluations while training are asked for by --eval-every, --eval-rollouts and --horizon."
_FILMS = "Films of a policy: mimic evaluate --video N; a live view: mimic play."
_OUTPUTS = tuple(f"../{name}_trained_models" for name in ("bc", "bcq", "cql", "gl", "hbc", "iql", "iris", "td3_bc"))
"""Defaults of robomimic's algorithms."""
_BEST = "An evaluation (--eval-every, mimic evaluate) always keeps the best checkpoint as best.pth."

ALGORITHMS = ("bc", "bcq", "cql", "iql", "td3_bc")
"""robomimic's algorithms that train one policy on one group of observations; not gl, hbc and iris."""

SETTINGS: dict[str, Honoured | Replaced | Refused] = {
    "algo_name": Honoured("the algorithm", lambda value: value in ALGORITHMS, "one of bc, bcq, cql, iql, td3_bc"),
    "experiment.name": Honoured("a label in run.json", lambda value: isinstance(value, str), "a text"),
    "experiment.validate": _flag("whether the loss on hdf5_validation_filter_key is computed after every epoch"),
    "experiment.logging.terminal_output_to_txt": _flag("whether log.txt is written beside log.jsonl"),
    "experiment.logging.log_tb": _flag("whether tensorboard/ is written"),
    "experiment.logging.log_wandb": Refused("log.jsonl and tensorboard/ hold the same figures.", (False,)),
    "experiment.logging.wandb_proj_name": Refused("Nothing is logged to wandb.", ("debug", None)),
    "experiment.save.enabled": _flag("whether checkpoints are written at all, but for those of --eval-every"),
    "experiment.save.every_n_seconds": Honoured(
        "seconds between checkpoints, looked at after an epoch", _is_seconds, "a number above 0, or null"
    ),
    "experiment.save.every_n_epochs": _count_or_null("epochs between checkpoints"),
    "experiment.save.epochs": Honoured("epochs after which there is a checkpoint", _are_epochs, "a list of epochs"),
    "experiment.save.on_best_validation": _flag("whether the least validation loss is kept as best_validation.pth"),
    "experiment.save.on_best_rollout_return": Refused(_BEST, (False,)),
    "experiment.save.on_best_rollout_success_rate": Refused(_BEST, (True, False)),
    "experiment.epoch_every_n_steps": _count_or_null("steps of an epoch; null: one pass over the data"),
    "experiment.validation_epoch_every_n_steps": _count_or_null("batches of a validation; null: one pass"),
    "experiment.env": Refused("Where a policy is evaluated is said to mimic evaluate: --task."),
    "experiment.additional_envs": Refused("Where a policy is evaluated is said to mimic evaluate: --task.", (None, [])),
    "experiment.render": Refused(_FILMS, (False,)),
    # Isaac Lab's own configurations use both values; without rollouts neither has an effect.
    "experiment.render_video": Refused(_FILMS, (False, True)),
    "experiment.keep_all_videos": Refused(_FILMS, (False,)),
    "experiment.video_skip": Refused(_FILMS, (5, None)),
    "experiment.rollout.enabled": Refused(_ROLLOUTS, (False,)),
    "experiment.rollout.n": Refused(_ROLLOUTS, (50,)),
    "experiment.rollout.horizon": Refused(_ROLLOUTS, (400,)),
    "experiment.rollout.rate": Refused(_ROLLOUTS, (50,)),
    "experiment.rollout.warmstart": Refused(_ROLLOUTS, (0,)),
    "experiment.rollout.terminate_on_success": Refused(_ROLLOUTS, (True,)),
    # One file only: `config.take_dataset` reports another one, and refuses several.
    "train.data": Replaced("--dataset"),
    "train.output_dir": Refused("The run's folder is given by --output.", (None, *_OUTPUTS)),
    "train.num_data_workers": Honoured(
        "processes that load what does not lie on the device (images, goals, next_obs)",
        lambda value: value == 0 or _is_count(value),
        "a whole number",
    ),
    "train.hdf5_cache_mode": Honoured(
        "what of that stays in memory", lambda value: value in ("all", "low_dim", None), "all, low_dim or null"
    ),
    "train.hdf5_use_swmr": _flag("how that file is opened"),
    "train.hdf5_load_next_obs": _flag("whether next_obs is read, which goals and most algorithms but bc need"),
    "train.hdf5_normalize_obs": _flag("whether observations are normalised"),
    "train.hdf5_filter_key": _name_or_null("the mask of the demonstrations to train on"),
    "train.hdf5_validation_filter_key": _name_or_null("the mask of those to validate on"),
    "train.seq_length": _count("rows of a sequence"),
    "train.pad_seq_length": _flag("whether sequences reach beyond a demonstration's end"),
    "train.frame_stack": _count("frames that a transformer sees"),
    "train.pad_frame_stack": _flag("whether they reach before its beginning"),
    "train.dataset_keys": Honoured(
        "what is read beside observations", lambda value: _are_names(value) and "actions" in value, "names with actions"
    ),
    "train.action_config.actions.normalization": Honoured(
        "how actions are normalised, as robomimic has it from 0.4 on",
        lambda value: value in (None, "min_max", "gaussian"),
        "min_max, gaussian or null",
    ),
    # Our own section; its defaults are in `pretraining.Pretraining`.
    "train.encoder_pretraining.num_epochs": _count("epochs for which the encoders of images are trained first"),
    "train.encoder_pretraining.epoch_every_n_steps": _count("steps of such an epoch"),
    "train.encoder_pretraining.batch_size": _count("frames of such a step, each with the images of all cameras"),
    "train.encoder_pretraining.learning_rate": Honoured(
        "Adam's learning rate, which falls along a cosine to 1 % of it",
        lambda value: _is_number(value) and value > 0,
        "a number above 0",
    ),
    "train.encoder_pretraining.every_n_frames": _count("of how many successive frames one is used"),
    "train.encoder_pretraining.held_out": _from_to("the part of the demonstrations left out of it", 0.01, 0.9),
    "train.encoder_pretraining.hands": Honoured(
        "observations with position and quaternion of each hand, in whose frame objects are predicted as well",
        _are_pairs,
        "a list of pairs of names",
    ),
    "train.encoder_pretraining.action_weight": _from_to("weight of the actions' loss beside the positions'", 0, 100),
    "train.encoder_pretraining.shift_pixels": Honoured(
        "by how much images are shifted at most [pixels]",
        lambda value: value == 0 or _is_count(value),
        "a whole number",
    ),
    "train.encoder_pretraining.color_jitter": _from_to("by how much brightness, contrast and colours vary", 0, 1),
    "train.encoder_pretraining.feature_noise": _from_to(
        "factor of the noise that gives features the error that the encoders have on what is held out", 0, 100
    ),
    "train.goal_mode": Honoured(
        "whether the last observation is the goal", lambda value: value in (None, "last"), "last or null"
    ),
    "train.cuda": Replaced("--device"),
    "train.batch_size": _count("sequences of a batch"),
    "train.num_epochs": _count("epochs to train, unless --epochs is given"),
    "train.seed": Honoured(
        "seed of weights and batches, unless --seed is given",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32,
        "a whole number from 0 to 4294967295",
    ),
    "algo.vae.decoder.is_conditioned": Refused("robomimic 0.3.0 never reads it: its decoder always is.", (True,)),
    "meta.hp_base_config_file": Honoured("where a sweep began, kept in config.json and in checkpoints"),
    "meta.hp_keys": Honoured("what it varied, kept there"),
    "meta.hp_values": Honoured("with which values, kept there"),
}
"""All settings, except those of robomimic's own networks, losses and optimisers."""

READ_BY_ROBOMIMIC = ("algo.", "observation.")
_HEADS = ("gaussian", "gmm", "vae")
"""Output heads of a policy of robomimic's bc; if several are enabled, the first is used (`algo/bc.py`)."""


def leaves(config: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every setting of a configuration: its dotted name and its value."""
    for name, value in config.items():
        if isinstance(value, dict) and (value or not prefix):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def rule(key: str) -> Honoured | Replaced | Refused | None:
    """Return the rule for a setting; None if there is none."""
    if key not in SETTINGS and key.startswith(READ_BY_ROBOMIMIC):
        return Honoured("robomimic's own networks, losses and optimisers")
    return SETTINGS.get(key)


def check_settings(config: Any, where: str) -> None:
    """Check that every setting of a configuration has an effect here.

    Args:
        config: robomimic's configuration with defaults filled in, except those that `neutralise` changes.
        where: The configuration's file, for the error.

    Raises:
        ConfigError: A value is invalid or not supported; names all such settings.
    """
    refused: dict[str, list[str]] = {}
    for key, value in leaves(config):
        match rule(key):
            case Honoured(holds=holds, can_be=can_be) if not holds(value):
                raise ConfigError(f"is {json.dumps(value)}", where=f"{where}, {key}", remedy=f"It has to be {can_be}.")
            case Refused(remedy=remedy, neutral=neutral) if not any(_same(value, one) for one in neutral):
                refused.setdefault(remedy, []).append(f"{key} = {json.dumps(value)}")
            case None:
                refused.setdefault("Take it out.", []).append(f"{key} = {json.dumps(value)}")
    if refused:
        raise ConfigError(
            f"would have no effect: {', '.join(name for names in refused.values() for name in names)}",
            where=where,
            remedy=" ".join(refused),
        )
    _check_together(config, where)


def neutralise(config: Any) -> None:
    """Change robomimic's defaults that are not supported here, before a file's values replace them."""
    for key, value in list(leaves(config)):
        match rule(key):
            case Refused(neutral=neutral) if not any(_same(value, one) for one in neutral):
                _section(config, key)[key.rpartition(".")[2]] = neutral[0]


def _check_together(config: Any, where: str) -> None:
    """Check settings that contradict each other, or make another one ineffective."""

    def fail(key: str, what: str, remedy: str) -> None:
        raise ConfigError(what, where=f"{where}, {key}", remedy=remedy)

    train, experiment = config.train, config.experiment
    if experiment.validate and not (train.hdf5_filter_key and train.hdf5_validation_filter_key):
        fail(
            "experiment.validate",
            "needs two parts of the dataset",
            "Name the file's masks in train.hdf5_filter_key and train.hdf5_validation_filter_key.",
        )
    if not experiment.validate:
        for key, given in (
            ("train.hdf5_validation_filter_key", train.hdf5_validation_filter_key),
            ("experiment.save.on_best_validation", experiment.save.on_best_validation),
        ):
            if given:
                fail(key, "is set, but nothing is validated", "Set experiment.validate to true, or leave it out.")
    for key, value in leaves(config):
        name = key.rpartition(".")[2]
        if name in _OPTIMISER and value not in _OPTIMISER[name]:
            fail(key, f"is {json.dumps(value)}", f"It has to be {' or '.join(_OPTIMISER[name])}.")
        if name == "epoch_schedule":
            linear = _section(config, key).get("scheduler_type", "multistep") == "linear"
            if not _are_epochs(value) or (linear and len(value) > 1):
                fail(key, f"is {json.dumps(value)}", f"It has to be a list of {'one epoch' if linear else 'epochs'}.")
    if pretraining_of(config) is not None:
        _check_pretraining(config, fail)
    if config.algo_name != "bc":
        return
    _check_encoders(config, fail)
    _check_goals(config, fail)
    _check_policy(config, fail)


def _check_goals(config: Any, fail: Callable) -> None:
    goals = any(config.observation.modalities.goal.values())
    if goals and not (config.train.goal_mode and config.train.hdf5_load_next_obs):
        fail(
            "observation.modalities.goal",
            "names goals, which are the last of next_obs",
            'Set train.goal_mode to "last" and train.hdf5_load_next_obs to true.',
        )
    if config.train.goal_mode and not goals:
        fail("train.goal_mode", "is set, but the policy is given no goals", "Name some in observation.modalities.goal.")


def _check_encoders(config: Any, fail: Callable) -> None:
    """Check the encoders of the observations that are used: robomimic ignores arguments that a class does not have."""
    from robomimic.utils.obs_utils import OBS_ENCODER_CORES, OBS_RANDOMIZERS

    groups = config.observation.modalities.values()
    for kind, encoder in config.observation.encoder.items():
        if not any(group.get(kind) for group in groups):
            continue
        for part, classes in (("core", OBS_ENCODER_CORES), ("obs_randomizer", OBS_RANDOMIZERS)):
            name, given = encoder[f"{part}_class"], encoder[f"{part}_kwargs"] or {}
            key = f"observation.encoder.{kind}.{part}_class"
            if name is not None and name not in classes:
                fail(key, f"is {json.dumps(name)}", f"It can be {', '.join(sorted(set(classes) - {'None'}))} or null.")
            made: Any = classes.get(str(name))
            known = inspect.signature(made).parameters if made is not None else {}
            if unknown := sorted(set(given) - set(known)):
                fail(
                    f"observation.encoder.{kind}.{part}_kwargs",
                    f"{', '.join(unknown)} would have no effect",
                    f"{name} takes {', '.join(known)}." if name else f"Set {key} to a class that takes it.",
                )


def _check_pretraining(config: Any, fail: Callable) -> None:
    """Check that the encoders can be trained first, and the policy on what they make of images."""
    key, observed, encoder = f"train.{SECTION}", config.observation.modalities.obs, config.observation.encoder.rgb
    if config.algo_name != "bc" or config.train.hdf5_load_next_obs:
        fail(key, "is for robomimic's bc, without next_obs", "Leave it out.")
    if not observed.rgb:
        fail(key, "is set, but the policy sees no images", "Name some in observation.modalities.obs.rgb.")
    if observed.depth or observed.scan or any(config.observation.modalities.goal.values()):
        fail(key, "is for images of colour only", "Leave depth, scan and goal empty in observation.modalities.")
    if encoder.core_class != "VisualCore":
        fail("observation.encoder.rgb.core_class", f"cannot be had with {key}", "Set it to VisualCore.")
    arguments = encoder.core_kwargs
    if arguments.get("flatten", True) is not True:
        fail("observation.encoder.rgb.core_kwargs.flatten", f"cannot be had with {key}", "Set it to true.")
    # The last layer is where features are scaled.
    if not _is_count(width := arguments.get("feature_dimension", 64)):
        fail(
            "observation.encoder.rgb.core_kwargs.feature_dimension",
            f"is {json.dumps(width)}, which cannot be had with {key}",
            "Set it to a whole number of at least 1.",
        )
    if config.algo.vae.enabled:
        fail("algo.vae.enabled", f"cannot be had with {key}", "Set it to false.")
    if encoder.obs_randomizer_class is not None:
        fail(
            "observation.encoder.rgb.obs_randomizer_class",
            f"has no effect with {key}, because features are computed once",
            f"Set it to null; {key}.shift_pixels and color_jitter vary the images.",
        )


def _check_policy(config: Any, fail: Callable) -> None:
    """Check the parts of robomimic's bc, as `algo_config_to_class` of its `algo/bc.py` selects them."""
    algo, stack = config.algo, config.train.frame_stack
    heads = [name for name in _HEADS if algo[name].enabled]
    bodies = [name for name in ("rnn", "transformer") if algo[name].enabled]
    for names in (heads, bodies):
        if len(names) > 1:
            fail(f"algo.{names[1]}.enabled", f"is true, and so is that of algo.{names[0]}", "Choose one.")
    if bodies and heads and heads[0] != "gmm":
        fail(f"algo.{heads[0]}.enabled", f"cannot be had with algo.{bodies[0]}", "gmm can; or do without either.")
    if heads and (silent := [name for name, default in _LOSS.items() if algo.loss[name] != default]):
        fail(f"algo.loss.{silent[0]}", f"has no effect with algo.{heads[0]}", f"Leave it at {_LOSS[silent[0]]}.")
    if bodies == ["transformer"]:
        if algo.transformer.context_length != stack:
            fail(
                "train.frame_stack",
                "is not algo.transformer.context_length",
                f"Set it to {algo.transformer.context_length}.",
            )
        if algo.transformer.sinusoidal_embedding and algo.transformer.nn_parameter_for_timesteps:
            fail(
                "algo.transformer.nn_parameter_for_timesteps",
                "is true beside sinusoidal_embedding, which learns nothing",
                "Set it to false.",
            )
    elif stack > 1:
        fail("train.frame_stack", "is above 1, but only a transformer sees several frames", "Set it to 1.")
    if algo.vae.enabled and list(algo.actor_layer_dims) != _LAYERS:
        fail("algo.actor_layer_dims", "has no effect with algo.vae", "Leave it out; algo.vae has layers of its own.")


def _section(config: Any, key: str) -> Any:
    for name in key.split(".")[:-1]:
        config = config[name]
    return config


_OPTIMISER = {"optimizer_type": ("adam", "adamw"), "scheduler_type": ("linear", "multistep")}
_LOSS = {"l2_weight": 1.0, "l1_weight": 0.0, "cos_weight": 0.0}
_LAYERS = [1024, 1024]


def _same(value: object, other: object) -> bool:
    """Compare values as in JSON, where 1 is not true."""
    return json.dumps(value) == json.dumps(other)
