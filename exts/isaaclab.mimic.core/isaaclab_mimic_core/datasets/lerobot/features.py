# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What of a demonstration becomes which feature of a LeRobot dataset.

A row of LeRobot's dataset is a sample of ours: the observations before a step and the action of the step. Arrays of
more dimensions are flattened: a (4, 4) pose becomes 16 numbers. What is no feature is named, with the reason.
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
from ..export.video import is_picture
from ..reader import DatasetReader
from ..tree import Shape

ACTION = "action"
STATE = "observation.state"
SURROUNDINGS = "observation.environment_state"
IMAGES = "observation.images."
STATES = "states"
"""Simulation states and what annotation has added, from which a file of ours can be made again: no policy reads it, for
its name begins with neither `action` nor `observation`."""
DONE = "next.done"
SUCCESS = "next.success"
TASK_TEXT = "annotation.human.task_description"
SUBTASK_TEXT = "annotation.human.subtask_description"
_WIDEST = 256
"""Largest width of a term that counts as state."""
_SMALLEST = 32
"""Pixels a side of the smallest pictures that become a video: SVT-AV1 ends the process at much smaller ones."""
_UNSEEN = 1e6
"""Distance of what a depth camera does not see [m]."""
_CARRIED = (layout.PROCESSED_ACTIONS, layout.STATES, layout.DATAGEN_INFO)
"""What goes into `states`."""


@dataclass(frozen=True)
class LeRobotTerms:
    """Which observation terms go where, in this order."""

    state: tuple[str, ...]
    """To `observation.state`: the robot."""
    environment_state: tuple[str, ...]
    """To `observation.environment_state`: everything around it."""
    cameras: tuple[str, ...] = ()
    """To `observation.images.<term>`, as videos."""


@dataclass(frozen=True)
class Part:
    """An array of ours, as columns of a feature."""

    path: str
    shape: Shape
    """Of a sample."""
    dtype: str

    @property
    def width(self) -> int:
        return math.prod(self.shape)

    def to_plain(self) -> list[Any]:
        """Return it as JSON has it."""
        return [self.path, list(self.shape), self.dtype]


