# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One demonstration in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from . import layout


class Chunks(Protocol):
    """An array of an episode that is not in memory: one compressed chunk a step, read when it is written."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def stored_bytes(self) -> int:
        """Bytes of all chunks."""
        ...

    def __iter__(self) -> Iterator[tuple[int, bytes, int]]:
        """Iterate over chunks: row, bytes, and HDF5's filter mask (1: not compressed)."""
        ...

    def release(self) -> None:
        """Free the storage; called when the chunks are in the dataset."""


@dataclass(frozen=True)
class Episode:
    """A demonstration, or the part of one that was read."""

    data: dict[str, np.ndarray]
    """Arrays by flat path (`actions`, `obs/eef_pos`, ...); the first dimension is time except in `initial_state/`."""
    attrs: dict[str, Any] = field(default_factory=dict)
    """Attributes as plain data: `seed`, `success`, `mimic` (where it came from), ..."""
    name: str = ""
    """Name in the file it was read from; empty for one that was not."""
    streamed: Mapping[str, Chunks] = field(default_factory=dict)
    """Large arrays by flat path that were written down while the episode ran (camera images); empty for one that was
    read."""

    @property
    def num_samples(self) -> int:
        """Number of actions; the attribute `num_samples` if the actions were not read."""
        if layout.ACTIONS in self.data:
            return len(self.data[layout.ACTIONS])
        return int(self.attrs.get(layout.ATTR_NUM_SAMPLES, 0))

    @property
    def success(self) -> bool | None:
        """Whether it reached the task's goal; None if that is not known."""
        value = self.attrs.get(layout.ATTR_SUCCESS)
        return None if value is None else bool(value)

    @property
    def seed(self) -> int | None:
        """Seed of the environment it was recorded in; None if that is not known."""
        value = self.attrs.get(layout.ATTR_SEED)
        return None if value is None else int(value)

    def has(self, path: str) -> bool:
        """Whether there is a dataset of this path, or a group with anything in it."""
        return path in self.data or any(key.startswith(path + "/") for key in self.data)

    def group(self, prefix: str) -> dict[str, np.ndarray]:
        """Return the arrays below a group, by their path relative to it; empty if there are none."""
        start = prefix + "/"
        return {key[len(start) :]: value for key, value in self.data.items() if key.startswith(start)}

    def members(self, prefix: str) -> list[str]:
        """Return the names directly below a group, for example the objects below `obs/datagen_info/object_pose`."""
        return sorted({key.split("/", 1)[0] for key in self.group(prefix)}, key=layout.natural_order)


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Turn values by flat path into dictionaries of dictionaries.

    Raises:
        ValueError: One path is both a value and a group, or has an empty part.
    """
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        *groups, name = path.split("/")
        if not name or not all(groups):
            raise ValueError(f"not a path: {path!r}")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
            if not isinstance(node, dict):
                raise ValueError(f"{path!r} lies below a value")
        if name in node:
            raise ValueError(f"{path!r} is both a value and a group")
        node[name] = value
    return tree


def flatten(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Turn dictionaries of dictionaries into values by flat path; the inverse of `nest`."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}/{path}": leaf for path, leaf in flatten(value).items()})
        else:
            flat[name] = value
    return flat
