# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The demonstrations that a training reads, checked before they are used.

Resident tensors and robomimic's own loader both use these.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...datasets import DatasetReader, layout
from ...datasets.check import checked_values, masked, require, require_apart
from ...errors import LOOK_INTO, ConfigError, DatasetError, Remedy


@dataclass(frozen=True)
class Demonstrations:
    """The demonstrations that a training reads."""

    path: Path
    train: list[str]
    """Names of the demonstrations to train on, in natural order."""
    valid: list[str]
    """Names of the demonstrations to validate on; empty without a validation."""
    obs_keys: list[str]
    other: list[str]
    """Other arrays to read: `actions` and more."""
    next_obs: bool
    """Whether `next_obs` is read as well."""
    env_args: dict
    shapes: dict[str, tuple[int, ...]]
    """Shape of a row, by flat path."""
    size: int
    """Total number of values that are read."""

    @property
    def paths(self) -> list[str]:
        """Flat paths of all arrays that are read."""
        return [*self.other, *_observed(self.obs_keys, self.next_obs)]

    def read(self, names: list[str]) -> Iterator[dict[str, np.ndarray]]:
        """Read demonstrations one after another: their arrays by flat path.

        An observation after the last action is left out, as in robomimic.

        Raises:
            DatasetError: A value is not finite, or an array is damaged.
        """
        with DatasetReader(self.path) as reader:
            for name in names:
                arrays = {path: checked_values(reader, name, path) for path in self.paths}
                yield {path: values[: len(arrays[layout.ACTIONS])] for path, values in arrays.items()}

    def actions(self, names: list[str]) -> np.ndarray:
        """Return all actions of demonstrations, (N, A) float32.

        Raises:
            DatasetError: A value is not finite, or an array is damaged.
        """
        with DatasetReader(self.path) as reader:
            found = [checked_values(reader, name, layout.ACTIONS) for name in names]
        with np.errstate(over="ignore"):
            return np.concatenate(found).astype(np.float32, copy=False)


def find_demonstrations(config: Any, values: bool) -> Demonstrations:
    """Find the demonstrations of a robomimic configuration by its masks, and the arrays by its keys.

    Args:
        config: The configuration.
        values: Whether to check all values now; `read` does so too.

    Raises:
        InputFileError: The file is missing or no dataset.
        DatasetError: A mask is missing, is empty, overlaps the other one, or names a demonstration that is missing.
    """
    train = config.train
    if not config.all_obs_keys:
        raise ConfigError(
            "names no observation, so the policy would see nothing",
            where="observation.modalities.obs",
            remedy=Remedy(
                "Name some of the dataset's: mimic info FILE lists them.", LOOK_INTO, str(Path(train.data).absolute())
            ),
        )
    with DatasetReader(train.data) as reader:
        chosen, valid = reader.episode_names, []
        if train.hdf5_filter_key:
            chosen = masked(reader, train.hdf5_filter_key)
        if config.experiment.validate:
            valid = masked(reader, train.hdf5_validation_filter_key)
            require_apart(reader, train.hdf5_filter_key, train.hdf5_validation_filter_key)
        keys = list(dict.fromkeys(train.dataset_keys))
        other = [key for key in keys if any(reader.has(name, key) for name in [*chosen, *valid])]
        next_obs = bool(train.hdf5_load_next_obs)
        obs_keys = sorted(config.all_obs_keys)
        paths = list(dict.fromkeys([layout.ACTIONS, *other, *_observed(obs_keys, next_obs)]))
        _check_asked(reader, [*chosen, *valid], paths)
        require(reader, paths, [*chosen, *valid], values=values, last_observation=True)
        shapes = {name: reader.shapes(name, paths) for name in [*chosen, *valid]}
        _check_images(reader, chosen[0], shapes[chosen[0]], config)
        return Demonstrations(
            path=reader.path,
            train=chosen,
            valid=valid,
            obs_keys=obs_keys,
            other=[layout.ACTIONS, *(key for key in other if key != layout.ACTIONS)],
            next_obs=next_obs,
            env_args=reader.env_args,
            shapes={path: shapes[chosen[0]][path][0][1:] for path in paths},
            size=sum(math.prod(there[path][0]) for there in shapes.values() for path in paths),
        )


def check_for_loader(found: Demonstrations) -> None:
    """Check what robomimic's loader assumes in addition.

    Raises:
        DatasetError: A demonstration's name or its `num_samples` is not what the loader expects.
    """
    again = Remedy(f"Write the file again: mimic select {found.path} --output NEW", LOOK_INTO)
    with DatasetReader(found.path) as reader:
        for name in [*found.train, *found.valid]:
            where = f"{found.path}, {name}"
            if not re.fullmatch(r"demo_\d+", name):
                raise DatasetError("robomimic's loader wants names like demo_0", where=where, remedy=again)
            stated = reader.stated(name).values.get(layout.ATTR_NUM_SAMPLES)
            if stated != (samples := reader.num_samples(name)):
                said = "no num_samples" if stated is None else f"num_samples {stated}"
                raise DatasetError(
                    f"says {said}, which robomimic's loader goes by, and has {samples}", where=where, remedy=again
                )


def _check_asked(reader: DatasetReader, names: list[str], paths: list[str]) -> None:
    """Check that every array in the configuration is in some demonstration; else the configuration is wrong."""
    for path in paths:
        group, _, key = path.rpartition("/")
        if group and not any(reader.has(name, path) for name in names):
            arrays = [there for there in reader.shapes(names[0]) if there.startswith(f"{group}/")]
            there = ", ".join(sorted(there[len(group) + 1 :] for there in arrays if "datagen_info" not in there))
            raise DatasetError(
                f"no demonstration has {key!r} in {group}, which the configuration asks for",
                where=str(reader.path),
                remedy=f"It has {there}: choose among these in --config."
                if there
                else "Give a file with recorded observations.",
            )


def _check_images(reader: DatasetReader, name: str, shapes: dict, config: Any) -> None:
    """Check that images of colour are what robomimic's networks take; in all demonstrations they are of one kind."""
    rgb = {key for group in config.observation.modalities.values() for key in group.get("rgb") or ()}
    for path, (shape, dtype) in shapes.items():
        if path.rpartition("/")[2] in rgb and (dtype != np.uint8 or len(shape) != 4 or shape[3] != 3):
            raise DatasetError(
                f"{path} is {dtype} of shape {shape}, and no images: uint8, (samples, height, width, 3)",
                where=f"{reader.path}, {name}",
                remedy="Take it out of observation.modalities in --config, or render the file again: mimic render.",
            )


def _observed(keys: list[str], next_obs: bool) -> list[str]:
    groups = [layout.OBS, "next_obs"] if next_obs else [layout.OBS]
    return [f"{group}/{key}" for group in groups for key in keys]
