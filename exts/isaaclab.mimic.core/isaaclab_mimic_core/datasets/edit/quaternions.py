# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert the quaternions of files older than Isaac Lab 3.0 from wxyz to xyzw.

The reader converts root poses, which it recognises by their name. This module knows the quaternions among observations
and actions of Isaac Lab's manipulation tasks. The user has to name others.
"""

import re
from collections.abc import Iterable, Mapping

import numpy as np

from ...errors import OptionError
from .. import layout
from ..episode import Episode

_PLACE = re.compile(r"(.+):(\d+)\Z")
_CUBES = 3
_CUBES_WIDTH = 39
"""Width of the stack tasks' `object`: position and quaternion of each of three cubes, then 18 distances."""
_ABSOLUTE_WIDTH = 8
"""Width of the action of one arm under absolute IK: position, quaternion, gripper."""
_TOLERANCE = 0.01


def parse_places(texts: Iterable[str]) -> dict[str, list[int]]:
    """Parse the option `--quaternions`: PATH:COLUMN, where COLUMN is the first of the quaternion's four columns.

    Returns:
        Flat path -> first column of each quaternion.

    Raises:
        OptionError: A text has another form.
    """
    places: dict[str, list[int]] = {}
    for text in texts:
        match = _PLACE.match(text)
        if not match:
            raise OptionError(
                f"not the place of a quaternion: {text!r}",
                where="--quaternions",
                remedy="Write the array and the first of the four columns: obs/goal_pose:3",
            )
        places.setdefault(match[1], []).append(int(match[2]))
    return places


def known_places(episode: Episode, env_name: str) -> dict[str, list[int]]:
    """Return where a demonstration has quaternions besides root poses: flat path -> first column of each."""
    places: dict[str, list[int]] = {}
    for path, values in episode.data.items():
        if values.ndim != 2 or values.dtype.kind != "f":
            continue
        columns: list[int] = []
        name, width = path.rsplit("/", 1)[-1], values.shape[1]
        if path.startswith(layout.OBS + "/") and name.endswith(("_quat", "_orientations")) and width % 4 == 0:
            columns = list(range(0, width, 4))
        elif path == layout.join(layout.OBS, "object") and width == _CUBES_WIDTH:
            columns = [7 * cube + 3 for cube in range(_CUBES)]
        elif "IK-Abs" in env_name and name in (layout.ACTIONS, layout.PROCESSED_ACTIONS) and width >= _ABSOLUTE_WIDTH:
            columns = [3]
        # A name may mislead, so check that all rows have length 1. Rows of zeros are steps without a value.
        columns = [column for column in columns if _are_unit(values[:, column : column + 4])]
        if columns:
            places[path] = columns
    return places


def reorder(episode: Episode, places: Mapping[str, list[int]]) -> Episode:
    """Return a demonstration with the quaternions at these places converted from wxyz to xyzw.

    Args:
        episode: The demonstration.
        places: Flat path -> first column of each quaternion.

    Raises:
        OptionError: The demonstration lacks such an array or column.
    """
    data = dict(episode.data)
    for path, columns in places.items():
        if path not in data or data[path].ndim != 2 or data[path].shape[1] < max(columns) + 4:
            raise OptionError(
                f"{episode.name} has no {path} with 4 values from column {max(columns)} on", where="--quaternions"
            )
        values = data[path].copy()
        for column in columns:
            values[:, column : column + 4] = np.roll(values[:, column : column + 4], -1, axis=1)
        data[path] = values
    return Episode(data, episode.attrs, episode.name)


def _are_unit(quaternions: np.ndarray) -> bool:
    length = np.linalg.norm(quaternions, axis=1)
    return bool(((np.abs(length - 1.0) < _TOLERANCE) | (length == 0.0)).all() and length.any())
