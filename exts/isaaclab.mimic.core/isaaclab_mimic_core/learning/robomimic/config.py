# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The training configuration: robomimic's JSON, found by the task or given as a file."""

import importlib.util
import json
from pathlib import Path
from typing import Any

from ...errors import ConfigError, InputFileError
from ...plugins import TASKS
from ...requirements import POLICIES, require
from ...tasks import find_task
from ...tasks.registered import stem
from .pretraining import SECTION, with_defaults
from .settings import ALGORITHMS, leaves, neutralise

_ACTION_CONFIGS = tuple({"actions": {"normalization": kind}} for kind in (None, "min_max", "gaussian"))


def require_robomimic() -> None:
    """Check that robomimic can be imported.

    Raises:
        PlatformError: It is not installed.
    """
    require(POLICIES)


def read_config(name: str, task: str) -> tuple[dict, str]:
    """Read a training configuration as plain data.

    Args:
        name: A JSON file; `upstream` for the one that the task is registered with in Isaac Lab; empty for the one that
            the task's spec names, else upstream's.
        task: The task's id or another of its names.

    Returns:
        The configuration, and the file it comes from.

    Raises:
        InputFileError: The file is not there, or is not JSON.
        ConfigError: The task has no configuration.
    """
    if name and name != "upstream":
        path = Path(name)
        _refuse_moved(path)
    elif not name and (brought := find_task(task).train_configs.get("robomimic")):
        path = _file_of(brought)
    else:
        path = _registered(task)
    try:
        raw = json.loads(path.read_text())
    except OSError as error:
        raise InputFileError(
            f"cannot be read ({(error.strerror or str(error)).lower()})",
            where=str(path),
            remedy="--config takes a JSON file of robomimic, or the word upstream.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputFileError(
            f"is not JSON ({error})", where=str(path), remedy="Give a configuration of robomimic."
        ) from error
    if not isinstance(raw, dict) or not isinstance(raw.get("algo_name"), str):
        raise InputFileError(
            "has no algo_name, so it is no configuration of robomimic", where=str(path), remedy="Give another --config."
        )
    return raw, str(path)


def take_dataset(raw: dict, dataset: str, where: str) -> list[str]:
    """Set `train.data`, in any of robomimic's forms, to the given dataset.

    Returns:
        Notes for the user, if the configuration names another dataset.

    Raises:
        ConfigError: The configuration names several datasets, which robomimic 0.4 allows.
    """
    train = raw.setdefault("train", {})
    given = train.get("data") if isinstance(train, dict) else None
    path = str(Path(dataset).absolute())
    if given is not None and not isinstance(given, str):
        raise ConfigError(
            f"is {json.dumps(given)[:60]}; a training reads one file",
            where=f"{where}, train.data",
            remedy="Join the files (mimic merge), and name the result by --dataset.",
        )
    if isinstance(train, dict):
        train["data"] = path
    other = given and str(Path(given).expanduser().absolute()) != path
    return [f"{where} names {given} in train.data; --dataset {dataset} is trained on."] if other else []


def build_config(raw: dict, where: str) -> Any:
    """Turn plain data into robomimic's configuration object, with all defaults filled in.

    robomimic 0.4's `train.action_config` is accepted as well, with the values of `_ACTION_CONFIGS`, and a section of
    our own, `train.encoder_pretraining`.

    Raises:
        ConfigError: robomimic does not know the algorithm or a key, or a value has the wrong type.
    """
    require_robomimic()
    import robomimic.algo  # noqa: F401  registers what encodes observations
    from robomimic.config import config_factory

    if raw["algo_name"] not in ALGORITHMS:
        raise ConfigError(
            f"is {json.dumps(raw['algo_name'])}",
            where=f"{where}, algo_name",
            remedy=f"It can be {', '.join(ALGORITHMS)}.",
        )
    config = config_factory(raw["algo_name"])
    neutralise(config)
    _check_kinds(raw, config, where, "")
    train = dict(raw.get("train", {}))
    actions = train.pop("action_config", None)
    pretraining = train.pop(SECTION, None)
    if not isinstance(pretraining, dict | None):
        raise ConfigError(
            f"is {json.dumps(pretraining)[:60]}", where=f"{where}, train.{SECTION}", remedy="It has to be a section."
        )
    if actions not in (None, *_ACTION_CONFIGS):
        raise ConfigError(
            f"is {json.dumps(actions)}",
            where=f"{where}, train.action_config",
            remedy=f"It can be {' or '.join(map(json.dumps, _ACTION_CONFIGS))}.",
        )
    try:
        with config.values_unlocked():
            config.update(raw | {"train": train})
        if actions:
            with config.unlocked():
                config.train.action_config = actions
        if pretraining is not None:
            with config.unlocked():
                setattr(config.train, SECTION, with_defaults(pretraining))
    except (KeyError, RuntimeError, TypeError, AssertionError) as error:
        reason = str(error).strip("'\"") or type(error).__name__
        raise ConfigError(f"robomimic does not take it: {reason}", where=where) from error
    return config