@dataclass(frozen=True)
class Features:
    """What becomes what."""

    numbers: dict[str, tuple[Part, ...]]
    """Feature -> the arrays that are joined in it, as float32."""
    cameras: dict[str, Part]
    """Feature -> pictures."""

    @property
    def paths(self) -> list[str]:
        """Flat paths of all arrays but pictures."""
        return [part.path for parts in self.numbers.values() for part in parts]

    def columns(self, data: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the features of a demonstration that hold numbers: (T, width) each, float32."""
        return {
            name: np.concatenate([data[part.path].reshape(-1, part.width).astype(np.float32) for part in parts], axis=1)
            for name, parts in self.numbers.items()
        }


def require_float32(reader: DatasetReader, names: Iterable[str], features: Features) -> None:
    """Check that no number is too large for float32; others than float64 cannot be.

    Raises:
        DatasetError: One is.
    """
    for name in names:
        shapes = reader.shapes(name)
        wide = [path for path in features.paths if shapes[path][1] == np.float64]
        for path, values in reader.read(name, wide).data.items():
            if (np.abs(values) > np.finfo(np.float32).max).any():
                raise DatasetError(
                    f"a number of {path} is too large for float32", where=f"{reader.path}, {name}", remedy=LEAVE_OUT
                )


def lerobot_terms(reader: DatasetReader) -> LeRobotTerms:
    """Sort the observation terms of a file's demonstrations.

    Terms named after an object of the scene, or `object`, belong to the surroundings. `left_out` lists those that are
    in none of the three.
    """
    shapes = reader.shapes(reader.example)
    objects = {path.split("/")[2] for path in shapes if path.startswith(layout.join(layout.STATES, "rigid_object", ""))}
    stems = {"object", *filter(None, (re.sub(r"_?\d+$", "", name) for name in objects))}
    state, surroundings, cameras = [], [], []
    for name, (shape, dtype) in _observations(reader).items():
        if is_picture(shape):
            if not _why_no_video(shape, dtype):
                cameras.append(name)
        elif not _why_no_state(name, shape, dtype):
            (surroundings if any(stem in name for stem in stems) else state).append(name)
    return LeRobotTerms(tuple(state), tuple(surroundings), tuple(cameras))


def left_out(reader: DatasetReader, terms: LeRobotTerms) -> list[str]:
    """Return sentences that name the observations that are not exported, and why."""
    reasons: dict[str, list[str]] = {}
    exported = (*terms.state, *terms.environment_state, *terms.cameras)
    for name, (shape, dtype) in _observations(reader).items():
        if name not in exported:
            why = _why_no_video(shape, dtype) if is_picture(shape) else _why_no_state(name, shape, dtype)
            reasons.setdefault(why or "not asked for", []).append(name)
    return [f"left out, as {reason}: {', '.join(names)}" for reason, names in reasons.items()]


def check_terms(reader: DatasetReader, terms: LeRobotTerms) -> None:
    """Check that the terms can be exported; the validator checks that they are there.

    Raises:
        DatasetError: There are no observations.
        OptionError: A term is no state, or no pictures.
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
        reason = "pictures become videos by themselves" if is_picture(shape) else _why_no_state(name, shape, dtype)
        if any(path.startswith(f"{name}/") for path in there):
            reason = "it is a group: name what is in it"
        if reason and name != layout.ACTIONS:
            raise OptionError(
                f"the term {name} cannot be exported: {reason}",
                where=str(reader.path),
                remedy="Name low-dimensional terms only: --state, --environment-state",
            )
    cameras = [name for name, (shape, _) in there.items() if is_picture(shape)]
    for name in terms.cameras:
        if name not in cameras:
            raise OptionError(
                f"there is no camera {name!r}", where=str(reader.path), remedy=f"It has {', '.join(cameras) or 'none'}."
            )
        if reason := _why_no_video(*there[name]):
            raise OptionError(f"the camera {name} cannot be exported: {reason}", where=str(reader.path))


def features_of(reader: DatasetReader, name: str, terms: LeRobotTerms, with_states: bool) -> Features:
    """Return what becomes what, by the shapes of a demonstration.

    Args:
        reader: The file.
        name: The demonstration; others have been checked to be like it.
        terms: What the user wants, checked.
        with_states: Whether simulation states, processed actions and annotations are exported, too.
    """
    shapes = reader.shapes(name)

    def parts(paths: Iterable[str]) -> tuple[Part, ...]:
        return tuple(Part(path, shapes[path][0][1:], shapes[path][1].str) for path in paths)

    numbers = {
        ACTION: parts([layout.ACTIONS]),
        STATE: parts(layout.join(layout.OBS, term) for term in terms.state),
        SURROUNDINGS: parts(layout.join(layout.OBS, term) for term in terms.environment_state),
        STATES: parts(carried(reader, name) if with_states else ()),
    }
    cameras = {
        IMAGES + term.replace("/", "_"): part
        for term, part in zip(
            terms.cameras, parts(layout.join(layout.OBS, term) for term in terms.cameras), strict=True
        )
    }
    return Features({name: each for name, each in numbers.items() if each}, cameras)


def carried(reader: DatasetReader, name: str) -> list[str]:
    """Return the flat paths of what goes into `states`."""
    return [
        path for path in reader.shapes(name) if any(path == start or path.startswith(f"{start}/") for start in _CARRIED)
    ]


def declared(features: Features, action_parts: Sequence[tuple[str, int]]) -> dict[str, dict[str, Any]]:
    """Return the features as lerobot takes them.

    Every element has a name, from its term and its place in it: `eef_pos.0`, `eef_pose.2.3`.
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
    """Return what GR00T's `meta/modality.json` says: where in a feature which term is.

    Schema: "Robot Data Preparation Guide" of NVIDIA's Isaac-GR00T; `original_key` as its loader reads it.

    Args:
        features: What becomes what.
        action_parts: Names and widths of the parts of an action; empty if it has none.
        texts: Features that hold the number of a text (`annotation.*`).
    """
    found: dict[str, Any] = {"state": {}, "action": {}, "video": {}, "annotation": {}}
    for name, parts in features.numbers.items():
        start = 0
        if name == ACTION:
            for title, width in action_parts or [(ACTION, parts[0].width)]:
                found["action"][title] = {"start": start, "end": start + width, "original_key": name}
                start += width
        elif name in (STATE, SURROUNDINGS):
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
    """Whether pictures are distances [m], not colours."""
    return np.dtype(part.dtype).kind == "f"


def pictures(block: np.ndarray, depth: bool) -> np.ndarray:
    """Return pictures as lerobot takes them: (N, height, width, 3) uint8, or distances (N, height, width, 1) float32.

    What a depth camera does not see is infinitely far away: it gets the largest distance that the video holds.
    """
    if block.ndim == 3:
        block = block[..., None]
    if depth:
        return np.nan_to_num(block.astype(np.float32), nan=_UNSEEN, posinf=_UNSEEN, neginf=0.0).clip(0.0)
    return np.repeat(block, 3, axis=3) if block.shape[3] == 1 else np.ascontiguousarray(block[..., :3])


def _observations(reader: DatasetReader) -> dict[str, tuple[Shape, np.dtype]]:
    """Return shape and type of the observations of a file's demonstrations, without annotations."""
    start, annotations = f"{layout.OBS}/", f"{layout.DATAGEN_INFO}/"
    shapes = reader.shapes(reader.example)
    return {
        path.removeprefix(start): found
        for path, found in shapes.items()
        if path.startswith(start) and not path.startswith(annotations)
    }


def _why_no_state(name: str, shape: Shape, dtype: np.dtype) -> str:
    """Return why a term is no state; empty if it is one."""
    if dtype.kind not in "biuf":
        return f"it holds {layout.kind_name(dtype.kind)}"
    if not 0 < math.prod(shape[1:]) <= _WIDEST:
        return f"a sample is {math.prod(shape[1:])} numbers wide, and at most {_WIDEST} make a state"
    return "it is the action of the step before" if name == layout.ACTIONS else ""


def _why_no_video(shape: Shape, dtype: np.dtype) -> str:
    """Return why pictures make no video; empty if they do."""
    channels = shape[3] if len(shape) == 4 else 1
    if min(shape[1:3]) < _SMALLEST:
        return f"a video takes pictures of {_SMALLEST} pixels a side and more"
    if dtype == np.uint8:
        return ""
    if dtype.kind == "f":
        return "" if channels == 1 else "a video holds colours as uint8, or distances of one channel"
    return f"a video does not keep pixels that are {layout.kind_name(dtype.kind)}, such as labels"
