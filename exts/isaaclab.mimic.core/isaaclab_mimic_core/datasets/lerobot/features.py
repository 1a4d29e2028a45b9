# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Map the arrays of a demonstration to the features of a LeRobot dataset.

A frame of the LeRobot dataset is a sample of the demonstration: the observations before a step and the action of the
step. Arrays are flattened: a (4, 4) pose becomes 16 numbers. `left_out` names what is not exported, with the reasons.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import DatasetError, OptionError
from .. import layout
from ..check.validator import LEAVE_OUT
from ..export.video import is_image
from ..reader import DatasetReader
from ..tree import Shape

ACTION = "action"
STATE = "observation.state"
ENVIRONMENT_STATE = "observation.environment_state"
IMAGES = "observation.images."
STATES = "states"
"""Feature of simulation states and annotations, from which `import_lerobot` restores the file. Policies ignore it,
because its name begins with neither `action` nor `observation`."""
_MAX_WIDTH = 256
"""Maximum number of values in a sample of a term that counts as state."""
_MIN_SIDE = 32
"""Minimum height and width of images for a video [pixels]: the encoder SVT-AV1 crashes at much smaller ones."""
_MAX_DISTANCE = 1e6
"""Depth of a pixel without a hit [m]; lerobot clips it to the maximum of its depth videos."""
_IN_STATES = (layout.PROCESSED_ACTIONS, layout.STATES, layout.DATAGEN_INFO)
"""Arrays and groups that go into the feature `states`."""


@dataclass(frozen=True)
class LeRobotTerms:
    """Observation terms to export, in this order."""

    state: tuple[str, ...]
    """Terms of the robot, joined in `observation.state`."""
    environment_state: tuple[str, ...]
    """Terms of the robot's surroundings, joined in `observation.environment_state`."""
    cameras: tuple[str, ...] = ()
    """Terms with images, each a video `observation.images.<term>`."""


@dataclass(frozen=True)
class Part:
    """An array of a demonstration, as part of a feature."""

    path: str
    """Flat path of the array."""
    shape: Shape
    """Shape of a sample."""
    dtype: str
    """Type of the array, such as `<f4`."""

    @property
    def width(self) -> int:
        """Number of values in a sample."""
        return math.prod(self.shape)

    def to_plain(self) -> list[Any]:
        """Return the part in a form for JSON: path, shape, type."""
        return [self.path, list(self.shape), self.dtype]


