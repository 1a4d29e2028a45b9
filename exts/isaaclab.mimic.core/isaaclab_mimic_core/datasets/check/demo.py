# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One demonstration as the checks look at it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .. import layout
from ..episode import Episode
from ..reader import DatasetReader

_MOST_ELEMENTS = 4096
"""Arrays with larger samples are images: no check looks into them, so they are not read."""


@dataclass(frozen=True)
class Demo:
    """A demonstration without its images; what is measured on it is computed once."""

    name: str
    episode: Episode
    shapes: dict[str, tuple[tuple[int, ...], np.dtype]]
    """Shape and type of every array, the images included."""
    attrs: dict[str, Any]

    @property
    def length(self) -> int:
        """Number of samples."""
        return self.episode.num_samples

    @cached_property
    def joints(self) -> dict[str, np.ndarray]:
        """Joint positions by robot from the reset on: (T + 1, joints) [rad or m]; (T, joints) without initial_state."""
        return self._over_time("articulation", "joint_position")

    @cached_property
    def bases(self) -> dict[str, np.ndarray]:
        """Positions of the robots' bases as `joints`: (T + 1, 3) [m], environment frame."""
        return {name: pose[:, :3] for name, pose in self._over_time("articulation", layout.ROOT_POSE).items()}

    @cached_property
    def objects(self) -> dict[str, np.ndarray]:
        """Positions of rigid objects as `joints`: (T + 1, 3) [m], environment frame."""
        return {name: pose[:, :3] for name, pose in self._over_time("rigid_object", layout.ROOT_POSE).items()}

    @cached_property
    def eefs(self) -> dict[str, np.ndarray]:
        """Positions of the end effectors: (T, 3) [m], from annotation or from observations that end in `eef_pos`."""
        poses = {
            name: pose[:, :3, 3]
            for name, pose in self.episode.group(layout.EEF_POSE).items()
            if pose.shape[1:] == (4, 4) and len(pose) == self.length
        }
        if poses:
            return poses
        return {
            name: values
            for name, values in self.episode.group(layout.OBS).items()
            if name.endswith("eef_pos") and values.shape == (self.length, 3)
        }

    @cached_property
    def grippers(self) -> dict[int, np.ndarray]:
        """Columns of the actions that are only ever -1 or 1, which is how grippers are commanded: (T,)."""
        actions = self.episode.data.get(layout.ACTIONS)
        if actions is None or actions.ndim != 2:
            return {}
        binary = (np.abs(actions) == 1.0).all(axis=0)
        return {int(column): actions[:, column] for column in np.flatnonzero(binary)}

    def _over_time(self, kind: str, quantity: str) -> dict[str, np.ndarray]:
        found = {}
        for name in self.episode.members(layout.join(layout.STATES, kind)):
            path = layout.join(kind, name, quantity)
            values = self.episode.data.get(layout.join(layout.STATES, path))
            if values is None or values.ndim != 2 or not len(values):
                continue
            initial = self.episode.data.get(layout.join(layout.INITIAL_STATE, path))
            if initial is not None and initial.shape == (1, values.shape[1]):
                values = np.concatenate([initial, values])
            found[name] = values
        return found


def read_demo(reader: DatasetReader, name: str) -> Demo:
    """Read a demonstration without its images.

    Raises:
        DatasetError: An array is damaged.
    """
    shapes = reader.shapes(name)
    wanted = [path for path, (shape, _) in shapes.items() if np.prod(shape[1:], dtype=int) <= _MOST_ELEMENTS]
    return Demo(name, reader.read(name, wanted), shapes, reader.attrs(name))


def longest_run(flags: np.ndarray) -> tuple[int, int]:
    """Return start and length of the longest run of True: (T,) -> two numbers; (0, 0) if there is none."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    if not len(edges):
        return 0, 0
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    longest = int(lengths.argmax())
    return int(starts[longest]), int(lengths[longest])