def set_epochs(config: Any, epochs: int) -> list[str]:
    """Set the number of epochs, and stretch the learning rate's schedule to it.

    Args:
        config: robomimic's configuration, not locked.
        epochs: Total number of epochs.

    Returns:
        Notes for the user.
    """
    before, config.train.num_epochs = config.train.num_epochs, epochs
    scheduled = False
    for key, value in list(leaves(config)):
        if key.endswith(".learning_rate.epoch_schedule") and value:
            scheduled = True
            section = config
            for name in key.split(".")[:-1]:
                section = section[name]
            section.epoch_schedule = [max(1, round(epoch * epochs / before)) for epoch in value]
    return [f"The learning rate's schedule is stretched from {before} to {epochs} epochs."] if scheduled else []


def plain(config: Any) -> dict:
    """Return a configuration as plain data."""
    return json.loads(json.dumps(config))


def action_normalisation(config: Any) -> str | None:
    """Return how the configuration wants actions normalised, each dimension for itself.

    Returns:
        `min_max`: its range in the dataset to [-1, 1]; `gaussian`: by mean and standard deviation; None: as needed.
    """
    asked = config.train.get("action_config")
    return asked["actions"]["normalization"] if asked else None


def _check_kinds(raw: dict, defaults: Any, where: str, prefix: str) -> None:
    """Check that every value has the type of robomimic's default: section, bool, number.

    Unknown keys are left to robomimic's own error. A default of null allows any type.
    """
    for name, value in raw.items():
        default = defaults.get(name)
        wanted = next((words for kind, words in _KINDS if isinstance(default, kind)), "")
        fits = {
            "a section": isinstance(value, dict),
            "true or false": isinstance(value, bool),
            "a number": value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)),
            "a text": value is None or isinstance(value, str),
            "a list": isinstance(value, list),
        }.get(wanted, True)
        if not fits:
            raise ConfigError(
                f"is {json.dumps(value)[:60]}", where=f"{where}, {prefix}{name}", remedy=f"It has to be {wanted}."
            )
        if isinstance(value, dict) and isinstance(default, dict):
            _check_kinds(value, default, where, f"{prefix}{name}.")


_KINDS = (
    (dict, "a section"),
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "a text"),
    ((list, tuple), "a list"),
)


def _file_of(value: str) -> Path:
    """Return the file at a path, or at `package:path/within/it.json`."""
    package, colon, file = value.partition(":")
    found = importlib.util.find_spec(package) if colon else None
    return Path(found.origin).parent / file if found and found.origin else Path(value)


def _refuse_moved(path: Path) -> None:
    """Raise an error that names the new place of a configuration that was in config/train before."""
    task = TASKS.get(path.stem) if path.parts[-3:-1] == ("config", "train") and not path.exists() else None
    if task is None or "robomimic" not in task.train_configs:
        return
    raise InputFileError(
        "is no longer there: the task brings its configuration",
        where=str(path),
        remedy=f"Leave --config out, or give {_file_of(task.train_configs['robomimic'])}",
    )


def _registered(task: str) -> Path:
    """Return the JSON that the task, or its base task, is registered with."""
    import gymnasium
    import isaaclab_mimic.envs  # noqa: F401
    import isaaclab_tasks  # noqa: F401  registers upstream's tasks

    wanted = find_task(task)
    env = wanted.environment or wanted.id
    ids = [env, *(name for name in gymnasium.registry if stem(name) == stem(env))]
    for name in ids:
        for key, value in (gymnasium.registry[name].kwargs if name in gymnasium.registry else {}).items():
            if key.startswith("robomimic_") and isinstance(value, str):
                return _file_of(value)
    raise ConfigError(
        "no training configuration is registered with the task",
        where=wanted.id,
        remedy="Name one of robomimic's: --config FILE.",
    )
