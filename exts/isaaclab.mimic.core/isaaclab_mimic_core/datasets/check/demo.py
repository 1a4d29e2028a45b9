# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Demonstrations in the form that the checks use."""

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

_MAX_ELEMENTS = 4096
"""Maximum number of values in a sample. Arrays with larger samples are images, which no check reads."""


@dataclass(frozen=True)
class Outline:
    """Paths, shapes and types of a demonstration's arrays, known without reading values."""

    name: str
    shapes: dict[str, tuple[Shape, np.dtype]]
    """Flat path -> shape and type, of every array that can be read, images included."""
    damage: dict[str, str]
    """Flat path -> why an array or group cannot be read. The path of the demonstration itself is empty."""

    @property
    def length(self) -> int:
        """Number of samples: the number of actions."""
        shape = self.shapes[layout.ACTIONS][0] if layout.ACTIONS in self.shapes else ()
        return shape[0] if shape else 0

    @property
    def is_known(self) -> bool:
        """Whether the number of samples is known. It is not if the actions exist but cannot be read."""
        return "" not in self.damage and layout.ACTIONS not in self.damage

    def below(self, terms: Iterable[str]) -> list[str]:
        """Return the paths of the arrays that are named by, or lie below, the given paths of arrays and groups."""
        wanted = list(terms)
        starts = tuple(f"{term}/" for term in wanted)
        return [path for path in self.shapes if path in wanted or path.startswith(starts)]


@dataclass(frozen=True)
class Demo:
    """A demonstration without images and damaged arrays. Properties are computed once."""

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
        """Joint positions by robot, from the initial state on: (T + 1, joints) [rad or m].

        (T, joints) if the demonstration has no initial state.
        """
        return self._over_time("articulation", "joint_position")

    @cached_property
    def bases(self) -> dict[str, np.ndarray]:
        """Positions of the robots' bases, from the initial state on as in `joints`: (T + 1, 3) [m], env frame."""
        return {name: pose[:, :3] for name, pose in self._over_time("articulation", layout.ROOT_POSE).items()}

    @cached_property
    def objects(self) -> dict[str, np.ndarray]:
        """Positions of rigid objects, from the initial state on as in `joints`: (T + 1, 3) [m], env frame."""
        return {name: pose[:, :3] for name, pose in self._over_time("rigid_object", layout.ROOT_POSE).items()}

    @cached_property
    def eefs(self) -> dict[str, np.ndarray]:
        """Positions of the end effectors: (T, 3) [m], env frame.

        From the annotation if there is one, else from observations whose names end in `eef_pos`.
        """
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
        """Gripper commands by column of the actions: (T,). A column is a gripper if all its values are -1 or 1."""
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
    """Return the outline of a demonstration, without reading values.

    Args:
        reader: The file.
        name: The demonstration.
        terms: Flat paths of the arrays and groups to include; all if None.
    """
    terms = None if terms is None else tuple(terms)
    return Outline(name, reader.shapes(name, terms), reader.damage(name, terms))


def read_demo(reader: DatasetReader, name: str) -> Demo:
    """Read a demonstration without its images. Leave out damaged arrays, and list them in `damage`."""
    seen = outline(reader, name)
    damage, data = dict(seen.damage), {}
    for path in seen.shapes:
        if is_image(seen, path) or not is_numeric(seen, path):
            continue
        try:
            data[path] = reader.values(name, path)
        except Unreadable as error:
            damage[path] = str(error)
    shapes = {path: shape for path, shape in seen.shapes.items() if path not in damage}
    stated = reader.stated(name)
    return Demo(Outline(name, shapes, damage), Episode(data, stated.values, name), stated)


def is_numeric(demo: Outline, path: str) -> bool:
    """Return whether an array holds real numbers or booleans."""
    return demo.shapes[path][1].kind in "biuf"


def is_image(demo: Outline, path: str) -> bool:
    """Return whether an array counts as an image, because its samples have more than `_MAX_ELEMENTS` values."""
    return math.prod(demo.shapes[path][0][1:]) > _MAX_ELEMENTS


def longest_run(flags: np.ndarray) -> tuple[int, int]:
    """Return start and length of the longest run of True in flags of shape (T,); (0, 0) if there is none."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    if not len(edges):
        return 0, 0
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    longest = int(lengths.argmax())
    return int(starts[longest]), int(lengths[longest])
