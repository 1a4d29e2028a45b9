# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One demonstration in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from . import layout


class Chunks(Protocol):
    """An array of an episode that is on disk, not in memory: one compressed chunk per step."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def stored_bytes(self) -> int:
        """Size of all chunks [bytes]."""
        ...

    def __iter__(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield row, bytes and HDF5's filter mask (1: not compressed) of each chunk."""
        ...

    def release(self) -> None:
        """Free the storage; called once the chunks are in the dataset file."""


@dataclass(frozen=True)
class Episode:
    """A demonstration, or the part of it that was read."""

    data: dict[str, np.ndarray]
    """Arrays by flat path (`actions`, `obs/eef_pos`, ...): (T, ...), or (1, ...) below `initial_state/`."""
    attrs: dict[str, Any] = field(default_factory=dict)
    """Attributes as plain data: `seed`, `success`, `mimic` (history), ..."""
    name: str = ""
    """Name in the file it was read from; empty if it was not read from a file."""
    streamed: Mapping[str, Chunks] = field(default_factory=dict)
    """Large arrays (camera images) by flat path that were stored on disk while the episode ran; empty after reading."""

    @property
    def num_samples(self) -> int:
        """Number of actions; the attribute `num_samples` if the actions were not read."""
        if layout.ACTIONS in self.data:
            return len(self.data[layout.ACTIONS])
        return int(self.attrs.get(layout.ATTR_NUM_SAMPLES, 0))

    @property
    def success(self) -> bool | None:
        """Whether the demonstration reached the task's goal; None if unknown."""
        value = self.attrs.get(layout.ATTR_SUCCESS)
        return None if value is None else bool(value)

    @property
    def seed(self) -> int | None:
        """Seed of the environment in which it was recorded; None if unknown."""
        value = self.attrs.get(layout.ATTR_SEED)
        return None if value is None else int(value)

    def has(self, path: str) -> bool:
        """Return whether there is an array with this flat path, or a group that is not empty."""
        return path in self.data or any(key.startswith(path + "/") for key in self.data)

    def group(self, prefix: str) -> dict[str, np.ndarray]:
        """Return the arrays below a group, by their path relative to the group; empty if there are none."""
        start = prefix + "/"
        return {key[len(start) :]: value for key, value in self.data.items() if key.startswith(start)}

    def members(self, prefix: str) -> list[str]:
        """Return the names directly below a group, for example the objects below `obs/datagen_info/object_pose`."""
        return sorted({key.split("/", 1)[0] for key in self.group(prefix)}, key=layout.natural_order)
