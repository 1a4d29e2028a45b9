# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A demonstration as the checks see it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .. import layout
from ..attributes import Attributes
from ..episode import Episode
from ..reader import DatasetReader
from ..tree import Shape, Unreadable

_MOST_ELEMENTS = 4096
"""Largest sample that is read; arrays with larger samples are images, which no check reads."""


@dataclass(frozen=True)
class Outline:
    """What a file says of a demonstration's arrays, before any value is read."""

    name: str
    shapes: dict[str, tuple[Shape, np.dtype]]
    """Shape and type of every array that can be read, the images included."""
    damage: dict[str, str]
    """Why other arrays cannot be read, by flat path; the path of the demonstration itself is empty."""

    @property
    def length(self) -> int:
        """Number of samples, which is that of the actions."""
        shape = self.shapes[layout.ACTIONS][0] if layout.ACTIONS in self.shapes else ()
        return shape[0] if shape else 0

    @property
    def is_known(self) -> bool:
        """Whether the number of samples is known; it is not if the actions are there and cannot be read."""
        return "" not in self.damage and layout.ACTIONS not in self.damage

    def below(self, terms: Iterable[str]) -> list[str]:
        """Return the arrays that are meant by flat paths of arrays and groups."""
        wanted = list(terms)
        starts = tuple(f"{term}/" for term in wanted)
        return [path for path in self.shapes if path in wanted or path.startswith(starts)]


@dataclass(frozen=True)
class Demo:
    """A demonstration without images and damaged arrays; each measurement is computed once."""

    outline: Outline
    episode: Episode
    stated: Attributes
    """Attributes as the file states them."""

    @property
    def name(self) -> str:
        return self.outline.name

    @property
    def length(self) -> int:
        """Number of samples."""
        return self.outline.length

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
            if quantity == layout.ROOT_POSE and values.shape[1] != 7:
                continue
            initial = self.episode.data.get(layout.join(layout.INITIAL_STATE, path))
            if initial is not None and initial.shape == (1, values.shape[1]):
                values = np.concatenate([initial, values])
            found[name] = values
        return found


def outline(reader: DatasetReader, name: str, terms: Iterable[str] | None = None) -> Outline:
    """Look at a demonstration, or at some arrays and groups of it, without reading values."""
    terms = None if terms is None else tuple(terms)
    return Outline(name, reader.shapes(name, terms), reader.damage(name, terms))


def read_demo(reader: DatasetReader, name: str) -> Demo:
    """Read a demonstration without its images; arrays that turn out to be damaged are left out and noted."""
    seen = outline(reader, name)
    damage, data = dict(seen.damage), {}
    for path in seen.shapes:
        if is_picture(seen, path) or not is_numeric(seen, path):
            continue
        try:
            data[path] = reader.values(name, path)
        except Unreadable as error:
            damage[path] = str(error)
    shapes = {path: shape for path, shape in seen.shapes.items() if path not in damage}
    stated = reader.stated(name)
    return Demo(Outline(name, shapes, damage), Episode(data, stated.values, name), stated)


def is_numeric(demo: Outline, path: str) -> bool:
    """Whether an array holds numbers or truth values, which physics and policies can take."""
    return demo.shapes[path][1].kind in "biuf"


def is_picture(demo: Outline, path: str) -> bool:
    """Return whether an array is so wide that it must be an image, which checks do not read."""
    return math.prod(demo.shapes[path][0][1:]) > _MOST_ELEMENTS


def longest_run(flags: np.ndarray) -> tuple[int, int]:
    """Return start and length of the longest run of True: (T,) -> two numbers; (0, 0) if there is none."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    if not len(edges):
        return 0, 0
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    longest = int(lengths.argmax())
    return int(starts[longest]), int(lengths[longest])