@dataclass(frozen=True)
class Features:
    """Features of the dataset, and the arrays they are made of."""

    numbers: dict[str, tuple[Part, ...]]
    """Name of a numeric feature (float32) -> the arrays that are joined in it."""
    cameras: dict[str, Part]
    """Name of a video feature -> the array of images."""

    @property
    def paths(self) -> list[str]:
        """Flat paths of all arrays except images."""
        return [part.path for parts in self.numbers.values() for part in parts]

    def columns(self, data: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the numeric features of a demonstration: name -> (T, width), float32.

        Args:
            data: The demonstration's arrays by flat path.
        """
        return {
            name: np.concatenate([data[part.path].reshape(-1, part.width).astype(np.float32) for part in parts], axis=1)
            for name, parts in self.numbers.items()
        }


def require_float32(reader: DatasetReader, names: Iterable[str], features: Features) -> None:
    """Check that no value is too large for float32. Only float64 arrays need checking.

    Raises:
        DatasetError: A value is too large.
    """
    for name in names:
        shapes = reader.shapes(name, features.paths)
        wide = [path for path in features.paths if shapes[path][1] == np.float64]
        for path, values in reader.read(name, wide).data.items():
            if (np.abs(values) > np.finfo(np.float32).max).any():
                raise DatasetError(
                    f"a number of {path} is too large for float32", where=f"{reader.path}, {name}", remedy=LEAVE_OUT
                )


def lerobot_terms(reader: DatasetReader) -> LeRobotTerms:
    """Return which observation terms of a file to export as robot state, environment state and videos.

    A term whose name contains the name of a rigid object (without its number), or `object`, is environment state.
    """
    shapes = reader.shapes(reader.example)
    objects = {path.split("/")[2] for path in shapes if path.startswith(layout.join(layout.STATES, "rigid_object", ""))}
    stems = {"object", *filter(None, (re.sub(r"_?\d+$", "", name) for name in objects))}
    state, environment_state, cameras = [], [], []
    for name, (shape, dtype) in _observations(reader).items():
        if is_image(shape):
            if not _why_no_video(shape, dtype):
                cameras.append(name)
        elif not _why_no_state(name, shape, dtype):
            (environment_state if any(stem in name for stem in stems) else state).append(name)
    return LeRobotTerms(tuple(state), tuple(environment_state), tuple(cameras))


def left_out(reader: DatasetReader, terms: LeRobotTerms) -> list[str]:
    """Return sentences that name the observations that are not exported, with the reasons."""
    reasons: dict[str, list[str]] = {}
    exported = (*terms.state, *terms.environment_state, *terms.cameras)
    for name, (shape, dtype) in _observations(reader).items():
        if name not in exported:
            why = _why_no_video(shape, dtype) if is_image(shape) else _why_no_state(name, shape, dtype)
            reasons.setdefault(why or "not asked for", []).append(name)
    return [f"left out, as {reason}: {', '.join(names)}" for reason, names in reasons.items()]


def check_terms(reader: DatasetReader, terms: LeRobotTerms) -> None:
    """Check that the terms can be exported. The validator (`check.require`) checks that they exist.

    Raises:
        DatasetError: No terms are given.
        OptionError: A term cannot be state, or a camera's term cannot become a video.
    """
    there = _observations(reader)
    if not (terms.state or terms.environment_state or terms.cameras):
        raise DatasetError(
            "has no observations that make a state or videos, so a policy would have nothing to go by",
            where=str(reader.path),
            remedy=f"It has {', '.join(there) or 'none at all'}.",
        )
    for name in (*terms.state, *terms.environment_state):
        shape, dtype = there.get(name, ((0, 1), np.dtype(np.float32)))
        reason = "images become videos by themselves" if is_image(shape) else _why_no_state(name, shape, dtype)
        if any(path.startswith(f"{name}/") for path in there):
            reason = "it is a group: name what is in it"
        if reason and name != layout.ACTIONS:
            raise OptionError(
                f"the term {name} cannot be exported: {reason}",
                where=str(reader.path),
                remedy="Name low-dimensional terms only: --state, --environment-state",
            )
    cameras = [name for name, (shape, _) in there.items() if is_image(shape)]
    for name in terms.cameras:
        if name not in cameras:
            raise OptionError(
                f"there is no camera {name!r}", where=str(reader.path), remedy=f"It has {', '.join(cameras) or 'none'}."
            )
        if reason := _why_no_video(*there[name]):
            raise OptionError(f"the camera {name} cannot be exported: {reason}", where=str(reader.path))


def features_of(reader: DatasetReader, name: str, terms: LeRobotTerms, with_states: bool) -> Features:
    """Return the features and the arrays they are made of.

    Args:
        reader: The file.
        name: A demonstration, whose shapes are used; the others have been checked to have the same.
        terms: The checked observation terms.
        with_states: Whether to export simulation states, processed actions and annotations, too.
    """

    def parts(paths: Iterable[str]) -> tuple[Part, ...]:
        paths = list(paths)
        # These alone: of a demonstration with very many arrays not all are listed.
        shapes = reader.shapes(name, paths)
        return tuple(Part(path, shapes[path][0][1:], shapes[path][1].str) for path in paths)

    numbers = {
        ACTION: parts([layout.ACTIONS]),
        STATE: parts(layout.join(layout.OBS, term) for term in terms.state),
        ENVIRONMENT_STATE: parts(layout.join(layout.OBS, term) for term in terms.environment_state),
        STATES: parts(paths_in_states(reader, name) if with_states else ()),
    }
    cameras = {
        IMAGES + term.replace("/", "_"): part
        for term, part in zip(
            terms.cameras, parts(layout.join(layout.OBS, term) for term in terms.cameras), strict=True
        )
    }
    return Features({name: each for name, each in numbers.items() if each}, cameras)


def paths_in_states(reader: DatasetReader, name: str) -> list[str]:
    """Return the flat paths of a demonstration's arrays that go into the feature `states`."""
    groups = tuple(f"{path}/" for path in _IN_STATES)
    return [path for path in reader.shapes(name) if path in _IN_STATES or path.startswith(groups)]


def lerobot_features(features: Features, action_parts: Sequence[tuple[str, int]]) -> dict[str, dict[str, Any]]:
    """Return the features in the form of lerobot's `LeRobotDataset.create`.

    Each element has a name made of its term and its index in it: `eef_pos.0`, `eef_pose.2.3`.

    Args:
        features: The features.
        action_parts: Names and widths of the parts of an action; if empty, the action is one part.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, parts in features.numbers.items():
        if name == ACTION:
            places = action_parts or [(ACTION, parts[0].width)]
            names = [f"{title}.{place}" for title, width in places for place in range(width)]
        else:
            names = [
                f"{part.path.removeprefix(f'{layout.OBS}/')}.{'.'.join(map(str, place))}"
                for part in parts
                for place in np.ndindex(part.shape or (1,))
            ]
        found[name] = {"dtype": "float32", "shape": [len(names)], "names": names}
    for name, part in features.cameras.items():
        height, width = part.shape[:2]
        depth = is_depth(part)
        found[name] = {
            "dtype": "video",
            "shape": [height, width, 1 if depth else 3],
            "names": ["height", "width", "channels"],
            **({"info": {"is_depth_map": True}} if depth else {}),
        }
    return found


def modality(features: Features, action_parts: Sequence[tuple[str, int]], texts: Sequence[str]) -> dict[str, Any]:
    """Return the contents of GR00T's `meta/modality.json`: the position of each term in its feature.

    Source: "Robot Data Preparation Guide" of NVIDIA's Isaac-GR00T; `original_key` as its loader reads it.

    Args:
        features: The features.
        action_parts: Names and widths of the parts of an action; if empty, the action is one part.
        texts: Names of the features with the index of a text (`annotation.*`).
    """
    found: dict[str, Any] = {"state": {}, "action": {}, "video": {}, "annotation": {}}
    for name, parts in features.numbers.items():
        start = 0
        if name == ACTION:
            for title, width in action_parts or [(ACTION, parts[0].width)]:
                found["action"][title] = {"start": start, "end": start + width, "original_key": name}
                start += width
        elif name in (STATE, ENVIRONMENT_STATE):
            for part in parts:
                title = part.path.removeprefix(f"{layout.OBS}/").replace("/", "_")
                found["state"][title] = {"start": start, "end": start + part.width, "original_key": name}
                start += part.width
    for name, part in features.cameras.items():
        if not is_depth(part):
            found["video"][name.removeprefix(IMAGES)] = {"original_key": name}
    for name in texts:
        found["annotation"][name.removeprefix("annotation.")] = {"original_key": name}
    return {key: value for key, value in found.items() if value or key in ("state", "action")}


def is_depth(part: Part) -> bool:
    """Return whether images are depth images [m], not RGB images."""
    return np.dtype(part.dtype).kind == "f"


def images(block: np.ndarray, depth: bool) -> np.ndarray:
    """Convert images to lerobot's form.

    Args:
        block: (N, height, width) or (N, height, width, channels).
        depth: Whether they are depth images.

    Returns:
        RGB images (N, height, width, 3) uint8, or depth images (N, height, width, 1) float32 [m], in which pixels
        without a hit have the largest distance.
    """
    if block.ndim == 3:
        block = block[..., None]
    if depth:
        return np.nan_to_num(block.astype(np.float32), nan=_MAX_DISTANCE, posinf=_MAX_DISTANCE, neginf=0.0).clip(0.0)
    return np.repeat(block, 3, axis=3) if block.shape[3] == 1 else np.ascontiguousarray(block[..., :3])


def _observations(reader: DatasetReader) -> dict[str, tuple[Shape, np.dtype]]:
    """Return shape and type of a file's observations, without annotations: term -> (shape, type)."""
    start, annotations = f"{layout.OBS}/", f"{layout.DATAGEN_INFO}/"
    shapes = reader.shapes(reader.example)
    return {
        path.removeprefix(start): found
        for path, found in shapes.items()
        if path.startswith(start) and not path.startswith(annotations)
    }


def _why_no_state(name: str, shape: Shape, dtype: np.dtype) -> str:
    """Return why a term cannot be state; empty if it can."""
    if dtype.kind not in "biuf":
        return f"it holds {layout.kind_name(dtype.kind)}"
    if not 0 < math.prod(shape[1:]) <= _MAX_WIDTH:
        return f"a sample is {math.prod(shape[1:])} numbers wide, and at most {_MAX_WIDTH} make a state"
    return "it is the action of the step before" if name == layout.ACTIONS else ""


def _why_no_video(shape: Shape, dtype: np.dtype) -> str:
    """Return why images cannot become a video; empty if they can."""
    channels = shape[3] if len(shape) == 4 else 1
    if min(shape[1:3]) < _MIN_SIDE:
        return f"a video takes images of {_MIN_SIDE} pixels a side and more"
    if dtype == np.uint8:
        return ""
    if dtype.kind == "f":
        return "" if channels == 1 else "a video holds colours as uint8, or distances of one channel"
    return f"a video does not keep pixels that are {layout.kind_name(dtype.kind)}, such as labels"
