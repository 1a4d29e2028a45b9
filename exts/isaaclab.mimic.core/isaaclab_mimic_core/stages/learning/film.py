# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Films of rollouts: environments side by side; a coloured frame shows how each ended."""

import math
from pathlib import Path

import numpy as np

from ...learning.rollouts import Rollout
from ..rendering.film_file import FilmFile

_BORDER = 6
"""[pixels]"""
_SUCCESS, _FAILURE = (60, 170, 80), (200, 60, 50)


class Film:
    """Writes an mp4 whose frames show all environments; the file appears when it is complete.

    Args:
        path: The file to write; an existing one is replaced at the end.
        fps: Frames per second.
    """

    def __init__(self, path: Path, fps: float):
        self._file = FilmFile(path, fps)
        self._over: dict[int, np.ndarray] = {}

    def add(self, pictures: np.ndarray, ended: list[Rollout]) -> None:
        """Add a frame.

        Args:
            pictures: (num_envs, height, width, 3) uint8.
            ended: Rollouts that ended with this step; their environments show this picture with a border from now on.

        Raises:
            OutputError: The film cannot be written.
        """
        for rollout in ended:
            last = pictures[rollout.env].copy()
            inside = last[_BORDER:-_BORDER, _BORDER:-_BORDER].copy()
            last[:] = _SUCCESS if rollout.success else _FAILURE
            last[_BORDER:-_BORDER, _BORDER:-_BORDER] = inside
            self._over[rollout.env] = last
        shown = pictures.copy()
        for index, last in self._over.items():
            shown[index] = last
        self._file.add(tile(shown))

    def close(self, whole: bool = True) -> None:
        """End the film; delete it unless `whole`.

        Raises:
            OutputError: The film cannot be written.
        """
        self._file.close(whole)


def tile(pictures: np.ndarray) -> np.ndarray:
    """Arrange images in a nearly square grid: (N, H, W, 3) -> (rows H, columns W, 3)."""
    count, height, width, colours = pictures.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    field = np.zeros((rows * columns, height, width, colours), pictures.dtype)
    field[:count] = pictures
    field = field.reshape(rows, columns, height, width, colours)
    return field.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, colours)
