# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The training configuration: robomimic's JSON, found by the task or given as a file."""

import importlib.util
import json
from pathlib import Path
from typing import Any

from ..errors import ConfigError, InputFileError
from ..requirements import POLICIES, require
from ..tasks import find_task
from ..tasks.names import stem

CONFIGS = Path(__file__).parents[4] / "config" / "train"
"""Our own configurations, one file a task, named like it."""

_ACTION_CONFIGS = ({"actions": {"normalization": None}}, {"actions": {"normalization": "gaussian"}})


def require_robomimic() -> None:
    """Make sure that robomimic can be imported.

    Raises:
        PlatformError: It is not installed.
    """
    require(POLICIES)


def read_config(name: str, task: str) -> tuple[dict, str]:
    """Read a training configuration as plain data.

    Args:
        name: A JSON file; `upstream` for the one the task is registered with; empty for ours if there is one for the
            task, else upstream's.
        task: The task's id or another of its names.

    Returns:
        The configuration, and the file it comes from.

    Raises:
        InputFileError: The file is not there, or is not JSON.
        ConfigError: The task has no configuration.
    """
    if name and name != "upstream":
        path = Path(name)
    else:
        own = CONFIGS / f"{find_task(task).id}.json"
        path = own if not name and own.is_file() else _registered(task)
    try:
        raw = json.loads(path.read_text())
    except OSError as error:
        raise InputFileError(
            f"cannot be read ({(error.strerror or str(error)).lower()})",
            where=str(path),
            remedy="--config takes a JSON file of robomimic, or the word upstream.",
        ) from error
    except ValueError as error:
        raise InputFileError(
            f"is not JSON ({error})", where=str(path), remedy="Give a configuration of robomimic."
        ) from error
    if not isinstance(raw, dict) or "algo_name" not in raw:
        raise InputFileError(
            "has no algo_name, so it is no configuration of robomimic", where=str(path), remedy="Give another --config."
        )
    return raw, str(path)


def build_config(raw: dict, where: str) -> Any:
    """Turn plain data into robomimic's configuration object, all its defaults filled in.

    `train.action_config`, which robomimic has from 0.4 on, is taken too, of it only
    `{"actions": {"normalization": "gaussian"}}`.

    Raises:
        ConfigError: robomimic does not know the algorithm, or one of the keys.
    """
    require_robomimic()
    from robomimic.config import config_factory

    train = dict(raw.get("train", {}))
    actions = train.pop("action_config", None)
    if actions not in (None, *_ACTION_CONFIGS):
        raise ConfigError(
            f"is {json.dumps(actions)}",
            where=f"{where}, train.action_config",
            remedy=f"It can be {' or '.join(map(json.dumps, _ACTION_CONFIGS))}.",
        )
    try:
        config = config_factory(raw["algo_name"])
        with config.values_unlocked():
            config.update(raw | {"train": train})
        if actions:
            with config.unlocked():
                config.train.action_config = actions
    except (KeyError, RuntimeError, TypeError, AssertionError) as error:
        reason = str(error).strip("'\"") or type(error).__name__
        raise ConfigError(f"robomimic does not take it: {reason}", where=where) from error
    return config


def normalises_actions(config: Any) -> bool:
    """Whether actions shall be learned normalised, each dimension by its mean and standard deviation."""
    return config.train.get("action_config") == _ACTION_CONFIGS[1]


def observation_keys(config: Any) -> list[str]:
    """Return the names of the observations a configuration asks for."""
    return list(config.all_obs_keys)


def _registered(task: str) -> Path:
    """Return the JSON that the task, or the base task it belongs to, is registered with."""
    import gymnasium
    import isaaclab_mimic.envs  # noqa: F401
    import isaaclab_tasks  # noqa: F401  registers upstream's tasks

    wanted = find_task(task)
    ids = [wanted.id, *(name for name in gymnasium.registry if stem(name) == stem(wanted.id))]
    for name in ids:
        for key, value in (gymnasium.registry[name].kwargs if name in gymnasium.registry else {}).items():
            if key.startswith("robomimic_") and isinstance(value, str):
                package, _, file = value.partition(":")
                spec = importlib.util.find_spec(package)
                if spec and spec.origin:
                    return Path(spec.origin).parent / file
    raise ConfigError(
        "no training configuration is registered with the task",
        where=wanted.id,
        remedy="Name one of robomimic's: --config FILE.",
    )
